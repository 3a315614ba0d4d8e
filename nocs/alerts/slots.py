"""The moments at which something is due by the clock on the wall.

A slot is one a local day: a time that summer time skips comes an hour later that day, and one
that it doubles comes once, the first time.
"""

import calendar
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_GAP_DAYS = 32


def latest_slot(schedule: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The newest slot of 'daily 08:00', 'weekly sun 08:00' or 'monthly 1 08:00' up to now, UTC."""
    words = schedule.split()
    at = time.fromisoformat(words[-1])
    is_day = _day_test(words[:-1])
    today = now.astimezone(zone).date()
    for days in range(LONGEST_GAP_DAYS + 1):
        day = today - timedelta(days=days)
        if is_day(day):
            slot = datetime.combine(day, at, zone).astimezone(UTC)
            if slot <= now:
                return slot
    raise AssertionError(f"{schedule} has no day")


def latest_of(times: Iterable[str], now: datetime, zone: ZoneInfo) -> datetime:
    """The newest slot up to now of several times a day."""
    return max(latest_slot(f"daily {time}", now, zone) for time in times)


def _day_test(words: list[str]) -> Callable[[date], bool]:
    match words:
        case ["daily"]:
            return lambda day: True
        case ["weekly", name]:
            return lambda day: day.weekday() == WEEKDAYS.index(name)
        case ["monthly", number]:
            return lambda day: day.day == min(int(number), _last_day(day))
    raise AssertionError(f"{words} is no schedule")


def _last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
