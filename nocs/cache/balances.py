"""The summary table: replaced as a whole in one transaction, read as one snapshot.

A publish updates rows in place and deletes areas that vanished, so an area keeps its id and its
created_at; readers see the old figures until the commit and never an empty table.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from nocs.cache import names as area_names
from nocs.cache import queue, runs
from nocs.cache.database import clock, notify
from nocs.errors import NocsError
from nocs.model import AreaBalance, AreaName, CachedArea, Run, Snapshot, SourceKind, total

COLUMNS = {
    "nocs_code": "text",
    "nocs_name": "text",
    "total_customers": "integer",
    "positive_qty": "integer",
    "positive_balance_amt": "numeric",
    "negative_qty": "integer",
    "negative_balance_amt": "numeric",
    "net_balance": "numeric",
}
_NAMES = ", ".join(COLUMNS)
# Whole columns as arrays: one statement however many areas there are.
_ROWS = (
    "unnest("
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in COLUMNS.items())
    + f") AS area ({_NAMES})"
)
_SET = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "nocs_code")


def publish(
    connection: Connection,
    run: Run,
    areas: Sequence[AreaBalance],
    *,
    as_of: datetime,
    warnings: Sequence[str] = (),
    unassigned_customers: int | None = None,
    names: Sequence[AreaName] | None = None,
) -> None:
    """Replace the summary, append the history, finish the run: all or nothing.

    `connection` must be in a transaction of its own; `as_of` is when the source was read. Without
    `names` those in other languages stay as they are, unless they are of another kind of source.
    TakenOverError when the run is no longer the running one.
    """
    started_at = queue.hold(connection, run.id)
    before = runs.last_published(connection)
    if names is None and before and before.source is not run.source:
        names = ()  # the demo's name for a code must not become that of a real area
    elapsed = max(clock(connection) - started_at, timedelta(0))
    rows = {name: [getattr(area, name) for area in areas] for name in COLUMNS}
    connection.execute(
        text(
            "DELETE FROM nocs_balance_summary AS old WHERE NOT EXISTS"
            " (SELECT FROM unnest(CAST(:codes AS text[])) AS code WHERE code = old.nocs_code)"
        ),
        {"codes": rows["nocs_code"]},
    )
    connection.execute(
        text(
            f"INSERT INTO nocs_balance_summary ({_NAMES}, refresh_duration, created_at, updated_at)"
            f" SELECT {_NAMES}, :refresh_duration, :as_of, :as_of FROM {_ROWS}"
            f" ON CONFLICT (nocs_code) DO UPDATE SET {_SET},"
            " refresh_duration = excluded.refresh_duration, updated_at = excluded.updated_at"
        ),
        rows | {"as_of": as_of, "refresh_duration": int(elapsed.total_seconds() * 1000)},
    )
    connection.execute(
        text(
            f"INSERT INTO nocs_balance_history (run_id, as_of, {_NAMES})"
            f" SELECT :run_id, :as_of, {_NAMES} FROM {_ROWS}"
        ),
        rows | {"run_id": run.id, "as_of": as_of},
    )
    if names is not None:
        area_names.replace(connection, names)
    queue.succeed(
        connection,
        run.id,
        as_of=as_of,
        totals=total(areas),
        warnings=warnings,
        unassigned_customers=unassigned_customers,
    )


def read_snapshot(connection: Connection) -> Snapshot | None:
    """The published figures with the run that published them; None while the cache is empty.

    `connection` must read one moment (Database.reading), so that run and figures belong together.
    """
    run = runs.last_published(connection)
    if run is None or run.as_of is None:
        return None
    rows = connection.execute(
        text(
            f"SELECT id, {_NAMES}, refresh_duration, created_at, updated_at"
            " FROM nocs_balance_summary ORDER BY nocs_code"
        )
    )
    areas = tuple(CachedArea(**row._mapping) for row in rows)
    before = runs.published_before(connection, run)
    return Snapshot(
        run=run,
        as_of=run.as_of,
        areas=areas,
        totals=total(areas),
        previous=before.totals if before else None,
        previous_areas=published_areas(connection, before.id) if before else (),
        names=area_names.read(connection),
    )


def published_areas(connection: Connection, run_id: int) -> tuple[AreaBalance, ...]:
    """The areas as a run published them, from the history."""
    rows = connection.execute(
        text(f"SELECT {_NAMES} FROM nocs_balance_history WHERE run_id = :id ORDER BY nocs_code"),
        {"id": run_id},
    )
    return tuple(AreaBalance(**row._mapping) for row in rows)


def forget_demo(connection: Connection) -> None:
    """Forget all figures and runs of the demo; figures of a real source are refused."""
    run = runs.last_published(connection)
    if run is not None and run.source is SourceKind.ORACLE:
        raise NocsError("The cache holds figures of Oracle.", "Use another database for the demo.")
    connection.execute(text("DELETE FROM nocs_balance_summary"))
    connection.execute(text("DELETE FROM nocs_area_name"))
    connection.execute(text("DELETE FROM nocs_refresh_run WHERE source = 'demo'"))
    notify(connection)
