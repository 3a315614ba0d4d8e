"""The scheduler: a process of its own that queues a run each slot and carries out what is queued.

Any number may run, on any number of machines: PostgreSQL decides who takes a slot and a run, so
no leader has to be found anew when one dies. Which slot is due is read from PostgreSQL every few
seconds (nocs.cache.slots); the timer of this process only makes it punctual.
"""

import logging
import os
import platform
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from nocs.alerts.service import Alerts
from nocs.cache import audit, history, queue, runs, schedulers, slots
from nocs.cache.database import Database, clock, notify
from nocs.cache.revision import require_current
from nocs.errors import NocsError
from nocs.freshness import age, in_words
from nocs.model import Pause, Run, RunStatus, Trigger
from nocs.refresh import rest
from nocs.refresh.job import Refresher
from nocs.refresh.silence import Silence
from nocs.settings import Settings
from nocs.source.faults import REFUSED_LOGINS
from nocs.timers import Timers

log = logging.getLogger("nocs.scheduler")

BEAT = timedelta(seconds=10)
LISTEN_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 5.0


class SchedulerProcess:
    """One scheduler. `run` returns when `stop` is set."""

    def __init__(self, settings: Settings, url: str, stop: threading.Event) -> None:
        self.settings = settings
        self.stop = stop
        self.name = f"{platform.node()}:{os.getpid()}"
        listen_url = settings.database_listen_url
        self.database = Database(
            url,
            name="nocs scheduler",
            listen_url=listen_url.get_secret_value() if listen_url else None,
        )
        self._refresher = Refresher(self.database, settings, url, self.name, stop)
        self._silence = Silence()
        self._timers = Timers(self._guarded)
        self._alerts = Alerts(self.database, settings, self.name, stop)
        self._is_away = False
        self._rested_slot: datetime | None = None

    def run(self) -> None:
        """Serve until `stop`; an absence of PostgreSQL is waited out."""
        self.settings.source_kind()  # a half-set source stops the start, not each run
        require_current(self.database)
        self._start_timers()
        log.info(
            "Scheduler %s starts: every %d min, next %s.",
            self.name,
            self.settings.refresh_interval_minutes,
            self._planned(),
        )
        try:
            self._serve()
        finally:
            self._timers.stop()
            self._alerts.stop()
            self._leave()
            self.database.close()
            log.info("Scheduler %s has stopped.", self.name)

    def _start_timers(self) -> None:
        self._timers.at_slots(self.settings.interval, self.queue_slot)
        self._timers.every(BEAT, self.beat)
        self._timers.every(timedelta(days=1), self.forget_old_audit)
        self._alerts.start(self._timers.scheduler)
        self._timers.start()

    def _serve(self) -> None:
        pause = 0.5
        while not self.stop.is_set():
            try:
                require_current(self.database)  # it may have been migrated meanwhile
                with self._waking() as wakes:
                    self.queue_if_late()
                    pause, self._is_away = 0.5, False
                    for _ in wakes:
                        self._work()
                        if self.stop.is_set():
                            return
            except NocsError as error:
                self._is_away = True
                self._silence.forget()
                log.error("The scheduler waits %.1f s for PostgreSQL. %s", pause, error)
                self.stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    @contextmanager
    def _waking(self) -> Iterator[Iterator[None]]:
        """Yields whenever there may be work: at once, on a notification, every few seconds."""
        with self.database.listening() as connection:

            def wakes() -> Iterator[None]:
                while not self.stop.is_set():
                    yield
                    with self.database.translated():
                        list(connection.notifies(timeout=LISTEN_SECONDS, stop_after=1))

            yield wakes()

    def _work(self) -> None:
        self._timers.follow_clock()
        with self.database.transaction() as connection:
            abandoned = self._silence.abandon(connection)
        if abandoned:
            log.warning("Refresh %d was abandoned: its process ended without a word.", abandoned)
        self.queue_slot()
        if not self.stop.is_set() and (run := self._refresher.run_next()):
            self._tell_end(run)
            if run.status is RunStatus.SUCCEEDED:
                self._guarded(self.thin_history)

    def thin_history(self) -> None:
        """Drop the rows of old runs that the settings do not keep; what is shown stays."""
        settings = self.settings
        with self.database.transaction() as connection:
            thinned = history.thin(
                connection, settings.keep_hourly, settings.keep_daily, settings.zone
            )
        if thinned:
            log.info("History: the rows of %d old runs were dropped, by NOCS_HISTORY_.", thinned)

    def _tell_end(self, run: Run) -> None:
        self._alerts.look_soon()
        seconds = (run.duration_ms or 0) / 1000
        is_refused = run.error_code in REFUSED_LOGINS
        following = "when a setting changes or a person asks" if is_refused else self._planned()
        log.info(
            "Refresh %d ended: %s after %.1f s. Next refresh %s.",
            run.id,
            run.status,
            seconds,
            following,
        )

    def queue_slot(self) -> None:
        """Queue the run of the present slot if it is due, once among all schedulers."""
        with self.database.transaction() as connection:
            pause = rest.resting(connection, self.settings)
            answer = None
            if pause is None:
                answer = slots.request_due(connection, self.settings.interval, self.name)
        if pause:
            self._tell_rest(pause)
        if answer and answer.run:
            done = "joined" if answer.joined else "queued"
            log.info("Refresh %d is %s for the present slot.", answer.run.id, done)

    def _tell_rest(self, pause: Pause) -> None:
        """Say once a slot why it is left out."""
        slot = slots.slot_of(datetime.now(UTC), self.settings.interval)
        if slot != self._rested_slot:
            self._rested_slot = slot
            log.warning("Slot %s is left out: %s", self._local(slot), self._why(pause))

    def queue_if_late(self) -> None:
        """At start and after an absence: refresh when there are no figures or only old ones."""
        with self.database.transaction() as connection:
            last, now = runs.last_published(connection), clock(connection)
            if pause := rest.resting(connection, self.settings):
                log.warning("Nothing is refreshed at the start: %s", self._why(pause))
                return
            is_fresh = last and last.as_of and age(last.as_of, now) <= self.settings.interval
            if is_fresh and not rest.changed(connection, self.settings):
                return
            answer = queue.request(connection, Trigger.STARTUP, self.name)
        why = (
            f"the figures are {in_words(age(last.as_of, now))} old"
            if last and last.as_of
            else "the cache is empty"
        )
        if answer.run and not answer.joined:
            log.info("Refresh %d queued at once: %s.", answer.run.id, why)

    def beat(self) -> None:
        """Tell the dashboards that this scheduler lives and when it means to run."""
        with self.database.transaction() as connection:
            is_resting = rest.resting(connection, self.settings)
            schedulers.beat(connection, self.name, None if is_resting else self._next_slot())

    def forget_old_audit(self) -> None:
        """Delete the audit's rows that are older than they are kept."""
        with self.database.transaction() as connection:
            gone = audit.forget(connection, self.settings.audit_kept)
        if gone:
            log.info(
                "%d rows of the audit were older than %d days.", gone, self.settings.audit_days
            )

    def _guarded(self, job: Any) -> None:
        try:
            job()
        except NocsError as error:
            log.error("%s was put off: %s", job.__name__, error)

    def _leave(self) -> None:
        if self._is_away:
            return
        try:
            with self.database.transaction() as connection:
                schedulers.leave(connection, self.name)
                notify(connection)
        except NocsError as error:
            log.warning("The scheduler could not sign off: %s", error)

    def _why(self, pause: Pause) -> str:
        return (
            f"Oracle has refused the login since {self._local(pause.since)} ({pause.error_code}). "
            "Restart the scheduler with the corrected setting, or press Refresh."
        )

    def _next_slot(self) -> datetime:
        return slots.slot_of(datetime.now(UTC), self.settings.interval) + self.settings.interval

    def _planned(self) -> str:
        return self._local(self._next_slot())

    def _local(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.settings.zone):%Y-%m-%d %H:%M %Z}"


def serve(settings: Settings, url: str) -> None:
    """Run a scheduler until SIGTERM or Ctrl-C, then end the refresh in progress and leave."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    SchedulerProcess(settings, url, stop).run()


if __name__ == "__main__":
    from nocs.cli import main

    main(["scheduler"])
