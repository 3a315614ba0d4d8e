"""The timers of a scheduler process: they make it punctual, and follow a clock that was set.

Surprise: APScheduler waits by this machine's clock, so a timer set before a jump would ring hours
late. Which work is due is asked of PostgreSQL elsewhere; a timer only wakes whoever asks.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from nocs.cache.slots import MIDNIGHT

log = logging.getLogger("nocs.scheduler")

JUMP_SECONDS = 5.0
# APScheduler drops a run that is more than a second late unless it is told otherwise.
LATE: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


class Timers:
    """Jobs at intervals, in a thread of their own between `start` and `stop`.

    `guard` runs a job and keeps its failure from ending the others.
    """

    def __init__(self, guard: Callable[[Callable[[], None]], None]) -> None:
        self._guard = guard
        self.scheduler = BackgroundScheduler(timezone=UTC)
        self._triggers: dict[str, IntervalTrigger] = {}
        self._offset = _offset()

    def every(self, interval: timedelta, job: Callable[[], None]) -> None:
        """Run a job now and at every interval."""
        self._add(IntervalTrigger(seconds=interval.total_seconds()), job, datetime.now(UTC))

    def at_slots(self, interval: timedelta, job: Callable[[], None]) -> None:
        """Run a job at every slot, counted from midnight UTC."""
        seconds = interval.total_seconds()
        self._add(IntervalTrigger(seconds=seconds, start_date=MIDNIGHT, timezone=UTC), job)

    def start(self) -> None:
        self.scheduler.start()

    def stop(self) -> None:
        self.scheduler.shutdown(wait=False)

    def follow_clock(self) -> None:
        """Set the timers anew when the clock of this machine was set: they wait by it."""
        jump = _offset() - self._offset
        if abs(jump) < JUMP_SECONDS:
            return
        log.warning("The clock was set by %.0f s; the timers follow.", jump)
        self._offset += jump
        for name, trigger in self._triggers.items():
            self.scheduler.reschedule_job(name, trigger=trigger)

    def _add(
        self, trigger: IntervalTrigger, job: Callable[[], None], first: datetime | None = None
    ) -> None:
        name = job.__name__
        self._triggers[name] = trigger
        when = {"next_run_time": first} if first else {}
        self.scheduler.add_job(self._guard, trigger, args=[job], id=name, **when, **LATE)


def _offset() -> float:
    """The wall clock beside the monotonic one: it changes only when the clock is set."""
    return time.time() - time.monotonic()
