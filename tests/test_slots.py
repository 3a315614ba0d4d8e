"""Slots of the summary and the report: once a day by the wall clock, whatever summer time does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nocs.alerts.slots import latest_of, latest_slot

DHAKA, BERLIN = ZoneInfo("Asia/Dhaka"), ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "now", "slot"),
    [
        # 08:00 in Dhaka is 02:00 UTC.
        ("daily 08:00", "2026-11-25T01:59:59", "2026-11-24T02:00"),
        ("daily 08:00", "2026-11-25T02:00:00", "2026-11-25T02:00"),
        ("daily 00:00", "2026-11-24T18:00:00", "2026-11-24T18:00"),
        # 2026-11-22 is a Sunday.
        ("weekly sun 08:00", "2026-11-22T01:59:59", "2026-11-15T02:00"),
        ("weekly sun 08:00", "2026-11-22T02:00:00", "2026-11-22T02:00"),
        ("weekly mon 08:00", "2026-11-29T12:00:00", "2026-11-23T02:00"),
        ("monthly 1 08:00", "2026-11-01T01:59:59", "2026-10-01T02:00"),
        ("monthly 1 08:00", "2026-11-01T02:00:00", "2026-11-01T02:00"),
        ("monthly 31 08:00", "2026-11-30T02:00:00", "2026-11-30T02:00"),
        ("monthly 31 08:00", "2027-02-28T02:00:00", "2027-02-28T02:00"),
        ("monthly 29 08:00", "2028-02-29T01:59:59", "2028-01-29T02:00"),
    ],
)
def test_a_slot_is_the_newest_wall_clock_time_that_has_come(
    schedule: str, now: str, slot: str
) -> None:
    assert latest_slot(schedule, at(now), DHAKA) == at(slot)


def test_of_several_times_a_day_the_newest_counts() -> None:
    times = ("09:00", "17:00")
    assert latest_of(times, at("2026-11-25T10:59"), DHAKA) == at("2026-11-25T03:00")
    assert latest_of(times, at("2026-11-25T11:00"), DHAKA) == at("2026-11-25T11:00")


@pytest.mark.parametrize(
    ("night", "slot"),
    [
        ("2026-03-28T20:00", "2026-03-29T01:30"),  # 02:30 does not exist: it comes at 03:30
        ("2026-10-24T20:00", "2026-10-25T00:30"),  # 02:30 comes twice: the first counts
    ],
)
def test_a_time_that_summer_time_skips_or_doubles_comes_once(night: str, slot: str) -> None:
    minutes = [at(night) + timedelta(minutes=n) for n in range(12 * 60)]
    seen = {latest_slot("daily 02:30", now, BERLIN) for now in minutes}
    assert {s for s in seen if s > at(night)} == {at(slot)}


def test_a_year_has_a_daily_slot_for_each_of_its_days() -> None:
    hours = [at("2025-12-31T23:00") + timedelta(hours=n) for n in range(365 * 24)]
    slots = {latest_slot("daily 02:30", now, BERLIN) for now in hours} - {at("2025-12-31T01:30")}
    days = {slot.astimezone(BERLIN).date() for slot in slots}
    assert len(slots) == len(days) == 365
