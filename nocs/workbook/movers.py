"""Sheet Movers: every area's change since an earlier run, the largest change of due first.

Surprise: due is negative, so a change of due below zero means that customers owe more.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from nocs.language import later
from nocs.model import ZERO
from nocs.past import Move, Past, moves
from nocs.workbook.formats import CREDIT, DUE, INK, MUTED, amount_words, clean, sign_colour
from nocs.workbook.writer import LINE, Writer

HEADER_ROW = 4
MOST_ROWS = 1_000
AMOUNTS: tuple[tuple[str, str, bool, Callable[[Move], Any]], ...] = (
    (later("Due then"), DUE, False, lambda m: m.then.negative_balance_amt if m.then else ZERO),
    (later("Due now"), DUE, False, lambda m: m.now.negative_balance_amt if m.now else ZERO),
    (later("Change of due"), DUE, True, lambda m: m.due),
    (later("Change of credit"), CREDIT, True, lambda m: m.credit),
    (later("Change of net"), INK, True, lambda m: m.net),
)
MEANING_COLUMN = 2 + len(AMOUNTS)
CUSTOMERS_COLUMN = MEANING_COLUMN + 1
APART: dict[str, Any] = {"align": "left", "indent": 1}  # from the amounts to its left


def add(writer: Writer, earlier: Past) -> None:
    """Add the sheet to the writer's workbook."""
    sheet = writer.sheet("Movers", writer.say("NOCS balance summary: Movers"))
    moved = moves(writer.snapshot.areas, earlier.areas)
    shown = moved[:MOST_ROWS]
    since = writer.say(
        "Changes since {moment}, refresh run {run}",
        moment=writer.moment_words(earlier.as_of),
        run=earlier.run_id,
    )
    writer.text(sheet, HEADER_ROW - 1, 0, since, bold=True)
    _header(writer, sheet)
    for row, move in enumerate(shown, HEADER_ROW + 1):
        _move(writer, sheet, row, move)
    last = HEADER_ROW + max(len(shown), 1)
    if len(shown) < len(moved):
        note = writer.say(
            "The {most} largest of {count} changes.", most=MOST_ROWS, count=len(moved)
        )
        writer.text(sheet, last + 1, 0, note, italic=True, font_color=MUTED)
    sheet.ignore_errors({"number_stored_as_text": f"$A${HEADER_ROW + 2}:$H${last + 1}"})
    sheet.autofilter(HEADER_ROW, 0, last, CUSTOMERS_COLUMN)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(HEADER_ROW)
    _widths(writer, sheet, shown)


def _header(writer: Writer, sheet: Any) -> None:
    sheet.set_row(HEADER_ROW, 34)
    titles = [
        (later("NOCS area"), INK),
        (later("Code"), INK),
        *((t, fill) for t, fill, _, _ in AMOUNTS),
    ]
    titles += [(later("Meaning"), INK), (later("Change of customers"), INK)]
    for column, (title, fill) in enumerate(titles):
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill, "text_wrap": True}
        side: dict[str, Any] = {"align": "left" if column < 2 else "center"}
        if column == MEANING_COLUMN:
            side = APART
        writer.text(sheet, HEADER_ROW, column, writer.say(title), **side, **look)


def _move(writer: Writer, sheet: Any, row: int, move: Move) -> None:
    writer.text(sheet, row, 0, move.nocs_name, text_wrap=True, **LINE)
    writer.text(sheet, row, 1, move.nocs_code, num_format="@", **LINE)
    for column, (_, _, is_change, value) in enumerate(AMOUNTS, 2):
        amount = value(move)
        colour = sign_colour(amount)
        writer.amount(sheet, row, column, amount, plus=is_change, font_color=colour, **LINE)
    writer.text(
        sheet, row, MEANING_COLUMN, writer.say(meaning(move)), font_color=MUTED, **APART, **LINE
    )
    writer.count(sheet, row, CUSTOMERS_COLUMN, move.customers, plus=True, **LINE)


def meaning(move: Move) -> str:
    """What the change of due means, as a text to be said."""
    if move.then is None:
        return later("new area")
    if move.now is None:
        return later("missing now")
    if not move.due:
        return later("unchanged")
    return later("more due") if move.due < 0 else later("less due")


def _widths(writer: Writer, sheet: Any, moved: Sequence[Move]) -> None:
    sheet.set_column(0, 0, min(max([24, *(len(clean(m.nocs_name, 100)) for m in moved)]) + 2, 45))
    sheet.set_column(1, 1, min(max([7, *(len(m.nocs_code) for m in moved)]) + 2, 45))
    for column, (_, _, _, value) in enumerate(AMOUNTS, 2):
        values = [value(move) for move in moved] or [ZERO]
        longest = max(
            len(amount_words(amount, writer.settings, plus=True))
            for amount in (min(values), max(values))
        )
        sheet.set_column(column, column, max(15, math.ceil(longest * 1.12) + 2))
    sheet.set_column(MEANING_COLUMN, MEANING_COLUMN, 13)
    sheet.set_column(CUSTOMERS_COLUMN, CUSTOMERS_COLUMN, 13)
