"""What a test looks at in the cache: runs, figures, and whether they belong together."""

from dataclasses import dataclass
from decimal import Decimal

import psycopg

from nocs.cache import queue, runs
from nocs.cache.database import Database
from nocs.model import Run, RunStatus, Trigger
from tests.waiting import until

AREAS = 17


@dataclass(frozen=True)
class Truth:
    """The figures of the summary, and what the newest succeeded run says that they are."""

    run_id: int
    net: Decimal


def truth(url: str) -> Truth:
    """The figures, after a check that summary, history and runs tell the same story."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        summary = connection.execute(
            "SELECT count(*), sum(net_balance), count(DISTINCT updated_at)"
            " FROM nocs_balance_summary"
        ).fetchone()
        newest = connection.execute(
            "SELECT id, net_balance, as_of FROM nocs_refresh_run WHERE status = 'succeeded'"
            " ORDER BY id DESC LIMIT 1"
        ).fetchone()
        halves = connection.execute(
            "SELECT run.id, count(h.run_id) FROM nocs_refresh_run AS run"
            " LEFT JOIN nocs_balance_history AS h ON h.run_id = run.id GROUP BY run.id, run.status"
            " HAVING count(h.run_id) <> CASE run.status WHEN 'succeeded' THEN %s ELSE 0 END",
            (AREAS,),
        ).fetchall()
    assert summary and newest
    assert summary == (AREAS, newest[1], 1), f"summary {summary}, newest run {newest}"
    assert halves == [], f"history of half a run: {halves}"
    return Truth(newest[0], newest[1])


def run_of(url: str, run_id: int) -> Run:
    database = Database(url)
    try:
        with database.reading() as connection:
            run = runs.get(connection, run_id)
    finally:
        database.close()
    assert run is not None
    return run


def newest_run(url: str) -> Run | None:
    database = Database(url)
    try:
        with database.reading() as connection:
            found = runs.recent(connection, 1)
    finally:
        database.close()
    return found[0] if found else None


def ask(url: str) -> int:
    """Queue a run by hand, or join the open one; returns its id."""
    database = Database(url)
    try:
        with database.transaction() as connection:
            answer = queue.request(connection, Trigger.MANUAL, "test")
    finally:
        database.close()
    assert answer.run is not None
    return answer.run.id


def ended(url: str, run_id: int, seconds: float = 60) -> Run:
    """The run once it has ended."""

    def end() -> Run | None:
        run = run_of(url, run_id)
        return None if run.status.is_open else run

    return until(end, f"run {run_id} to end", seconds, pause=0.1)


def asked_and_published(url: str, seconds: float = 60) -> Run:
    """A run asked for now, once it has published."""
    run = ended(url, ask(url), seconds)
    assert run.status is RunStatus.SUCCEEDED, run
    return run


def first_figures(url: str, seconds: float = 60) -> Truth:
    """The figures of a scheduler's first run, once no run is open."""

    def idle() -> bool:
        run = newest_run(url)
        return run is not None and not run.status.is_open

    until(idle, "the first figures", seconds, pause=0.1)
    return truth(url)


def sessions(url: str) -> list[str]:
    """The names of the product's sessions on the database."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name IN ('nocs scheduler', 'nocs source', 'nocs dashboard')"
        )
        return [row[0] for row in rows]
