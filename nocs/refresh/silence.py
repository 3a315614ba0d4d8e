"""Tells a run whose process died from one that could not be heard.

An old heartbeat alone proves nothing: the clock may have been set, or PostgreSQL was away and took
none. So a run is given up only when this process has also watched it say nothing for a while.
"""

import time
from datetime import datetime

from sqlalchemy import Connection

from nocs.cache import queue

WATCHED_SECONDS = 12.0  # two heartbeats of a living run


class Silence:
    """What one scheduler has heard of the run in progress."""

    def __init__(self) -> None:
        self._heard: tuple[int, datetime] | None = None
        self._heard_at = 0.0

    def forget(self) -> None:
        """Begin anew: for a time nobody could be heard."""
        self._heard = None

    def abandon(self, connection: Connection) -> int | None:
        """Look at the running run and mark it abandoned when it is dead; returns its id then."""
        sign = queue.last_sign(connection)
        if sign is None:
            return None
        run_id, heartbeat_at, now = sign
        if self._heard != (run_id, heartbeat_at):
            self._heard, self._heard_at = (run_id, heartbeat_at), time.monotonic()
        is_old = abs(now - heartbeat_at) > queue.SILENT_AFTER
        if not is_old or time.monotonic() - self._heard_at < WATCHED_SECONDS:
            return None
        return run_id if queue.abandon(connection, run_id, heartbeat_at) else None
