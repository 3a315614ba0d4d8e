"""One refresh from claim to end: ask, check, publish. Whatever fails, the last figures stay.

PostgreSQL may go away at any moment: phases and heartbeats are then left out, and what must be
written waits for its return. When the answer to a COMMIT was lost, the run's row tells the truth.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from nocs.cache import balances, pauses, queue, runs
from nocs.cache.database import Database
from nocs.demo import movement
from nocs.errors import CacheError, NocsError, RejectedError, SourceError, TakenOverError
from nocs.model import Phase, Run, RunStatus, Snapshot, SourceKind, total
from nocs.money import amount_text
from nocs.refresh import gate, rest
from nocs.refresh.patience import insist
from nocs.refresh.retry import Retries, pause_seconds
from nocs.settings import Settings
from nocs.source import demo
from nocs.source.child import StoppedError, extract
from nocs.source.job import Extract, Job
from nocs.source.order import make_job

log = logging.getLogger("nocs.refresh")

HEARTBEAT_SECONDS = 5  # a tick comes about once a second
# How long the end of a run waits for PostgreSQL to be written down; after it the run is silent.
SETTLE_SECONDS = 600.0


@dataclass(frozen=True)
class Refresher:
    """Carries out runs. `stop` ends the one in progress; `demo_url` is where the demo lives."""

    database: Database
    settings: Settings
    demo_url: str
    host: str
    stop: threading.Event

    def run_next(self) -> Run | None:
        """Claim the queued run, if any, carry it out and return it as it ended."""
        source = self.settings.source_kind()
        with self.database.transaction() as connection:
            run = queue.claim(connection, self.host, source)
        return self._carry_out(run) if run else None

    def _carry_out(self, run: Run) -> Run | None:
        log.info("Refresh %d starts (%s), source %s.", run.id, run.trigger, run.source)
        try:
            _Attempted(self, run).until_published()
        except TakenOverError as error:
            log.warning("%s", error)
        except RejectedError as error:
            self._fail(run, RunStatus.REJECTED, error)
        except NocsError as error:
            self._fail(run, RunStatus.FAILED, error)
        except Exception:  # a bug must not stop the schedule, nor show its traceback on a page
            log.exception("Refresh %d broke.", run.id)
            broken = NocsError(
                "The refresh met an error of the program. "
                "The figures of the last success are kept.",
                "See error.log.",
                code="bug",
            )
            self._fail(run, RunStatus.FAILED, broken)
        return insist(lambda: self._reread(run), self.stop, SETTLE_SECONDS)

    def _reread(self, run: Run) -> Run | None:
        with self.database.reading() as connection:
            return runs.get(connection, run.id)

    def _fail(self, run: Run, status: RunStatus, error: NocsError) -> None:
        log.error("Refresh %d %s: %s", run.id, status, error)

        def note() -> None:
            with self.database.transaction() as connection:
                queue.fail(connection, run.id, status, code=error.code, error=str(error))
                rest.note(connection, self.settings, error.code)

        try:
            insist(note, self.stop, SETTLE_SECONDS)
        except TakenOverError as other:
            log.warning("%s", other)


class _Attempted:
    """The tries of one run."""

    def __init__(self, refresher: Refresher, run: Run) -> None:
        self.database, self.settings = refresher.database, refresher.settings
        self.demo_url, self.stop = refresher.demo_url, refresher.stop
        self.run = run
        self._claimed_at = time.monotonic()
        self.attempt = 0
        self._as_of: datetime | None = None
        self._ticks = 0

    def until_published(self) -> None:
        assert self.run.started_at
        with self.database.transaction() as connection:
            rest.refuse(connection, self.settings, self.run.trigger)
        job = make_job(self.settings, self.demo_url)
        retries = Retries(self.settings.refresh_attempts)
        deadline_seconds = self.settings.refresh_deadline_minutes * 60
        while True:
            self.attempt += 1
            try:
                answer = self._ask(job, deadline_seconds - self._elapsed_seconds())
                break
            except StoppedError:
                raise
            except SourceError as error:
                pause = pause_seconds(self.attempt)
                too_late = self._elapsed_seconds() + pause >= deadline_seconds
                if too_late or not retries.another(error):
                    raise
                log.warning("Try %d failed, next in %.0f s: %s", self.attempt, pause, error)
                self._wait(pause)
        self._publish(answer)

    def _ask(self, job: Job, deadline_seconds: float) -> Extract:
        if job.kind is SourceKind.DEMO:
            self._advance_demo()
        began = self._elapsed_seconds()
        answer = extract(
            job,
            deadline_seconds=deadline_seconds,
            reached=self._enter,
            tick=self._beat,
            stop=self.stop,
        )
        log.info(
            "Query done: %d areas in %.1f s.", len(answer.rows), self._elapsed_seconds() - began
        )
        return answer

    def _advance_demo(self) -> None:
        try:
            with psycopg.connect(self.demo_url) as connection:
                movement.advance(connection)
        except psycopg.Error as error:
            raise demo.translate(error) from error

    def _publish(self, answer: Extract) -> None:
        assert self.run.source and self._as_of
        self._enter(Phase.CHECKING)
        before = insist(self._published_before, self.stop, self._rest_seconds())
        accepted = gate.check(
            answer,
            self.settings,
            before.areas if before else (),
            source=self.run.source,
            previous_source=before.run.source if before else None,
        )
        for warning in accepted.warnings:
            log.warning("Refresh %d: %s.", self.run.id, warning)
        self._enter(Phase.PUBLISHING)
        as_of = self._as_of

        def publish() -> None:
            with self.database.transaction() as connection:
                balances.publish(
                    connection,
                    self.run,
                    accepted.areas,
                    as_of=as_of,
                    warnings=accepted.warnings,
                    unassigned_customers=answer.unassigned_customers,
                    names=answer.names,
                )

        insist(publish, self.stop, self._rest_seconds())
        sums = total(accepted.areas)
        log.info(
            "Refresh %d published %d areas: credit %s, due %s, net %s.",
            self.run.id,
            sums.areas,
            amount_text(sums.positive_balance_amt),
            amount_text(sums.negative_balance_amt),
            amount_text(sums.net_balance),
        )

    def _published_before(self) -> Snapshot | None:
        with self.database.reading() as connection:
            return balances.read_snapshot(connection)

    def _enter(self, phase: Phase) -> None:
        if phase is Phase.QUERYING:
            self._as_of = self._now()
        with self._telling(), self.database.transaction() as connection:
            queue.enter_phase(connection, self.run.id, phase, self.attempt)
            if phase is Phase.QUERYING:  # so the login succeeded
                pauses.end(connection)

    def _beat(self) -> None:
        self._ticks += 1
        if self._ticks % HEARTBEAT_SECONDS == 0:
            with self._telling(), self.database.transaction() as connection:
                queue.heartbeat(connection, self.run.id)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """A short absence of PostgreSQL must not throw minutes of querying away."""
        try:
            yield
        except CacheError as error:
            log.warning("Refresh %d goes on without telling how far it is: %s", self.run.id, error)

    def _wait(self, seconds: float) -> None:
        self._enter(Phase.WAITING)
        waited = 0.0
        while waited < seconds and not self.stop.wait(min(1.0, seconds - waited)):
            waited += 1.0
            self._beat()

    def _elapsed_seconds(self) -> float:
        return time.monotonic() - self._claimed_at

    def _rest_seconds(self) -> float:
        """How long publishing may wait for PostgreSQL: what the source took, once more at least."""
        deadline = self.settings.refresh_deadline_minutes * 60
        return max(deadline - self._elapsed_seconds(), self._elapsed_seconds(), 60.0)

    def _now(self) -> datetime:
        """PostgreSQL's clock at the claim, carried on by this machine's monotonic one."""
        assert self.run.started_at
        return self.run.started_at + timedelta(seconds=self._elapsed_seconds())
