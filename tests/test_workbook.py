"""The workbook, read back with openpyxl as another program would read it.

`shown` below renders a cell by its number format in the way that spreadsheet programs agree on.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from pydantic import SecretStr

from nocs.model import CachedArea, Run, RunStatus, Snapshot, SourceKind, Totals, Trigger, total
from nocs.money import MINUS, amount_text, count_text
from nocs.settings import Settings
from nocs.workbook import build, file_name
from nocs.workbook.areas import FIGURES
from nocs.workbook.charts import TOP
from nocs.workbook.formats import (
    CREDIT,
    DUE,
    INK,
    MAX_TEXT,
    amount_format,
    amount_words,
    clean,
    count_format,
    fits_a_number,
)
from nocs.workbook.summary import duration_words

SETTINGS = Settings()
WESTERN = SETTINGS.model_copy(update={"number_grouping": "western"})
AS_OF = datetime(2025, 11, 24, 10, 39, 12, 345_678, tzinfo=UTC)
NOW = AS_OF + timedelta(minutes=12)
LARGEST = "9999999999999.99"
EDGES = [Decimal(10**power) for power in (3, 5, 7, 9, 11)]
NASTY = [
    "=1+1",
    "+A1",
    "-A1",
    "@SUM(A1)",
    "http://example.com/x",
    "mailto:a@b.example",
    "<b>bold</b> & <i>",
    "<r>raw & unclosed</r>",
    "<r></r>",
    "**md** $x$ [a](b)",
    "'quoted",
    "007",
    "1e5",
    "TRUE",
    "#REF!",
    " spaces ",
    "শীতলক্ষ্যা Div. 2",
    "first\nsecond",
]


def area(
    number: int = 1, credit: str = "500.00", due: str = "-300.00", **changes: Any
) -> CachedArea:
    made = CachedArea(
        id=number,
        nocs_code=f"{number:03d}",
        nocs_name=f"Area {number}",
        total_customers=100 + number,
        positive_qty=70,
        positive_balance_amt=Decimal(credit),
        negative_qty=25,
        negative_balance_amt=Decimal(due),
        net_balance=Decimal(credit) + Decimal(due),
        refresh_duration=432_000,
        created_at=AS_OF,
        updated_at=AS_OF,
    )
    return replace(made, **changes)


def snapshot(
    areas: Sequence[CachedArea] = (area(),), previous: Totals | None = None, **run: Any
) -> Snapshot:
    values: dict[str, Any] = {
        "id": 1234,
        "trigger": Trigger.SCHEDULE,
        "requested_by": "scheduler",
        "status": RunStatus.SUCCEEDED,
        "queued_at": AS_OF,
        "duration_ms": 432_000,
        "source": SourceKind.ORACLE,
    }
    return Snapshot(
        run=Run(**(values | run)),
        as_of=AS_OF,
        areas=tuple(areas),
        totals=total(areas),
        previous=previous,
    )


def read(
    shot: Snapshot, settings: Settings = SETTINGS, by: str = "rahim", data_only: bool = True
) -> Any:
    return openpyxl.load_workbook(BytesIO(build(shot, settings, by, NOW)), data_only=data_only)


def parts(shot: Snapshot) -> dict[str, str]:
    """The files inside the workbook."""
    with ZipFile(BytesIO(build(shot, SETTINGS, "rahim", NOW))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def chart_parts(shot: Snapshot) -> list[str]:
    return [text for name, text in sorted(parts(shot).items()) if name.startswith("xl/charts/")]


def detail(shot: Snapshot, label: str, by: str = "rahim") -> Any:
    """The cell beside a label of the sheet Summary."""
    sheet = read(shot, by=by)["Summary"]
    return next(row[1] for row in sheet.iter_rows() if row[0].value == label)


def names(shot: Snapshot) -> list[Any]:
    sheet = read(shot)["Areas"]
    return [sheet.cell(5 + number, 1).value for number in range(len(shot.areas))]


def shown(number_format: str, value: Decimal) -> str:
    """What a spreadsheet shows for a format of plain sections; literals in quotes or escaped."""
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)
    section = sections[0 if value > 0 else 1 if value < 0 else 2]
    tokens = re.findall(r'"[^"]*"|\\.|0\.00|[#0,+-]', section)
    whole, _, cents = f"{abs(value):f}".partition(".")
    grouped = "#,##0" in section
    digits, out, first = list(whole), "", True
    slots = sum(token in ("#", "0", "0.00") for token in tokens)
    pending = f"{int(whole):,}" if grouped else ""
    for token in tokens:
        if token[0] in '"\\':
            out += token.strip('"') if token[0] == '"' else token[1]
        elif token in "+-":
            out += token
        elif grouped:
            out += pending + (f".{cents}" if token == "0.00" else "")
            pending = ""
        else:
            # The first place takes all digits that are left of the places.
            take = max(len(digits) - slots + 1, 0) if first else int(len(digits) >= slots)
            out += "".join(digits[:take]) + (f".{cents}" if token == "0.00" else "")
            digits, slots, first = digits[take:], slots - 1, False
    return out


def plain(text: str) -> str:
    return text.replace(MINUS, "-")


def test_file_name_has_the_as_of_time_in_the_zone_of_the_settings() -> None:
    late = replace(snapshot(), as_of=datetime(2025, 12, 31, 18, 30, tzinfo=UTC))
    assert file_name(late, SETTINGS) == "nocs-balance-summary-20260101-0030.xlsx"
    utc = SETTINGS.model_copy(update={"timezone": "UTC"})
    assert file_name(late, utc) == "nocs-balance-summary-20251231-1830.xlsx"


def test_workbook_has_the_three_sheets_in_order() -> None:
    assert read(snapshot()).sheetnames == ["Summary", "Areas", "Charts"]


def test_same_snapshot_person_and_moment_give_the_same_bytes() -> None:
    assert build(snapshot(), SETTINGS, "a", NOW) == build(snapshot(), SETTINGS, "a", NOW)


def test_no_secret_of_the_settings_is_in_any_part() -> None:
    secret = SETTINGS.model_copy(
        update={
            "database_url": SecretStr("postgresql://u:hunter2@h/d"),
            "oracle_password": SecretStr("hunter2"),
        }
    )
    with ZipFile(BytesIO(build(snapshot(), secret, "rahim", NOW))) as archive:
        assert all(b"hunter2" not in archive.read(name) for name in archive.namelist())


def test_document_has_a_title_and_the_time_of_the_download() -> None:
    properties = read(snapshot()).properties
    assert properties.title == "NOCS balance summary"
    assert properties.created == NOW.replace(tzinfo=None, microsecond=0)


# Areas


@pytest.mark.parametrize("data_only", [True, False])
def test_every_column_of_every_area_equals_the_snapshot_to_the_cent(data_only: bool) -> None:
    areas = [
        area(1, "22470318.91", "-250839233.46"),
        area(2, "0.00", "0.00", total_customers=0, positive_qty=0, negative_qty=0),
        area(3, "0.01", "-0.01"),
        area(4, "0.10", "-0.30"),
        area(5, LARGEST, f"-{LARGEST}"),
        area(6, LARGEST, "0.00"),
        area(7, "0.00", f"-{LARGEST}"),
    ]
    sheet = read(snapshot(areas), data_only=data_only)["Areas"]
    for row, expected in enumerate(areas, 5):
        cells = sheet[row]
        assert [cell.value for cell in cells[:2]] == [expected.nocs_name, expected.nocs_code]
        for cell, column in zip(cells[2:8], FIGURES, strict=True):
            assert cell.data_type == "n"
            value = Decimal(repr(cell.value))
            assert value == column.value(expected), (row, column.title)


def test_code_keeps_its_leading_zeros_as_text() -> None:
    cell = read(snapshot([area(nocs_code="007")]))["Areas"]["B5"]
    assert (cell.value, cell.data_type) == ("007", "s")


def test_share_of_total_due_is_the_area_s_part_and_zero_where_nobody_owes() -> None:
    sheet = read(snapshot([area(1, due="-1.00"), area(2, due="-3.00"), area(3, due="0.00")]))
    assert [sheet["Areas"][f"I{row}"].value for row in (5, 6, 7, 9)] == [0.25, 0.75, 0, 1]
    sheet = read(snapshot([area(1, due="0.00")]))
    assert [sheet["Areas"][f"I{row}"].value for row in (5, 7)] == [0, 0]


def test_totals_are_formulas_over_the_areas_with_the_exact_sums_cached() -> None:
    areas = [area(number, "0.10", "-0.20") for number in range(1, 18)]
    formulas = read(snapshot(areas), data_only=False)["Areas"]
    assert formulas["C23"].value == "=SUBTOTAL(109,$C$5:$C$21)"
    assert formulas["G23"].value == "=ROUND(SUBTOTAL(109,$G$5:$G$21),2)"
    assert "SUBTOTAL(102,$C$5:$C$21)=17" in formulas["A23"].value
    cached = read(snapshot(areas))["Areas"][23]
    assert cached[0].value == "Total of 17 areas"
    for cell, column in zip(cached[2:8], FIGURES, strict=True):
        assert Decimal(repr(cell.value)) == column.value(total(areas))


def test_totals_stand_outside_of_filter_and_sort() -> None:
    sheet = read(snapshot([area(1), area(2)]))["Areas"]
    assert sheet.auto_filter.ref == "A4:I6"
    assert all(cell.value is None for cell in sheet[7])
    assert sheet["A8"].value == "Total of 2 areas"


def test_one_area_is_not_called_areas() -> None:
    assert read(snapshot([area()]))["Areas"]["A7"].value == "Total of 1 area"


@pytest.mark.parametrize(
    ("count", "last", "is_formula"),
    [
        (2, "4999999999999.99", True),  # together 9999999999999.99: 15 digits
        (2, "5000000000000.00", False),
        (17, "398046511103.99", True),  # together one cent under 2**42
        (17, "398046511104.00", False),
    ],
)
def test_totals_are_formulas_up_to_the_sum_that_doubles_show_exactly(
    count: int, last: str, is_formula: bool
) -> None:
    rest = "5000000000000.00" if count == 2 else "250000000000.00"
    areas = [area(number, rest, "0.00") for number in range(1, count)] + [area(count, last, "0.00")]
    cell = read(snapshot(areas), data_only=False)["Areas"].cell(6 + count, 5)
    assert (cell.data_type == "f") is is_formula
    cached = read(snapshot(areas))["Areas"].cell(6 + count, 5)
    assert Decimal(repr(cached.value)) == total(areas).positive_balance_amt


def test_a_total_of_more_than_15_digits_is_the_exact_figure_as_text() -> None:
    areas = [area(number, LARGEST, f"-{LARGEST}") for number in range(1, 18)]
    sheet = read(snapshot(areas), data_only=False)["Areas"]
    assert sheet["E23"].value == "₹ 16,99,99,99,99,99,999.83"
    assert sheet["G23"].value == "-₹ 16,99,99,99,99,99,999.83"
    assert sheet["E23"].alignment.horizontal == "right"
    assert sheet["H23"].value == 0
    assert sheet["A24"].value.startswith("Exact totals of all areas")
    assert read(snapshot(areas))["Summary"]["D6"].value == "₹ 16,99,99,99,99,99,999.83"


def test_15_digits_fit_a_number_and_16_do_not() -> None:
    assert fits_a_number(Decimal(LARGEST))
    assert fits_a_number(Decimal("10000000000000.00"))
    assert not fits_a_number(Decimal("10000000000000.01"))
    assert not fits_a_number(Decimal("-10000000000000.01"))


def test_a_snapshot_without_areas_makes_a_workbook_of_zeros() -> None:
    book = read(snapshot([]))
    assert book["Areas"]["A7"].value == "Total of 0 areas"
    assert book["Areas"]["E7"].value == 0
    assert book["Summary"]["F7"].value == "Balanced"


def test_credit_is_green_due_red_and_net_by_its_sign() -> None:
    sheet = read(snapshot([area(1, "2.00", "-1.00"), area(2, "1.00", "-2.00"), area(3, "1", "-1")]))
    colours = {
        cell: f"#{sheet['Areas'][cell].font.color.rgb[-6:]}"
        for cell in ("D5", "E5", "F5", "G5", "H5", "H6", "H7")
    }
    assert colours == {
        "D5": CREDIT, "E5": CREDIT, "F5": DUE, "G5": DUE, "H5": CREDIT, "H6": DUE, "H7": INK,
    }  # fmt: skip


def test_header_is_frozen_and_the_page_is_set_up_for_printing() -> None:
    book = read(snapshot())
    sheet = book["Areas"]
    assert sheet.freeze_panes == "B5"
    assert sheet.print_title_rows == "$4:$4"
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.oddFooter.right.text == "Page &P of &N"
        assert sheet.oddFooter.left.text == "As of 2025-11-24 16:39:12 Asia/Dhaka (UTC+06:00)"


def test_every_figure_has_room_in_its_column() -> None:
    areas = [area(1, LARGEST, f"-{LARGEST}"), area(2, LARGEST, f"-{LARGEST}")]
    shot = snapshot(areas)
    book = read(shot)
    words = amount_words(shot.totals.negative_balance_amt, SETTINGS)
    assert book["Areas"].column_dimensions["G"].width > len(words) * 1.1
    # At 16 points, bold.
    assert book["Summary"].column_dimensions["E"].width > len(words) * 1.5
    assert book["Charts"].column_dimensions["C"].width > len(
        amount_words(Decimal(LARGEST), SETTINGS)
    )


# Number formats


@pytest.mark.parametrize(
    "size",
    [Decimal("0.00"), Decimal("0.01"), Decimal(LARGEST)]
    + [value for edge in EDGES for value in (edge - Decimal("0.01"), edge + Decimal("0.00"))],
)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("settings", [SETTINGS, WESTERN], ids=["indian", "western"])
def test_amounts_group_as_on_the_page_for_both_signs(
    size: Decimal, sign: int, settings: Settings
) -> None:
    value = size * sign
    text = shown(amount_format(value, settings), value)
    minus = "-" if value < 0 else ""
    assert text == f"{minus}₹ {amount_text(size, settings.number_grouping)}"
    assert text == amount_words(value, settings)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 99_999, 100_000, 9_999_999, 10_000_000])
@pytest.mark.parametrize("settings", [SETTINGS, WESTERN], ids=["indian", "western"])
def test_counts_group_as_on_the_page(count: int, settings: Settings) -> None:
    for value in (count, -count):
        text = shown(count_format(value, settings), Decimal(value))
        assert text == plain(count_text(value, settings.number_grouping))


def test_no_format_leaves_the_sign_to_the_program() -> None:
    for value in (Decimal("123456789.00"), Decimal("-123456789.00")):
        form = amount_format(value, SETTINGS)
        assert "[" not in form
        assert form.count(";") == 2


def test_a_change_shows_a_plus_a_minus_or_neither() -> None:
    for value, text in (("5.00", "+₹ 5.00"), ("-5.00", "-₹ 5.00"), ("0.00", "₹ 0.00")):
        assert shown(amount_format(Decimal(value), SETTINGS, plus=True), Decimal(value)) == text
        assert amount_words(Decimal(value), SETTINGS, plus=True) == text


@pytest.mark.parametrize("symbol", ["৳", "Tk", "", "a;b", "#0", "<&>", "€"])
def test_any_currency_symbol_shows_as_typed(symbol: str) -> None:
    settings = SETTINGS.model_copy(update={"currency_symbol": symbol})
    cell = read(snapshot([area(due="-1234567.89")]), settings)["Areas"]["G5"]
    text = shown(cell.number_format, Decimal("-1234567.89"))
    assert text == "-" + f"{symbol} 12,34,567.89".strip()


def test_a_quotation_mark_as_currency_symbol_is_escaped() -> None:
    settings = SETTINGS.model_copy(update={"currency_symbol": '"'})
    assert amount_format(Decimal(1), settings).startswith('""\\"" "#,##0.00;')


def test_totals_keep_right_grouping_and_colour_under_a_filter() -> None:
    rules = [
        (rule.formula[0], rule.dxf.numFmt.formatCode, rule.dxf.font.color.rgb[-6:])
        for conditions in read(snapshot([area(1), area(2)]))["Areas"].conditional_formatting
        if str(conditions.sqref) == "H8"
        for rule in conditions.rules
    ]
    assert len(rules) == 15
    assert rules[6][0] == "AND(ABS($H$8)>=10000000,$H$8>0)"
    assert shown(rules[7][1], Decimal("-12345678.00")) == "-₹ 1,23,45,678.00"
    assert [f"#{rule[2]}" for rule in rules[6:9]] == [CREDIT, DUE, INK]


# Texts from the source


@pytest.mark.parametrize("data_only", [True, False])
def test_names_show_as_typed_whatever_they_look_like(data_only: bool) -> None:
    areas = [area(number, nocs_name=name) for number, name in enumerate(NASTY, 1)]
    sheet = read(snapshot(areas), data_only=data_only)["Areas"]
    cells = [sheet.cell(4 + number, 1) for number in range(1, len(NASTY) + 1)]
    assert [cell.value for cell in cells] == NASTY
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_codes_show_as_typed_whatever_they_look_like() -> None:
    areas = [area(number, nocs_code=name) for number, name in enumerate(NASTY, 1)]
    sheet = read(snapshot(areas), data_only=False)["Areas"]
    assert [sheet.cell(4 + number, 2).value for number in range(1, len(NASTY) + 1)] == NASTY


def test_a_name_like_ready_made_markup_stays_a_text() -> None:
    strings = parts(snapshot([area(nocs_name="<r>raw & unclosed</r>")]))["xl/sharedStrings.xml"]
    assert "&lt;" in strings
    assert "raw &amp; unclosed" in strings


def test_a_name_like_an_escape_is_not_turned_into_another_character() -> None:
    strings = parts(snapshot([area(nocs_name="_x0041_")]))["xl/sharedStrings.xml"]
    assert "<t>_x005F_x0041_</t>" in strings


def test_characters_that_xml_forbids_are_replaced() -> None:
    name = "a\x00b\x1fc\ud800d\ufffee\uffff"
    assert names(snapshot([area(nocs_name=name)])) == ["a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"]
    assert clean("a\r\nb\rc\td\x7f") == "a\nb\nc\td\x7f"


def test_an_empty_name_is_an_empty_cell() -> None:
    assert names(snapshot([area(nocs_name="")])) == [None]


def test_a_text_is_shortened_only_beyond_what_a_cell_holds() -> None:
    fits, long = "x" * MAX_TEXT, "x" * (MAX_TEXT + 1)
    assert names(snapshot([area(1, nocs_name=fits), area(2, nocs_name=long)])) == [
        fits,
        "x" * (MAX_TEXT - 1) + "…",
    ]


def test_a_character_outside_the_basic_plane_counts_twice_and_is_not_halved() -> None:
    assert clean("😀😀", 4) == "😀😀"
    assert clean("😀😀x", 4) == "😀…"
    assert clean("a😀😀", 4) == "a😀…"


# Summary


def test_cards_are_typed_figures_of_all_areas_together() -> None:
    shot = snapshot([area(1, "10.00", "-30.00"), area(2, "0.55", "-0.10")])
    sheet = read(shot)["Summary"]
    assert [cell.value for cell in sheet[5]][1:] == ["Areas", "Customers", "Credit", "Due", "Net"]
    assert [cell.value for cell in sheet[6]][1:] == [2, 203, 10.55, -30.1, -19.55]
    assert [sheet["D7"].value, sheet["E7"].value] == [140, 50]
    assert shown(sheet["D7"].number_format, Decimal(140)) == "140 customers"


def test_one_customer_is_not_called_customers() -> None:
    cell = read(snapshot([area(positive_qty=1)]))["Summary"]["D7"]
    assert shown(cell.number_format, Decimal(1)) == "1 customer"


@pytest.mark.parametrize(
    ("credit", "words"),
    [("300.01", "Overall credit"), ("300.00", "Balanced"), ("299.99", "Overall due")],
)
def test_net_is_said_in_words(credit: str, words: str) -> None:
    assert read(snapshot([area(1, credit, "-300.00")]))["Summary"]["F7"].value == words


def test_change_since_the_previous_run_is_shown_for_every_card() -> None:
    previous = total([area(1, "400.00", "-350.00", total_customers=90, positive_qty=71)])
    sheet = read(snapshot([area(1), area(2, "0.00", "0.00", negative_qty=0)], previous))["Summary"]
    assert [cell.value for cell in sheet[8]][1:] == [1, 113, 100, 50, 150]
    assert [sheet["D9"].value, sheet["E9"].value] == [69, 0]
    assert shown(sheet["E8"].number_format, Decimal("50.00")) == "+₹ 50.00"


def test_change_from_a_previous_run_of_zeros_is_the_whole_figure() -> None:
    sheet = read(snapshot(previous=total([])))["Summary"]
    assert [cell.value for cell in sheet[8]][1:] == [1, 101, 500, -300, 200]


def test_a_first_run_says_that_there_is_nothing_to_compare_with() -> None:
    sheet = read(snapshot(previous=None))["Summary"]
    assert sheet["B8"].value == "No earlier run to compare with"


def test_times_are_real_dates_in_the_zone_that_the_cell_names() -> None:
    cell = detail(snapshot(), "As of")
    assert cell.value == datetime(2025, 11, 24, 16, 39, 12)  # noqa: DTZ001
    assert cell.number_format == 'yyyy-mm-dd hh:mm:ss" Asia/Dhaka (UTC+06:00)"'
    assert detail(snapshot(), "Downloaded at").value == cell.value + timedelta(minutes=12)


def test_summary_says_how_old_the_figures_were_and_who_took_them() -> None:
    assert detail(snapshot(), "Age when downloaded").value == "12 min (fresh)"
    assert detail(snapshot(), "Refresh run").value == 1234
    assert detail(snapshot(), "Refresh took").value == "7 min 12 s"
    cell = detail(snapshot(), "Downloaded by", by="=cmd|' /C calc'!A0")
    assert (cell.value, cell.data_type) == ("=cmd|' /C calc'!A0", "s")


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(None, "not known"), (0, "0.0 s"), (840, "0.8 s"), (9_999, "10.0 s"), (10_000, "10 s")],
)
def test_refresh_duration_is_said_in_words(milliseconds: int | None, words: str) -> None:
    assert duration_words(milliseconds) == words


@pytest.mark.parametrize(("count", "value"), [(None, "not counted"), (0, 0), (12, 12)])
def test_customers_without_nocs_are_counted_or_said_to_be_uncounted(
    count: int | None, value: str | int
) -> None:
    cell = detail(snapshot(unassigned_customers=count), "Customers without NOCS")
    assert cell.value == value


def test_warnings_of_the_run_are_listed_in_full() -> None:
    warnings = ("An area vanished: Kazla. " * 20, "=A1")
    assert detail(snapshot(warnings=warnings), "Warning 1").value == warnings[0]
    assert detail(snapshot(warnings=warnings), "Warning 2").value == "=A1"


def test_a_run_without_warnings_says_none() -> None:
    values = [row[1].value for row in read(snapshot())["Summary"].iter_rows()]
    assert "None" in values


def test_credit_and_due_are_explained() -> None:
    assert "paid in advance" in detail(snapshot(), "Credit").value
    assert "owe" in detail(snapshot(), "Due").value


def test_demo_data_is_said_on_every_sheet_and_in_every_footer_and_chart() -> None:
    demo = snapshot(source=SourceKind.DEMO)
    for sheet in read(demo).worksheets:
        assert sheet["A3"].value.startswith("DEMO DATA")
        assert sheet.oddFooter.center.text == "DEMO DATA"
    assert detail(demo, "Source").value.startswith("DEMO DATA")
    assert all("(demo data)" in chart for chart in chart_parts(demo))


def test_real_data_is_nowhere_called_demo() -> None:
    assert detail(snapshot(), "Source").value == "Oracle CC&B"
    assert all("demo" not in text.lower() for text in parts(snapshot()).values())


# Charts


def bars(shot: Snapshot, row: int) -> list[tuple[str, str, Decimal]]:
    """The figures of the chart whose heading is in this row."""
    sheet, found = read(shot)["Charts"], []
    while sheet.cell(row + 2, 3).value is not None:
        cells = [sheet.cell(row + 2, column).value for column in (1, 2, 3)]
        found.append((cells[0], cells[1], Decimal(repr(cells[2]))))
        row += 1
    return found


DUE_ROW, CREDIT_ROW = 5, 22


def test_charts_show_the_largest_first_with_due_as_positive_lengths() -> None:
    shot = snapshot([area(1, "10.00", "-5.25"), area(2, "30.00", "-1.00"), area(3, "20.00", "-9")])
    assert [bar[1:] for bar in bars(shot, DUE_ROW)] == [
        ("003", Decimal(9)),
        ("001", Decimal("5.25")),
        ("002", Decimal(1)),
    ]
    assert [bar[1] for bar in bars(shot, CREDIT_ROW)] == ["002", "003", "001"]
    assert read(shot)["Charts"]["C6"].value == "Due (owed)"


@pytest.mark.parametrize(("count", "drawn"), [(1, 1), (TOP - 1, 9), (TOP, 10), (TOP + 1, 10)])
def test_charts_show_ten_areas_or_all_if_fewer(count: int, drawn: int) -> None:
    shot = snapshot([area(number) for number in range(1, count + 1)])
    assert len(bars(shot, DUE_ROW)) == len(bars(shot, CREDIT_ROW)) == drawn


def test_an_area_without_due_has_no_bar_and_without_any_there_is_no_chart() -> None:
    shot = snapshot([area(1, due="0.00"), area(2, due="-0.01")])
    assert [bar[1] for bar in bars(shot, DUE_ROW)] == ["002"]
    nobody = snapshot([area(1, due="0.00")])
    assert read(nobody)["Charts"]["A6"].value == "No area has due."
    assert len(chart_parts(nobody)) == 1


def test_charts_are_native_bars_over_the_range_beside_them() -> None:
    due, credit = chart_parts(snapshot([area(1), area(2)]))
    for chart, colour, first in ((due, DUE, 7), (credit, CREDIT, 24)):
        assert '<c:barDir val="bar"/>' in chart
        assert '<c:orientation val="maxMin"/>' in chart  # the first row on top
        assert f"Charts!$A${first}:$A${first + 1}" in chart
        assert f"Charts!$C${first}:$C${first + 1}" in chart
        assert f'<a:srgbClr val="{colour[1:]}"/>' in chart
    assert "Due (owed): top 2 areas" in due
    assert "Credit: top 2 areas" in credit


def test_bars_are_labelled_in_lakh_and_crore() -> None:
    due, _ = chart_parts(snapshot([area(1, due="-69700000.00"), area(2, due="-1250000.00")]))
    assert "₹ 6.97 Cr" in due
    assert "₹ 12.50 L" in due


def test_chart_labels_are_short_and_never_empty() -> None:
    shot = snapshot(
        [area(1, nocs_name="x" * 41), area(2, nocs_name=""), area(3, nocs_name="y" * 40)]
    )
    assert [bar[0] for bar in bars(shot, DUE_ROW)] == ["x" * 39 + "…", "002", "y" * 40]


def test_nasty_names_reach_the_charts_as_typed() -> None:
    areas = [area(number, nocs_name=name) for number, name in enumerate(NASTY[:TOP], 1)]
    shot = snapshot(areas)
    assert [bar[0].rstrip() for bar in bars(shot, DUE_ROW)] == NASTY[:TOP]
    assert "<c:v>&lt;r&gt;raw &amp; unclosed&lt;/r&gt; </c:v>" in chart_parts(shot)[0]


def test_ten_thousand_areas_are_all_there() -> None:
    areas = [area(number, "123456.78", "-234567.89") for number in range(1, 10_001)]
    sheet = read(snapshot(areas))["Areas"]
    assert sheet.auto_filter.ref == "A4:I10004"
    assert sheet["A10004"].value == "Area 10000"
    assert Decimal(repr(sheet["E10006"].value)) == Decimal("1234567800.00")
