"""What the processes weigh, and how soon news reaches a hundred open pages."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil

from nocs.cache import runs
from nocs.settings import ROOT
from tests.benchmarks.rows import Line, Row
from tests.benchmarks.servers import Cache, naive, ours, refresh
from tests.light_page import LightPage
from tests.waiting import until

SESSIONS = 20
OPEN_PAGES = 100
IDLE_SECONDS = 10
PATIENCE_SECONDS = 180
MEBIBYTE = 2**20


def measure(cache: Cache) -> Iterator[Line]:
    with naive(cache) as (url, process):
        theirs = asyncio.run(_memory_after_sessions(url, process))
    with ours(cache) as (url, process):
        mine = asyncio.run(_memory_after_sessions(url, process))
        yield Row(
            f"Memory of the dashboard after {SESSIONS} sessions",
            f"{mine / MEBIBYTE:.0f} MiB",
            f"naive page {theirs / MEBIBYTE:.0f} MiB",
            mine / theirs,
            most=1.0,
        )
        slowest = asyncio.run(_news(cache, url))
        yield Row(
            f"Commit seen by {OPEN_PAGES} open pages, the slowest",
            f"{slowest:.2f} s", "", slowest, "s", most=2,
        )  # fmt: skip
    yield _idle_scheduler(cache)


async def _memory_after_sessions(url: str, process: psutil.Process) -> int:
    """Resident bytes once so many pages are open at once."""
    pages = [LightPage(url.replace("http", "ws")) for _ in range(SESSIONS)]
    tasks = [asyncio.create_task(page.live()) for page in pages]
    await _wait(lambda: all(page.scripts for page in pages))
    size: int = process.memory_info().rss
    await _close(tasks)
    return size


async def _news(cache: Cache, url: str) -> float:
    """Seconds from a commit until the last of the pages holds its figures."""
    pages = [LightPage(url.replace("http", "ws")) for _ in range(OPEN_PAGES)]
    tasks = [asyncio.create_task(page.live()) for page in pages]
    await _wait(lambda: all(page.runs for page in pages))
    await asyncio.to_thread(refresh, cache)
    with cache.database.reading() as connection:
        newest = runs.last_published(connection)
    assert newest and newest.finished_at
    await _wait(lambda: all(newest.id in page.runs for page in pages))
    # The pages note the monotonic clock, the database the other one.
    offset = time.time() - time.monotonic()
    seen = max(page.runs[newest.id] for page in pages) + offset
    await _close(tasks)
    return seen - newest.finished_at.timestamp()


async def _wait(condition: object) -> None:
    await asyncio.to_thread(until, condition, "the open pages", PATIENCE_SECONDS)


async def _close(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _idle_scheduler(cache: Cache) -> Row:
    """Resident bytes of a scheduler that has nothing to do."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nocs.cli", "scheduler"],
        cwd=ROOT,
        env=cache.environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: _beats(cache), "the scheduler's heartbeat", seconds=PATIENCE_SECONDS)
        time.sleep(IDLE_SECONDS)  # being idle is what is measured
        size = psutil.Process(process.pid).memory_info().rss / MEBIBYTE
    finally:
        process.terminate()
        process.wait(20)
    return Row("Memory of an idle scheduler", f"{size:.0f} MiB", "", size, "MiB", most=120)


def _beats(cache: Cache) -> bool:
    from nocs.cache import schedulers

    with cache.database.transaction() as connection:
        return bool(schedulers.living(connection))
