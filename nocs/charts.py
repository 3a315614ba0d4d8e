"""Plotly figures of a snapshot, without colours or fonts: the browser puts those in by its theme.

A trace says in `meta` whether it is credit or due. Amounts become floats here, for lengths of
bars only; every text that a person reads is made from the Decimal.
"""

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any

import plotly.graph_objects as go

from nocs.model import AreaBalance
from nocs.money import amount_text, short_text
from nocs.settings import Settings

ROW_PIXELS = 30
FRAME_PIXELS = 56
CREDIT, DUE = "credit", "due"


def top(areas: Sequence[AreaBalance], role: str, count: int | None, settings: Settings) -> Any:
    """Horizontal bars of the `count` areas with most credit or most due, the largest on top."""

    def amount(area: AreaBalance) -> Decimal:
        return area.positive_balance_amt if role == CREDIT else area.negative_balance_amt

    chosen = sorted(areas, key=lambda area: (-abs(amount(area)), area.nocs_code))[:count]
    chosen = [area for area in chosen if amount(area)]
    figure = go.Figure(_bars(chosen, [amount(area) for area in chosen], role, settings, abs))
    return _framed(figure, chosen)


def credit_against_due(areas: Sequence[AreaBalance], settings: Settings) -> Any:
    """Every area with its due to the left and its credit to the right of zero, by name."""
    chosen = sorted(areas, key=lambda area: (area.nocs_name, area.nocs_code))
    credits = [area.positive_balance_amt for area in chosen]
    dues = [area.negative_balance_amt for area in chosen]
    figure = go.Figure(
        [
            *_bars(chosen, dues, DUE, settings, lambda value: value),
            *_bars(chosen, credits, CREDIT, settings, lambda value: value),
        ]
    )
    figure.update_layout(barmode="relative")
    return _framed(figure, chosen)


def _bars(
    areas: Sequence[AreaBalance],
    amounts: Sequence[Decimal],
    role: str,
    settings: Settings,
    length: Any,
) -> list[Any]:
    grouping, symbol = settings.number_grouping, settings.currency_symbol
    full = [_with_symbol(amount_text(amount, grouping), symbol) for amount in amounts]
    return [
        go.Bar(
            name="Credit" if role == CREDIT else "Due",
            meta=role,
            orientation="h",
            y=[area.nocs_code for area in areas],
            x=[float(length(amount)) for amount in amounts],
            text=[_with_symbol(short_text(amount, grouping), symbol) for amount in amounts],
            textposition="auto",
            textangle=0,
            cliponaxis=False,
            customdata=[
                [_shown(area.nocs_name), text] for area, text in zip(areas, full, strict=True)
            ],
            hovertemplate="%{customdata[0]}<br>" + role + " %{customdata[1]}<extra></extra>",
        )
    ]


def _framed(figure: Any, areas: Sequence[AreaBalance]) -> Any:
    figure.update_layout(
        template=None,
        height=FRAME_PIXELS + ROW_PIXELS * max(len(areas), 1),
        margin={"l": 4, "r": 12, "t": 8, "b": 28},
        showlegend=False,
        bargap=0.28,
        dragmode=False,
        xaxis={"fixedrange": True, "showticklabels": False, "zeroline": True, "showgrid": False},
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "fixedrange": True,
            "automargin": True,
            "ticks": "",
            "tickmode": "array",
            "tickvals": [area.nocs_code for area in areas],
            "ticktext": [_shown(area.nocs_name) + "  " for area in areas],
        },
    )
    return figure


def _with_symbol(text: str, symbol: str) -> str:
    """'−6.97 Cr' -> '−₹ 6.97 Cr': the sign stays in front."""
    sign, digits = (text[0], text[1:]) if not text[0].isdigit() else ("", text)
    return f"{sign}{escape(symbol)} {digits}".strip()


def _shown(name: str) -> str:
    """A name as typed: Plotly would read tags and entities in it."""
    return escape(name, quote=False)
