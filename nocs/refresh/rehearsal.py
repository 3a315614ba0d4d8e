"""`nocs source check`: a refresh without its end. All is asked and judged, nothing is published.

It also asks what no refresh asks: the user's privileges and the report's plan.
"""

import threading
from collections.abc import Callable, Iterator

from nocs.cache import balances
from nocs.cache.database import Database
from nocs.errors import NocsError, RejectedError, SourceError
from nocs.model import Figures, Phase, Snapshot, SourceKind, total
from nocs.money import amount_text, count_text
from nocs.refresh import gate
from nocs.settings import Settings
from nocs.source import check
from nocs.source.check import Finding, Level
from nocs.source.child import extract
from nocs.source.job import Examined, Extract, Job
from nocs.source.order import make_job

SHOWN_PLAN_LINES = 60


class Rehearsal:
    """One check. `show` is called with each finding as soon as it is known."""

    def __init__(
        self, settings: Settings, show: Callable[[Finding], None], stop: threading.Event
    ) -> None:
        self._settings, self._show, self._stop = settings, show, stop
        self.failed = False
        self.warnings = 0

    def run(self, database: Database | None, demo_url: str) -> bool:
        """Whether a refresh would publish. Without `database` nothing is compared."""
        before = self._cached(database)
        try:
            job = make_job(self._settings, demo_url, examine=True)
            self._tell(Level.OK, f"The report only reads: {', '.join(job.tables)}.")
            answer = self._ask(job)
        except NocsError as error:
            self._tell(Level.FAIL, str(error))
            return False
        self._timings(answer)
        self._judge(answer, before)
        self._control(answer)
        self._found(
            check.of_sign(
                answer,
                self._settings.credit_sign,
                confirmed=self._settings.credit_sign_confirmed,
                grouping=self._settings.number_grouping,
            )
        )
        return not self.failed

    def _ask(self, job: Job) -> Extract:
        def examined(seen: Examined) -> None:
            for finding in check.of_session(seen, job):
                self._found(finding)
            for line in seen.plan[:SHOWN_PLAN_LINES]:
                self._tell(Level.PLAIN, line)
            self._tell(Level.PLAIN, "The report runs …")

        try:
            return extract(
                job,
                deadline_seconds=self._settings.refresh_deadline_minutes * 60,
                reached=lambda phase: self._reached(phase, job),
                tick=lambda: None,
                stop=self._stop,
                examined=examined,
            )
        except SourceError as error:
            raise type(error)(error.what.replace(" The figures of the last success are kept.", ""),
                              error.remedy, code=error.code) from error  # fmt: skip

    def _reached(self, phase: Phase, job: Job) -> None:
        if phase is Phase.CONNECTING and job.kind is SourceKind.ORACLE:
            self._tell(Level.PLAIN, "Connecting to Oracle …")

    def _timings(self, answer: Extract) -> None:
        told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in answer.seconds.items())
        self._tell(Level.OK, f"{len(answer.rows)} areas. Time: {told}.")
        for notice in answer.notices:
            self._tell(Level.WARN, f"{notice}.")
        if answer.names is not None:
            self._found(check.of_names(answer.names))

    def _judge(self, answer: Extract, before: Snapshot | None) -> None:
        try:
            accepted = gate.check(
                answer,
                self._settings,
                before.areas if before else (),
                source=self._settings.source_kind(),
                previous_source=before.run.source if before else None,
            )
        except RejectedError as error:
            self._tell(Level.FAIL, f"GATE: {error.what.partition(' The figures of the last')[0]}")
            return
        self._tell(Level.OK, "GATE: a refresh would publish these figures.")
        for warning in accepted.warnings:
            if warning not in answer.notices:
                self._tell(Level.WARN, f"{warning}.")
        for line in self._compared(total(accepted.areas), before):
            self._tell(Level.PLAIN, line)

    def _cached(self, database: Database | None) -> Snapshot | None:
        if database is None:
            return None
        with database.reading() as connection:
            return balances.read_snapshot(connection)

    def _compared(self, now: Figures, before: Snapshot | None) -> Iterator[str]:
        grouping = self._settings.number_grouping
        old = before.totals if before else None
        headings = ("source now", "in the cache", "difference")[: 3 if old else 1]
        yield " " * 10 + "".join(f"{heading:>26}" for heading in headings)
        for name, heading in (
            ("total_customers", "customers"),
            ("positive_balance_amt", "credit"),
            ("negative_balance_amt", "due"),
            ("net_balance", "net"),
        ):
            in_words = count_text if name == "total_customers" else amount_text
            value = getattr(now, name)
            kept = getattr(old, name) if old else None
            cells = [value] if kept is None else [value, kept, value - kept]
            texts = [in_words(cell, grouping) for cell in cells]
            yield f"{heading:10}" + "".join(f"{text:>26}" for text in texts)

    def _control(self, answer: Extract) -> None:
        grouping = self._settings.number_grouping
        self._tell(
            Level.PLAIN,
            f"Without a NOCS area: {count_text(answer.unassigned_customers, grouping)} customers, "
            f"credit {amount_text(answer.unassigned_credit_amt, grouping)}, "
            f"due {amount_text(answer.unassigned_due_amt, grouping)}.",
        )

    def _tell(self, level: Level, text: str) -> None:
        self._found(Finding(level, text))

    def _found(self, finding: Finding) -> None:
        self.failed = self.failed or finding.level is Level.FAIL
        self.warnings += finding.level is Level.WARN
        self._show(finding)
