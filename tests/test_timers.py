"""The timers of a scheduler follow the clock when somebody sets it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from nocs import timers
from nocs.timers import Timers
from tests.waiting import until

HOUR = timedelta(hours=1)


def run(job: Callable[[], None]) -> None:
    job()


def next_runs(ours: Timers) -> dict[str, datetime]:
    return {job.id: job.next_run_time for job in ours.scheduler.get_jobs()}


def test_a_job_runs_at_once_and_a_slot_waits_for_its_hour() -> None:
    rung: list[str] = []

    def beat() -> None:
        rung.append("beat")

    def slot() -> None:
        rung.append("slot")

    ours = Timers(run)
    ours.every(HOUR, beat)
    ours.at_slots(HOUR, slot)
    ours.start()
    try:
        until(lambda: "beat" in rung, "the first beat")
        due = next_runs(ours)["slot"]
        assert (due.minute, due.second) == (0, 0)
        assert timedelta(0) < due - datetime.now(UTC) <= HOUR
        assert "slot" not in rung
    finally:
        ours.stop()


@pytest.mark.parametrize(("jump", "follows"), [(4.9, False), (5.1, True), (-7200, True)])
def test_timers_are_set_anew_when_the_clock_jumps_far_enough(
    monkeypatch: pytest.MonkeyPatch, jump: float, follows: bool
) -> None:
    ours = Timers(run)
    ours.every(HOUR, beat)
    ours.start()
    try:
        ours.scheduler.modify_job("beat", next_run_time=datetime.now(UTC) + 9 * HOUR)
        set_clock = time.time() - time.monotonic() + jump
        monkeypatch.setattr(timers, "_offset", lambda: set_clock)
        ours.follow_clock()
        moved = next_runs(ours)["beat"] - datetime.now(UTC) <= HOUR
        assert moved is follows
    finally:
        ours.stop()


def beat() -> None:
    """Nothing: only when it rings matters."""
