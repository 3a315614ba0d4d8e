"""Many open pages, many API clients, and a day of use in a minute.

The machine may have other work, which slows a measurement and never speeds it up: so what must
stay below a limit is measured up to three times, and every measurement is told.
"""

import asyncio
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from nocs.cache.database import Database
from nocs.model import SourceKind
from tests.faults import cache
from tests.faults.browsers import Crowd
from tests.faults.conftest import Results
from tests.faults.processes import REPORT, Process, Processes, new_token, no_traceback
from tests.faults.steps import held
from tests.records import area, publish

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]
IDLE_PAGES, IDLE_SHARE, IDLE_SECONDS = 200, 0.30, 15
SHOWING_PAGES, SHOW_SECONDS = 100, 2.0
CLIENTS, CALLS, PAUSE_SECONDS, API_P99_SECONDS = 1_000, 3, 5.0, 1.0
VISITS, REFRESHES, REAL_REFRESHES = 2_000, 1_000, 30
TRIES = 3


def started(url: str, processes: Processes) -> tuple[Process, Process]:
    scheduler = processes.scheduler(url)
    cache.first_figures(url)
    return scheduler, processes.dashboard(url)


def committed_at(url: str, run_id: int) -> float:
    finished = cache.run_of(url, run_id).finished_at
    assert finished
    return finished.timestamp()


def in_a_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it in a thread of its own: in this one the browser's driver may have a loop already."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()


def busy() -> str:
    return f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def test_two_hundred_open_pages_idle_cheaply(
    demo_url: str, processes: Processes, results: Results
) -> None:
    _, dashboard = started(demo_url, processes)
    shares: list[float] = []

    async def idle() -> None:
        crowd = Crowd(dashboard.url)
        await crowd.grow(IDLE_PAGES)
        while len(shares) < TRIES and not (shares and min(shares) < IDLE_SHARE):
            await asyncio.sleep(5)  # the opening itself is not idle
            began, used = time.monotonic(), dashboard.cpu_seconds()
            await asyncio.sleep(IDLE_SECONDS)
            shares.append((dashboard.cpu_seconds() - used) / (time.monotonic() - began))
        crowd.check()
        await crowd.leave()

    in_a_loop(idle)
    results.add(
        f"{IDLE_PAGES} open pages, idle",
        f"under {IDLE_SHARE:.0%} of a core",
        f"{', '.join(f'{share:.0%}' for share in shares)} of a core over {IDLE_SECONDS} s, "
        f"{dashboard.megabytes():.0f} MB; {busy()}",
    )
    assert min(shares) < IDLE_SHARE
    no_traceback(dashboard)


def test_a_hundred_open_pages_all_show_a_commit_in_time(
    demo_url: str, processes: Processes, results: Results
) -> None:
    _, dashboard = started(demo_url, processes)
    last: list[float] = []
    middle: list[float] = []

    async def show() -> None:
        crowd = Crowd(dashboard.url)
        await crowd.grow(SHOWING_PAGES)
        while len(last) < TRIES and not (last and min(last) <= SHOW_SECONDS):
            with held(demo_url, "in the transaction") as place:
                run_id = cache.ask(demo_url)
                await asyncio.to_thread(place.wait)
                # A refresh takes minutes: its pages are calm when it commits. Not longer, because
                # a publish waits for a lock for seconds only.
                await asyncio.sleep(2)
                place.release()
                await asyncio.to_thread(cache.ended, demo_url, run_id)
            seen = await crowd.see(run_id, 60)
            waits = [moment - committed_at(demo_url, run_id) for moment in seen]
            last.append(max(waits))
            middle.append(statistics.median(waits))
        crowd.check()
        await crowd.leave()

    in_a_loop(show)
    results.add(
        f"{SHOWING_PAGES} open pages, a commit",
        f"all show it within {SHOW_SECONDS:.0f} s",
        f"the last after {', '.join(f'{wait:.2f} s' for wait in last)}, half within "
        f"{', '.join(f'{wait:.2f} s' for wait in middle)}; {busy()}",
    )
    assert min(last) <= SHOW_SECONDS
    no_traceback(dashboard)


async def call_again_and_again(
    url: str, token: dict[str, str], start_after: float, calls: list[tuple[int, float]]
) -> None:
    """One client of the API; it connects anew for each call, as a program run by a timer does."""
    address = urlsplit(url)
    await asyncio.sleep(start_after)
    request = (
        f"GET {REPORT} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: {token['Authorization']}\r\nConnection: close\r\n\r\n"
    )
    for number in range(CALLS):
        began = time.monotonic()
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(request.encode())
        answer = await reader.read(-1)
        writer.close()
        await writer.wait_closed()
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        assert status != 200 or json.loads(body)["count"] == cache.AREAS
        calls.append((status, time.monotonic() - began))
        if number < CALLS - 1:
            await asyncio.sleep(PAUSE_SECONDS)


def test_a_thousand_api_clients_are_answered_and_pages_stay_responsive(
    demo_url: str, processes: Processes, results: Results
) -> None:
    _, dashboard = started(demo_url, processes)
    database = Database(demo_url)
    token = new_token(database)
    database.close()
    measured: list[float] = []
    page_waits: list[float] = []
    statuses: Counter[int] = Counter()

    async def call() -> None:
        crowd = Crowd(dashboard.url)
        await crowd.grow(5)
        await asyncio.sleep(3)  # the token is known by then
        while len(measured) < TRIES and not (measured and min(measured) < API_P99_SECONDS):
            for page in crowd.pages:
                page.answers.clear()
            calls: list[tuple[int, float]] = []
            clients = [
                call_again_and_again(dashboard.url, token, PAUSE_SECONDS * number / CLIENTS, calls)
                for number in range(CLIENTS)
            ]
            await asyncio.gather(*clients)
            statuses.update(status for status, _ in calls)
            took = sorted(seconds for _, seconds in calls)
            measured.append(took[int(len(took) * 0.99)])
            page_waits.append(max(max(page.answers) for page in crowd.pages))
        crowd.check()
        await crowd.leave()

    in_a_loop(call)
    results.add(
        f"{CLIENTS} API clients, each every {PAUSE_SECONDS:.0f} s",
        "no error but 429, p99 under 1 s, pages stay responsive",
        f"answers {dict(statuses)}, p99 {', '.join(f'{p99:.2f} s' for p99 in measured)}, slowest "
        f"tick of 5 pages {', '.join(f'{wait:.2f} s' for wait in page_waits)}; {busy()}",
    )
    assert set(statuses) <= {200, 429}
    assert min(measured) < API_P99_SECONDS
    assert min(page_waits) < 1.0
    no_traceback(dashboard)


def connections(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nocs dashboard'"
            " AND datname = current_database()"
        ).fetchone()
    assert row
    return int(row[0])


def grow_and_level(
    portion: Callable[[int], None], process: Process, portions: int
) -> tuple[list[float], list[float]]:
    """Memory after each portion of the work, and what each added."""
    sizes = [process.megabytes()]
    for number in range(portions):
        portion(number)
        sizes.append(process.megabytes())
    return sizes, [later - earlier for earlier, later in pairwise(sizes)]


def test_a_day_of_use_levels_off_in_memory_and_connections(
    demo_url: str, processes: Processes, results: Results
) -> None:
    _, dashboard = started(demo_url, processes)
    database = Database(demo_url)
    most, portions = 0, 10

    def portion(number: int) -> None:
        nonlocal most

        async def visit() -> None:
            crowd = Crowd(dashboard.url)
            await crowd.visit(VISITS // portions, at_once=10)

        for count in range(REFRESHES // portions):
            publish(database, area(credit=f"{number}.{count % 100:02}"), source=SourceKind.DEMO)
        in_a_loop(visit)
        most = max(most, connections(demo_url))

    sizes, _ = grow_and_level(portion, dashboard, portions)
    database.close()
    first_half, second_half = sizes[5] - sizes[0], sizes[10] - sizes[5]
    results.add(
        f"a day at once: {VISITS} pages opened and closed, {REFRESHES} publishes",
        "memory levels off, connections bounded",
        f"dashboard {sizes[0]:.0f} MB, {sizes[5]:.0f} at half, {sizes[10]:.0f} at the end; "
        f"at most {most} connections; {busy()}",
    )
    assert second_half < max(first_half, 20.0) and second_half < 40.0
    assert most <= 9  # two pools' worth and the one that listens
    no_traceback(dashboard)


def test_the_scheduler_does_not_grow_with_its_refreshes(
    demo_url: str, processes: Processes, results: Results
) -> None:
    scheduler = processes.scheduler(demo_url)
    cache.first_figures(demo_url)

    def portion(_: int) -> None:
        for _number in range(REAL_REFRESHES // 3):
            cache.asked_and_published(demo_url)

    sizes, grown = grow_and_level(portion, scheduler, 3)
    results.add(
        f"{REAL_REFRESHES} refreshes of one scheduler, each with its child",
        "its memory levels off, no child is left",
        f"{sizes[0]:.0f} MB, then {', '.join(f'{size:.0f}' for size in sizes[1:])} MB; "
        f"{len(scheduler.children())} children",
    )
    assert grown[-1] < 5.0
    assert scheduler.children() == []
    no_traceback(scheduler)
