"""The past: trends to the cent, comparisons, absences, thinning, and the demo's own 120 days."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import text

from nocs.cache import balances, history, runs
from nocs.cache.database import Database
from nocs.demo import history as demo_history
from nocs.model import DEMO_HISTORY, AreaBalance, SourceKind
from nocs.past import Grain, Span
from tests.records import AS_OF, area, publish

ORACLE, DEMO = SourceKind.ORACLE, SourceKind.DEMO
DHAKA = ZoneInfo("Asia/Dhaka")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def seventeen() -> list[AreaBalance]:
    return [
        area(f"{n:03d}", f"{n * 1_000_000}.37", f"-{n * 1_200_000}.91", customers=9_000 + n)
        for n in range(1, 18)
    ]


def ask(database: Database, function: Any, *arguments: Any) -> Any:
    with database.reading() as connection:
        return function(connection, *arguments)


def test_a_trend_has_the_last_run_of_each_hour_to_the_cent(database: Database) -> None:
    for minutes, credit in ((0, "10.01"), (30, "10.02"), (65, "10.03"), (130, "10.04")):
        publish(database, area("001", credit), area("002", "0.01"),
                as_of=AS_OF + timedelta(minutes=minutes))  # fmt: skip
    points = ask(database, history.trend, Span(ORACLE, AS_OF, AS_OF + DAY, Grain.HOUR, DHAKA))
    assert [point.totals.positive_balance_amt for point in points] == [
        Decimal("10.03"),
        Decimal("10.04"),
        Decimal("10.05"),
    ]
    assert points[0].as_of == AS_OF + timedelta(minutes=30)
    assert points[0].totals.areas == 2


@pytest.mark.parametrize(("hours", "days"), [(17, 1), (18, 2), (42, 3)])
def test_a_day_ends_at_midnight_of_the_zone(database: Database, hours: int, days: int) -> None:
    """18:00 UTC is midnight in Dhaka."""
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    for hour in range(hours + 1):
        publish(database, area(), as_of=midnight + hour * HOUR)
    points = ask(
        database, history.trend, Span(ORACLE, midnight, midnight + 9 * DAY, Grain.DAY, DHAKA)
    )
    assert len(points) == days


def test_a_trend_of_some_areas_is_the_sum_of_those(database: Database) -> None:
    publish(database, area("001", "1.10"), area("002", "2.20"), area("003", "4.40"))
    codes = frozenset({"001", "003", "unknown"})
    span = Span(ORACLE, AS_OF - DAY, AS_OF, Grain.DAY, DHAKA)
    assert ask(database, history.trend, span, codes)[0].totals.positive_balance_amt == Decimal(
        "5.50"
    )
    by_area = ask(database, history.trend_by_area, span, codes)
    assert [a.nocs_code for a in by_area[0].areas] == ["001", "003"]
    assert ask(database, history.trend, span, frozenset()) == ()


def test_the_past_of_the_demo_is_never_the_past_of_oracle(database: Database) -> None:
    demo = publish(database, area("001", "1.00"), as_of=AS_OF - HOUR, source=DEMO)
    real = publish(database, area("001", "2.00"), as_of=AS_OF)
    span = (AS_OF - DAY, AS_OF, Grain.HOUR, DHAKA)
    assert [p.run_id for p in ask(database, history.trend, Span(ORACLE, *span))] == [real.id]
    assert [p.run_id for p in ask(database, history.trend, Span(DEMO, *span))] == [demo.id]
    assert ask(database, history.of_run, demo.id, ORACLE, None) is None
    assert ask(database, history.near, ORACLE, AS_OF - HOUR, HOUR / 2) is None
    assert ask(database, history.at_or_before, ORACLE, AS_OF - HOUR) is None
    run = ask(database, runs.last_published)
    assert ask(database, history.recent, run, 1, DHAKA).before is None


def test_the_nearest_run_is_found_on_either_side_and_only_within_reach(
    database: Database,
) -> None:
    early = publish(database, area(), as_of=AS_OF - timedelta(minutes=20))
    late = publish(database, area(), as_of=AS_OF + timedelta(minutes=15))
    assert ask(database, history.near, ORACLE, AS_OF, HOUR).run_id == late.id
    assert ask(database, history.near, ORACLE, AS_OF - 9 * HOUR / 60, HOUR).run_id == early.id
    reach = timedelta(minutes=15)
    assert ask(database, history.near, ORACLE, AS_OF, reach).run_id == late.id
    assert ask(database, history.near, ORACLE, AS_OF, reach - timedelta(seconds=1)) is None
    assert ask(database, history.at_or_before, ORACLE, AS_OF).run_id == early.id


def test_the_runs_without_an_area_are_its_absences_but_not_those_before_it_was_there(
    database: Database,
) -> None:
    publish(database, area("001"), as_of=AS_OF - 4 * HOUR)
    publish(database, area("001"), area("002"), as_of=AS_OF - 3 * HOUR)
    missing = publish(database, area("001"), as_of=AS_OF - 2 * HOUR)
    publish(database, area("001"), area("002"), as_of=AS_OF - HOUR)
    found = ask(database, history.absences, ORACLE, "002", AS_OF - DAY)
    assert found == ((missing.id, AS_OF - 2 * HOUR),)
    assert ask(database, history.absences, ORACLE, "002", AS_OF - HOUR) == ()
    assert ask(database, history.absences, ORACLE, "001", AS_OF - DAY) == ()


def test_the_near_past_has_the_run_before_the_same_time_yesterday_and_the_days(
    database: Database,
) -> None:
    for hours in range(72, -1, -6):
        publish(database, area("001", f"{100 + hours}.00"), as_of=AS_OF - hours * HOUR)
    run = ask(database, runs.last_published)
    recent = ask(database, history.recent, run, 1, DHAKA)
    assert recent.before.as_of == AS_OF - 6 * HOUR
    assert recent.yesterday.as_of == AS_OF - DAY
    assert recent.yesterday.totals.positive_balance_amt == Decimal("124.00")
    assert [day.as_of.astimezone(DHAKA).date().day for day in recent.days] == [21, 22, 23, 24]
    assert recent.days[-1].run_id == run.id
    assert ask(database, history.recent, run, history.MOST_AREAS_WITH_DAYS + 1, DHAKA).days == ()


def kept(database: Database) -> list[datetime]:
    with database.reading() as connection:
        return list(
            connection.execute(
                text("SELECT DISTINCT as_of FROM nocs_balance_history ORDER BY as_of")
            ).scalars()
        )


def thin(database: Database, hourly: timedelta | None, daily: timedelta | None) -> int:
    with database.transaction() as connection:
        return history.thin(connection, hourly, daily, UTC)


def midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def test_of_an_old_day_the_last_run_stays_and_of_a_young_one_all(database: Database) -> None:
    limit = midnight() - 90 * DAY
    old = [limit - DAY, limit - DAY + HOUR, limit - timedelta(seconds=1)]
    young = [limit, limit + HOUR]
    for moment in old + young:
        publish(database, area("001"), area("002"), as_of=moment)
    assert thin(database, 90 * DAY, None) == 2
    assert kept(database) == [old[-1], *young]
    assert thin(database, 90 * DAY, None) == 0
    assert len(ask(database, runs.recent)) == 5  # the log keeps every run
    points = ask(database, history.trend, Span(ORACLE, old[0], young[-1], Grain.HOUR, DHAKA))
    assert [point.as_of for point in points] == [old[-1], *young]


def test_without_limits_nothing_is_dropped(database: Database) -> None:
    for hours in (9_000, 8_999, 0):
        publish(database, area(), as_of=midnight() - hours * HOUR)
    assert thin(database, None, None) == 0
    assert len(kept(database)) == 3


def test_days_older_than_they_are_kept_go_but_never_the_published_figures(
    database: Database,
) -> None:
    for days in (400, 366, 365, 364):
        publish(database, area(), as_of=midnight() - days * DAY + HOUR)
    assert thin(database, None, 365 * DAY) == 2
    assert kept(database) == [midnight() - days * DAY + HOUR for days in (365, 364)]
    publish(database, area(), as_of=midnight() - 363 * DAY)
    assert thin(database, None, DAY) == 2
    assert kept(database) == [midnight() - 363 * DAY]


def test_each_source_keeps_its_own_last_run_of_a_day(database: Database) -> None:
    day = midnight() - 100 * DAY
    publish(database, area(), as_of=day + HOUR, source=DEMO)
    publish(database, area(), as_of=day + 2 * HOUR)
    publish(database, area(), as_of=day + 3 * HOUR)
    assert thin(database, 90 * DAY, None) == 1
    assert kept(database) == [day + HOUR, day + 3 * HOUR]


def make_demo_history(url: str, areas: Sequence[AreaBalance]) -> int:
    with psycopg.connect(url) as connection:
        return demo_history.create(connection, areas, DHAKA)


def test_the_demo_gets_120_days_of_hourly_history_and_no_published_figures(
    database: Database, cache_url: str
) -> None:
    made = make_demo_history(cache_url, seventeen())
    assert made == 120 * 24 + 1
    assert ask(database, balances.read_snapshot) is None
    now = datetime.now(UTC)
    points = ask(database, history.trend, Span(DEMO, now - 121 * DAY, now, Grain.HOUR, DHAKA))
    assert len(points) == made
    assert timedelta(hours=1) <= now - points[-1].as_of <= timedelta(hours=2, seconds=1)
    gaps = {after.as_of - before.as_of for before, after in pairwise(points)}
    assert gaps == {HOUR}
    assert ask(database, history.first_as_of, ORACLE) is None
    with database.reading() as connection:
        for point in points[::500]:
            run = runs.get(connection, point.run_id)
            assert run and run.totals == point.totals and run.source is DEMO
            assert run.requested_by == DEMO_HISTORY


def test_the_history_of_the_demo_joins_the_first_refresh_without_a_step(
    database: Database, cache_url: str
) -> None:
    present = seventeen()
    make_demo_history(cache_url, present)
    publish(database, *present, as_of=datetime.now(UTC), source=DEMO)
    run = ask(database, runs.last_published)
    recent = ask(database, history.recent, run, 17, DHAKA)
    for now, then in zip(present, recent.before.areas, strict=True):
        assert now.nocs_code == then.nocs_code
        for name in ("positive_balance_amt", "negative_balance_amt", "total_customers"):
            was, is_ = getattr(then, name), getattr(now, name)
            assert abs(is_ - was) <= abs(is_) * Decimal("0.03"), (now.nocs_code, name)


def test_the_history_of_the_demo_has_a_missing_area_a_jump_in_due_and_a_monthly_rhythm(
    database: Database, cache_url: str
) -> None:
    make_demo_history(cache_url, seventeen())
    now = datetime.now(UTC)
    assert 7 <= len(ask(database, history.absences, DEMO, "013", now - 121 * DAY)) <= 8
    assert ask(database, history.absences, DEMO, "007", now - 121 * DAY) == ()
    days = ask(
        database,
        history.trend,
        Span(DEMO, now - 40 * DAY, now, Grain.DAY, DHAKA),
        frozenset({"007"}),
    )
    dues = [day.totals.negative_balance_amt for day in days]
    steps = [after / before for before, after in pairwise(dues)]
    assert max(steps) > Decimal("1.2") and min(steps) < Decimal("0.85")
    whole = ask(database, history.trend, Span(DEMO, now - 121 * DAY, now, Grain.DAY, DHAKA))
    by_day: dict[int, list[Decimal]] = {}
    for point in whole:
        if point.totals.areas == 17:
            day = point.as_of.astimezone(DHAKA).day
            by_day.setdefault(day, []).append(-point.totals.negative_balance_amt)
    billed, paid = ([sum(v) / len(v) for d, v in by_day.items() if d in r]
                    for r in (range(5, 9), range(27, 31)))  # fmt: skip
    assert min(billed) > max(paid)


def test_a_cache_that_has_published_gets_no_made_up_history(
    database: Database, cache_url: str
) -> None:
    publish(database, area(), as_of=AS_OF)
    assert make_demo_history(cache_url, seventeen()) == 0
    assert ask(database, history.first_as_of, DEMO) is None
