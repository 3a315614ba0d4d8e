"""Ask the report of Oracle CC&B: one read-only transaction, amounts as Decimal.

Driver errors become SourceError here. The driver cannot bound a listener that accepts and then
says nothing: that is why this runs in a child process with a deadline.
"""

from collections.abc import Callable
from typing import Any

import oracledb

from nocs.errors import SourceError
from nocs.model import Phase
from nocs.source.job import Extract, Job

KEPT = "The figures of the last success are kept."
CREDENTIALS = {"ORA-01017", "ORA-28000", "ORA-28001", "ORA-01045"}
REMEDIES = {
    "ORA-01017": "User name or password is wrong: correct NOCS_ORACLE_USER and _PASSWORD. "
    "It is not tried again by itself, because repeated tries lock the account.",
    "ORA-28000": "The account is locked: ask the DBA to unlock it.",
    "ORA-28001": "The password has expired: have it changed and set NOCS_ORACLE_PASSWORD.",
    "ORA-01045": "Ask the DBA to grant CREATE SESSION to the user.",
    "ORA-00942": "A table is missing or not readable: check NOCS_ORACLE_SCHEMA and the grants.",
    "ORA-01031": "A privilege is missing: ask the DBA for READ on the report's tables.",
    "ORA-01456": "The report tries to write: it must be a single SELECT.",
    "ORA-01555": "The query outlived the database's undo: ask the DBA for a longer "
    "undo_retention if it happens again.",
    "ORA-03172": "The standby lags too far behind: it is asked again.",
    "ORA-12514": "The listener knows no such service: check the service in NOCS_ORACLE_DSN.",
    "DPY-4024": "No answer within NOCS_ORACLE_CALL_TIMEOUT_SECONDS: raise it, or have the "
    "query's plan looked at.",
    "DPY-6005": "Check host and port in NOCS_ORACLE_DSN, and the firewall.",
    "DPY-4011": "The connection was cut: check the network and the database.",
}
FINAL = CREDENTIALS | {"ORA-00942", "ORA-01031", "ORA-01456", "ORA-00904", "ORA-12514", "DPY-6001"}


def ask(job: Job, reached: Callable[[Phase], None]) -> Extract:
    """Run the report and its control query; SourceError with the ORA- or DPY- code on failure."""
    oracledb.defaults.fetch_decimals = True
    try:
        reached(Phase.CONNECTING)
        with oracledb.connect(user=job.user, password=job.password, dsn=job.dsn) as connection:
            _prepare(connection, job)
            reached(Phase.QUERYING)
            with connection.cursor() as cursor:
                cursor.arraysize, cursor.prefetchrows = 20, 21
                cursor.execute("SET TRANSACTION READ ONLY")
                cursor.execute(job.report, {"credit_sign": job.credit_sign})
                columns = tuple(column.name.upper() for column in cursor.description or ())
                rows = tuple(cursor.fetchall())
                cursor.execute(job.control, _binds(job))
                control = cursor.fetchone()
            return Extract(columns=columns, rows=rows, unassigned_customers=int(control[0]))
    except oracledb.Error as error:
        raise translate(error) from error


def _prepare(connection: oracledb.Connection, job: Job) -> None:
    connection.call_timeout = job.call_timeout_seconds * 1000
    connection.current_schema = job.schema
    connection.module = "nocs"
    connection.action = "balance summary"
    connection.client_identifier = "nocs refresh"


def _binds(job: Job) -> dict[str, Any]:
    return {"credit_sign": job.credit_sign} if ":credit_sign" in job.control else {}


def translate(error: oracledb.Error) -> SourceError:
    """The driver's error as one a person can act on; passing faults are marked transient."""
    detail = error.args[0] if error.args else None
    code = getattr(detail, "full_code", "") or ""
    message = str(getattr(detail, "message", error)).strip()
    first = message.splitlines()[0].rstrip(".") if message else type(error).__name__
    remedy = REMEDIES.get(code, "See the Oracle message; ask the DBA if it stays.")
    return SourceError(f"Oracle: {first}. {KEPT}", remedy, code=code, transient=code not in FINAL)
