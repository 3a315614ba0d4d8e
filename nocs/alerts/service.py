"""Alerts, summary and report as the scheduler process runs them: a watch and a postman.

Nothing starts when nothing of it is set.
"""

import logging
import threading
from datetime import UTC, datetime
from typing import Any

from apscheduler.triggers.interval import IntervalTrigger

from nocs.alerts.addresses import addresses
from nocs.alerts.message import Kind
from nocs.alerts.postman import Postman
from nocs.alerts.sender import Sender
from nocs.alerts.watch import Watcher
from nocs.cache.database import Database
from nocs.errors import NocsError, SettingsError
from nocs.settings import PREFIX, Settings

log = logging.getLogger("nocs.alerts")

LOOK_SECONDS = 15
JOB = "alerts"
SETTING_OF = {
    Kind.ALERT: "ALERT_URLS",
    Kind.SUMMARY: "SUMMARY_URLS",
    Kind.REPORT: "REPORT_MAIL_URL",
}


class Alerts:
    """The part of a scheduler process that speaks to people."""

    def __init__(
        self, database: Database, settings: Settings, name: str, stop: threading.Event
    ) -> None:
        self._settings = settings
        self._clock: Any = None
        self._watcher = Watcher(database, settings)
        self._postman = Postman(database, settings, name, stop)

    def start(self, clock: Any) -> None:
        """Add the watch to the scheduler's clock. SettingsError when an address is wrong."""
        require_addresses(self._settings)
        if not any(addresses(self._settings, kind) for kind in Kind):
            return
        self._clock = clock
        clock.add_job(
            self._look,
            IntervalTrigger(seconds=LOOK_SECONDS),
            id=JOB,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._postman.start()

    def look_soon(self) -> None:
        """A refresh has ended: look now, on the clock's thread and not on the caller's."""
        if self._clock is not None:
            self._clock.modify_job(JOB, next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """Let the message under way end, or cut it short after a few seconds."""
        if self._postman.is_alive():
            self._postman.wake()
            self._postman.join()

    def _look(self) -> None:
        try:
            if self._watcher.look():
                self._postman.wake()
        except NocsError as error:
            log.error("Alerts wait: %s", error)
        except Exception:  # a bug in a rule must not end the looking
            log.exception("Looking for alerts broke; it goes on in a moment.")


def require_addresses(settings: Settings) -> None:
    """SettingsError when apprise does not know an address, or the report is half set."""
    settings.require_whole_report()
    found = [(name, a) for kind, name in SETTING_OF.items() for a in addresses(settings, kind)]
    if not found:
        return
    with Sender(settings) as sender:
        for name, address in found:
            outcome = sender.check(address)
            if not outcome.is_sent:
                raise SettingsError(
                    f"{PREFIX}{name}: address {address.name}: {outcome.error}.",
                    "The README shows the forms of mail, Teams and Slack.",
                )
