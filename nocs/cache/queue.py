"""The queue of refreshes: nocs_refresh_run, written to.

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

from nocs.cache import runs
from nocs.cache.database import notify
from nocs.errors import TakenOverError
from nocs.model import Phase, Run, RunStatus, SourceKind, Totals, Trigger

SILENT_AFTER = timedelta(seconds=30)
# A slot is tried again when the process that ran it died, but not for ever: it may be the cause.
DEATHS_OF_A_SLOT = 3
# A clock that was set back makes no negative duration.
_DURATION = "duration_ms = greatest(1000 * extract(epoch FROM clock_timestamp() - started_at), 0)"


@dataclass(frozen=True, slots=True)
class Requested:
    """The answer to a wish: the run that will do it, and whether that run was there before."""

    run: Run | None
    joined: bool


def request(
    connection: Connection, trigger: Trigger, requested_by: str = "", slot: datetime | None = None
) -> Requested:
    """Queue a run, or join the open one, which then is the slot's run as well.

    `run` is None when the slot has had its run already.
    """
    row = connection.execute(
        text(
            "INSERT INTO nocs_refresh_run (trigger, requested_by, slot)"
            " VALUES (:trigger, :requested_by, :slot) ON CONFLICT DO NOTHING RETURNING *"
        ),
        {"trigger": trigger.value, "requested_by": requested_by, "slot": slot},
    ).one_or_none()
    if row is not None:
        notify(connection)
        return Requested(runs.from_row(row), joined=False)
    if slot is not None:
        connection.execute(
            text(
                "UPDATE nocs_refresh_run SET slot = :slot"
                " WHERE status IN ('queued', 'running') AND slot IS NULL"
                " AND NOT EXISTS (SELECT FROM nocs_refresh_run WHERE slot = :slot)"
            ),
            {"slot": slot},
        )
    return Requested(runs.open_run(connection), joined=True)


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
    return runs.from_row(row)


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
    entered: datetime = row.heartbeat_at
    return entered


def hold(connection: Connection, run_id: int) -> datetime:
    """Lock the run for its publishing transaction; returns when it started."""
    row = _update_running(connection, run_id, "heartbeat_at = clock_timestamp()", {})
    started: datetime = row.started_at
    return started


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
        f" {_DURATION},"
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
        f" error = :error, {_DURATION}",
        {"status": status.value, "code": code, "error": error},
    )
    notify(connection)


def abandon_silent(connection: Connection, silent_after: timedelta = SILENT_AFTER) -> list[int]:
    """Close the run whose process has said nothing for `silent_after`; returns its id."""
    where = "heartbeat_at < clock_timestamp() - :silent_after"
    return _abandon(connection, where, {"silent_after": silent_after})


def abandon(connection: Connection, run_id: int, heartbeat_at: datetime) -> bool:
    """Close the run unless it has given a sign of life after `heartbeat_at`."""
    where = "id = :id AND heartbeat_at = :heartbeat_at"
    return bool(_abandon(connection, where, {"id": run_id, "heartbeat_at": heartbeat_at}))


def last_sign(connection: Connection) -> tuple[int, datetime, datetime] | None:
    """Id and heartbeat of the running run, and the time now; None when none is running."""
    row = connection.execute(
        text(
            "SELECT id, heartbeat_at, clock_timestamp() AS now FROM nocs_refresh_run"
            " WHERE status = 'running'"
        )
    ).one_or_none()
    return (row.id, row.heartbeat_at, row.now) if row else None


def _abandon(connection: Connection, where: str, values: dict[str, Any]) -> list[int]:
    rows = connection.execute(
        text(
            "UPDATE nocs_refresh_run AS run SET status = 'abandoned',"
            " finished_at = clock_timestamp(), phase = NULL, error_code = 'abandoned',"
            f" error = :error, {_DURATION},"
            " slot = CASE WHEN (SELECT count(*) FROM nocs_refresh_run AS dead"
            "   WHERE dead.status = 'abandoned' AND dead.queued_at >= run.slot) < :deaths - 1"
            "  THEN NULL ELSE slot END"
            f" WHERE status = 'running' AND {where} RETURNING id"
        ),
        {
            **values,
            "deaths": DEATHS_OF_A_SLOT,
            "error": "The process that ran it ended without a word. "
            "The figures of the last success are kept; the next refresh starts by itself.",
        },
    ).all()
    if rows:
        notify(connection)
    return [row.id for row in rows]


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
            f"Refresh {run_id} is no longer running: it has an end already.",
            "Nothing more of it is published.",
            code="taken_over",
        )
    return row
