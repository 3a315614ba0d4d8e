"""Sheet Summary: the cards as a small table, then where the figures come from and what they mean.

Surprise: the long texts are in merged cells, whose height no spreadsheet program adjusts, so
their row heights are estimated here.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from nocs.freshness import Freshness, age, freshness
from nocs.language import ENGLISH, Language, later
from nocs.model import ZERO, Totals
from nocs.workbook.formats import (
    CREDIT,
    DUE,
    INK,
    MUTED,
    amount_words,
    clean,
    count_words,
    sign_colour,
)
from nocs.workbook.writer import DEMO_WORDS, TITLE, Writer

TITLES = (
    (later("Areas"), INK),
    (later("Customers"), INK),
    (later("Credit"), CREDIT),
    (later("Due"), DUE),
    (later("Net"), INK),
)
LAST_COLUMN = len(TITLES)
MAX_ROW_HEIGHT = 409  # points; no row can be higher
HEADER_ROW = 4
FIGURE_LOOK: dict[str, Any] = {"bold": True, "font_size": 16}
CHANGE_LOOK: dict[str, Any] = {"font_color": MUTED, "top": 1, "top_color": "#D5DAE0"}
STATES = {
    Freshness.FRESH: later("fresh"),
    Freshness.LATE: later("late"),
    Freshness.STALE: later("stale"),
}
MEANINGS = (
    (
        later("Credit"),
        later("Customers with a positive balance have paid in advance. Positive, green."),
    ),
    (
        later("Due"),
        later("Customers with a negative balance owe money. Shown with a minus, red."),
    ),
    (
        later("Net"),
        later("Credit plus due. Customers with balance 0 count under Customers only."),
    ),
    (
        later("Without NOCS"),
        later("Customers who reach no area are in no figure of this workbook."),
    ),
    (
        later("Change"),
        later("A change of Due with a minus means that customers owe more than before."),
    ),
)


@dataclass(frozen=True)
class Page:
    """The sheet under way; `width` is how many characters a line of a wide text takes."""

    writer: Writer
    sheet: Any
    width: int


def add(writer: Writer, downloaded_by: str, now: datetime) -> None:
    """Add the sheet to the writer's workbook."""
    sheet = writer.sheet("Summary", writer.say(TITLE))
    page = Page(writer, sheet, _widths(writer, sheet))
    _cards(page)
    _changes(page)
    row = _details(page, HEADER_ROW + 6, downloaded_by, now)
    row = _warnings(page, row + 1)
    _heading(page, row + 1, writer.say("What the words mean"))
    for number, (word, meaning) in enumerate(MEANINGS, row + 2):
        _detail(page, number, writer.say(word), writer.say(meaning))
    sheet.print_area(0, 0, row + 1 + len(MEANINGS), LAST_COLUMN)


def net_in_words(net: Decimal) -> str:
    """Which side is the larger one over all areas, as a text to be said."""
    if not net:
        return later("Balanced")
    return later("Overall credit") if net > ZERO else later("Overall due")


def duration_words(duration_ms: int | None, language: Language = ENGLISH) -> str:
    """A run's duration: '7 min 12 s', or '0.8 s' where whole seconds would say too little."""
    if duration_ms is None:
        return language.say("not known")
    return language.lasted(timedelta(milliseconds=duration_ms))


def _cards(page: Page) -> None:
    writer, sheet, totals, row = page.writer, page.sheet, page.writer.snapshot.totals, HEADER_ROW
    for column, (title, fill) in enumerate(TITLES, 1):
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": fill, "align": "right"}
        writer.text(sheet, row, column, writer.say(title), **look)
    sheet.set_row(row, 22)
    sheet.set_row(row + 1, 32)
    writer.text(sheet, row + 1, 0, writer.say("This refresh"), bold=True)
    writer.count(sheet, row + 1, 1, totals.areas, **FIGURE_LOOK)
    writer.count(sheet, row + 1, 2, totals.total_customers, **FIGURE_LOOK)
    for column, value in enumerate(_amounts(totals), 3):
        writer.amount(sheet, row + 1, column, value, font_color=sign_colour(value), **FIGURE_LOOK)
    writer.count(sheet, row + 2, 3, totals.positive_qty, is_customers=True, font_color=CREDIT)
    writer.count(sheet, row + 2, 4, totals.negative_qty, is_customers=True, font_color=DUE)
    net = totals.net_balance
    look = {"bold": True, "align": "right", "font_color": sign_colour(net)}
    writer.text(sheet, row + 2, 5, writer.say(net_in_words(net)), **look)


def _changes(page: Page) -> None:
    writer, sheet, row = page.writer, page.sheet, HEADER_ROW + 3
    totals, previous = writer.snapshot.totals, writer.snapshot.previous
    writer.text(sheet, row, 0, _since(writer), **CHANGE_LOOK)
    if previous is None:
        for column in range(1, LAST_COLUMN + 1):
            writer.text(sheet, row, column, "", **CHANGE_LOOK)
        writer.text(sheet, row, 1, writer.say("No earlier run to compare with"), **CHANGE_LOOK)
        return
    look: dict[str, Any] = {"plus": True, **CHANGE_LOOK}
    writer.count(sheet, row, 1, totals.areas - previous.areas, **look)
    writer.count(sheet, row, 2, totals.total_customers - previous.total_customers, **look)
    pairs = zip(_amounts(totals), _amounts(previous), strict=True)
    for column, (new, old) in enumerate(pairs, 3):
        writer.amount(sheet, row, column, new - old, **look)
    unit: dict[str, Any] = {"is_customers": True, "plus": True, "font_color": MUTED}
    writer.count(sheet, row + 1, 3, totals.positive_qty - previous.positive_qty, **unit)
    writer.count(sheet, row + 1, 4, totals.negative_qty - previous.negative_qty, **unit)


def _details(page: Page, row: int, downloaded_by: str, now: datetime) -> int:
    """Where the figures come from; returns the row after the last one."""
    writer, snapshot = page.writer, page.writer.snapshot
    run, unassigned = snapshot.run, snapshot.run.unassigned_customers
    _heading(page, row, writer.say("About these figures"))
    say, old = writer.say, writer.language.span(age(snapshot.as_of, now))
    state = freshness(snapshot.as_of, now, writer.settings.interval)
    details: tuple[tuple[str, str | int | datetime], ...] = (
        (say("As of"), snapshot.as_of),
        (say("Age when downloaded"), f"{old} ({say(STATES[state])})"),
        *_view(writer),
        (say("Source"), say(DEMO_WORDS) if snapshot.is_demo else "Oracle CC&B"),
        (say("Refresh run"), run.id),
        (say("Refresh took"), duration_words(run.duration_ms, writer.language)),
        (say("Downloaded by"), downloaded_by),
        (say("Downloaded at"), now),
        (
            say("Customers without NOCS"),
            say("not counted") if unassigned is None else unassigned,
        ),
    )
    for number, (label, value) in enumerate(details, row + 1):
        _detail(page, number, label, value)
    return row + 1 + len(details)


def _since(writer: Writer) -> str:
    extras = writer.extras
    if extras.is_compared and extras.earlier:
        local = extras.earlier.as_of.astimezone(writer.settings.zone)
        moment = writer.language.digits(f"{local:%Y-%m-%d %H:%M}")
        return writer.say("Change since {moment}", moment=moment)
    return writer.say("Change since the previous run")


def _view(writer: Writer) -> Iterator[tuple[str, str]]:
    """What the person who downloaded it had chosen to see."""
    extras = writer.extras
    if extras.filtered:
        text = later("{areas}. Every total is that of these areas.")
        yield writer.say("Filtered"), writer.say(text, areas=extras.filtered)
    if extras.is_compared and extras.earlier:
        when = writer.moment_words(extras.earlier.as_of)
        text = later("{moment}, refresh run {run}")
        yield writer.say("Compared with"), writer.say(text, moment=when, run=extras.earlier.run_id)


def _warnings(page: Page, row: int) -> int:
    """The warnings of the run; returns the row after the last one."""
    _heading(page, row, page.writer.say("Warnings of this run"))
    warnings = page.writer.snapshot.run.warnings
    if not warnings:
        _detail(page, row + 1, "", page.writer.say("None"))
        return row + 2
    for number, warning in enumerate(warnings, 1):
        label = page.writer.say("Warning {count}", count=number)
        _detail(page, row + number, label, warning)
    return row + 1 + len(warnings)


def _heading(page: Page, row: int, text: str) -> None:
    for column in range(1, LAST_COLUMN + 1):
        page.writer.text(page.sheet, row, column, "", bottom=1)
    page.writer.text(page.sheet, row, 0, text, bold=True, font_size=12, bottom=1)
    page.sheet.set_row(row, 20)


def _detail(page: Page, row: int, label: str, value: str | int | datetime) -> None:
    """A label and its value over all figure columns, as high as it needs."""
    writer, sheet = page.writer, page.sheet
    look = {"text_wrap": True, "align": "left"}
    lines = 1
    writer.text(sheet, row, 0, label, font_color=MUTED)
    sheet.merge_range(row, 1, row, LAST_COLUMN, "", writer.look(**look))
    if isinstance(value, datetime):
        writer.moment(sheet, row, 1, value)
    elif isinstance(value, int):
        sheet.write_number(row, 1, value, writer.look(num_format=writer.shape + "0", **look))
    else:
        writer.text(sheet, row, 1, value, **look)
        paragraphs = clean(value).split("\n")
        lines = sum(max(math.ceil(len(text) / page.width), 1) for text in paragraphs)
    sheet.set_row(row, min(15 * lines + 3, MAX_ROW_HEIGHT))


def _amounts(totals: Totals) -> tuple[Decimal, Decimal, Decimal]:
    return totals.positive_balance_amt, totals.negative_balance_amt, totals.net_balance


def _widths(writer: Writer, sheet: Any) -> int:
    """Set the widths so that nothing shows as ####; returns the characters in a wide text."""
    totals, settings = writer.snapshot.totals, writer.settings
    sheet.set_column(0, 0, 32)
    counts = (totals.areas, totals.total_customers)
    figures = [count_words(value, settings) for value in counts]
    figures += [amount_words(value, settings) for value in _amounts(totals)]
    total_width = 0
    for column, figure in enumerate(figures, 1):
        # Bold at 16 points takes 1.6 times the room of the usual letters.
        width = max(14 if column < 3 else 20, math.ceil(len(figure) * 1.6) + 2)
        sheet.set_column(column, column, width)
        total_width += width
    return total_width
