"""How old the figures are, as one function over one `now`.

The limits are multiples of the refresh interval, so that a daily installation is not called
stale after three hours.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

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
    seconds = max(int(span.total_seconds()), 0)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((i for i, (count, _) in enumerate(units) if count), 3)
    if first == 2 and minutes >= 10:
        return f"{minutes} min"
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2] if count) or "0 s"
