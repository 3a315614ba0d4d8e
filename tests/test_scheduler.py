"""The scheduler as a process: it refreshes at start, on request and each slot, and leaves."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest

from nocs.cache import balances, queue, runs, schedulers, slots
from nocs.cache.database import Database
from nocs.demo import ccb
from nocs.model import Run, RunStatus, SourceKind, Trigger
from nocs.scheduler import SchedulerProcess
from nocs.settings import ROOT, load_settings
from tests.records import area, publish
from tests.waiting import until

INTERVAL = timedelta(hours=1)


@pytest.fixture
def environment(cache_url: str, tmp_path: Path) -> dict[str, str]:
    with psycopg.connect(cache_url) as connection:
        ccb.create(connection, 1_000)
    return {
        "PATH": os.environ["PATH"],
        "NOCS_DATABASE_URL": cache_url,
        "NOCS_DEMO": "true",
        "NOCS_DATA_DIR": str(tmp_path),
    }


@pytest.fixture
def process(environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "nocs.scheduler"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def published(database: Database) -> Run | None:
    with database.reading() as connection:
        return runs.last_published(connection)


def living(database: Database) -> bool:
    with database.reading() as connection:
        return bool(schedulers.living(connection))


def test_a_scheduler_fills_an_empty_cache_serves_requests_and_leaves_on_sigterm(
    process: "subprocess.Popen[str]", database: Database, tmp_path: Path
) -> None:
    first = until(lambda: published(database), "the first figures")
    assert first.trigger is Trigger.STARTUP
    until(lambda: living(database), "the heartbeat")
    with database.transaction() as connection:
        queue.request(connection, Trigger.MANUAL, "amina")
    until(lambda: (run := published(database)) and run.id != first.id, "the asked refresh")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert not living(database)
    for told in ("starts", "Query done: 17 areas", "published 17 areas", "Next refresh", "stopped"):
        assert told in output
    assert output == (tmp_path / "logs/combined.log").read_text(encoding="utf-8")


def test_a_killed_scheduler_leaves_no_child_and_its_run_is_abandoned_by_the_next(
    process: "subprocess.Popen[str]", database: Database
) -> None:
    until(lambda: published(database), "the first figures")
    with database.transaction() as connection:
        # The child's query waits for this lock, so the kill strikes while it is querying.
        connection.exec_driver_sql("LOCK TABLE cisadm.ci_char_val_l IN ACCESS EXCLUSIVE MODE")
        with database.transaction() as other:
            queue.request(other, Trigger.MANUAL)
        child = until(lambda: psutil.Process(process.pid).children(), "the child")[0]
        until(lambda: _phase(database) == "querying", "the query")
        process.kill()
        psutil.wait_procs([child], timeout=10)
        assert not child.is_running()
    with database.transaction() as connection:
        abandoned = queue.abandon_silent(connection, timedelta(0))
        run = runs.get(connection, abandoned[0])
    assert run is not None and run.status is RunStatus.ABANDONED


def _phase(database: Database) -> str | None:
    with database.reading() as connection:
        run = runs.open_run(connection)
    return run.phase if run else None


@pytest.fixture
def scheduler(cache_url: str) -> Iterator[SchedulerProcess]:
    settings = load_settings({"NOCS_DATABASE_URL": cache_url, "NOCS_DEMO": "true"})
    scheduler = SchedulerProcess(settings, cache_url, threading.Event())
    yield scheduler
    scheduler.database.close()


def test_eight_schedulers_make_one_run_of_a_slot(
    scheduler: SchedulerProcess, database: Database
) -> None:
    threads = [threading.Thread(target=scheduler.queue_slot) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert len(runs.recent(connection)) == 1


def test_a_slot_that_had_its_run_is_not_run_again(
    scheduler: SchedulerProcess, database: Database
) -> None:
    scheduler.queue_slot()
    with database.transaction() as connection:
        run = queue.claim(connection, "x", SourceKind.DEMO)
        assert run is not None
        queue.fail(connection, run.id, RunStatus.FAILED, code="x", error="no")
    scheduler.queue_slot()
    with database.reading() as connection:
        assert len(runs.recent(connection)) == 1


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        (datetime(2026, 11, 24, 9, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)),
        (datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, tzinfo=UTC)),
    ],
)
def test_slots_are_the_hours_of_utc(moment: datetime, slot: datetime) -> None:
    assert slots.slot_of(moment, INTERVAL) == slot


@pytest.mark.parametrize(("minutes_old", "is_queued"), [(59, False), (61, True)])
def test_a_start_refreshes_only_when_the_figures_are_older_than_an_interval(
    scheduler: SchedulerProcess, database: Database, minutes_old: int, is_queued: bool
) -> None:
    as_of = datetime.now(UTC) - timedelta(minutes=minutes_old)
    publish(database, area(), as_of=as_of, source=SourceKind.DEMO)
    scheduler.queue_if_late()
    with database.reading() as connection:
        assert (runs.open_run(connection) is not None) is is_queued
        assert balances.read_snapshot(connection) is not None
