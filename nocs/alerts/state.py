"""What the rules look at: one reading of the cache's runs, figures and deliveries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from nocs.alerts import outbox
from nocs.alerts.outbox import Trouble
from nocs.cache import balances, runs
from nocs.model import AreaBalance, Run, RunStatus

DAY = timedelta(days=1)
# Beyond this the figures of "a day ago" would be those of another day.
OLDEST_DAY_AGO = timedelta(days=2)
LOOKED_BACK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`unpublished` are the finished runs since the last success, newest first."""

    published: Run | None
    areas: tuple[AreaBalance, ...] = ()
    day_ago: tuple[AreaBalance, ...] | None = None
    unpublished: tuple[Run, ...] = ()
    rejected: Run | None = None
    first_queued_at: datetime | None = None
    troubles: tuple[Trouble, ...] = ()


class StateReader:
    """Reads a State; the figures of a run, which never change, only once."""

    def __init__(self) -> None:
        self._run_id: int | None = None
        self._areas: tuple[AreaBalance, ...] = ()
        self._day_ago: tuple[AreaBalance, ...] | None = None

    def read(self, connection: Connection, now: datetime) -> State:
        published = runs.last_published(connection)
        if published and published.id != self._run_id:
            self._areas = _areas_of(connection, published.id)
            before = _day_before(connection, published)
            self._day_ago = None if before is None else _areas_of(connection, before)
            self._run_id = published.id
        since = {"after": published.id if published else 0}
        return State(
            published=published,
            areas=self._areas if published else (),
            day_ago=self._day_ago if published else None,
            unpublished=_runs(
                connection, f"finished_at IS NOT NULL ORDER BY id DESC LIMIT {LOOKED_BACK}", since
            ),
            rejected=next(
                iter(
                    _runs(
                        connection,
                        f"status = '{RunStatus.REJECTED}' ORDER BY id DESC LIMIT 1",
                        since,
                    )
                ),
                None,
            ),
            first_queued_at=connection.execute(
                text("SELECT queued_at FROM nocs_refresh_run ORDER BY id LIMIT 1")
            ).scalar(),
            troubles=outbox.troubles(connection, now),
        )


def _runs(connection: Connection, where: str, values: dict[str, int]) -> tuple[Run, ...]:
    rows = connection.execute(
        text(f"SELECT * FROM nocs_refresh_run WHERE id > :after AND {where}"), values
    )
    return tuple(runs.from_row(row) for row in rows)


def _day_before(connection: Connection, run: Run) -> int | None:
    """The run that was the newest published one a day before this one."""
    assert run.as_of and run.source
    return connection.execute(
        text(
            "SELECT id FROM nocs_refresh_run WHERE status = 'succeeded' AND source = :source"
            " AND id < :id AND as_of BETWEEN :oldest AND :newest ORDER BY id DESC LIMIT 1"
        ),
        {
            "source": run.source.value,
            "id": run.id,
            "oldest": run.as_of - OLDEST_DAY_AGO,
            "newest": run.as_of - DAY,
        },
    ).scalar()


def _areas_of(connection: Connection, run_id: int) -> tuple[AreaBalance, ...]:
    names = ", ".join(balances.COLUMNS)
    rows = connection.execute(
        text(f"SELECT {names} FROM nocs_balance_history WHERE run_id = :id ORDER BY nocs_code"),
        {"id": run_id},
    )
    return tuple(AreaBalance(**row._mapping) for row in rows)
