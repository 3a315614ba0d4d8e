"""PostgreSQL is restarted, away for minutes, and full, under open pages and a running scheduler."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from nocs.cache.database import Database
from nocs.demo.programs import UNPRIVILEGED
from nocs.model import RunStatus
from tests.faults import cache
from tests.faults.clock import FIRST_HOUR, move_clock_at_restart, pin_clock
from tests.faults.conftest import Results
from tests.faults.processes import REPORT, Process, Processes, new_token, no_traceback
from tests.faults.server import Server
from tests.faults.steps import held
from tests.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
AWAY_SECONDS = 60.0
BACK_SECONDS = 5.0


@pytest.fixture
def pages(browser: Browser) -> Iterator[Callable[[Process], Page]]:
    contexts = []

    def open_(dashboard: Process) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(dashboard.url)
        expect(page.locator(".nocs-table tbody tr")).to_have_count(17, timeout=30_000)
        return page

    yield open_
    for context in contexts:
        context.close()


def run_on(page: Page) -> int:
    return int(page.get_by_test_id("cards").get_attribute("data-run") or 0)


def calm(page: Page) -> None:
    """No traceback, no broken element: figures or a banner."""
    assert page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in page.locator("body").inner_text()
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17)


def test_postgresql_restarted_under_open_pages_and_a_refresh(
    server: Server,
    processes: Processes,
    pages: Callable[[Process], Page],
    results: Results,
) -> None:
    server.create()
    scheduler, dashboard = processes.scheduler(server.url), processes.dashboard(server.url)
    first = cache.first_figures(server.url)
    opened = [pages(dashboard), pages(dashboard)]
    with held(server.url, "in the transaction") as place:
        run_id = cache.ask(server.url)
        place.wait()
        server.restart()
        back_at = time.monotonic()
        for page in opened:
            expect(page.get_by_test_id("cards")).to_have_attribute(
                "data-run", str(run_id), timeout=20_000
            )
            expect(page.get_by_test_id("banner-problem")).to_have_count(0)
        back = time.monotonic() - back_at
    run = cache.run_of(server.url, run_id)
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 1)
    assert cache.truth(server.url).run_id == run_id != first.run_id
    for page in opened:
        calm(page)
    no_traceback(scheduler, dashboard)
    assert back <= BACK_SECONDS
    results.add(
        "PostgreSQL restarted under 2 open pages and a publishing refresh",
        "no traceback, figures back within 5 s, the run's outcome by its id",
        f"figures of run {run_id} on both pages after {back:.1f} s, run {run.status}",
    )


def test_postgresql_away_for_longer_keeps_pages_and_api_and_is_caught_up_with_once(
    server: Server,
    processes: Processes,
    pages: Callable[[Process], Page],
    results: Results,
) -> None:
    server.create()
    pin_clock(server.url, FIRST_HOUR)
    scheduler, dashboard = processes.scheduler(server.url), processes.dashboard(server.url)
    cache.first_figures(server.url)
    page = pages(dashboard)
    database = Database(server.url)
    token = new_token(database)
    database.close()
    until(lambda: httpx2.get(dashboard.url + REPORT, headers=token).status_code == 200, "the token")
    before = len(_runs(server.url))
    move_clock_at_restart(server.url, hours=3)
    server.stop("immediate")
    until(lambda: "stale" in httpx2.get(dashboard.url + REPORT, headers=token).json(), "the mark")
    expect(page.get_by_test_id("banner-problem")).to_be_visible()
    took: list[float] = []
    until_ = time.monotonic() + AWAY_SECONDS
    with httpx2.Client(headers=token) as client:
        while time.monotonic() < until_:
            began = time.monotonic()
            answer = client.get(dashboard.url + REPORT)
            took.append(time.monotonic() - began)
            assert answer.status_code == 200
            assert answer.json()["stale"] is True and answer.json()["count"] == 17
            time.sleep(0.2)  # the pace of the caller
    calm(page)
    expect(page.get_by_test_id("banner-problem")).to_contain_text("kept and shown below")
    assert scheduler.popen.poll() is None
    server.start()
    back_at = time.monotonic()
    expect(page.get_by_test_id("banner-problem")).to_have_count(0, timeout=15_000)
    back = time.monotonic() - back_at
    until(lambda: len(_runs(server.url)) > before, "the run that catches up")
    caught_up = cache.ended(server.url, max(_runs(server.url)))
    assert caught_up.status is RunStatus.SUCCEEDED
    until(lambda: not cache.run_of(server.url, caught_up.id).status.is_open, "its end")
    time.sleep(6)  # two more looks of the scheduler: a second run would be there
    more = len(_runs(server.url)) - before
    assert more == 1
    no_traceback(scheduler, dashboard)
    p99 = sorted(took)[int(len(took) * 0.99) - 1]
    assert p99 <= 0.2
    results.add(
        f"PostgreSQL away for {AWAY_SECONDS:.0f} s, three slots missed",
        "page keeps figures with a banner, API stale within 200 ms, one run catches up",
        f"{len(took)} calls, p99 {p99 * 1000:.0f} ms, slowest {max(took) * 1000:.0f} ms; "
        f"banner gone {back:.1f} s after the return; {more} run caught up",
    )


def _runs(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM nocs_refresh_run")]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 4 MB, as only root can make one."""
    folder = Path(tempfile.mkdtemp(prefix="nocs-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=10000", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        folder.rmdir()
        message = "a small disk cannot be mounted here"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


@pytest.mark.skipif(sys.platform == "win32", reason="mounts a disk")
def test_a_full_disk_is_told_and_reads_go_on(
    server: Server, processes: Processes, small_disk: Path, results: Results
) -> None:
    server.create()
    if os.geteuid() == 0:
        shutil.chown(small_disk, UNPRIVILEGED)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'".encode())
        connection.execute("ALTER TABLE nocs_balance_history SET TABLESPACE small")
        connection.execute("ALTER INDEX nocs_balance_history_pkey SET TABLESPACE small")
    scheduler, dashboard = processes.scheduler(server.url), processes.dashboard(server.url)
    cache.first_figures(server.url)
    database = Database(server.url)
    token = new_token(database)
    database.close()
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    good = cache.truth(server.url)
    for _ in range(12):  # until the history needs a page that the disk has not
        run = cache.ended(server.url, cache.ask(server.url))
        if run.status is not RunStatus.SUCCEEDED:
            break
        good = cache.truth(server.url)
    assert run.status is RunStatus.FAILED
    assert "No space left" in run.error and "Free space" in run.error
    assert cache.truth(server.url) == good
    answer = httpx2.get(dashboard.url + REPORT, headers=token)
    assert answer.status_code == 200 and answer.json()["count"] == 17
    assert scheduler.popen.poll() is None
    filler.unlink()
    following = cache.asked_and_published(server.url)
    no_traceback(scheduler, dashboard)
    results.add(
        "the disk of the history is full",
        "reads go on, the error is told, the next run after it is fine",
        f"API {answer.status_code}; run {run.status}: {run.error[:70]}…; then {following.status}",
    )
