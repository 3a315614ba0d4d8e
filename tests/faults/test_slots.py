"""Many schedulers, a clock that jumps, and summer time: each slot has one run."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest

from nocs.cache import balances, queue, runs, schedulers, slots
from nocs.cache.database import Database, clock
from nocs.freshness import age
from nocs.model import RunStatus, SourceKind
from nocs.refresh import silence
from tests.faults import cache
from tests.faults.clock import FIRST_HOUR, move_clock, pin_clock, read_clock, set_clock
from tests.faults.conftest import Results
from tests.faults.processes import Processes
from tests.records import area, publish, running
from tests.waiting import until

HOUR = timedelta(hours=1)
SLOTS = 50
SCHEDULERS = 8


def slot_runs(url: str) -> dict[datetime, str]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT slot, status FROM nocs_refresh_run WHERE slot IS NOT NULL ORDER BY slot"
        ).fetchall()
    return {slot.astimezone(UTC): status for slot, status in found}


def run_count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM nocs_refresh_run").fetchone()
    assert row
    return int(row[0])


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_eight_schedulers_make_one_run_of_each_of_fifty_slots_though_the_leader_dies(
    demo_url: str, processes: Processes, results: Results
) -> None:
    pin_clock(demo_url, FIRST_HOUR)
    # Not all at once: the leader is the one that has served longest.
    started = [processes.scheduler(demo_url)]
    cache.first_figures(demo_url)
    started += [processes.scheduler(demo_url) for _ in range(SCHEDULERS - 1)]
    until(lambda: len(_living(demo_url)) == SCHEDULERS, "eight schedulers", seconds=90)
    takeover = 0.0
    for number in range(1, SLOTS):
        slot = slots.slot_of(FIRST_HOUR, HOUR) + number * HOUR
        if number == SLOTS // 2:
            # The clock has jumped an hour: until each has spoken again, all of them seem dead.
            until(lambda: len(_living(demo_url)) == SCHEDULERS, "eight that spoke", seconds=90)
            leader = _living(demo_url)[0]
            victim = next(p for p in started if leader.endswith(f":{p.pid}"))
            victim.kill()
        killed_at = time.monotonic()
        set_clock(demo_url, slot + timedelta(seconds=1))
        until(lambda s=slot: slot_runs(demo_url).get(s) == "succeeded", f"the run of {slot}", 60)
        if number == SLOTS // 2:
            takeover = time.monotonic() - killed_at
    found = slot_runs(demo_url)
    assert len(found) == SLOTS and set(found.values()) == {"succeeded"}
    assert run_count(demo_url) == SLOTS
    assert takeover <= 30
    with psycopg.connect(demo_url) as connection:
        hosts = connection.execute("SELECT count(DISTINCT host) FROM nocs_refresh_run").fetchone()
    assert hosts
    results.add(
        "8 schedulers, 50 slots, the leader killed in between",
        "one run a slot; another takes the next slot within 30 s",
        f"{run_count(demo_url)} runs of {len(found)} slots by {hosts[0]} schedulers; "
        f"next slot published {takeover:.1f} s after the kill",
    )


def _living(url: str) -> list[str]:
    database = Database(url)
    try:
        with database.reading() as connection:
            return [scheduler.name for scheduler in schedulers.living(connection)]
    finally:
        database.close()


class Hours:
    """Plays a scheduler against a clock: asks for the due slot and publishes what is queued."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url)
        self.ran: list[datetime] = []

    def look(self) -> bool:
        """Whether a run was due now; it then has published."""
        with self.database.transaction() as connection:
            slots.request_due(connection, HOUR, "test")
            run = queue.claim(connection, "test", SourceKind.DEMO)
            now = clock(connection)
        if run is None:
            return False
        self.ran.append(now)
        with self.database.transaction() as connection:
            balances.publish(connection, run, [area()], as_of=now)
        return True

    def minutes(self, count: int) -> list[bool]:
        """What each look of `count` minutes found."""
        found = []
        for _ in range(count):
            move_clock(self.url, timedelta(minutes=1))
            found.append(self.look())
        return found

    def age(self) -> timedelta:
        with self.database.reading() as connection:
            published = runs.last_published(connection)
            assert published and published.as_of and published.duration_ms is not None
            assert published.duration_ms >= 0
            return age(published.as_of, clock(connection))


@pytest.fixture
def hours(demo_url: str) -> Iterator[Hours]:
    pin_clock(demo_url, FIRST_HOUR)
    hours = Hours(demo_url)
    assert hours.look()
    yield hours
    hours.database.close()


@pytest.mark.parametrize(
    ("jump", "fault"), [(2 * HOUR, "2 h forward and back"), (-2 * HOUR, "2 h back and forward")]
)
def test_a_clock_that_jumps_makes_no_negative_age_and_neither_loses_nor_doubles_a_slot(
    hours: Hours, results: Results, jump: timedelta, fault: str
) -> None:
    ages, runs_after = [], []
    for by in (jump, -jump):
        move_clock(hours.url, by)
        ages.append(hours.age())
        # One hour of real time, looked at each minute: one run, or two where a slot was missed.
        found = hours.minutes(60)
        ages.append(hours.age())
        runs_after.append(sum(found))
        gap = max_gap(found)
        assert gap <= 60, f"no run for {gap} minutes after a jump of {by}"
    stored = slot_runs(hours.url)
    assert min(ages) >= timedelta(0)
    assert all(1 <= count <= 2 for count in runs_after)
    now = read_clock(hours.url)
    assert slots.slot_of(now, HOUR) in stored
    assert max(stored) <= now
    results.add(
        f"the clock jumps {fault}",
        "no negative age, no lost or doubled slot",
        f"runs in the hour after each jump: {runs_after}; least age {min(ages)}",
    )


def max_gap(found: list[bool]) -> int:
    gap = longest = 0
    for ran in found:
        gap = 0 if ran else gap + 1
        longest = max(longest, gap)
    return longest


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 5, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_change_of_summer_time_neither_loses_nor_doubles_a_slot(
    demo_url: str, results: Results, zone: str, midnight: datetime
) -> None:
    with psycopg.connect(demo_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET timezone = '{zone}'".encode())
    pin_clock(demo_url, midnight + timedelta(minutes=1))
    hours = Hours(demo_url)
    count = 0
    for _ in range(6 * 4):  # six hours, a look each quarter
        count += hours.look()
        assert hours.age() >= timedelta(0)
        move_clock(demo_url, timedelta(minutes=15))
    hours.database.close()
    stored = sorted(slot_runs(demo_url))
    assert count == len(stored) == 6
    assert [later - earlier for earlier, later in pairwise(stored)] == [HOUR] * 5
    results.add(
        f"summer time changes in {zone} on {midnight:%d %b}",
        "no negative age, no lost or doubled slot",
        f"{count} runs in 6 h, each 1 h after the other",
    )


def test_a_run_told_by_its_clock_to_be_old_is_given_up_only_when_it_says_nothing(
    demo_url: str, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "WATCHED_SECONDS", 0.3)
    pin_clock(demo_url, FIRST_HOUR)
    database = Database(demo_url)
    run = running(database)
    watch = silence.Silence()

    def given_up() -> int | None:
        with database.transaction() as connection:
            return watch.abandon(connection)

    def beat() -> None:
        with database.transaction() as connection:
            queue.heartbeat(connection, run.id)

    assert given_up() is None
    move_clock(demo_url, 2 * HOUR)
    for _ in range(10):  # it lives: each heartbeat is young when it comes
        beat()
        assert given_up() is None
    move_clock(demo_url, -4 * HOUR)
    assert given_up() is None
    until(given_up, "the silence to be noticed though its heartbeat lies in the future")
    with database.reading() as connection:
        found = runs.get(connection, run.id)
    database.close()
    assert found is not None and found.status is RunStatus.ABANDONED
    results.add(
        "the clock jumps during a run",
        "a living run is kept, a dead one given up",
        f"kept through +2 h, given up after 12 s of silence at -4 h: {found.status}",
    )


def test_a_run_by_hand_that_is_open_at_the_stroke_is_the_run_of_the_slot(
    demo_url: str,
) -> None:
    pin_clock(demo_url, FIRST_HOUR)
    run_id = cache.ask(demo_url)
    database = Database(demo_url)
    for _ in range(3):
        with database.transaction() as connection:
            slots.request_due(connection, HOUR, "test")
    database.close()
    assert list(slot_runs(demo_url)) == [slots.slot_of(FIRST_HOUR, HOUR)]
    assert run_count(demo_url) == 1 and run_id


def test_a_slot_is_not_due_when_the_source_was_read_since_it_began(demo_url: str) -> None:
    pin_clock(demo_url, FIRST_HOUR)
    database = Database(demo_url)
    for minutes, is_due in ((1, False), (-1, True)):
        slot = slots.slot_of(FIRST_HOUR, HOUR)
        publish(database, area(), as_of=slot + timedelta(minutes=minutes), source=SourceKind.DEMO)
        with database.transaction() as connection:
            answer = slots.request_due(connection, HOUR, "test")
        assert (answer is not None) is is_due
    database.close()
