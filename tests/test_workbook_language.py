"""The workbook in Bangla: other words, the same numbers."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from nocs import workbook
from nocs.cache import balances
from nocs.cache.database import Database
from nocs.model import Snapshot
from nocs.past import Moment, Past
from nocs.settings import Settings
from tests.records import AS_OF, area, publish

SHEETS = ["Summary", "Areas", "Charts", "Movers", "Trend"]


@pytest.fixture
def snapshot(database: Database) -> Snapshot:
    areas = (
        area("001", "1500000.10", "-0.01", name="আদাবর"),
        area("002", "0.07", "-20000000.25", name="বনশ্রী"),
    )
    publish(database, *areas)
    with database.reading() as connection:
        found = balances.read_snapshot(connection)
    assert found
    return found


def book(snapshot: Snapshot, **wanted: Any) -> Any:
    past = Past(run_id=1, as_of=AS_OF - timedelta(days=1), areas=(area("001", "5.00", "-7.00"),))
    moments = tuple(
        Moment(run_id=n, as_of=AS_OF - timedelta(days=2 - n), totals=snapshot.totals)
        for n in range(3)
    )
    extras = workbook.Extras(earlier=past, trend=moments)
    content = workbook.build(snapshot, Settings(**wanted), "Rahim", AS_OF, extras)
    return openpyxl.load_workbook(BytesIO(content), data_only=True)


def numbers(book: Any) -> dict[tuple[str, str], Any]:
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and not isinstance(cell.value, str)
    }


@pytest.mark.parametrize("digits", [False, True])
def test_numbers_and_sheets_are_those_of_the_english_workbook(
    snapshot: Snapshot, digits: bool
) -> None:
    english = book(snapshot)
    bangla = book(snapshot, language="bn", bangla_digits=digits)
    assert bangla.sheetnames == english.sheetnames == SHEETS
    assert numbers(bangla) == numbers(english) and len(numbers(bangla)) > 50
    formats = {
        cell.number_format for sheet in bangla for row in sheet.iter_rows() for cell in row
        if isinstance(cell.value, int | float)
    }  # fmt: skip
    assert all(("[$-5000445]" in form) == digits for form in formats)


def test_headings_are_in_bangla_with_credit_and_due_over_their_own_figures(
    snapshot: Snapshot,
) -> None:
    bangla = book(snapshot, language="bn")
    sheet = bangla["Summary"]
    assert sheet["A1"].value == "এনওসিএস ব্যালেন্স সারসংক্ষেপ"
    titles = {sheet.cell(5, column).value: sheet.cell(6, column).value for column in range(2, 7)}
    assert titles["জমা"] == float(snapshot.totals.positive_balance_amt)
    assert titles["বকেয়া"] == float(snapshot.totals.negative_balance_amt)
    assert sheet.cell(7, 6).value == "সার্বিক বকেয়া"
    heads = [cell.value for cell in bangla["Areas"][4]]
    assert heads.index("জমার পরিমাণ") == 4 and heads.index("বকেয়ার পরিমাণ") == 6


def test_what_a_spreadsheet_takes_for_a_formula_stays_one_in_bangla(snapshot: Snapshot) -> None:
    content = workbook.build(snapshot, Settings(language="bn"), "Rahim", AS_OF)
    label = openpyxl.load_workbook(BytesIO(content))["Areas"]["A8"].value
    assert label.startswith("=IF(SUBTOTAL(102,") and label.count('"') % 2 == 0
    assert '"2টি এলাকার মোট"' in label
