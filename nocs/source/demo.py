"""Ask the report of the synthetic CC&B, in PostgreSQL, the way Oracle is asked."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from nocs.errors import SourceError
from nocs.model import Phase
from nocs.source.job import Extract, Job
from nocs.source.report import for_postgres


def ask(job: Job, reached: Callable[[Phase], None]) -> Extract:
    """Run the report and its control query in one read-only snapshot."""
    try:
        reached(Phase.CONNECTING)
        with psycopg.connect(job.dsn, application_name="nocs source") as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(
                sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(job.schema.lower()))
            )
            timeout = f"{job.call_timeout_seconds}s"
            connection.execute("SELECT set_config('statement_timeout', %s, true)", (timeout,))
            reached(Phase.QUERYING)
            binds: dict[str, Any] = {"credit_sign": job.credit_sign}
            cursor = connection.execute(for_postgres(job.report).encode(), binds)
            columns = tuple(column.name.upper() for column in cursor.description or ())
            rows = tuple(cursor.fetchall())
            control = connection.execute(for_postgres(job.control).encode(), binds).fetchone()
        return Extract(
            columns=columns, rows=rows, unassigned_customers=int(control[0]) if control else 0
        )
    except psycopg.Error as error:
        raise translate(error) from error


def translate(error: psycopg.Error) -> SourceError:
    """The driver's error as one a person can act on."""
    first = str(error).strip().splitlines()[0]
    return SourceError(
        f"Demo source: {first}. The figures of the last success are kept.",
        "Run `nocs demo reset` to make the demo data anew.",
        code=error.sqlstate or "",
        transient=isinstance(error, psycopg.OperationalError),
    )
