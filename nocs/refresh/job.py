"""One refresh from claim to end: ask, check, publish. Whatever fails, the last figures stay."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime

import psycopg

from nocs.cache import balances, pauses, queue, runs
from nocs.cache.database import Database, clock
from nocs.demo import ccb
from nocs.errors import CacheError, NocsError, RejectedError, SourceError, TakenOverError
from nocs.model import Phase, Run, RunStatus, SourceKind, total
from nocs.money import amount_text
from nocs.refresh import gate, rest
from nocs.refresh.retry import Retries, pause_seconds
from nocs.settings import Settings
from nocs.source import demo
from nocs.source.child import StoppedError, extract
from nocs.source.job import Extract, Job
from nocs.source.order import make_job

log = logging.getLogger("nocs.refresh")

HEARTBEAT_SECONDS = 5  # a tick comes about once a second


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
        except Exception:
            # A bug must not stop the schedule; its traceback goes to the log, not to a page.
            log.exception("Refresh %d broke.", run.id)
            broken = NocsError(
                "The refresh met an error of the program. "
                "The figures of the last success are kept.",
                "See error.log.",
                code="bug",
            )
            self._fail(run, RunStatus.FAILED, broken)
        with self.database.transaction() as connection:
            return runs.get(connection, run.id)

    def _fail(self, run: Run, status: RunStatus, error: NocsError) -> None:
        log.error("Refresh %d %s: %s", run.id, status, error)
        with self.database.transaction() as connection:
            queue.fail(connection, run.id, status, code=error.code, error=str(error))
            rest.note(connection, self.settings, error.code)


class _Attempted:
    """The tries of one run."""

    def __init__(self, refresher: Refresher, run: Run) -> None:
        self.database, self.settings = refresher.database, refresher.settings
        self.demo_url, self.stop = refresher.demo_url, refresher.stop
        self.run = run
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
                ccb.advance(connection)
        except psycopg.Error as error:
            raise demo.translate(error) from error

    def _publish(self, answer: Extract) -> None:
        assert self.run.source and self._as_of
        self._enter(Phase.CHECKING)
        with self.database.reading() as connection:
            before = balances.read_snapshot(connection)
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
        with self.database.transaction() as connection:
            balances.publish(
                connection,
                self.run,
                accepted.areas,
                as_of=self._as_of,
                warnings=accepted.warnings,
                unassigned_customers=answer.unassigned_customers,
            )
        sums = total(accepted.areas)
        log.info(
            "Refresh %d published %d areas: credit %s, due %s, net %s.",
            self.run.id,
            sums.areas,
            amount_text(sums.positive_balance_amt),
            amount_text(sums.negative_balance_amt),
            amount_text(sums.net_balance),
        )

    def _enter(self, phase: Phase) -> None:
        with self.database.transaction() as connection:
            moment = queue.enter_phase(connection, self.run.id, phase, self.attempt)
            if phase is Phase.QUERYING:  # so the login succeeded
                pauses.end(connection)
        if phase is Phase.QUERYING:
            self._as_of = moment

    def _beat(self) -> None:
        self._ticks += 1
        if self._ticks % HEARTBEAT_SECONDS:
            return
        try:
            with self.database.transaction() as connection:
                queue.heartbeat(connection, self.run.id)
        except CacheError as error:
            # A short absence of PostgreSQL must not throw minutes of querying away.
            log.warning("Refresh %d goes on without its heartbeat: %s", self.run.id, error)

    def _wait(self, seconds: float) -> None:
        self._enter(Phase.WAITING)
        waited = 0.0
        while waited < seconds and not self.stop.wait(min(1.0, seconds - waited)):
            waited += 1.0
            self._beat()

    def _elapsed_seconds(self) -> float:
        with self.database.transaction() as connection:
            now = clock(connection)
        assert self.run.started_at
        return (now - self.run.started_at).total_seconds()
