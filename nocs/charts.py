"""Plotly figures of a snapshot, without colours or fonts: the browser puts those in by its theme.

A trace says in `meta` whether it is credit or due. Amounts become floats here, for lengths of
bars only; every text that a person reads is made from the Decimal.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape
from typing import Any

import plotly.graph_objects as go

from nocs.language import Language
from nocs.model import AreaBalance
from nocs.money import amount_text, short_text
from nocs.past import Pareto
from nocs.settings import Settings

ROW_PIXELS = 30
FRAME_PIXELS = 56
PARETO_PIXELS = 360
CREDIT, DUE = "credit", "due"
# Where a hover text takes the parts of its point from.
NAME, AMOUNT, SHARE = (f"%{{customdata[{place}]}}" for place in range(3))


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


def pareto_chart(pareto: Pareto, settings: Settings) -> Any:
    """Each area's share of all due, the largest first, and their running sum as a line."""
    say = settings.spoken.say
    codes = [area.nocs_code for area in pareto.areas]
    shares = [
        after - before
        for before, after in zip((Decimal(0), *pareto.running), pareto.running, strict=False)
    ]
    bars = list(zip(pareto.areas, shares, strict=True))
    figure = go.Figure(
        [
            _share_bars(bars[: pareto.count], DUE, settings),
            _share_bars(bars[pareto.count :], "due-soft", settings),
            go.Scatter(
                x=codes,
                y=[float(share) for share in pareto.running],
                ids=codes,
                mode="lines+markers",
                meta="ink",
                line={"width": 2},
                marker={"size": 6},
                customdata=[
                    [
                        say(
                            "The first {count}: {share} % of all due",
                            count=n,
                            share=settings.spoken.digits(f"{share:.2f}"),
                        )
                    ]
                    for n, share in enumerate(pareto.running, 1)
                ],
                hovertemplate="%{customdata[0]}<extra></extra>",
            ),
        ]
    )
    figure.update_layout(
        template=None,
        meta="pareto",
        height=PARETO_PIXELS,
        showlegend=False,
        bargap=0.3,
        barmode="overlay",
        dragmode=False,
        xaxis={
            "type": "category",
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": codes,
            "ticktext": [shown(area.nocs_name) for area in pareto.areas],
        },
        yaxis={
            "range": [0, 104],
            "fixedrange": True,
            "tickvals": [0, 20, 40, 60, 80, 100],
            "ticktext": [settings.spoken.digits(f"{level} %") for level in range(0, 101, 20)],
        },
        shapes=[_level(pareto.percent)],
    )
    return figure


def _level(percent: int) -> dict[str, Any]:
    """A dotted line across the chart."""
    ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": percent, "y1": percent}
    return {"type": "line", **ends, "line": {"dash": "dot", "width": 1}}


def _share_bars(bars: Sequence[tuple[AreaBalance, Decimal]], role: str, settings: Settings) -> Any:
    return go.Bar(
        x=[area.nocs_code for area, _ in bars],
        y=[float(share) for _, share in bars],
        ids=[area.nocs_code for area, _ in bars],
        meta=role,
        customdata=[
            [
                shown(area.nocs_name),
                priced(amount_text, area.negative_balance_amt, settings),
                settings.spoken.digits(f"{share:.2f} %"),
            ]
            for area, share in bars
        ],
        hovertemplate=_hover(
            settings.spoken.say(
                "{area}<br>due {amount}<br>{share} of all due",
                area=NAME,
                amount=AMOUNT,
                share=SHARE,
            )
        ),
    )


def _bars(
    areas: Sequence[AreaBalance],
    amounts: Sequence[Decimal],
    role: str,
    settings: Settings,
    length: Any,
) -> list[Any]:
    full = [priced(amount_text, amount, settings) for amount in amounts]
    say, is_credit = settings.spoken.say, role == CREDIT
    hover = (
        say("{area}<br>credit {amount}", area=NAME, amount=AMOUNT)
        if is_credit
        else say("{area}<br>due {amount}", area=NAME, amount=AMOUNT)
    )
    return [
        go.Bar(
            name=say("Credit") if is_credit else say("Due"),
            meta=role,
            orientation="h",
            y=[area.nocs_code for area in areas],
            ids=[area.nocs_code for area in areas],
            x=[float(length(amount)) for amount in amounts],
            text=[priced(short_text, amount, settings) for amount in amounts],
            textposition="auto",
            textangle=0,
            cliponaxis=False,
            customdata=[
                [shown(area.nocs_name), text] for area, text in zip(areas, full, strict=True)
            ],
            hovertemplate=_hover(hover),
        )
    ]


def _hover(text: str) -> str:
    """A hover text without Plotly's box beside it."""
    return f"{text}<extra></extra>"


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
            "ticktext": [shown(area.nocs_name) + "  " for area in areas],
        },
    )
    return figure


def priced(
    form: Callable[[Decimal, str, Language], str], amount: Decimal, settings: Settings
) -> str:
    """'−6.97 Cr' -> '−₹ 6.97 Cr': the sign stays in front."""
    text = form(amount, settings.number_grouping, settings.spoken)
    sign, digits = (text[0], text[1:]) if not text[0].isdigit() else ("", text)
    symbol = f"{escape(settings.currency_symbol)} " if settings.currency_symbol else ""
    return f"{sign}{symbol}{digits}"


def shown(name: str) -> str:
    """A name as typed: Plotly would read tags and entities in it."""
    return escape(name, quote=False)
