"""What goes to the child process that asks the source, and what comes back.

Both travel as pickles over the child's standard input and output: amounts stay Decimal, and a
password is seen neither in the process list nor in the environment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from nocs.errors import SettingsError
from nocs.model import ZERO, Phase, SourceKind
from nocs.settings import Settings
from nocs.source import readonly
from nocs.source.report import CONTROL_FILE, SIGN_FILE, binds_of, read_select
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

    With `examine` the child also looks at the user's privileges on `tables` and at the plan.
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
    and due (<= 0). `notices` are words of the source that a reader should know of. `seconds` is
    how long each statement took.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    unassigned_customers: int
    unassigned_credit_amt: Decimal = ZERO
    unassigned_due_amt: Decimal = ZERO
    sign: SignEvidence | None = None
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


def make_job(settings: Settings, demo_url: str, *, examine: bool = False) -> Job:
    """The job that `settings` ask for; `demo_url` is the PostgreSQL that holds the demo."""
    report = read_select(settings.report_file)
    _check_binds(report, settings)
    control, sign = read_select(CONTROL_FILE), read_select(SIGN_FILE)
    is_oracle = settings.source_kind() is SourceKind.ORACLE
    tables = [readonly.tables_of(one) for one in (report, control, sign)] if examine else []
    return Job(
        kind=settings.source_kind(),
        report=report,
        control=control,
        sign=sign,
        credit_sign=settings.credit_sign,
        call_timeout_seconds=settings.oracle_call_timeout_seconds,
        schema=settings.oracle_schema,
        user=settings.oracle_user,
        dsn=settings.oracle_dsn if is_oracle else demo_url,
        password=_revealed(settings.oracle_password),
        connection=ConnectionOptions(
            config_dir=str(settings.oracle_config_dir or ""),
            wallet_dir=str(settings.oracle_wallet_dir or ""),
            wallet_password=_revealed(settings.oracle_wallet_password),
            client_dir=str(settings.oracle_client_dir or ""),
            connect_timeout_seconds=settings.oracle_connect_timeout_seconds,
            expire_time_minutes=settings.oracle_expire_time_minutes,
        ),
        examine=examine,
        tables=tuple(sorted({name for names in tables for name in names})),
    )


def _check_binds(report: str, settings: Settings) -> None:
    binds = binds_of(report)
    if unknown := binds - {SIGN}:
        raise SettingsError(
            f"NOCS_REPORT_FILE: unknown bind :{sorted(unknown)[0]} in {settings.report_file}.",
            "Only :credit_sign is given a value.",
        )
    if settings.credit_sign != 1 and SIGN not in binds:
        raise SettingsError(
            f"NOCS_CREDIT_SIGN: it has no effect, because {settings.report_file} holds no "
            ":credit_sign.",
            "Multiply the balance by :credit_sign in the report, or unset NOCS_CREDIT_SIGN.",
        )


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
