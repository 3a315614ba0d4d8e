"""Age and freshness, on both sides of each limit."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nocs.freshness import Freshness, age, freshness, in_words

AS_OF = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("elapsed", "state"),
    [
        (timedelta(0), Freshness.FRESH),
        (1.5 * HOUR, Freshness.FRESH),
        (1.5 * HOUR + INSTANT, Freshness.LATE),
        (3 * HOUR, Freshness.LATE),
        (3 * HOUR + INSTANT, Freshness.STALE),
    ],
)
def test_late_after_one_and_a_half_intervals_stale_after_three(
    elapsed: timedelta, state: Freshness
) -> None:
    assert freshness(AS_OF, AS_OF + elapsed, HOUR) is state


def test_the_limits_follow_the_interval() -> None:
    now = AS_OF + timedelta(hours=5)
    assert freshness(AS_OF, now, HOUR) is Freshness.STALE
    assert freshness(AS_OF, now, timedelta(days=1)) is Freshness.FRESH


def test_a_clock_that_runs_behind_gives_no_negative_age() -> None:
    assert age(AS_OF, AS_OF - HOUR) == timedelta(0)
    assert freshness(AS_OF, AS_OF - HOUR, HOUR) is Freshness.FRESH


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (599, "9 min 59 s"),
        (600, "10 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d"),
        (273_600, "3 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_an_age_reads_in_its_two_largest_units(seconds: int, text: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_change_of_summer_time_adds_no_hour_to_the_age(day: str) -> None:
    before = datetime.fromisoformat(f"{day}T00:30:00+00:00").astimezone(ZoneInfo("Europe/Berlin"))
    after = datetime.fromisoformat(f"{day}T01:30:00+00:00").astimezone(ZoneInfo("Europe/Berlin"))
    assert age(before, after) == HOUR
