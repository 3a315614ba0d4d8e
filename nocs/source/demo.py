"""Ask the report of the synthetic CC&B, in PostgreSQL, the way Oracle is asked."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from nocs.errors import SourceError
from nocs.model import Phase
from nocs.source import names, sign
from nocs.source.job import Extract, Job, Reached
from nocs.source.report import for_postgres


def ask(
    job: Job,
    tell: Callable[[Reached], None],
    cancellable: Callable[[Callable[[], None]], None],
) -> Extract:
    """Run the report, its control query and the sign evidence in one read-only snapshot."""
    try:
        tell(Reached(Phase.CONNECTING))
        began = time.monotonic()
        with psycopg.connect(job.dsn, application_name="nocs source") as connection:
            cancellable(connection.cancel)
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(
                sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(job.schema.lower()))
            )
            timeout = f"{job.call_timeout_seconds}s"
            connection.execute("SELECT set_config('statement_timeout', %s, true)", (timeout,))
            connected = time.monotonic() - began
            tell(Reached(Phase.QUERYING))
            return _extract(connection, job, connected)
    except psycopg.Error as error:
        raise translate(error) from error


def _extract(connection: psycopg.Connection, job: Job, connected: float) -> Extract:
    seconds = {"connect": connected}

    def run(name: str, statement: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        began = time.monotonic()
        cursor = connection.execute(for_postgres(statement).encode(), job.binds(statement))
        rows = cursor.fetchall()
        seconds[name] = time.monotonic() - began
        return tuple(column.name.upper() for column in cursor.description or ()), rows

    columns, rows = run("report", job.report)
    _, ((customers, credit, due),) = run("control", job.control)
    evidence = sign.read(run("sign", job.sign)[1]) if job.sign else None
    known, doubts = names.NONE
    if job.names:  # last, because the transaction does not outlive its failure
        connection.execute(f"SET LOCAL statement_timeout = '{names.TIMEOUT_SECONDS}s'")
        known, doubts = names.ask(lambda: run("names", job.names)[1], psycopg.Error)
    return Extract(
        columns=columns,
        rows=tuple(rows),
        unassigned_customers=int(customers),
        unassigned_credit_amt=credit,
        unassigned_due_amt=due,
        sign=evidence,
        names=known,
        notices=(*job.notices, *doubts),
        seconds=seconds,
    )


def translate(error: psycopg.Error) -> SourceError:
    """The driver's error as one a person can act on."""
    first = str(error).strip().splitlines()[0]
    return SourceError(
        f"Demo source: {first}. The figures of the last success are kept.",
        "Run `nocs demo reset` to make the demo data anew.",
        code=error.sqlstate or "",
        transient=isinstance(error, psycopg.OperationalError),
    )
