"""The queue and the log of refreshes: nocs_refresh_run.

The rules live in the table: one open run at a time (a partial unique index) and one run a slot.
So a request is an INSERT that may find the place taken, and then joins the run that holds it.
Every time is PostgreSQL's clock, so that several machines agree.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from nocs.cache.database import CHANNEL
from nocs.errors import TakenOverError
from nocs.model import (
    Phase,
    Run,
    RunStatus,
    SourceKind,
    Totals,
    Trigger,
)

SILENT_AFTER = timedelta(seconds=30)
TYPICAL_OF_LAST = 10


@dataclass(frozen=True, slots=True)
class Requested:
    """The answer to a wish: the run that will do it, and whether that run was there before."""

    run: Run | None
    joined: bool


def now(connection: Connection) -> datetime:
    """PostgreSQL's clock at this moment."""
    return connection.execute(text("SELECT clock_timestamp()")).scalar_one()  # type: ignore[no-any-return]


def request(
    connection: Connection, trigger: Trigger, requested_by: str = "", slot: datetime | None = None
) -> Requested:
    """Queue a run, or join the open one. `run` is None when the slot has had its run already."""
    row = connection.execute(
        text(
            "INSERT INTO nocs_refresh_run (trigger, requested_by, slot)"
            " VALUES (:trigger, :requested_by, :slot) ON CONFLICT DO NOTHING RETURNING *"
        ),
        {"trigger": trigger.value, "requested_by": requested_by, "slot": slot},
    ).one_or_none()
    if row is not None:
        notify(connection)
        return Requested(_run(row), joined=False)
    return Requested(open_run(connection), joined=True)


def claim(connection: Connection, host: str, source: SourceKind) -> Run | None:
    """Take the queued run, if there is one that nobody else is taking."""
    row = connection.execute(
        text(
            "UPDATE nocs_refresh_run SET status = 'running', host = :host, source = :source,"
            " started_at = clock_timestamp(), heartbeat_at = clock_timestamp()"
            " WHERE id = (SELECT id FROM nocs_refresh_run WHERE status = 'queued'"
            " FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING *"
        ),
        {"host": host, "source": source.value},
    ).one_or_none()
    if row is None:
        return None
    notify(connection)
    return _run(row)


def heartbeat(connection: Connection, run_id: int) -> None:
    """Say that the run is alive. TakenOverError when it was marked abandoned meanwhile."""
    _update_running(connection, run_id, "heartbeat_at = clock_timestamp()", {})


def enter_phase(connection: Connection, run_id: int, phase: Phase, attempt: int) -> datetime:
    """Show a new phase on every page; returns the moment of it."""
    row = _update_running(
        connection,
        run_id,
        "heartbeat_at = clock_timestamp(), phase = :phase, attempt = :attempt",
        {"phase": phase.value, "attempt": attempt},
    )
    notify(connection)
    return row.heartbeat_at  # type: ignore[no-any-return]


def hold(connection: Connection, run_id: int) -> datetime:
    """Lock the run for its publishing transaction; returns when it started."""
    return _update_running(connection, run_id, "heartbeat_at = clock_timestamp()", {}).started_at  # type: ignore[no-any-return]


def succeed(
    connection: Connection,
    run_id: int,
    *,
    as_of: datetime,
    totals: Totals,
    warnings: Sequence[str],
    unassigned_customers: int | None,
) -> None:
    """Finish the run as published; part of the publishing transaction."""
    values = {name: getattr(totals, name) for name in Totals.__dataclass_fields__}
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    _update_running(
        connection,
        run_id,
        "status = 'succeeded', finished_at = clock_timestamp(), phase = NULL,"
        " duration_ms = 1000 * extract(epoch FROM clock_timestamp() - started_at),"
        " row_count = :areas, as_of = :as_of, warnings = :warnings,"
        f" unassigned_customers = :unassigned_customers, {assignments}",
        {
            "as_of": as_of,
            "warnings": json.dumps(list(warnings)),
            "unassigned_customers": unassigned_customers,
            **values,
        },
    )
    notify(connection)


def fail(connection: Connection, run_id: int, status: RunStatus, *, code: str, error: str) -> None:
    """Finish the run without publishing; the summary is not touched."""
    _update_running(
        connection,
        run_id,
        "status = :status, finished_at = clock_timestamp(), phase = NULL, error_code = :code,"
        " error = :error, duration_ms = 1000 * extract(epoch FROM clock_timestamp() - started_at)",
        {"status": status.value, "code": code, "error": error},
    )
    notify(connection)


def abandon_silent(connection: Connection, silent_after: timedelta = SILENT_AFTER) -> list[int]:
    """Close the run whose process has said nothing for `silent_after`; returns its id."""
    rows = connection.execute(
        text(
            "UPDATE nocs_refresh_run SET status = 'abandoned', finished_at = clock_timestamp(),"
            " phase = NULL, error_code = 'abandoned', error = :error,"
            " duration_ms = 1000 * extract(epoch FROM clock_timestamp() - started_at)"
            " WHERE status = 'running' AND heartbeat_at < clock_timestamp() - :silent_after"
            " RETURNING id"
        ),
        {
            "silent_after": silent_after,
            "error": "The process that ran it ended without a word. "
            "The figures of the last success are kept; the next refresh starts as planned.",
        },
    ).all()
    if rows:
        notify(connection)
    return [row.id for row in rows]


def get(connection: Connection, run_id: int) -> Run | None:
    row = connection.execute(
        text("SELECT * FROM nocs_refresh_run WHERE id = :id"), {"id": run_id}
    ).one_or_none()
    return _run(row) if row else None


def open_run(connection: Connection) -> Run | None:
    return _first(connection, "status IN ('queued', 'running')")


def last_finished(connection: Connection) -> Run | None:
    return _first(connection, "status NOT IN ('queued', 'running')")


def last_published(connection: Connection) -> Run | None:
    return _first(connection, "status = 'succeeded'")


def published_before(connection: Connection, run: Run) -> Run | None:
    """The run published before `run` from the same kind of source."""
    return _first(
        connection,
        "status = 'succeeded' AND id < :id AND source = :source",
        {"id": run.id, "source": run.source},
    )


def recent(connection: Connection, limit: int = 100) -> tuple[Run, ...]:
    """The newest runs, newest first."""
    rows = connection.execute(
        text("SELECT * FROM nocs_refresh_run ORDER BY id DESC LIMIT :limit"), {"limit": limit}
    )
    return tuple(_run(row) for row in rows)


def typical_duration(connection: Connection, source: SourceKind | None) -> timedelta | None:
    """The median of the last successes, for the estimate of a running one."""
    milliseconds = connection.execute(
        text(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) FROM"
            " (SELECT duration_ms FROM nocs_refresh_run WHERE status = 'succeeded'"
            "  AND (CAST(:source AS text) IS NULL OR source = :source)"
            "  ORDER BY id DESC LIMIT :last) AS recent"
        ),
        {"source": source, "last": TYPICAL_OF_LAST},
    ).scalar()
    return None if milliseconds is None else timedelta(milliseconds=float(milliseconds))


def notify(connection: Connection) -> None:
    """Wake every process that listens; delivered when the transaction commits."""
    connection.execute(text(f"SELECT pg_notify('{CHANNEL}', '')"))


def _first(connection: Connection, where: str, values: dict[str, Any] | None = None) -> Run | None:
    row = connection.execute(
        text(f"SELECT * FROM nocs_refresh_run WHERE {where} ORDER BY id DESC LIMIT 1"),
        values or {},
    ).one_or_none()
    return _run(row) if row else None


def _update_running(
    connection: Connection, run_id: int, assignments: str, values: dict[str, Any]
) -> Row[Any]:
    row = connection.execute(
        text(
            f"UPDATE nocs_refresh_run SET {assignments}"
            " WHERE id = :id AND status = 'running' RETURNING *"
        ),
        {**values, "id": run_id},
    ).one_or_none()
    if row is None:
        raise TakenOverError(
            f"Refresh {run_id} is no longer running: it was marked abandoned.",
            "Nothing of it was published.",
            code="taken_over",
        )
    return row


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        trigger=Trigger(row.trigger),
        requested_by=row.requested_by,
        status=RunStatus(row.status),
        queued_at=row.queued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_ms=row.duration_ms,
        phase=Phase(row.phase) if row.phase else None,
        attempt=row.attempt,
        row_count=row.row_count,
        error_code=row.error_code,
        error=row.error,
        warnings=tuple(row.warnings),
        source=SourceKind(row.source) if row.source else None,
        host=row.host,
        as_of=row.as_of,
        totals=_totals(row),
        unassigned_customers=row.unassigned_customers,
    )


def _totals(row: Row[Any]) -> Totals | None:
    if row.areas is None:
        return None
    values: dict[str, Any] = {name: getattr(row, name) for name in Totals.__dataclass_fields__}
    return Totals(**values)
