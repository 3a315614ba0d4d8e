"""Comparing figures: moves, Pareto, ranks and averages, selections, ranges, axes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import unquote

import pytest

from nocs.area_facts import biggest_steps, facts
from nocs.model import AreaBalance, CachedArea, SourceKind
from nocs.past import Grain, Past, Recent, moves, pareto, percent
from nocs.selection import Selection, read_amount
from nocs.settings import Settings
from nocs.trend_charts import of_areas, over_time, ticks
from nocs.ui.ranges import Custom, custom_span, grain_of, span_of
from nocs.ui.sparkline import sparkline
from tests.records import AS_OF, area
from tests.test_workbook import area as cached
from tests.test_workbook import snapshot

SETTINGS = Settings()
DAY = timedelta(days=1)


def past(*areas: AreaBalance, day: int = 0) -> Past:
    return Past(run_id=day + 1, as_of=AS_OF + day * DAY, areas=areas)


def test_a_move_keeps_the_sign_of_due_and_more_due_is_below_zero() -> None:
    moved = moves(
        [area("001", "10.00", "-50.25"), area("002", "7.00", "-1.00")],
        [area("001", "12.00", "-20.00"), area("002", "7.00", "-31.75")],
    )
    assert [(m.nocs_code, m.due, m.credit, m.net) for m in moved] == [
        ("002", Decimal("30.75"), Decimal("0.00"), Decimal("30.75")),
        ("001", Decimal("-30.25"), Decimal("-2.00"), Decimal("-32.25")),
    ]


def test_new_and_vanished_areas_move_by_all_they_have() -> None:
    new, gone = moves([area("001", "5.00", "-9.00")], [area("002", "6.00", "-8.00")])
    assert (new.nocs_code, new.then, new.due) == ("001", None, Decimal("-9.00"))
    assert (gone.nocs_code, gone.now, gone.due, gone.credit) == (
        "002", None, Decimal("8.00"), Decimal("-6.00"),
    )  # fmt: skip


def test_the_pareto_line_ends_at_100_and_counts_the_areas_that_reach_80() -> None:
    found = pareto([area("a", due="-15"), area("b", due="-60"), area("c", due="-20"),
                    area("d", due="-5"), area("e", due="0")])  # fmt: skip
    assert [a.nocs_code for a in found.areas] == ["b", "c", "a", "d"]
    assert list(found.running) == [60, 80, 95, 100]
    assert found.count == 2


def test_nobody_in_due_makes_an_empty_pareto() -> None:
    assert pareto([area("a", due="0")]).count == 0


def test_an_area_among_all() -> None:
    areas = [area("001", "100.00", "-40.00", customers=3), area("002", "300.00", "-160.00"),
             area("003", "100.00", "-40.00")]  # fmt: skip
    found = facts(areas[0], areas)
    assert (found.areas, found.due_rank, found.credit_rank) == (3, 2, 2)
    assert found.share_of_due == Decimal("16.67")
    assert found.share_of_credit == Decimal("20.00")
    assert found.due_penetration == Decimal("33.33")
    assert found.cover == Decimal("250.00")
    assert (found.average_due, found.average_credit) == (Decimal("-40.00"), Decimal("100.00"))
    assert facts(areas[1], areas).due_rank == 1


def test_nothing_to_divide_by_is_no_figure() -> None:
    empty = area("001", "0", "0", customers=0)
    found = facts(empty, [empty])
    assert (found.share_of_due, found.cover, found.due_penetration) == (None, None, None)
    assert (found.average_due, found.average_credit) == (None, None)
    assert percent(Decimal(1), Decimal(0)) is None


def test_the_biggest_steps_go_over_days_on_which_the_area_was_missing() -> None:
    days = [past(area(due="-10")), past(area(due="-12"), day=1), past(day=2),
            past(area(due="-5"), day=3), past(area(due="-5"), day=4)]  # fmt: skip
    steps = biggest_steps(days, 5)
    assert [(step.before.run_id, step.after.run_id, step.due) for step in steps] == [
        (2, 4, Decimal(7)),
        (1, 2, Decimal(-2)),
    ]
    assert len(biggest_steps(days, 1)) == 1


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("100000", "100000"), ("1,00,000.50", "100000.50"), ("2.5 L", "250000"),
        ("1cr", "10000000"), ("3 M", "3000000"), ("0", "0"), ("-1", None), ("much", None),
        ("", None), ("nan", None), ("1e99", None), ("9999999999999.99", "9999999999999.99"),
        ("10000000000000", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(typed: str, amount: str | None) -> None:
    assert read_amount(typed) == (None if amount is None else Decimal(amount))


def test_due_above_is_strictly_above_and_compares_the_size_of_due() -> None:
    shot = snapshot([_cached(1, "-100.00"), _cached(2, "-100.01"), _cached(3, "-99.99")])
    chosen = Selection(due_above=Decimal("100.00")).of(shot)
    assert [a.nocs_code for a in chosen.areas] == ["002"]
    assert chosen.totals.negative_balance_amt == Decimal("-100.01")
    assert chosen.totals.areas == 1 and chosen.previous is None


def test_both_filters_hold_together_and_no_filter_changes_nothing() -> None:
    shot = snapshot([_cached(1, "-5.00"), _cached(2, "-9.00")])
    assert Selection(frozenset({"001"}), Decimal(6)).of(shot).areas == ()
    assert Selection().of(shot) is shot
    assert Selection().codes_in(shot.areas) is None
    assert Selection(frozenset({"001", "x"})).codes_in(shot.areas) == {"001"}


def _cached(number: int, due: str) -> CachedArea:
    return cached(number, due=due)


def test_the_near_past_is_restricted_everywhere() -> None:
    both = past(area("001"), area("002"))
    recent = Recent(run_id=1, before=both, yesterday=both, days=(both, both))
    one = recent.restricted_to(frozenset({"002"}))
    for held in (one.before, one.yesterday, *one.days):
        assert held and [a.nocs_code for a in held.areas] == ["002"]
    assert one.before and one.before.totals.areas == 1


@pytest.mark.parametrize(
    ("length", "grain"),
    [
        (10 * DAY, Grain.HOUR), (10 * DAY + timedelta(seconds=1), Grain.DAY),
        (425 * DAY, Grain.DAY), (425 * DAY + timedelta(seconds=1), Grain.MONTH),
    ],
)  # fmt: skip
def test_the_length_decides_how_far_apart_points_lie(length: timedelta, grain: Grain) -> None:
    assert grain_of(length) is grain


def test_a_range_is_as_long_as_its_name_but_its_grain_follows_the_history_there_is() -> None:
    begins = AS_OF - 3 * DAY
    year = span_of("Year", SourceKind.ORACLE, AS_OF, begins, SETTINGS)
    assert (year.start, year.grain) == (AS_OF - 366 * DAY, Grain.HOUR)
    everything = span_of("All", SourceKind.ORACLE, AS_OF, AS_OF - 2_000 * DAY, SETTINGS)
    assert (everything.start, everything.grain) == (AS_OF - 2_000 * DAY, Grain.MONTH)


def test_two_days_of_ones_own_are_whole_days_of_the_zone() -> None:
    span = custom_span(Custom(date(2026, 11, 1), date(2026, 11, 1)), SourceKind.ORACLE, SETTINGS)
    assert span.start == datetime(2026, 10, 31, 18, tzinfo=UTC)
    assert span.end - span.start == DAY - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("low", "high"), [(-6.4e7, -5.8e7), (-3.0, 8.0), (0.0, 0.0), (5.0, 5.0), (-2e7, -5e5)]
)
def test_an_axis_has_few_round_marks_around_all_amounts(low: float, high: float) -> None:
    marks = ticks(low, high)
    assert marks[0] <= low <= high <= marks[-1]
    assert 1 <= len(marks) <= 7
    assert marks == sorted(set(marks))


def test_a_line_of_one_area_says_its_name_as_typed_and_its_amount_to_the_cent() -> None:
    days = [past(area("<1>", due="-10.01", name="<b>A & B"), day=n) for n in (0, 1, 2)]
    line = of_areas(days, "due", SETTINGS, 40).data[0]
    assert line.name == "&lt;b&gt;A &amp; B"
    assert line.customdata[-1][1] == "\N{MINUS SIGN}₹ 10.01"
    assert line.meta == {"role": "line-1", "code": "<1>"}


def test_without_a_single_moment_there_is_still_a_figure() -> None:
    assert len(over_time([], "due", SETTINGS).data) == 1


def test_a_small_line_breaks_where_a_day_is_missing_and_needs_two_days() -> None:
    drawn = sparkline([Decimal(1), None, Decimal(2), Decimal(2)], "due", "Due of <A>")
    assert 'd="M0.0 23.0M66.7 3.0L100.0 3.0"' in unquote(drawn)
    assert 'data-points="3"' in drawn and "Due of &lt;A&gt;" in drawn
    assert sparkline([Decimal(1), None], "due", "x") == ""


def test_equal_days_are_a_level_line() -> None:
    assert 'd="M0.0 13.0L100.0 13.0"' in unquote(sparkline([5, 5], "", "x"))
