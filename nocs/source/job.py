"""What goes to the child process that asks the source, and what comes back.

Both travel as pickles over the child's standard input and output: amounts stay Decimal, and a
password is seen neither in the process list nor in the environment.
"""

from dataclasses import dataclass, field
from typing import Any

from nocs.errors import SettingsError
from nocs.model import Phase, SourceKind
from nocs.settings import Settings
from nocs.source.report import CONTROL_FILE, binds_of, read_select

KNOWN_BINDS = {"credit_sign"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One question to the source. `password` and `dsn` never appear in its repr."""

    kind: SourceKind
    report: str
    control: str
    credit_sign: int
    call_timeout_seconds: int
    schema: str
    user: str = ""
    dsn: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reached:
    """The child has reached a phase."""

    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The answer: column names in upper case, rows as the driver gave them.

    `unassigned_customers` is the number of customers that reach no area.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    unassigned_customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The question failed in a way that a person can read."""

    what: str
    remedy: str
    code: str
    transient: bool


Message = Reached | Extract | Failed


def make_job(settings: Settings, demo_url: str) -> Job:
    """The job that `settings` ask for; `demo_url` is the PostgreSQL that holds the demo."""
    report = read_select(settings.report_file)
    if unknown := binds_of(report) - KNOWN_BINDS:
        raise SettingsError(
            f"NOCS_REPORT_FILE: unknown bind :{sorted(unknown)[0]} in {settings.report_file}.",
            "Only :credit_sign is given a value.",
        )
    kind = settings.source_kind()
    secret = settings.oracle_password
    is_oracle = kind is SourceKind.ORACLE
    return Job(
        kind=kind,
        report=report,
        control=read_select(CONTROL_FILE),
        credit_sign=settings.credit_sign,
        call_timeout_seconds=settings.oracle_call_timeout_seconds,
        schema=settings.oracle_schema,
        user=settings.oracle_user,
        dsn=settings.oracle_dsn if is_oracle else demo_url,
        password=secret.get_secret_value() if secret else "",
    )
