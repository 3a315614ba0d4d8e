"""Sheet Areas: every area with every column, filter and totals.

Surprise: the totals follow the filter (SUBTOTAL), because people filter in order to add up, and
the label beside them says how many areas they cover. A blank row keeps them out of filter and
sort. Where doubles could miss the cent, the exact totals are written without a formula.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from nocs.language import later
from nocs.model import ZERO, CachedArea, Figures, Totals
from nocs.workbook.formats import (
    CREDIT,
    DUE,
    INK,
    MUTED,
    amount_format,
    amount_words,
    bands,
    clean,
    count_format,
    count_words,
    sign_colour,
)
from nocs.workbook.writer import LINE, Writer

HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
CODE_COLUMN, CUSTOMERS_COLUMN, SHARE_COLUMN = 1, 2, 8
MAX_NAME_WIDTH = 45
MAX_SUM = 10**13  # from here on, cents are the 16th digit
SHARE_FORMAT = "0.00%"
NOCS_AREA, CODE, SHARE_OF_DUE = later("NOCS area"), later("Code"), later("Share of total due")
TOTAL: dict[str, Any] = {"bold": True, "top": 2, "bg_color": "#EEF1F4"}


@dataclass(frozen=True)
class Column:
    """A column of figures; colour by sign where `colour` is empty."""

    title: str
    colour: str
    is_amount: bool
    value: Callable[[Figures], Any]


FIGURES = (
    Column(later("Customers"), INK, False, lambda f: f.total_customers),
    Column(later("Credit customers"), CREDIT, False, lambda f: f.positive_qty),
    Column(later("Credit amount"), CREDIT, True, lambda f: f.positive_balance_amt),
    Column(later("Due customers"), DUE, False, lambda f: f.negative_qty),
    Column(later("Due amount"), DUE, True, lambda f: f.negative_balance_amt),
    Column(later("Net"), "", True, lambda f: f.net_balance),
)


def add(writer: Writer) -> None:
    """Add the sheet to the writer's workbook."""
    areas, extras = writer.snapshot.areas, writer.extras
    name, title = "Areas", writer.say("NOCS balance summary: Areas")
    if extras.filtered:
        name = f"Areas ({len(areas)} of {extras.all_areas})"
        title = writer.say(
            "NOCS balance summary: Areas ({count} of {total})",
            count=len(areas),
            total=extras.all_areas,
        )
    sheet = writer.sheet(name, title)
    last_row = FIRST_ROW + max(len(areas), 1) - 1
    _header(writer, sheet)
    for row, area in enumerate(areas, FIRST_ROW):
        _area(writer, sheet, row, area)
    sheet.autofilter(HEADER_ROW, 0, last_row, SHARE_COLUMN)
    sheet.set_row(last_row + 1, 6)
    sheet.set_row(last_row + 2, 20)
    if areas and all(_sum_is_exact(column, areas) for column in FIGURES):
        _totals_as_formulas(writer, sheet, last_row)
    else:
        _totals_as_values(writer, sheet, last_row + 2)
    # Codes are text on purpose: no warning triangle beside each of them.
    sheet.ignore_errors({"number_stored_as_text": xl_range_abs(FIRST_ROW, 0, last_row + 2, 8)})
    _widths(writer, sheet)
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.repeat_rows(HEADER_ROW)
    sheet.print_area(0, 0, last_row + 3, SHARE_COLUMN)


def share_of_due(area: Figures, totals: Totals) -> Decimal:
    """The area's part of all due as a fraction; 0 where nobody owes anything."""
    if totals.negative_balance_amt == ZERO:
        return ZERO
    with localcontext() as context:
        context.prec = 15
        return area.negative_balance_amt / totals.negative_balance_amt


def _header(writer: Writer, sheet: Any) -> None:
    titles = [NOCS_AREA, CODE, *(column.title for column in FIGURES), SHARE_OF_DUE]
    fills = [INK, INK, *(column.colour or INK for column in FIGURES), DUE]
    sheet.set_row(HEADER_ROW, 34)
    for column, (title, fill) in enumerate(zip(titles, fills, strict=True)):
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill, "text_wrap": True}
        side = "left" if column <= CODE_COLUMN else "center"
        writer.text(sheet, HEADER_ROW, column, writer.say(title), align=side, **look)


def _area(writer: Writer, sheet: Any, row: int, area: CachedArea) -> None:
    writer.text(sheet, row, 0, area.nocs_name, text_wrap=True, **LINE)
    writer.text(sheet, row, CODE_COLUMN, area.nocs_code, num_format="@", **LINE)
    _figures(writer, sheet, row, area, LINE)
    share = share_of_due(area, writer.snapshot.totals)
    style = writer.look(
        num_format=writer.shape + SHARE_FORMAT,
        align="right",
        font_color=DUE,
        **LINE,
    )
    sheet.write_number(row, SHARE_COLUMN, share, style)


def _figures(writer: Writer, sheet: Any, row: int, figures: Figures, look: dict[str, Any]) -> None:
    for number, column in enumerate(FIGURES, CUSTOMERS_COLUMN):
        value = column.value(figures)
        write: Any = writer.amount if column.is_amount else writer.count
        write(sheet, row, number, value, font_color=column.colour or sign_colour(value), **look)


def _sum_is_exact(column: Column, areas: Sequence[CachedArea]) -> bool:
    """Whether every sum of these values, in doubles, shows as the exact one to the cent.

    It must have no more than 15 digits. Reading n values and adding them errs by at most
    (n + 1) half steps of a double at the sum of their sizes, which must stay under half a cent:
    with 17 areas that allows 4 lakh crore.
    """
    size = sum((abs(Decimal(column.value(area))) for area in areas), ZERO)
    return size < MAX_SUM and (len(areas) + 1) * math.ulp(float(size)) < 0.01


def _totals_as_formulas(writer: Writer, sheet: Any, last_row: int) -> None:
    totals, row = writer.snapshot.totals, last_row + 2
    shown = f"SUBTOTAL(102,{_range(CUSTOMERS_COLUMN, last_row)})"
    everything = _total_label(writer)
    parts = writer.say(
        "Total of {shown} of {count} areas (filtered)",
        shown="\0",
        count=count_words(totals.areas, writer.settings),
    )
    before, after = parts.split("\0")
    label = f'=IF({shown}={totals.areas},"{everything}","{before}"&{shown}&"{after}")'
    sheet.write_formula(row, 0, label, writer.look(**TOTAL), everything)
    writer.text(sheet, row, CODE_COLUMN, "", **TOTAL)
    for number, column in enumerate(FIGURES, CUSTOMERS_COLUMN):
        value = column.value(totals)
        form: Any = amount_format if column.is_amount else count_format
        style = writer.look(
            num_format=form(value, writer.settings),
            align="right",
            font_color=column.colour or sign_colour(value),
            **TOTAL,
        )
        formula = f"SUBTOTAL(109,{_range(number, last_row)})"
        # The doubles' own dust (0.1 + 0.2) is rounded off, so that the cell is equal to the cent.
        formula = f"=ROUND({formula},2)" if column.is_amount else f"={formula}"
        sheet.write_formula(row, number, formula, style, value)
        _follow_the_size(writer, sheet, row, number, column)
    whole = Decimal(1) if totals.negative_balance_amt else ZERO
    style = writer.look(
        num_format=writer.shape + SHARE_FORMAT,
        align="right",
        font_color=DUE,
        **TOTAL,
    )
    formula = f"=SUBTOTAL(109,{_range(SHARE_COLUMN, last_row)})"
    sheet.write_formula(row, SHARE_COLUMN, formula, style, whole)


def _follow_the_size(writer: Writer, sheet: Any, row: int, number: int, column: Column) -> None:
    """Grouping and colour for whatever the total becomes under a filter."""
    cell = xl_rowcol_to_cell(row, number, row_abs=True, col_abs=True)
    signs = (("", column.colour),) if column.colour else ((">0", CREDIT), ("<0", DUE), ("=0", INK))
    form = amount_format if column.is_amount else count_format
    for least, _ in bands(writer.settings):
        for sign, colour in signs:
            size = f"ABS({cell})>={least}"
            rule = {
                "type": "formula",
                "criteria": f"=AND({size},{cell}{sign})" if sign else f"={size}",
                "format": writer.book.add_format(
                    {"num_format": form(least, writer.settings), "font_color": colour}
                ),
                "stop_if_true": True,
            }
            sheet.conditional_format(row, number, row, number, rule)


def _totals_as_values(writer: Writer, sheet: Any, row: int) -> None:
    totals = writer.snapshot.totals
    writer.text(sheet, row, 0, _total_label(writer), **TOTAL)
    writer.text(sheet, row, CODE_COLUMN, "", **TOTAL)
    _figures(writer, sheet, row, totals, TOTAL)
    whole = Decimal(1) if totals.negative_balance_amt else ZERO
    style = writer.look(
        num_format=writer.shape + SHARE_FORMAT,
        align="right",
        font_color=DUE,
        **TOTAL,
    )
    sheet.write_number(row, SHARE_COLUMN, whole, style)
    if writer.snapshot.areas:
        note = writer.say(
            "Exact totals of all areas, which do not follow a filter: amounts of this size "
            "can't be added to the cent by a spreadsheet."
        )
        writer.text(sheet, row + 1, 0, note, italic=True, font_color=MUTED)


def _total_label(writer: Writer) -> str:
    areas = writer.snapshot.totals.areas
    count = count_words(areas, writer.settings)
    return writer.language.say_n(
        "Total of {count} area", "Total of {count} areas", areas, count=count
    )


def _range(column: int, last_row: int) -> str:
    return str(xl_range_abs(FIRST_ROW, column, last_row, column))


def _widths(writer: Writer, sheet: Any) -> None:
    """Wide enough for the longest figure, so that nothing shows as ####."""
    areas, totals = writer.snapshot.areas, writer.snapshot.totals
    names = [len(clean(area.nocs_name, 100)) for area in areas]
    codes = [len(clean(area.nocs_code, 100)) for area in areas]
    sheet.set_column(0, 0, min(max([24, *names]) + 2, MAX_NAME_WIDTH))
    sheet.set_column(CODE_COLUMN, CODE_COLUMN, min(max([7, *codes]) + 2, MAX_NAME_WIDTH))
    for number, column in enumerate(FIGURES, CUSTOMERS_COLUMN):
        values = [column.value(totals), *map(column.value, areas)]
        words = amount_words if column.is_amount else count_words
        longest = max(len(words(value, writer.settings)) for value in (min(values), max(values)))
        # Totals are bold, which takes about a tenth more.
        sheet.set_column(number, number, max(14, math.ceil(longest * 1.12) + 2))
    sheet.set_column(SHARE_COLUMN, SHARE_COLUMN, 12)
