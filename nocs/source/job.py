"""What goes to the child process that asks the source, and what comes back.

Both travel as pickles over the child's standard input and output: amounts stay Decimal, and a
password is seen neither in the process list nor in the environment. What is imported here is
loaded by the child each time, so it is little.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nocs.model import ZERO, AreaName, Phase, SourceKind
from nocs.source.report import binds_of
from nocs.source.sign import SignEvidence

SIGN = "credit_sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """How Oracle is reached beyond user, password and address; folders as texts, "" for none."""

    config_dir: str = ""
    wallet_dir: str = ""
    wallet_password: str = field(default="", repr=False)
    client_dir: str = ""
    connect_timeout_seconds: float = 20
    expire_time_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One question to the source. `password` and `dsn` never appear in its repr.

    `sign` is empty where no evidence is asked for, `names` where areas have one name. `notices`
    go into the answer's. With `examine` the child also looks at the user's privileges on `tables`
    and at the plan.
    """

    kind: SourceKind
    report: str
    control: str
    sign: str
    credit_sign: int
    call_timeout_seconds: int
    schema: str
    user: str = ""
    dsn: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    names: str = ""
    notices: tuple[str, ...] = ()
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    examine: bool = False
    tables: tuple[str, ...] = ()

    def binds(self, statement: str) -> dict[str, Any]:
        """The binds of a statement, by name."""
        return {SIGN: self.credit_sign} if SIGN in binds_of(statement) else {}


@dataclass(frozen=True, slots=True)
class Reached:
    """The child has reached a phase."""

    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The answer: column names in upper case, rows as the driver gave them.

    `unassigned_customers` is the number of customers that reach no area, with their credit (>= 0)
    and due (<= 0). `names` are None where the source did not tell any. `notices` are words of the
    source that a reader should know of. `seconds` is how long each statement took.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    unassigned_customers: int
    unassigned_credit_amt: Decimal = ZERO
    unassigned_due_amt: Decimal = ZERO
    sign: SignEvidence | None = None
    names: tuple[AreaName, ...] | None = None
    notices: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What an examining child saw before it ran the report.

    `unreadable` is (table, reason), `table_privileges` (table, privilege). Where the database would
    not tell, `problems` says so and the tuple is empty.
    """

    version: str
    mode: str
    unreadable: tuple[tuple[str, str], ...]
    table_privileges: tuple[tuple[str, str], ...]
    system_privileges: tuple[str, ...]
    plan: tuple[str, ...]
    problems: tuple[str, ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The question failed in a way that a person can read."""

    what: str
    remedy: str
    code: str
    transient: bool


Message = Reached | Examined | Extract | Failed
