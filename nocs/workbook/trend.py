"""Sheet Trend: the sums at the end of each of the last days, as figures and as lines.

Surprise: the lines have no axis of amounts. Days differ by little, so it would not start at zero,
and no number format groups the Indian way at every size; the last, lowest and highest day have
their amount in words instead.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from nocs.language import later
from nocs.model import Totals
from nocs.money import short_text
from nocs.past import Moment
from nocs.workbook.formats import (
    CREDIT,
    DUE,
    INK,
    amount_words,
    clean,
    month_shape,
    sign_colour,
)
from nocs.workbook.writer import LINE, Writer

HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
NET = "#1D4F91"
AMOUNTS: tuple[tuple[str, str, Callable[[Totals], Decimal]], ...] = (
    (later("Credit"), CREDIT, lambda t: t.positive_balance_amt),
    (later("Due"), DUE, lambda t: t.negative_balance_amt),
    (later("Net"), NET, lambda t: t.net_balance),
)
FIRST_AMOUNT = 3
CHART_COLUMN = FIRST_AMOUNT + len(AMOUNTS) + 1
CHART_ROWS, CHART_WIDTH, ROW_PIXELS = 15, 640, 20


def add(writer: Writer, trend: Sequence[Moment]) -> None:
    """Add the sheet to the writer's workbook; `trend` is oldest first and not empty."""
    sheet = writer.sheet("Trend", writer.say("NOCS balance summary: Trend"))
    _header(writer, sheet)
    for row, moment in enumerate(trend, FIRST_ROW):
        local = moment.as_of.astimezone(writer.settings.zone).replace(tzinfo=None, microsecond=0)
        style = writer.look(num_format=writer.shape + "yyyy-mm-dd hh:mm", align="left", **LINE)
        sheet.write_datetime(row, 0, local, style)
        writer.count(sheet, row, 1, moment.totals.areas, **LINE)
        writer.count(sheet, row, 2, moment.totals.total_customers, **LINE)
        for column, (_, _, value) in enumerate(AMOUNTS, FIRST_AMOUNT):
            amount = value(moment.totals)
            writer.amount(sheet, row, column, amount, font_color=sign_colour(amount), **LINE)
    last = FIRST_ROW + len(trend) - 1
    if len(trend) > 1:
        for number in range(len(AMOUNTS)):
            chart = _chart(writer, sheet.get_name(), number, trend, last)
            row = FIRST_ROW + number * (CHART_ROWS + 1)
            sheet.insert_chart(row, CHART_COLUMN, chart, {"object_position": 2, "y_offset": 6})
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.repeat_rows(HEADER_ROW)
    _widths(writer, sheet, trend)


def _header(writer: Writer, sheet: Any) -> None:
    zone = clean(writer.settings.timezone)
    titles = [(later("Last of the day ({zone})"), INK), (later("Areas"), INK)]
    titles += [(later("Customers"), INK), *((t, fill) for t, fill, _ in AMOUNTS)]
    sheet.set_row(HEADER_ROW, 20)
    for column, (title, fill) in enumerate(titles):
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill}
        side = "right" if column else "left"
        writer.text(sheet, HEADER_ROW, column, writer.say(title, zone=zone), align=side, **look)


def _chart(writer: Writer, name: str, number: int, trend: Sequence[Moment], last: int) -> Any:
    text, colour, value = AMOUNTS[number]
    title = writer.say(text)
    column = FIRST_AMOUNT + number
    amounts = [value(moment.totals) for moment in trend]
    span = (max(amounts) - min(amounts)) or abs(amounts[0]) or Decimal(1)
    chart = writer.book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": title,
            "categories": [name, FIRST_ROW, 0, last, 0],
            "values": [name, FIRST_ROW, column, last, column],
            "line": {"color": colour, "width": 2},
            "data_labels": {
                "value": True,
                "position": "above",
                "font": {"color": INK, "size": 9},
                "custom": _labels(amounts, writer),
            },
        }
    )
    demo = writer.say(" (demo data)") if writer.snapshot.is_demo else ""
    chart.set_title({"name": title + demo, "name_font": {"size": 13, "color": colour}})
    chart.set_legend({"none": True})
    chart.set_x_axis(
        {
            "date_axis": True,
            "num_format": month_shape(writer.language) + "d mmm",
            "label_position": "low",
            "major_unit": 14,
            "major_unit_type": "days",
        }
    )
    room = span * Decimal("0.15")
    axis = {
        "visible": False,
        "crossing": "min",
        "min": min(amounts) - room,
        "max": max(amounts) + room,
    }
    chart.set_y_axis(axis | {"major_gridlines": {"visible": False}})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_ROWS * ROW_PIXELS})
    return chart


def _labels(amounts: Sequence[Decimal], writer: Writer) -> list[dict[str, Any]]:
    """A label for the last, lowest and highest amount, none for the others."""
    told = {len(amounts) - 1, amounts.index(min(amounts)), amounts.index(max(amounts))}
    symbol, grouping = writer.settings.currency_symbol, writer.settings.number_grouping
    words = [
        ("-" if amount < 0 else "")
        + f"{symbol} {short_text(abs(amount), grouping, writer.language)}".strip()
        for amount in amounts
    ]
    return [
        {"value": clean(text)} if place in told else {"delete": True}
        for place, text in enumerate(words)
    ]


def _widths(writer: Writer, sheet: Any, trend: Sequence[Moment]) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 12)
    for column, (_, _, value) in enumerate(AMOUNTS, FIRST_AMOUNT):
        values = [value(moment.totals) for moment in trend]
        longest = max(len(amount_words(v, writer.settings)) for v in (min(values), max(values)))
        sheet.set_column(column, column, max(15, math.ceil(longest * 1.12) + 2))
    sheet.set_column(CHART_COLUMN - 1, CHART_COLUMN - 1, 2)
