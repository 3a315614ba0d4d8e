"""When a failed try of a refresh is followed by another, and how long after."""

import random
from collections import Counter
from collections.abc import Callable

from nocs.errors import SourceError
from nocs.source.faults import RETRIED_ONCE

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0


class Retries:
    """The tries of one run; `attempts` is how many a passing fault may cost."""

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts
        self._met: Counter[str] = Counter()

    def another(self, error: SourceError) -> bool:
        """Whether to try again after this error. A fault of RETRIED_ONCE has its one more try
        whatever `attempts` says, and never a second."""
        self._met[error.code] += 1
        if error.code in RETRIED_ONCE:
            return self._met[error.code] == 1
        passing = sum(n for code, n in self._met.items() if code not in RETRIED_ONCE)
        return error.transient and passing < self._attempts


def pause_seconds(attempt: int, jitter: Callable[[], float] = random.random) -> float:
    """Seconds before the next try: doubled each time, capped, spread over its upper half."""
    longest = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
    return float(longest * (0.5 + jitter() / 2))
