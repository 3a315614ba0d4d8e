"""Do what must be done in PostgreSQL, and wait for its return when it is away."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from nocs.cache.faults import PASSING
from nocs.errors import CacheError

log = logging.getLogger("nocs.refresh")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0

T = TypeVar("T")


def insist(step: Callable[[], T], stop: threading.Event, seconds: float) -> T:
    """The result of `step`, tried anew for `seconds` while PostgreSQL is away; `stop` ends it.

    `step` must be one that may be done twice: a COMMIT whose answer was lost may have happened.
    """
    until, pause = time.monotonic() + seconds, FIRST_PAUSE_SECONDS
    while True:
        try:
            return step()
        except CacheError as error:
            if error.code not in PASSING or time.monotonic() >= until or stop.is_set():
                raise
            log.warning("Waiting %.1f s for PostgreSQL. %s", pause, error)
        stop.wait(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
