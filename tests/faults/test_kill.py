"""The processes of a refresh are killed and stopped at each of its steps."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from nocs.cache.database import Database
from nocs.model import RunStatus
from tests.faults import cache
from tests.faults.conftest import Results
from tests.faults.processes import Processes
from tests.faults.steps import QUERYING, STEPS, held
from tests.waiting import until

Urls = Callable[[], str]
LIMIT_SECONDS = 60.0
TERM_SECONDS = 10.0


def at_every_step(urls: Urls, test: Callable[[str, str], None], at_once: int) -> None:
    """Each step has a database of its own, so that all of them may wait at the same time."""
    places = [(step, urls()) for step in STEPS]
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(test, *place) for place in places]:
            done.result()


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_a_scheduler_killed_at_any_step_leaves_old_or_new_figures_and_a_true_run(
    demo_urls: Urls, processes: Processes, results: Results
) -> None:
    def kill(step: str, url: str) -> None:
        victim = processes.scheduler(url)
        old = cache.first_figures(url)
        with held(url, step) as place:
            run_id = cache.ask(url)
            place.wait()
            family = victim.children()
            victim.kill()
            killed_at = time.monotonic()
            _, alive = psutil.wait_procs(family, timeout=TERM_SECONDS)
            assert not alive
            assert cache.truth(url) == old
            place.release()
            processes.scheduler(url)
            run = cache.ended(url, run_id)
        told = time.monotonic() - killed_at
        kept = cache.truth(url)
        if run.status is RunStatus.SUCCEEDED:
            assert kept.run_id == run_id
        else:
            assert (run.status, kept) == (RunStatus.ABANDONED, old)
        following = cache.asked_and_published(url)
        fine = time.monotonic() - killed_at
        assert fine <= LIMIT_SECONDS
        assert cache.truth(url).run_id == following.id
        figures = "new complete" if kept.run_id == run_id else "old intact"
        results.add(
            f"kill -9 of the scheduler, {step}",
            "figures old or new and whole, run told truly, next run within 60 s, no child left",
            f"{figures}, run {run.status} after {told:.0f} s, next run fine at {fine:.0f} s",
        )

    at_every_step(demo_urls, kill, at_once=len(STEPS))


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_a_scheduler_told_to_stop_at_any_step_ends_in_time_and_leaves_nothing(
    demo_urls: Urls, processes: Processes, results: Results
) -> None:
    def stop(step: str, url: str) -> None:
        victim = processes.scheduler(url)
        old = cache.first_figures(url)
        with held(url, step) as place:
            run_id = cache.ask(url)
            place.wait()
            family = victim.children()
            began = time.monotonic()
            victim.popen.send_signal(signal.SIGTERM)
            status = victim.popen.wait(TERM_SECONDS)
            took = time.monotonic() - began
            assert status == 0, victim.text
            assert not [child for child in family if child.is_running()]
            until(lambda: not cache.sessions(url), "its sessions to be gone", seconds=TERM_SECONDS)
        run, kept = cache.run_of(url, run_id), cache.truth(url)
        if run.status is RunStatus.SUCCEEDED:
            assert kept.run_id == run_id
        else:
            assert kept == old
            assert run.status is RunStatus.FAILED or step == "claiming", run
        assert "Traceback" not in victim.text, victim.text
        results.add(
            f"SIGTERM of the scheduler, {step}",
            "ends within 10 s, no orphan process or session, run told truly",
            f"ended in {took:.1f} s, run {run.status}",
        )

    at_every_step(demo_urls, stop, at_once=3)


@pytest.mark.faults
@pytest.mark.parametrize("step", ["claimed", QUERYING])
def test_a_killed_child_fails_its_try_and_the_next_try_publishes(
    demo_url: str, processes: Processes, results: Results, step: str
) -> None:
    scheduler = processes.scheduler(demo_url)
    old = cache.first_figures(demo_url)
    with held(demo_url, step) as place:
        run_id = cache.ask(demo_url)
        place.wait()
        child = until(scheduler.children, "the child")[0]
        child.kill()
        psutil.wait_procs([child], timeout=TERM_SECONDS)
        killed_at = time.monotonic()
        assert cache.truth(demo_url) == old
        place.release()
        run = cache.ended(demo_url, run_id)
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)
    assert cache.truth(demo_url).run_id == run_id
    results.add(
        f"kill -9 of the child, {step}",
        "old figures meanwhile, next try within 60 s",
        f"run {run.status} at try {run.attempt} after {time.monotonic() - killed_at:.0f} s",
    )


@pytest.mark.faults
@pytest.mark.parametrize("step", ["fetched", "in the transaction", "at COMMIT"])
def test_after_the_fetch_there_is_no_child_to_kill(
    demo_url: str, processes: Processes, results: Results, step: str
) -> None:
    scheduler = processes.scheduler(demo_url)
    cache.first_figures(demo_url)
    with held(demo_url, step) as place:
        run_id = cache.ask(demo_url)
        place.wait()
        children = scheduler.children()
        place.release()
        run = cache.ended(demo_url, run_id)
    assert (children, run.status) == ([], RunStatus.SUCCEEDED)
    results.add(
        f"kill -9 of the child, {step}", "no child lives any more", f"{len(children)} children"
    )


def test_a_run_whose_process_dies_each_time_is_not_tried_for_ever(
    demo_database: Database, results: Results
) -> None:
    from datetime import timedelta

    from nocs.cache import queue, slots
    from nocs.model import SourceKind

    day = timedelta(days=1)  # one slot for the whole test
    tries = 0
    for _ in range(queue.DEATHS_OF_A_SLOT + 2):
        with demo_database.transaction() as connection:
            if slots.request_due(connection, day, "test") is None:
                break
            assert queue.claim(connection, "x", SourceKind.DEMO) is not None
            tries += 1
        with demo_database.transaction() as connection:
            assert queue.abandon_silent(connection, timedelta(0))
    assert tries == queue.DEATHS_OF_A_SLOT
    results.add("every process of a slot dies", "tried 3 times, then the next slot", f"{tries}")
