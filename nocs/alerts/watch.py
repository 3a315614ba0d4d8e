"""One look at the cache: what is to be said now is queued, in one transaction, under one lock.

Nothing is sent here, so a look takes milliseconds whatever the mail server does. It runs beside
the refreshes, so figures go stale aloud even when a refresh hangs.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from nocs.alerts import episodes, letters, outbox, summary
from nocs.alerts.addresses import addresses
from nocs.alerts.message import Content, Kind, Message
from nocs.alerts.rules import problems
from nocs.alerts.state import State, StateReader
from nocs.cache import balances
from nocs.cache.database import Database, clock
from nocs.model import Run, SourceKind
from nocs.settings import Settings

log = logging.getLogger("nocs.alerts")

LOCK_KEY = 0x6E6F637361  # "nocsa"
ALERT_PATIENCE = timedelta(hours=24)
PING_PATIENCE = timedelta(minutes=5)
FORGET_EVERY = timedelta(hours=1)


class Watcher:
    """Decides what is to be said. Any number may run; one at a time looks."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._reader = StateReader()
        self._targets = {
            kind: [address.name for address in addresses(settings, kind)] for kind in Kind
        }
        self._began_at: datetime | None = None
        self._forgot_at: datetime | None = None

    def look(self, now: datetime | None = None) -> int:
        """Queue what is due; returns how many messages. `now` is PostgreSQL's clock if not given.

        When another watcher is looking this one leaves it to it.
        """
        with self._database.transaction() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(text("SET LOCAL statement_timeout = '30s'"))
            if not connection.execute(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK_KEY}
            ).scalar():
                return 0
            now = now or clock(connection)
            self._began_at = self._began_at or now
            count = self._look(connection, now, self._began_at)
        # After the commit: a workbook that cannot be built must not silence an alert.
        return count + (self._report(now, self._began_at) if self._targets[Kind.REPORT] else 0)

    def _look(self, connection: Connection, now: datetime, began_at: datetime) -> int:
        for target in outbox.settle_silent(connection, now):
            log.warning("Nobody knows whether this arrived, so it is not sent twice: %s.", target)
        state = self._mine(self._reader.read(connection, now))
        queued = [
            self._put(connection, letter, now) for letter in self._alerts(connection, state, now)
        ]
        if run := state.published:
            if self._targets[Kind.PING] and _is_news(run, now):
                queued.append(self._put(connection, _ping(run), now))
            if self._targets[Kind.SUMMARY]:
                said = summary.due_message(
                    connection, run, self._settings, now=now, began_at=began_at
                )
                queued += [self._put(connection, said, now)] if said else []
        if self._forgot_at is None or now - self._forgot_at >= FORGET_EVERY:
            outbox.forget_old(connection, now)
            self._forgot_at = now
        return sum(queued)

    def _mine(self, state: State) -> State:
        """The state without troubles of addresses that are no longer in the settings."""
        troubles = tuple(t for t in state.troubles if t.target in self._targets[t.kind])
        return replace(state, troubles=troubles)

    def _alerts(self, connection: Connection, state: State, now: datetime) -> list[Message]:
        if not self._targets[Kind.ALERT]:
            return []
        settings = self._settings
        is_demo = settings.source_kind() is SourceKind.DEMO
        changes = episodes.reconcile(
            connection,
            problems(state, settings, now),
            now,
            timedelta(hours=settings.alert_remind_hours),
        )
        found = []
        if some := changes.opened:
            found.append(_alert("opened", some, letters.opened(some, settings, is_demo=is_demo)))
        if some := changes.reminded:
            letter = letters.reminder(some, settings, now, is_demo=is_demo)
            found.append(_alert("reminded", some, letter))
        if some := changes.closed:
            letter = letters.closed(some, settings, now, is_demo=is_demo)
            found.append(_alert("closed", some, letter))
        return found

    def _report(self, now: datetime, began_at: datetime) -> bool:
        from nocs.alerts import report  # the workbook's library is loaded only where it is used

        with self._database.reading() as connection:
            slot = report.due_slot(connection, self._settings, now=now, began_at=began_at)
            snapshot = balances.read_snapshot(connection) if slot else None
        if slot is None or snapshot is None:
            return False  # without figures it waits for them
        message = report.message(snapshot, self._settings, slot=slot, now=now)
        with self._database.transaction() as connection:
            return self._put(connection, message, now)

    def _put(self, connection: Connection, message: Message, now: datetime) -> bool:
        is_new = outbox.put(connection, message, self._targets[message.kind], now)
        if is_new and message.kind is not Kind.PING:
            log.info("Queued: %s, %s.", message.content.title, message.key)
        return is_new


def _alert(what: str, some: Sequence[episodes.Episode], content: Content) -> Message:
    return Message(
        kind=Kind.ALERT,
        key=f"{what} {some[0].id}" + (f" {some[0].reminded}" if what == "reminded" else ""),
        content=content,
        patience=ALERT_PATIENCE,
        alert_ids=tuple(episode.id for episode in some) if what != "closed" else (),
    )


def _is_news(run: Run, now: datetime) -> bool:
    assert run.finished_at
    return now - run.finished_at <= PING_PATIENCE


def _ping(run: Run) -> Message:
    return Message(
        kind=Kind.PING,
        key=f"run {run.id}",
        content=Content(title="", text=""),
        patience=PING_PATIENCE,
        run_id=run.id,
    )
