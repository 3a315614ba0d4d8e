"""Which scheduler processes live: nocs_scheduler, one row a process, kept alive by heartbeats."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from nocs.model import Scheduler

GONE_AFTER = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(days=1)


def beat(connection: Connection, name: str, next_run_at: datetime | None) -> None:
    """Say that the scheduler lives and when it means to run next; forget long dead ones."""
    connection.execute(
        text(
            "INSERT INTO nocs_scheduler (name, started_at, heartbeat_at, next_run_at)"
            " VALUES (:name, clock_timestamp(), clock_timestamp(), :next_run_at)"
            " ON CONFLICT (name) DO UPDATE SET heartbeat_at = clock_timestamp(),"
            " next_run_at = excluded.next_run_at"
        ),
        {"name": name, "next_run_at": next_run_at},
    )
    connection.execute(
        text("DELETE FROM nocs_scheduler WHERE heartbeat_at < clock_timestamp() - :age"),
        {"age": FORGOTTEN_AFTER},
    )


def leave(connection: Connection, name: str) -> None:
    """Remove the row of a scheduler that stops in order."""
    connection.execute(text("DELETE FROM nocs_scheduler WHERE name = :name"), {"name": name})


def living(connection: Connection) -> tuple[Scheduler, ...]:
    """The schedulers heard of within GONE_AFTER, the longest-serving first."""
    rows = connection.execute(
        text(
            "SELECT name, started_at, heartbeat_at, next_run_at FROM nocs_scheduler"
            " WHERE heartbeat_at >= clock_timestamp() - :age ORDER BY started_at, name"
        ),
        {"age": GONE_AFTER},
    )
    return tuple(Scheduler(**row._mapping) for row in rows)
