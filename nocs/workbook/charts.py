"""Sheet Charts: native charts of top due and top credit beside the figures they draw.

Surprise: the lengths of the due bars are the only place in the workbook where due is positive.
Bars to the left of their own names read badly, so the column is headed "Due (owed)".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nocs.model import ZERO, CachedArea
from nocs.money import short_text
from nocs.workbook.formats import CREDIT, DUE, INK, MUTED, amount_words, clean
from nocs.workbook.writer import Writer

TOP = 10
MAX_LABEL = 40
FIRST_BLOCK = 4
BLOCK_ROWS = 17
CHART_COLUMN = 4
CHART_WIDTH = 700
ROW_PIXELS = 20


@dataclass(frozen=True)
class Block:
    """One chart and its figures, largest first."""

    title: str
    amount_title: str
    nothing: str
    colour: str
    bars: Sequence[tuple[CachedArea, Decimal]]


def add(writer: Writer) -> None:
    """Add the sheet to the writer's workbook."""
    sheet, say = writer.sheet("Charts", writer.say("NOCS balance summary: Charts")), writer.say
    areas = writer.snapshot.areas
    due = _largest([(area, -area.negative_balance_amt) for area in areas])
    credit = _largest([(area, area.positive_balance_amt) for area in areas])
    owed, paid = say("Due (owed)"), say("Credit")
    blocks = (
        Block(_title(writer, owed, due), owed, say("No area has due."), DUE, due),
        Block(_title(writer, paid, credit), paid, say("No area has credit."), CREDIT, credit),
    )
    _widths(writer, sheet, [bar for block in blocks for bar in block.bars])
    for number, block in enumerate(blocks):
        _block(writer, sheet, FIRST_BLOCK + number * BLOCK_ROWS, block)
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, FIRST_BLOCK + 2 * BLOCK_ROWS, CHART_COLUMN + 11)


def _largest(bars: list[tuple[CachedArea, Decimal]]) -> list[tuple[CachedArea, Decimal]]:
    """The top bars; an area with nothing to draw is none. Equal sizes stand by code."""
    bars = [bar for bar in bars if bar[1] > ZERO]
    return sorted(bars, key=lambda bar: (-bar[1], bar[0].nocs_code))[:TOP]


def _title(writer: Writer, word: str, bars: Sequence[Any]) -> str:
    if len(bars) > 1:
        return writer.say("{figure}: top {count} areas", figure=word, count=len(bars))
    return writer.say("{figure}: top area", figure=word)


def _block(writer: Writer, sheet: Any, row: int, block: Block) -> None:
    writer.text(sheet, row, 0, block.title, bold=True, font_size=12, font_color=block.colour)
    if not block.bars:
        writer.text(sheet, row + 1, 0, block.nothing, font_color=MUTED)
        return
    head = {"bold": True, "font_color": "#FFFFFF", "bg_color": block.colour}
    writer.text(sheet, row + 1, 0, writer.say("NOCS area"), **head)
    writer.text(sheet, row + 1, 1, writer.say("Code"), **head)
    writer.text(sheet, row + 1, 2, block.amount_title, align="right", **head)
    first = row + 2
    for number, (area, size) in enumerate(block.bars, first):
        writer.text(sheet, number, 0, _label(area))
        writer.text(sheet, number, 1, area.nocs_code, num_format="@")
        writer.amount(sheet, number, 2, size, font_color=block.colour)
    last = first + len(block.bars) - 1
    sheet.ignore_errors({"number_stored_as_text": f"$B${first + 1}:$B${last + 1}"})
    # Next to the rows of its own block, one row shorter than it.
    chart = _chart(writer, sheet.get_name(), block, first, last)
    sheet.insert_chart(row, CHART_COLUMN, chart, {"object_position": 2})


def _chart(writer: Writer, sheet_name: str, block: Block, first: int, last: int) -> Any:
    chart = writer.book.add_chart({"type": "bar"})
    symbol = writer.settings.currency_symbol
    grouping = writer.settings.number_grouping
    words = [short_text(size, grouping, writer.language) for _, size in block.bars]
    chart.add_series(
        {
            "name": block.amount_title,
            "categories": [sheet_name, first, 0, last, 0],
            "values": [sheet_name, first, 2, last, 2],
            "fill": {"color": block.colour},
            "gap": 40,
            "data_labels": {
                "value": True,
                "position": "outside_end",
                "font": {"color": INK, "size": 9},
                # A number format can't divide by a lakh or a crore, so the words are given.
                "custom": [{"value": clean(f"{symbol} {text}".strip())} for text in words],
            },
        }
    )
    demo = writer.say(" (demo data)") if writer.snapshot.is_demo else ""
    font = {"size": 13, "color": block.colour}
    chart.set_title({"name": block.title + demo, "name_font": font})
    chart.set_legend({"none": True})
    # Bars grow from the bottom up; reversed, the largest is on top.
    chart.set_y_axis({"reverse": True, "num_font": {"size": 10}, "major_tick_mark": "none"})
    # Room for the label after the longest bar.
    longest = block.bars[0][1] * Decimal("1.2")
    chart.set_x_axis(
        {"visible": False, "major_gridlines": {"visible": False}, "min": 0, "max": longest}
    )
    chart.set_size({"width": CHART_WIDTH, "height": (BLOCK_ROWS - 1) * ROW_PIXELS})
    return chart


def _label(area: CachedArea) -> str:
    """A name short enough for an axis; an area without a name shows its code."""
    label = clean(area.nocs_name.strip() or area.nocs_code, MAX_LABEL)
    # The chart reads its labels as plain strings only: see Writer about such texts.
    return f"{label} " if label.endswith("</r>") else label


def _widths(writer: Writer, sheet: Any, bars: Sequence[tuple[CachedArea, Decimal]]) -> None:
    names = [len(_label(area)) for area, _ in bars]
    codes = [len(area.nocs_code) for area, _ in bars]
    sizes = [len(amount_words(size, writer.settings)) for _, size in bars]
    sheet.set_column(0, 0, max([24, *names]) + 2)
    sheet.set_column(1, 1, min(max([7, *codes]) + 2, MAX_LABEL))
    sheet.set_column(2, 2, max([14, *sizes]) + 2)
    sheet.set_column(3, 3, 2)
