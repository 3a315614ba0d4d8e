"""The table of all areas: HTML from a pandas Styler, sorted and searched in the browser.

Surprise: on a screen too narrow for it, the same table is laid out as one card an area. Exact
values stand in data-value, so sorting never reads a formatted text.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from nocs.language import later
from nocs.model import ZERO, CachedArea, Figures, Snapshot, Totals
from nocs.money import cents, signed
from nocs.past import Past
from nocs.ui.cards import net_word
from nocs.ui.movers import area_link
from nocs.ui.opening import open_area
from nocs.ui.sparkline import sparkline
from nocs.ui.style import ASSETS, asset
from nocs.ui.words import Words

SHARE = "share_of_due"
DAYS = "due_of_days"


class Column(NamedTuple):
    """A column; `first` is the order of its first sort, `tone` its colour."""

    name: str
    title: str
    first: str = "descending"
    tone: str = ""
    is_amount: bool = False


COLUMNS = (
    Column("nocs_name", later("Area"), "ascending", "name"),
    Column("nocs_code", later("Code"), "ascending", "code"),
    Column("total_customers", later("Customers")),
    Column("positive_qty", later("Credit customers"), tone="credit"),
    Column("positive_balance_amt", later("Credit"), tone="credit", is_amount=True),
    Column("negative_qty", later("Due customers"), tone="due"),
    # Due is stored negative: the largest due is the smallest number.
    Column("negative_balance_amt", later("Due"), "ascending", "due", is_amount=True),
    Column("net_balance", later("Net"), "ascending", "net", is_amount=True),
    Column(SHARE, later("Share of due"), tone="due"),
    Column(DAYS, later("Last days"), tone="days"),
)

# What table.js says.
TEXTS = {
    "sort": later("Sort by"),
    "natural": later("Order of the report"),
    "lowest": later("{column}, lowest first"),
    "highest": later("{column}, highest first"),
    "search": later("Search areas"),
    "hint": later("Search name or code"),
    "found": later("{count} of {total} areas found. The totals are those of all {total}."),
}

_AreaStyler: Any = Styler.from_custom_template([str(ASSETS)], html_table="areas.tpl")
_component = st.components.v2.component("nocs.areas", js=asset("table.js"), isolate_styles=False)


def area_table(snapshot: Snapshot, words: Words, all_areas: int, days: tuple[Past, ...]) -> None:
    """Draw the table of the snapshot's areas, out of `all_areas`; a click on a row opens its area.

    `days` are what the small lines of due show.
    """
    picked = _component(
        key="areas",
        data={
            "html": table_html(snapshot, words, all_areas, days),
            "areas": snapshot.totals.areas,
            "title": words.say(snapshot.title),
            "texts": {name: words.say(text) for name, text in TEXTS.items()},
            "digits": words.digits("0123456789"),
        },
        on_opened_change=_nothing,
    )
    if picked.opened:
        open_area(picked.opened)


@lru_cache(maxsize=16)
def table_html(
    snapshot: Snapshot, words: Words, all_areas: int, days: tuple[Past, ...] = ()
) -> str:
    """The table as HTML; its last row, the totals, is the foot."""
    columns = COLUMNS if len(days) > 1 else COLUMNS[:-1]
    rows = [_row(area, snapshot.totals) for area in snapshot.areas]
    rows.append(_total_row(snapshot, all_areas, words))
    # Objects, because a column of Decimals must stay one.
    frame = pd.DataFrame(rows, columns=[column.name for column in columns], dtype=object)
    styler = _AreaStyler(frame).hide(axis="index").format(_formats(words))
    html: str = styler.to_html(
        columns=[_heading(column, words) for column in columns],
        links=[area_link(area.nocs_code, area.nocs_name, words) for area in snapshot.areas],
        also=_also(snapshot),
        lines=_lines(snapshot, days, words),
        tones=[net_word(row["net_balance"]) for row in rows],
        net_words=[words.say(net_word(row["net_balance"])) for row in rows],
        bars=_bars(rows[:-1]),
        caption=words.say(
            "{areas} as of {moment}",
            areas=rows[-1]["nocs_name"],
            moment=words.moment(snapshot.as_of),
        ),
        exclude_styles=True,
    )
    return html


def share_of_due(figures: Figures, totals: Totals) -> Decimal:
    """The part of all due in per cent with two decimals; 0.00 where nobody owes anything."""
    if not totals.negative_balance_amt:
        return Decimal("0.00")
    return cents(100 * figures.negative_balance_amt / totals.negative_balance_amt)


def _row(area: CachedArea, totals: Totals) -> dict[str, Any]:
    figures = {column.name: getattr(area, column.name, None) for column in COLUMNS}
    return figures | {SHARE: share_of_due(area, totals)}


def _total_row(snapshot: Snapshot, all_areas: int, words: Words) -> dict[str, Any]:
    totals = snapshot.totals
    figures = {column.name: getattr(totals, column.name, "") for column in COLUMNS}
    is_all = totals.areas == all_areas
    name = (
        words.say(snapshot.title)
        if is_all
        else words.say("{shown} of {total} areas", shown=totals.areas, total=all_areas)
    )
    return figures | {"nocs_name": name, SHARE: share_of_due(totals, totals)}


def _lines(snapshot: Snapshot, days: Sequence[Past], words: Words) -> list[str]:
    """The due of each area at the end of the last days; broken where it was missing."""
    dues = [{a.nocs_code: a.negative_balance_amt for a in day.areas} for day in days]
    return [
        sparkline(
            [due.get(area.nocs_code) for due in dues],
            "due",
            words.say(
                "Due of {area} at the end of the last {days} days",
                area=area.nocs_name,
                days=len(days),
            ),
        )
        for area in snapshot.areas
    ]


def _also(snapshot: Snapshot) -> list[str]:
    """What each area is found by besides its name and code; in one pass, for there may be many."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for one in snapshot.names:
        names[one.nocs_code].append(one.nocs_name)
    return [
        " ".join(name for name in names[area.nocs_code] if name != area.nocs_name)
        for area in snapshot.areas
    ]


def _bars(rows: Sequence[dict[str, Any]]) -> list[Decimal]:
    """The length of each share's bar in per cent of the longest one."""
    longest = max((row[SHARE] for row in rows), default=ZERO) or Decimal(1)
    return [cents(100 * row[SHARE] / longest) for row in rows]


def _formats(words: Words) -> dict[str, Any]:
    """A signed text for each figure; labels are left as they are."""
    formats: dict[str, Any] = {
        column.name: (lambda value: signed(words.bare(value))) if column.is_amount else words.count
        for column in COLUMNS[2:-1]
    }
    formats[SHARE] = lambda value: words.digits(f"{value}%")
    formats[DAYS] = lambda _value: ""
    return formats


def _heading(column: Column, words: Words) -> dict[str, str]:
    unit = f" ({words.symbol})" if column.is_amount and words.symbol else ""
    plain = words.say(column.title)
    return {**column._asdict(), "title": escape(plain + unit), "plain": plain}


def _nothing() -> None:
    """A trigger of a component needs a callback to be told of."""
