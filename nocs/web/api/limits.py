"""Failed tokens are counted by address and by token, so that nobody can try them for long.

A valid token passes whatever its neighbours do: an office behind one address is not shut out by
one misconfigured program in it.
"""

import threading
import time
from collections import OrderedDict, deque

MOST_FAILURES = 10
WINDOW_SECONDS = 60.0
MOST_KEYS = 10_000


class Failures:
    """Moments of failure of each key within the window. Thread-safe, bounded in memory."""

    def __init__(self) -> None:
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, *keys: str) -> tuple[bool, float]:
        """Count a failure; returns whether it is a key's first, and the seconds to wait if any."""
        now = time.monotonic()
        with self._lock:
            known = [self._recent(key, now) for key in keys]
            is_first = any(not moments for moments in known)
            wait = max((self._wait(moments, now) for moments in known), default=0.0)
            if not wait:
                for moments in known:
                    moments.append(now)
            while len(self._moments) > MOST_KEYS:
                self._moments.popitem(last=False)
        return is_first, wait

    def forget(self) -> None:
        with self._lock:
            self._moments.clear()

    def _recent(self, key: str, now: float) -> deque[float]:
        moments = self._moments.setdefault(key, deque())
        self._moments.move_to_end(key)
        while moments and now - moments[0] >= WINDOW_SECONDS:
            moments.popleft()
        return moments

    def _wait(self, moments: deque[float], now: float) -> float:
        full = len(moments) >= MOST_FAILURES
        return WINDOW_SECONDS - (now - moments[0]) if full else 0.0


failures = Failures()
