"""The charts of a page: figures built in Python, drawn in the browser with Plotly's basic bundle.

Surprise: `st.plotly_chart` would load all of Plotly, four times as much. The bundle is imported
once from an address that a browser keeps for good, and only after cards and table are there.
"""

from functools import lru_cache
from html import escape
from typing import Any

import streamlit as st

from nocs import charts
from nocs.model import CachedArea, Snapshot
from nocs.money import signed
from nocs.settings import Settings
from nocs.ui.cards import net_word
from nocs.ui.style import asset
from nocs.ui.words import Words
from nocs.web.assets import plotly_url

SIZES: dict[str, int | None] = {"Top 5": 5, "Top 10": 10, "All": None}

_component = st.components.v2.component("nocs.charts", js=asset("chart.js"), isolate_styles=False)


@st.fragment
def area_charts(snapshot: Snapshot, settings: Settings) -> None:
    """The three charts with the control of how many areas the first two show."""
    words = Words.of(settings)
    with st.container(horizontal=True, vertical_alignment="center", key="charts_head"):
        st.html('<h2 class="nocs-h2">Charts</h2>')
        size = st.segmented_control(
            "Areas in the top charts",
            list(SIZES),
            default="Top 5",
            required=True,
            key="chart_size",
            label_visibility="collapsed",
        )
    picked = _component(
        key="charts",
        data={
            "plotly": settings.base_path + plotly_url(),
            "charts": _figures(snapshot, SIZES[size], settings),
        },
        on_area_change=_nothing,
    )
    st.html(_picked_html(snapshot, picked.area, words))


@lru_cache(maxsize=16)
def _figures(snapshot: Snapshot, count: int | None, settings: Settings) -> list[dict[str, Any]]:
    areas = snapshot.areas
    figures = (
        (
            "top-due",
            "Top due",
            "Largest due first",
            charts.top(areas, charts.DUE, count, settings),
        ),
        (
            "top-credit",
            "Top credit",
            "Largest credit first",
            charts.top(areas, charts.CREDIT, count, settings),
        ),
        (
            "credit-against-due",
            "Credit against due",
            "Due to the left, credit to the right",
            charts.credit_against_due(areas, settings),
        ),
    )
    return [
        {"name": name, "title": title, "note": note, "figure": figure.to_plotly_json()}
        for name, title, note, figure in figures
    ]


def _picked_html(snapshot: Snapshot, code: str | None, words: Words) -> str:
    """The figures of the bar that was clicked; a hint before the first click."""
    area = next((area for area in snapshot.areas if area.nocs_code == code), None)
    text = "Select a bar to see the area's figures." if area is None else _sentence(area, words)
    return f'<p class="nocs-picked" role="status" data-testid="picked">{text}</p>'


def _sentence(area: CachedArea, words: Words) -> str:
    net = signed(words.full(area.net_balance))
    return (
        f"<strong>{escape(area.nocs_name)}</strong> ({escape(area.nocs_code)}): "
        f"{escape(words.counted(area.total_customers, 'customer'))}, "
        f'credit <b data-tone="credit">{escape(signed(words.full(area.positive_balance_amt)))}</b>'
        f" from {escape(words.count(area.positive_qty))}, "
        f'due <b data-tone="due">{escape(words.full(area.negative_balance_amt))}</b>'
        f" from {escape(words.count(area.negative_qty))}, "
        f"net <b>{escape(net)}</b> {net_word(area.net_balance)}."
    )


def _nothing() -> None:
    """A state of a component needs a callback to be told of."""
