"""The log of refreshes: nocs_refresh_run, read. What writes to it is `queue`."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from nocs.model import Phase, Run, RunStatus, SourceKind, Totals, Trigger

TYPICAL_OF_LAST = 10


def get(connection: Connection, run_id: int) -> Run | None:
    row = connection.execute(
        text("SELECT * FROM nocs_refresh_run WHERE id = :id"), {"id": run_id}
    ).one_or_none()
    return from_row(row) if row else None


def open_run(connection: Connection) -> Run | None:
    return _first(connection, "status IN ('queued', 'running')")


def last_finished(connection: Connection) -> Run | None:
    return _first(connection, "status NOT IN ('queued', 'running')")


def last_published(connection: Connection) -> Run | None:
    """The run whose figures the summary holds; None while it is empty, whatever the past was."""
    return _first(connection, "status = 'succeeded' AND EXISTS (SELECT FROM nocs_balance_summary)")


def published_before(connection: Connection, run: Run) -> Run | None:
    """The run published before `run` from the same kind of source."""
    return _first(
        connection,
        "status = 'succeeded' AND id < :id AND source = :source",
        {"id": run.id, "source": run.source},
    )


def recent(connection: Connection, limit: int = 100, before: int | None = None) -> tuple[Run, ...]:
    """The newest runs, newest first; with `before` only those older than that run."""
    rows = connection.execute(
        text(
            "SELECT * FROM nocs_refresh_run WHERE (CAST(:before AS bigint) IS NULL OR id < :before)"
            " ORDER BY id DESC LIMIT :limit"
        ),
        {"limit": limit, "before": before},
    )
    return tuple(from_row(row) for row in rows)


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


def _first(connection: Connection, where: str, values: dict[str, Any] | None = None) -> Run | None:
    row = connection.execute(
        text(f"SELECT * FROM nocs_refresh_run WHERE {where} ORDER BY id DESC LIMIT 1"),
        values or {},
    ).one_or_none()
    return from_row(row) if row else None


def from_row(row: Row[Any]) -> Run:
    """A row of the table as a record."""
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
