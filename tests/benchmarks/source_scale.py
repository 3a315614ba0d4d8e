"""How the source scales: report time, overhead of a refresh, memory of its child, by customers.

    python -m tests.benchmarks.source_scale --sizes 100000 300000 1000000 --json source_scale.json

Whole refreshes run through the Oracle driver and the test server, whose SQL an embedded PostgreSQL
executes. So the report's seconds are PostgreSQL's on this machine, not Oracle's; what holds
anywhere is how they grow, what a refresh adds to its queries, and what the child weighs.
"""

import argparse
import contextlib
import json
import logging
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from nocs.cache import queue
from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.demo import ccb
from nocs.demo.postgres import EmbeddedPostgres
from nocs.model import RunStatus, Trigger
from nocs.refresh import job
from nocs.refresh.job import Refresher
from nocs.settings import load_settings
from nocs.source.job import Extract
from tests.benchmarks import child, rows
from tests.benchmarks.rows import Line, Row, milliseconds
from tests.benchmarks.servers import Cache
from tests.wire import OracleWire

SIZES = (100_000, 300_000, 1_000_000)
# The stand-in neither spills to disk nor shares out work at the large size alone, as it would with
# its usual settings: what grows is then the statement's own work.
STAND_IN = "-c work_mem=512MB -c max_parallel_workers_per_gather=0"
OVERHEAD_LIMIT_SECONDS = 1.0
OVERHEAD_LIMIT_AT = 300_000
MEMORY_LIMIT_MB = 150
GROWTH_LIMIT = 1.15
USER, PASSWORD = "nocs_reader", "benchmark"


@dataclass(frozen=True)
class Measured:
    """Medians of the repeats, in seconds; the memory is the largest seen.

    `overhead` is the whole refresh without its three queries.
    """

    customers: int
    entries: int
    made: float
    report: float
    control: float
    sign: float
    refresh: float
    overhead: float
    child_peak_mb: float


def run(
    sizes: Sequence[int] = SIZES,
    repeats: int = rows.RUNS,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Measured]:
    """Measure the sizes in turn, each on a PostgreSQL of its own."""
    with contextlib.ExitStack() as stack:
        sources = []
        for size in sizes:
            tell(f"{size:,} customers …")
            sources.append(stack.enter_context(_source(size)))
        rounds = [[source.refresh() for source in sources] for _ in range(repeats)]
        columns = zip(*rounds, strict=True)
        return [source.measured(column) for source, column in zip(sources, columns, strict=True)]


def measure(_cache: Cache) -> Iterator[Line]:
    """The lines of `make bench`; the source has a PostgreSQL of its own for each size."""
    yield from lines(run())


def lines(measured: Sequence[Measured]) -> Iterator[Row]:
    """What is judged."""
    first, last = measured[0], measured[-1]
    for one in measured:
        if one.customers == OVERHEAD_LIMIT_AT:
            yield Row(
                f"Refresh beyond its queries, {one.customers:,} customers",
                milliseconds(one.overhead),
                f"report {one.report:.2f} s",
                one.overhead,
                "s",
                most=OVERHEAD_LIMIT_SECONDS,
            )
    yield Row(
        f"Report a customer, {last.customers:,} customers",
        f"{last.report:.2f} s in all",
        f"{first.customers:,}: {first.report:.2f} s in all",
        growth(last, first),
        most=GROWTH_LIMIT,
    )
    peak = max(one.child_peak_mb for one in measured)
    yield Row("Memory of the asking child", f"{peak:.0f} MB", "", peak, "MB", most=MEMORY_LIMIT_MB)


def growth(one: Measured, first: Measured) -> float:
    """The report's time a customer against that of the first size: 1 is linear."""
    return (one.report / one.customers) / (first.report / first.customers)


def table(measured: Sequence[Measured]) -> str:
    """A line a size; growth is the report's time a customer, against the first size."""
    heads = ("customers", "entries", "report s", "growth", "control s", "sign s", "refresh s",
             "overhead s", "child MB")  # fmt: skip
    lines = ["".join(f"{head:>12}" for head in heads)]
    for one in measured:
        grown = growth(one, measured[0])
        cells = (
            f"{one.customers:,}", f"{one.entries:,}", f"{one.report:.2f}", f"x{grown:.2f}",
            f"{one.control:.2f}", f"{one.sign:.3f}", f"{one.refresh:.2f}", f"{one.overhead:.2f}",
            f"{one.child_peak_mb:.0f}",
        )  # fmt: skip
        lines.append("".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


@dataclass(frozen=True)
class Source:
    """A CC&B of so many customers behind the Oracle driver, and what refreshes from it."""

    customers: int
    entries: int
    made: float
    refresher: Refresher

    def refresh(self) -> dict[str, float]:
        return _refresh(self.refresher)

    def measured(self, rounds: Sequence[dict[str, float]]) -> Measured:
        medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
        peak = max(one["child_peak_mb"] for one in rounds)
        return Measured(
            customers=self.customers,
            entries=self.entries,
            made=self.made,
            **medians | {"child_peak_mb": peak},
        )


@contextlib.contextmanager
def _source(customers: int) -> Iterator[Source]:
    folder = Path(tempfile.mkdtemp(prefix="nocs-scale-"))
    folder.chmod(0o755)  # run by root, PostgreSQL works as another user
    try:
        with EmbeddedPostgres(folder).running() as url:
            began = time.monotonic()
            with psycopg.connect(url) as connection:
                ccb.create(connection, customers)
                entries = connection.execute("SELECT count(*) FROM cisadm.ci_ft").fetchone()
            made = time.monotonic() - began
            stand_in = make_conninfo(url, options=STAND_IN)
            with OracleWire(stand_in, {USER: PASSWORD}, service="CCB") as wire:
                database = Database(url)
                refresher = _refresher(url, wire, database)
                yield Source(customers, entries[0] if entries else 0, made, refresher)
                database.close()
    finally:
        shutil.rmtree(folder)


def _refresher(url: str, wire: OracleWire, database: Database) -> Refresher:
    settings = load_settings(
        {
            "NOCS_ORACLE_DSN": wire.dsn,
            "NOCS_ORACLE_USER": USER,
            "NOCS_ORACLE_PASSWORD": PASSWORD,
        }
    )
    migrate(database)
    return Refresher(database, settings, url, "benchmark", threading.Event())


def _refresh(refresher: Refresher) -> dict[str, float]:
    with refresher.database.transaction() as connection:
        queue.request(connection, Trigger.CLI)
    with child.watched() as peaks, _answers() as answers:
        ended = refresher.run_next()
    assert ended is not None and ended.status is RunStatus.SUCCEEDED, ended
    (answer,) = answers
    seconds = {name: answer.seconds[name] for name in ("report", "control", "sign")}
    whole = (ended.duration_ms or 0) / 1000
    return seconds | {
        "refresh": whole,
        "overhead": whole - sum(seconds.values()),
        "child_peak_mb": max(peaks) / 1024,
    }


@contextlib.contextmanager
def _answers() -> Iterator[list[Extract]]:
    """Collects what the child answers, with the seconds that it measured itself."""
    answers: list[Extract] = []
    asked = job.extract

    def collected(*arguments: object, **named: object) -> Extract:
        answers.append(asked(*arguments, **named))
        return answers[-1]

    job.extract = collected
    try:
        yield answers
    finally:
        job.extract = asked


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--repeats", type=int, default=rows.RUNS)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    measured = run(arguments.sizes, arguments.repeats, tell=print)
    print(table(measured))
    if arguments.json:
        text = json.dumps([asdict(one) for one in measured], indent=2)
        arguments.json.write_text(text + "\n", encoding="utf-8")
    judged = list(lines(measured))
    print(rows.table(judged))
    return 0 if all(line.is_met for line in judged) else 1


if __name__ == "__main__":
    raise SystemExit(main())
