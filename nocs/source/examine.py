"""What `nocs source check` wants to know of an Oracle session: version, privileges, plan.

What the database will not tell is no error: the check says that it could not look.
"""

import re
import time
from typing import Any

import oracledb

from nocs.source.faults import told
from nocs.source.job import SIGN, Examined, Job

SYSTEM_PRIVILEGES = "SELECT PRIVILEGE FROM SESSION_PRIVS ORDER BY PRIVILEGE"
# Granted to the user, to one of its roles or to everybody.
TABLE_PRIVILEGES = (
    "SELECT DISTINCT TABLE_NAME, PRIVILEGE FROM ALL_TAB_PRIVS"
    " WHERE TABLE_SCHEMA = :owner ORDER BY TABLE_NAME, PRIVILEGE"
)
PLAN = "SELECT PLAN_TABLE_OUTPUT FROM TABLE(DBMS_XPLAN.DISPLAY(NULL, NULL, 'BASIC +ROWS +COST'))"


def examine(connection: oracledb.Connection, job: Job) -> Examined:
    """Look around, and leave no transaction open."""
    problems: list[str] = []
    seconds: dict[str, float] = {}

    def rows(what: str, *statements: tuple[str, dict[str, Any]]) -> list[tuple[Any, ...]]:
        """The rows of the last statement; none, and a problem noted, when one is refused."""
        began = time.monotonic()
        try:
            with connection.cursor() as cursor:
                for statement, binds in statements:
                    cursor.execute(statement, binds)
                return list(cursor.fetchall())
        except oracledb.DatabaseError as error:
            problems.append(f"{what}: {_reason(error)}")
            return []
        finally:
            seconds[what] = time.monotonic() - began

    system = rows("system privileges", (SYSTEM_PRIVILEGES, {}))
    tables = rows("table privileges", (TABLE_PRIVILEGES, {"owner": job.schema.upper()}))
    plan = rows("plan", (f"EXPLAIN PLAN FOR {_without_binds(job)}", {}), (PLAN, {}))
    connection.rollback()
    return Examined(
        version=connection.version,
        mode="thin" if connection.thin else "thick",
        unreadable=tuple(_unreadable(connection, job.tables)),
        table_privileges=tuple((str(name), str(privilege)) for name, privilege in tables),
        system_privileges=tuple(str(privilege) for (privilege,) in system),
        plan=tuple(str(line) for (line,) in plan if line),
        problems=tuple(problems),
        seconds=seconds,
    )


def _unreadable(connection: oracledb.Connection, tables: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            try:
                cursor.execute(f"SELECT 1 FROM {table} WHERE 1 = 0")
            except oracledb.DatabaseError as error:
                found.append((table, _reason(error)))
    return found


def _without_binds(job: Job) -> str:
    """EXPLAIN PLAN takes every bind for a text; a number in its place explains what is run."""
    return re.sub(f":{SIGN}\\b", str(job.credit_sign), job.report, flags=re.IGNORECASE)


def _reason(error: oracledb.DatabaseError) -> str:
    return told(str(error.args[0].message))
