"""The charts of a page: figures built in Python, drawn in the browser with Plotly's basic bundle.

Surprise: `st.plotly_chart` would load all of Plotly, four times as much. The bundle is imported
once from an address that a browser keeps for good, and run after cards and table are there.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Any

import streamlit as st

from nocs import charts
from nocs.language import ENGLISH, Language, later
from nocs.model import Snapshot
from nocs.past import Pareto, pareto
from nocs.settings import Settings
from nocs.ui.opening import open_area
from nocs.ui.style import asset
from nocs.ui.words import Words
from nocs.web.assets import DRAWING, served_url

SIZES: dict[str, int | None] = {later("Top 5"): 5, later("Top 10"): 10, later("All"): None}
USUAL_SIZE = "Top 5"
# What chart.js says.
TEXTS = {
    "save": later("Save as picture"),
    "saved": later("Save the chart {chart} as a picture"),
    "missing": later("The charts could not be loaded."),
}

_component = st.components.v2.component("nocs.charts", js=asset("chart.js"), isolate_styles=False)


@st.fragment
def area_charts(snapshot: Snapshot, settings: Settings, filtered: str) -> None:
    """The charts of the summary with the control of how many areas the first two show.

    `filtered` says which areas they are; a click on a bar opens the area.
    """
    spoken = settings.spoken
    with st.container(horizontal=True, vertical_alignment="center", key="charts_head"):
        st.html(f'<h2 class="nocs-h2">{spoken.say("Charts")}</h2>')
        size = st.segmented_control(
            spoken.say("Areas in the top charts"),
            list(SIZES),
            default=USUAL_SIZE,
            required=True,
            key="chart_size",
            format_func=spoken.say,
            label_visibility="collapsed",
        )
    draw("charts", summary_charts(snapshot, SIZES[size], settings), snapshot, settings, filtered)


def draw(
    key: str,
    figures: Sequence[dict[str, Any]],
    snapshot: Snapshot,
    settings: Settings,
    filtered: str = "",
    *,
    look: str = "",
    opens: bool = True,
) -> None:
    """Draw figures made by `entry`, in their order; a click opens the area under it.

    `look`: "small" for many in a grid, "one" for one a row.
    """
    data = drawing(figures, settings) | {
        "stamp": _stamp(snapshot, settings, filtered),
        "look": look,
        "texts": {name: settings.spoken.say(text) for name, text in TEXTS.items()},
    }
    picked = _component(key=key, data=data, on_area_change=_nothing)
    if opens and picked.area:
        open_area(picked.area)


def drawing(figures: Sequence[dict[str, Any]], settings: Settings) -> dict[str, Any]:
    """What the browser needs to draw figures made by `entry`: with what, which, in which words."""
    return {
        "drawing": settings.base_path + served_url(DRAWING),
        "charts": list(figures),
        "locale": _locale(settings.spoken),
    }


def _locale(language: Language) -> dict[str, Any]:
    """What Plotly has to know for the labels of its axes of time; English it knows itself."""
    if language.code == "en":
        return {"name": "en"}
    months = [language.month(datetime(2000, month, 1, tzinfo=UTC)) for month in range(1, 13)]
    return {"name": language.code, "months": months}


def entry(name: str, title: str, note: str, figure: Any) -> dict[str, Any]:
    """A figure as the component takes it. Title and note show as typed."""
    return {
        "name": name,
        "title": title,
        "plain": escape(title, quote=False),
        "note": note,
        "figure": figure.to_plotly_json(),
    }


@lru_cache(maxsize=32)
def summary_charts(
    snapshot: Snapshot, count: int | None, settings: Settings
) -> list[dict[str, Any]]:
    """The charts of the summary; `count` is how many areas the first two show, None all."""
    areas, shares, say = snapshot.areas, pareto(snapshot.areas), settings.spoken.say
    due = charts.top(areas, charts.DUE, count, settings)
    credit = charts.top(areas, charts.CREDIT, count, settings)
    both = charts.credit_against_due(areas, settings)
    return [
        entry("top-due", say("Top due"), say("Largest due first"), due),
        entry("top-credit", say("Top credit"), say("Largest credit first"), credit),
        entry(
            "pareto",
            say("Where the due is"),
            pareto_words(shares, len(areas), settings.spoken),
            charts.pareto_chart(shares, settings),
        ),
        entry(
            "credit-against-due",
            say("Credit against due"),
            say("Due to the left, credit to the right"),
            both,
        ),
    ]


def pareto_words(shares: Pareto, areas: int, language: Language = ENGLISH) -> str:
    """'6 of 17 areas hold 80 % of the due: Fatulla, …'."""
    if not shares.count:
        return language.say("No area has due")
    names = ", ".join(area.nocs_name for area in shares.areas[: shares.count][:8])
    more = " …" if shares.count > 8 else ""
    return language.say_n(
        "{count} of {areas} areas holds {percent} % of the due: {names}",
        "{count} of {areas} areas hold {percent} % of the due: {names}",
        shares.count,
        count=shares.count, areas=areas, percent=shares.percent, names=names + more,
    )  # fmt: skip


def _stamp(snapshot: Snapshot, settings: Settings, filtered: str) -> str:
    """What a saved picture says under its title."""
    words = Words.of(settings)
    as_of = words.say("As of {moment}", moment=words.moment(snapshot.as_of))
    parts = [f"{as_of} ({words.zone_name})"]
    parts += [filtered] if filtered else []
    parts += [words.say("DEMO DATA")] if snapshot.is_demo else []
    return escape(" · ".join(parts), quote=False)


def _nothing() -> None:
    """A trigger of a component needs a callback to be told of."""
