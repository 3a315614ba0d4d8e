"""How long it takes to publish, to refresh, and to build the workbook."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import psycopg

from nocs import workbook
from nocs.cache import balances, queue, runs
from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.model import AreaBalance, SourceKind, Trigger
from nocs.settings import load_settings
from tests.benchmarks.rows import Line, Row, interleaved, milliseconds
from tests.benchmarks.servers import Cache

FEW, MANY = 17, 10_000


def measure(cache: Cache) -> Iterator[Line]:
    with _scratch(cache) as database:
        few, many = interleaved(
            lambda: _publish(database, areas(FEW)), lambda: _publish(database, areas(MANY))
        )
    yield Row(f"Publish, {FEW} areas", milliseconds(few), "", few * 1000, "ms", most=50)
    yield Row(f"Publish, {MANY:,} areas", milliseconds(many), "", many, "s", most=1)
    few, many = interleaved(
        *(lambda snapshot=snapshot: _build(snapshot) for snapshot in _snapshots(cache))
    )
    yield Row(f"Workbook, {FEW} areas", milliseconds(few), "", few * 1000, "ms", most=150)
    yield Row(f"Workbook, {MANY:,} areas", milliseconds(many), "", many, "s", most=3)


def areas(count: int) -> list[AreaBalance]:
    """So many areas with figures of a utility's size."""
    made = []
    for number in range(count):
        credit, due = (
            Decimal(number * 131_357 % 10**9) / 100,
            -Decimal(number * 7_919 % 10**9) / 100,
        )
        made.append(
            AreaBalance(
                nocs_code=f"{number:05d}",
                nocs_name=f"Area {number}",
                total_customers=20_000,
                positive_qty=14_000,
                positive_balance_amt=credit,
                negative_qty=5_000,
                negative_balance_amt=due,
                net_balance=credit + due,
            )
        )
    return made


@contextmanager
def _scratch(cache: Cache) -> Iterator[Database]:
    """A cache of its own beside the measured one."""
    with psycopg.connect(cache.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE scratch")
    database = Database(cache.url.replace("/nocs?", "/scratch?"))
    try:
        migrate(database)
        yield database
    finally:
        database.close()
        with psycopg.connect(cache.url, autocommit=True) as connection:
            connection.execute("DROP DATABASE scratch WITH (FORCE)")


def _publish(database: Database, rows: list[AreaBalance]) -> float:
    """Seconds of the publishing transaction, its commit included."""
    with database.transaction() as connection:
        queue.request(connection, Trigger.CLI)
        run = queue.claim(connection, "benchmark", SourceKind.DEMO)
    assert run
    began = time.perf_counter()
    with database.transaction() as connection:
        balances.publish(connection, run, rows, as_of=datetime.now(UTC))
    return time.perf_counter() - began


def _snapshots(cache: Cache) -> list[object]:
    found = []
    for count in (FEW, MANY):
        with _scratch(cache) as database:
            _publish(database, areas(count))
            with database.reading() as connection:
                found.append(balances.read_snapshot(connection))
                assert runs.last_published(connection)
    return found


def _build(snapshot: object) -> float:
    settings = load_settings({})
    began = time.perf_counter()
    workbook.build(snapshot, settings, "benchmark", datetime.now(UTC))
    return time.perf_counter() - began
