"""How old the figures are, as one function over one `now`.

The limits are multiples of the refresh interval, so that a daily installation is not called
stale after three hours.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from nocs.language import ENGLISH

LATE_AFTER_INTERVALS = 1.5
STALE_AFTER_INTERVALS = 3


class Freshness(StrEnum):
    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"


def age(as_of: datetime, now: datetime) -> timedelta:
    """Age of the figures; a clock that runs behind gives zero, never a negative age."""
    # In UTC: Python would take the difference of the clock faces in a zone with summer time.
    return max(now.astimezone(UTC) - as_of.astimezone(UTC), timedelta(0))


def freshness(as_of: datetime, now: datetime, interval: timedelta) -> Freshness:
    """Fresh up to and including 1.5 intervals, late up to and including 3, stale beyond."""
    elapsed = age(as_of, now)
    if elapsed > interval * STALE_AFTER_INTERVALS:
        return Freshness.STALE
    if elapsed > interval * LATE_AFTER_INTERVALS:
        return Freshness.LATE
    return Freshness.FRESH


def in_words(span: timedelta) -> str:
    """A span in its two largest units: '2 h 5 min', '3 d 4 h', '45 s'."""
    return ENGLISH.span(span)
