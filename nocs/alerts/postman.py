"""Sends what is queued, in a thread of its own: a slow mail server holds up nothing else."""

import logging
import threading

from nocs.alerts import outbox
from nocs.alerts.addresses import addresses
from nocs.alerts.message import Delivery, Kind, Outcome
from nocs.alerts.sender import ATTEMPT_SECONDS, Sender
from nocs.cache.database import Database, clock
from nocs.errors import NocsError
from nocs.settings import Settings

log = logging.getLogger("nocs.alerts")

WAKE_SECONDS = 5.0
NOTE_PAUSES_SECONDS = (0.5, 2.0, 8.0, 20.0)


class Postman(threading.Thread):
    """Claims deliveries and sends them, until `stop`. Several postmen share the work."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        name: str,
        stop: threading.Event,
        attempt_seconds: float = ATTEMPT_SECONDS,
    ) -> None:
        super().__init__(name="nocs-postman", daemon=True)
        self._database = database
        self._settings = settings
        self._who = name
        self._stop_event = stop
        self._attempt_seconds = attempt_seconds
        self._wake = threading.Event()

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def run(self) -> None:
        while not self._stop_event.is_set():
            try:
                self.deliver_due()
            except NocsError as error:
                log.error("Messages wait: %s", error)
            except Exception:  # a bug in one message must not end the sending of all
                log.exception("Sending messages broke; it goes on in a moment.")
            self._wake.wait(WAKE_SECONDS)
            self._wake.clear()

    def deliver_due(self) -> int:
        """Send everything that is due; returns how many attempts were made."""
        with self._database.transaction() as connection:
            if not outbox.has_due(connection, clock(connection)):
                return 0
        with Sender(self._settings, self._stop_event, self._attempt_seconds) as sender:
            return self.deliver_with(sender)

    def deliver_with(self, sender: Sender) -> int:
        """Send everything that is due with a sender that is open."""
        count = 0
        while not self._stop_event.is_set() and (delivery := self._claim()):
            self._note(delivery, self._attempt(sender, delivery))
            count += 1
        return count

    def _claim(self) -> Delivery | None:
        with self._database.transaction() as connection:
            return outbox.claim(connection, self._who, clock(connection))

    def _attempt(self, sender: Sender, delivery: Delivery) -> Outcome:
        known = {a.name: a for a in addresses(self._settings, delivery.kind)}
        address = known.get(delivery.target)
        if address is None:
            return Outcome(False, "the address is not in this scheduler's settings")
        if delivery.kind is Kind.PING:
            return sender.ping(address)
        return sender.send(address, delivery.content)

    def _note(self, delivery: Delivery, outcome: Outcome) -> None:
        """Write down how it ended; a short absence of PostgreSQL must not leave it in doubt."""
        for pause in (*NOTE_PAUSES_SECONDS, None):
            try:
                with self._database.transaction() as connection:
                    status = outbox.finish(connection, delivery, outcome, clock(connection))
                break
            except NocsError:
                if pause is None:
                    raise
                self._stop_event.wait(pause)
        what = f"{delivery.kind} ({delivery.key}) to {delivery.target}"
        if outcome.is_sent:
            log.info("Sent: %s.", what)
        elif status == "waiting":
            log.warning("Not sent, tried again later: %s: %s", what, outcome.error)
        elif delivery.kind is Kind.PING:
            log.warning("The dead man's switch was not reached: %s", outcome.error)
        else:
            log.error("Not sent, %s: %s: %s", status, what, outcome.error)
