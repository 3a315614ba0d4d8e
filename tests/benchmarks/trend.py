"""How fast five years of hourly history answer: `python -m tests.benchmarks.trend`.

It makes 750,000 rows in a PostgreSQL of its own and asks what the pages ask. The limit is meant
for each question, rows turned into records included.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from nocs.cache import history, runs
from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.demo.postgres import EmbeddedPostgres
from nocs.model import SourceKind
from nocs.past import Grain, Span
from tests.benchmarks.rows import Row
from tests.benchmarks.servers import Cache

LIMIT_MS = 150.0
YEARS, AREAS = 5, 17
ZONE = ZoneInfo("Asia/Dhaka")
HISTORY = """
WITH moment AS (
    SELECT n, CAST(:end AS timestamptz) - (:hours - n) * interval '1 hour' AS as_of
    FROM generate_series(1, :hours) AS n
),
figures AS (
    SELECT n, as_of, a, 10000 + 700 * a AS customers,
           round((1e7 + 1e6 * a + 3e5 * sin(n / 50.0 + a))::numeric, 2) AS credit,
           round((-1.1e7 - 1e6 * a + 4e5 * sin(n / 90.0 + a))::numeric, 2) AS due
    FROM moment CROSS JOIN generate_series(1, :areas) AS a
),
run AS (
    INSERT INTO nocs_refresh_run (trigger, status, queued_at, started_at, finished_at, row_count,
        source, as_of, areas, total_customers, positive_qty, positive_balance_amt, negative_qty,
        negative_balance_amt, net_balance)
    SELECT 'schedule', 'succeeded', as_of, as_of, as_of, count(*), 'oracle', as_of, count(*),
           sum(customers), sum(customers - 3000), sum(credit), count(*) * 3000, sum(due),
           sum(credit + due)
    FROM figures GROUP BY as_of ORDER BY as_of
    RETURNING id, as_of
)
INSERT INTO nocs_balance_history (run_id, as_of, nocs_code, nocs_name, total_customers,
    positive_qty, positive_balance_amt, negative_qty, negative_balance_amt, net_balance)
SELECT run.id, as_of, lpad(a::text, 3, '0'), 'Area ' || a, customers, customers - 3000, credit,
       3000, due, credit + due
FROM figures JOIN run USING (as_of) ORDER BY run.id, a
"""


@dataclass(frozen=True)
class Measured:
    """One question: the median and the worst time, and how many points or rows came back."""

    name: str
    median_ms: float
    worst_ms: float
    answers: int

    @property
    def is_fast_enough(self) -> bool:
        return self.median_ms <= LIMIT_MS


def fill(database: Database, years: int = YEARS, areas: int = AREAS) -> int:
    """Make the history; returns its number of rows."""
    hours = round(years * 365.25 * 24)
    with database.transaction() as connection:
        connection.execute(
            text(HISTORY), {"end": datetime.now(UTC), "hours": hours, "areas": areas}
        )
    with database.transaction() as connection:
        connection.execute(text("ANALYZE nocs_refresh_run, nocs_balance_history"))
        counted = connection.execute(text("SELECT count(*) FROM nocs_balance_history"))
        return int(counted.scalar_one())


def ask_all(database: Database, repeats: int = 7) -> list[Measured]:
    """Ask each question of the pages `repeats` times."""
    with database.reading() as connection:
        end = connection.execute(
            text("SELECT max(as_of) FROM nocs_refresh_run WHERE status = 'succeeded'")
        ).scalar_one()
        newest = runs.recent(connection, 1)[0]

    def span(days: float, grain: Grain) -> Span:
        return Span(SourceKind.ORACLE, end - timedelta(days=days), end, grain, ZONE)

    def trend(days: float, grain: Grain, *codes: str) -> Callable[[Any], Any]:
        return lambda c: history.trend(c, span(days, grain), frozenset(codes) or None)

    def by_area(days: float, grain: Grain, *codes: str) -> Callable[[Any], Any]:
        return lambda c: history.trend_by_area(c, span(days, grain), frozenset(codes) or None)

    whole = 366 * YEARS
    questions: dict[str, Callable[[Any], Any]] = {
        "total, all, by month": trend(whole, Grain.MONTH),
        "total, all, by day": trend(whole, Grain.DAY),
        "total, year, by day": trend(366, Grain.DAY),
        "total, week, by hour": trend(7, Grain.HOUR),
        "two areas, all, by month": trend(whole, Grain.MONTH, "003", "007"),
        "each area, all, by month": by_area(whole, Grain.MONTH),
        "each area, month, by day": by_area(31, Grain.DAY),
        "each area, week, by hour": by_area(7, Grain.HOUR),
        "each area, year, by day": by_area(366, Grain.DAY),
        "one area, all, by day": by_area(whole, Grain.DAY, "007"),
        "near past of the summary": lambda c: history.recent(c, newest, AREAS, ZONE).days,
        "absences of an area": lambda c: history.absences(
            c, SourceKind.ORACLE, "007", end - timedelta(days=90)
        ),
    }
    return [_measured(database, name, ask, repeats) for name, ask in questions.items()]


def _measured(database: Database, name: str, ask: Callable[[Any], Any], repeats: int) -> Measured:
    times, answer = [], ()
    for _ in range(repeats):
        with database.reading() as connection:
            began = time.perf_counter()
            answer = ask(connection)
            times.append(1000 * (time.perf_counter() - began))
    return Measured(name, statistics.median(times), max(times), len(answer))


def run() -> list[Measured]:
    """The whole benchmark in a PostgreSQL of its own, printed as a table."""
    with tempfile.TemporaryDirectory(prefix="nocs-benchmark-") as folder:
        Path(folder).chmod(0o755)  # run by root, PostgreSQL works as another user
        with EmbeddedPostgres(Path(folder)).running() as url:
            database = Database(url, name="nocs benchmark")
            migrate(database)
            began = time.perf_counter()
            rows = fill(database)
            seconds = time.perf_counter() - began
            print(f"{rows:,} rows of history made in {seconds:.1f} s", file=sys.stderr)
            found = ask_all(database)
            database.close()
    print(f"{'question':<28}{'median':>10}{'worst':>10}{'answers':>9}")
    for one in found:
        mark = "" if one.is_fast_enough else f"  over {LIMIT_MS:.0f} ms"
        print(
            f"{one.name:<28}{one.median_ms:>7.1f} ms{one.worst_ms:>7.1f} ms{one.answers:>9}{mark}"
        )
    return found


def measure(_cache: Cache) -> Iterator[Row]:
    """The line of `make bench`: the slowest question."""
    slowest = max(run(), key=lambda one: one.median_ms)
    yield Row(
        "Trend of five years, hourly: the slowest question",
        f"{slowest.median_ms:.0f} ms ({slowest.name})",
        "",
        slowest.median_ms,
        "ms",
        most=LIMIT_MS,
    )


if __name__ == "__main__":
    sys.exit(0 if all(one.is_fast_enough for one in run()) else 1)
