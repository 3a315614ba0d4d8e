"""The scheduler's rest after a refused login.

Tries with a wrong password lock the account, so nothing is asked by itself with settings that were
refused: not by the next slot, not after a restart, not by another machine with the same settings.
A person's refresh is always tried, and a login that succeeds ends the rest.
"""

from sqlalchemy import Connection

from nocs.cache import pauses
from nocs.errors import SourceError
from nocs.model import Pause, SourceKind, Trigger
from nocs.settings import Settings
from nocs.source.faults import REFUSED_LOGINS
from nocs.source.fingerprint import fingerprint

BY_ITSELF = (Trigger.STARTUP, Trigger.SCHEDULE)


def resting(connection: Connection, settings: Settings) -> Pause | None:
    """The pause that concerns these settings, if one stands."""
    pause = pauses.standing(connection)
    if pause is None or settings.source_kind() is not SourceKind.ORACLE:
        return None
    return pause if pause.fingerprint == fingerprint(settings) else None


def changed(connection: Connection, settings: Settings) -> bool:
    """Whether other settings than these were refused: worth a try at once."""
    return pauses.standing(connection) is not None and resting(connection, settings) is None


def refuse(connection: Connection, settings: Settings, trigger: Trigger) -> None:
    """SourceError when this run must not ask the source; another scheduler may have queued it."""
    if trigger in BY_ITSELF and (pause := resting(connection, settings)):
        raise SourceError(
            f"Oracle was not asked, because it refused this login before ({pause.error_code}). "
            "The figures of the last success are kept.",
            "Restart the scheduler with the corrected setting, or press Refresh.",
            code=pause.error_code,
        )


def note(connection: Connection, settings: Settings, error_code: str) -> None:
    """Begin the rest if the error is a refused login."""
    if error_code in REFUSED_LOGINS:
        pauses.begin(connection, error_code, fingerprint(settings))
