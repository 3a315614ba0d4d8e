"""Sheet Trend: the sums at the end of each of the last days, as figures and as lines.

Surprise: the lines have an axis each that does not start at zero, because days differ by little.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from nocs.model import Totals
from nocs.past import Moment
from nocs.workbook.formats import CREDIT, DUE, INK, amount_format, amount_words, sign_colour
from nocs.workbook.writer import LINE, Writer

HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
NET = "#1D4F91"
AMOUNTS: tuple[tuple[str, str, Callable[[Totals], Decimal]], ...] = (
    ("Credit", CREDIT, lambda t: t.positive_balance_amt),
    ("Due", DUE, lambda t: t.negative_balance_amt),
    ("Net", NET, lambda t: t.net_balance),
)
FIRST_AMOUNT = 3
CHART_COLUMN = FIRST_AMOUNT + len(AMOUNTS) + 1
CHART_ROWS, CHART_WIDTH, ROW_PIXELS = 15, 640, 20


def add(writer: Writer, trend: Sequence[Moment]) -> None:
    """Add the sheet to the writer's workbook; `trend` is oldest first and not empty."""
    sheet = writer.sheet("Trend")
    _header(writer, sheet)
    for row, moment in enumerate(trend, FIRST_ROW):
        writer.moment(sheet, row, 0, moment.as_of, **LINE)
        writer.count(sheet, row, 1, moment.totals.areas, **LINE)
        writer.count(sheet, row, 2, moment.totals.total_customers, **LINE)
        for column, (_, _, value) in enumerate(AMOUNTS, FIRST_AMOUNT):
            amount = value(moment.totals)
            writer.amount(sheet, row, column, amount, font_color=sign_colour(amount), **LINE)
    last = FIRST_ROW + len(trend) - 1
    if len(trend) > 1:
        for number in range(len(AMOUNTS)):
            chart = _chart(writer, sheet.get_name(), number, trend, last)
            row = HEADER_ROW + number * (CHART_ROWS + 1)
            sheet.insert_chart(row, CHART_COLUMN, chart, {"object_position": 2})
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.repeat_rows(HEADER_ROW)
    _widths(writer, sheet, trend)


def _header(writer: Writer, sheet: Any) -> None:
    titles = [("Last refresh of the day", INK), ("Areas", INK), ("Customers", INK)]
    sheet.set_row(HEADER_ROW, 20)
    for column, (title, fill) in enumerate([*titles, *((t, fill) for t, fill, _ in AMOUNTS)]):
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill}
        writer.text(sheet, HEADER_ROW, column, title, align="right" if column else "left", **look)


def _chart(writer: Writer, name: str, number: int, trend: Sequence[Moment], last: int) -> Any:
    title, colour, value = AMOUNTS[number]
    column = FIRST_AMOUNT + number
    largest = max((value(moment.totals) for moment in trend), key=abs)
    chart = writer.book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": title,
            "categories": [name, FIRST_ROW, 0, last, 0],
            "values": [name, FIRST_ROW, column, last, column],
            "line": {"color": colour, "width": 2},
        }
    )
    demo = " (demo data)" if writer.snapshot.is_demo else ""
    chart.set_title({"name": title + demo, "name_font": {"size": 13, "color": colour}})
    chart.set_legend({"none": True})
    chart.set_x_axis(
        {"date_axis": True, "num_format": "d mmm", "label_position": "low", "major_unit": 14,
         "major_unit_type": "days"}
    )  # fmt: skip
    form = amount_format(largest, writer.settings).replace(".00", "")
    chart.set_y_axis({"num_format": form, "major_gridlines": {"visible": True,
                      "line": {"color": "#D5DAE0"}}})  # fmt: skip
    chart.set_size({"width": CHART_WIDTH, "height": CHART_ROWS * ROW_PIXELS})
    return chart


def _widths(writer: Writer, sheet: Any, trend: Sequence[Moment]) -> None:
    sheet.set_column(0, 0, len(writer.moment_words(trend[-1].as_of)) + 2)
    sheet.set_column(1, 2, 12)
    for column, (_, _, value) in enumerate(AMOUNTS, FIRST_AMOUNT):
        values = [value(moment.totals) for moment in trend]
        longest = max(len(amount_words(v, writer.settings)) for v in (min(values), max(values)))
        sheet.set_column(column, column, max(15, math.ceil(longest * 1.12) + 2))
    sheet.set_column(CHART_COLUMN - 1, CHART_COLUMN - 1, 2)
