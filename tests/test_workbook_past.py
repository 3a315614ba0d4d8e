"""The sheets Movers and Trend, and what a filter and a comparison change in the workbook."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from nocs.model import AreaBalance, Snapshot, total
from nocs.past import Moment, Past
from nocs.workbook import Extras, build, file_name
from nocs.workbook.movers import MOST_ROWS
from tests.records import area as plain
from tests.test_workbook import AS_OF, NASTY, NOW, SETTINGS, area, snapshot

DAY = timedelta(days=1)


def earlier(*areas: AreaBalance) -> Past:
    return Past(run_id=77, as_of=AS_OF - DAY, areas=areas)


def days(count: int) -> tuple[Moment, ...]:
    return tuple(
        Moment(
            run_id=n,
            as_of=AS_OF - (count - 1 - n) * DAY,
            totals=total([plain("001", f"{1000 + n}.10", f"-{2000 + n}.20")]),
        )
        for n in range(count)
    )


def read(shot: Snapshot, extras: Extras) -> Any:
    return openpyxl.load_workbook(
        BytesIO(build(shot, SETTINGS, "rahim", NOW, extras)), data_only=True
    )


def rows(sheet: Any, first: int) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=first, values_only=True))


def test_without_a_past_there_are_no_sheets_of_it() -> None:
    assert read(snapshot(), Extras()).sheetnames == ["Summary", "Areas", "Charts"]


def test_movers_has_every_area_with_the_largest_change_of_due_first() -> None:
    shot = snapshot([area(1, due="-300.00"), area(2, due="-100.10"), area(4, due="-5.00")])
    then = earlier(plain("001", "400.00", "-250.00"), plain("002", "500.00", "-400.00"),
                   plain("003", "1.00", "-7.77"))  # fmt: skip
    sheet = read(shot, Extras(earlier=then))["Movers"]
    assert "2025-11-23" in sheet["A4"].value and "run 77" in sheet["A4"].value
    found = [
        (row[1], Decimal(str(row[2])), Decimal(str(row[3])), Decimal(str(row[4])), row[7])
        for row in rows(sheet, 6)
    ]
    assert found == [
        ("002", Decimal("-400"), Decimal("-100.1"), Decimal("299.9"), "less due"),
        ("001", Decimal("-250"), Decimal("-300"), Decimal("-50"), "more due"),
        ("003", Decimal("-7.77"), Decimal("0"), Decimal("7.77"), "missing now"),
        ("004", Decimal("0"), Decimal("-5"), Decimal("-5"), "new area"),
    ]


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_stays_text_among_the_movers(name: str) -> None:
    shot = snapshot([area(1, nocs_name=name)])
    cell = read(shot, Extras(earlier=earlier(plain("001"))))["Movers"]["A6"]
    assert cell.value == name and cell.data_type == "s" and cell.hyperlink is None


def test_a_change_too_long_for_a_number_is_written_as_text() -> None:
    shot = snapshot([area(1, credit="0.00", due="-9999999999999.99")])
    then = earlier(plain("001", "9999999999999.98", "0.00"))
    row = rows(read(shot, Extras(earlier=then))["Movers"], 6)[0]
    assert Decimal(repr(row[4])) == Decimal("-9999999999999.99")
    assert row[6] == "-₹ 1,99,99,99,99,99,999.97"


@pytest.mark.parametrize(("count", "shown"), [(MOST_ROWS, MOST_ROWS), (MOST_ROWS + 1, MOST_ROWS)])
def test_of_very_many_movers_the_largest_are_listed_and_the_sheet_says_so(
    count: int, shown: int
) -> None:
    areas = [area(n, nocs_code=f"{n:05d}", due=f"-{n}.00") for n in range(1, count + 1)]
    sheet = read(snapshot(areas), Extras(earlier=earlier()))["Movers"]
    listed = [row for row in rows(sheet, 6) if row[1]]
    assert len(listed) == shown and listed[0][1] == f"{count:05d}"
    said = any("largest of" in str(row[0]) for row in rows(sheet, 6))
    assert said is (count > MOST_ROWS)


def test_trend_has_each_day_to_the_cent_and_a_chart_for_credit_due_and_net() -> None:
    moments = days(40)
    sheet = read(snapshot(), Extras(trend=moments))["Trend"]
    found = [
        (Decimal(str(row[3])), Decimal(str(row[4])), Decimal(str(row[5]))) for row in rows(sheet, 5)
    ]
    assert found == [
        (t.positive_balance_amt, t.negative_balance_amt, t.net_balance)
        for t in (moment.totals for moment in moments)
    ]
    assert len(sheet._charts) == 3
    assert sheet["A44"].value.isoformat(" ", "minutes") == "2025-11-24 16:39"  # Dhaka's clock


def test_one_day_makes_no_line() -> None:
    assert read(snapshot(), Extras(trend=days(1)))["Trend"]._charts == []


def test_a_filter_is_named_in_the_sheet_the_summary_and_the_file() -> None:
    extras = Extras(filtered="1 of 17 areas, due above ₹ 1.00", all_areas=17)
    book = read(snapshot(), extras)
    assert book.sheetnames[1] == "Areas (1 of 17)"
    for sheet in book:
        assert "Filtered: 1 of 17 areas, due above ₹ 1.00" in sheet["A2"].value
    labels = {row[0]: row[1] for row in rows(book["Summary"], 1)}
    assert labels["Filtered"].startswith("1 of 17 areas")
    name = file_name(snapshot(), SETTINGS, extras)
    assert name == "nocs-balance-summary-20251124-1639-1-of-17-areas.xlsx"


def test_a_chosen_comparison_is_named_and_the_usual_one_is_not() -> None:
    then = earlier(plain("001", "400.00", "-250.00"))
    shot = replace(snapshot(), previous=then.totals)
    labels = [row[0] for row in rows(read(shot, Extras(earlier=then))["Summary"], 1)]
    assert "Change since the previous run" in labels and "Compared with" not in labels
    chosen = Extras(earlier=then, is_compared=True)
    labels = [row[0] for row in rows(read(shot, chosen)["Summary"], 1)]
    assert "Change since 2025-11-23 16:39" in labels and "Compared with" in labels
    assert file_name(shot, SETTINGS, chosen) == (
        "nocs-balance-summary-20251124-1639-against-20251123-1639.xlsx"
    )
    assert file_name(shot, SETTINGS, Extras(earlier=then)) == file_name(shot, SETTINGS)


def test_ten_thousand_areas_with_their_past_are_written_quickly() -> None:
    areas = [area(n, nocs_code=f"{n:05d}", due=f"-{n}.37") for n in range(10_000)]
    then = earlier(*(replace(a, negative_balance_amt=a.negative_balance_amt - 1) for a in areas))
    shot = snapshot(areas)
    began = time.process_time()
    build(shot, SETTINGS, "rahim", NOW, Extras(earlier=then, trend=days(90)))
    assert time.process_time() - began < 3
