"""The ranges of a trend: a day, a week, and so on up to everything, or two days of one's own.

How far apart the points lie follows from the length: hours within ten days, days within fourteen
months, months beyond.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nocs.language import later
from nocs.model import SourceKind
from nocs.past import Grain, Moment, Span
from nocs.settings import Settings
from nocs.ui.words import Words

DAY = timedelta(days=1)
MOST_HOURLY, MOST_DAILY = 10 * DAY, 425 * DAY
LENGTHS: dict[str, timedelta | None] = {
    later("Day"): DAY,
    later("Week"): 7 * DAY,
    later("Month"): 31 * DAY,
    later("Year"): 366 * DAY,
    later("All"): None,
    later("Custom"): None,
}
WORDS = {
    Grain.HOUR: later("the last refresh of each hour"),
    Grain.DAY: later("the last refresh of each day"),
    Grain.MONTH: later("the last refresh of each month"),
}


@dataclass(frozen=True, slots=True)
class Custom:
    """Two days, both included."""

    first: date
    last: date


def span_of(
    name: str, source: SourceKind, as_of: datetime, begins: datetime, settings: Settings
) -> Span:
    """The span of a named range that ends with the present figures."""
    length = LENGTHS[name]
    start = begins if length is None else as_of - length
    return Span(source, start, as_of, grain_of(as_of - max(start, begins)), settings.zone)


def custom_span(custom: Custom, source: SourceKind, settings: Settings) -> Span:
    """From the first moment of the first day to the last one of the last."""
    start = datetime.combine(custom.first, time.min, settings.zone)
    end = datetime.combine(custom.last, time.max, settings.zone)
    return Span(source, start, end, grain_of(end - start), settings.zone)


def grain_of(length: timedelta) -> Grain:
    if length <= MOST_HOURLY:
        return Grain.HOUR
    return Grain.DAY if length <= MOST_DAILY else Grain.MONTH


def missing_note(moments: Sequence[Moment], words: Words) -> str:
    """How often areas were missing; empty when never."""
    full = max((moment.totals.areas for moment in moments), default=0)
    count = sum(moment.totals.areas < full for moment in moments)
    if not count:
        return ""
    return words.say_n(
        "At {count} point an area was missing (circles): totals are lower there.",
        "At {count} points an area was missing (circles): totals are lower there.",
        count,
    )
