"""Ask the report of Oracle CC&B: one read-only transaction, amounts as Decimal.

Driver errors become SourceError here. The driver cannot bound a listener that accepts and then
says nothing: that is why this runs in a child process with a deadline. Thick mode is chosen here
too, before the first connection, because a process has one mode for good.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import oracledb

from nocs.errors import SourceError
from nocs.model import Phase
from nocs.source import faults, names, sign
from nocs.source.examine import examine
from nocs.source.job import Examined, Extract, Job, Reached

EXPIRING = "ORA-28002"


def ask(
    job: Job,
    tell: Callable[[Reached | Examined], None],
    cancellable: Callable[[Callable[[], None]], None],
) -> Extract:
    """Run the report, its control query and the sign evidence.

    SourceError with the ORA- or DPY- code on failure. `cancellable` is given what cancels the
    query that is running, from another thread.
    """
    try:
        tell(Reached(Phase.CONNECTING))
        began = time.monotonic()
        with _connected(job) as connection:
            cancellable(connection.cancel)
            connected = time.monotonic() - began
            if job.examine:
                tell(examine(connection, job))
            tell(Reached(Phase.QUERYING))
            return _extract(connection, job, connected)
    except oracledb.Error as error:
        raise translate(error) from error


def _extract(connection: oracledb.Connection, job: Job, connected: float) -> Extract:
    seconds = {"connect": connected}

    def run(name: str, statement: str) -> list[Any]:
        began = time.monotonic()
        # Without fetch_decimals the driver hands amounts over as floats.
        cursor.execute(statement, job.binds(statement), fetch_decimals=True)
        rows = list(cursor.fetchall())
        seconds[name] = time.monotonic() - began
        return rows

    notices = _notices(connection)
    with connection.cursor() as cursor:
        cursor.arraysize, cursor.prefetchrows = 20, 21
        cursor.execute("SET TRANSACTION READ ONLY")
        rows = tuple(run("report", job.report))
        columns = tuple(column.name.upper() for column in cursor.description or ())
        customers, credit, due = run("control", job.control)[0]
        evidence = sign.read(run("sign", job.sign)) if job.sign else None
        known, doubts = names.NONE
        if job.names:  # last, because the session may not outlive its failure
            connection.call_timeout = names.TIMEOUT_SECONDS * 1000
            known, doubts = names.ask(lambda: run("names", job.names), oracledb.Error)
    return Extract(
        columns=columns,
        rows=rows,
        unassigned_customers=int(customers),
        unassigned_credit_amt=credit,
        unassigned_due_amt=due,
        sign=evidence,
        names=known,
        notices=(*notices, *job.notices, *doubts),
        seconds=seconds,
    )


@contextmanager
def _connected(job: Job) -> Iterator[oracledb.Connection]:
    options = job.connection
    arguments: dict[str, Any] = {
        "config_dir": options.config_dir,
        "wallet_location": options.wallet_dir,
        # Never nothing: for a locked key without a password OpenSSL would ask at the terminal.
        "wallet_password": options.wallet_password or ("none" if options.wallet_dir else ""),
        "expire_time": options.expire_time_minutes,
        "tcp_connect_timeout": options.connect_timeout_seconds,
    }
    given = {name: value for name, value in arguments.items() if value}
    if options.client_dir:
        folder = {"config_dir": options.config_dir} if options.config_dir else {}
        oracledb.init_oracle_client(lib_dir=options.client_dir, **folder)
    with oracledb.connect(user=job.user, password=job.password, dsn=job.dsn, **given) as connection:
        connection.call_timeout = job.call_timeout_seconds * 1000
        connection.current_schema = job.schema
        connection.module = "nocs"
        connection.action = "source check" if job.examine else "balance summary"
        connection.client_identifier = "nocs refresh"
        yield connection


def _notices(connection: oracledb.Connection) -> tuple[str, ...]:
    warning = connection.warning
    if warning is None:
        return ()
    text = f"Oracle: {faults.told(str(warning))}"
    if getattr(warning, "full_code", "") == EXPIRING:
        text += "; have the password of NOCS_ORACLE_USER changed before it does"
    return (text,)


def translate(error: oracledb.Error) -> SourceError:
    """The driver's error as one a person can act on; passing faults are marked transient."""
    detail = error.args[0] if error.args else None
    code = getattr(detail, "full_code", "") or ""
    return faults.fault(code, str(getattr(detail, "message", error)))
