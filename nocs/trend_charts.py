"""Plotly figures of the past, without colours or fonts: the browser puts those in by its theme.

Due keeps its sign: a line that falls means more due. An axis of amounts starts near the smallest
one, not at zero, because days differ by little; the charts say so.
"""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from nocs.charts import priced, shown
from nocs.model import Figures
from nocs.money import amount_text, short_text, signed
from nocs.past import Moment, Past
from nocs.settings import Settings

HEIGHT, SMALL_HEIGHT = 280, 170
OVERLAY_HEIGHT, LABEL_PIXELS = 440, 19
NAMED_LINES = 6
Pick = Callable[[Figures], Decimal]
Lines = dict[str, tuple[str, list[tuple[datetime, Decimal]]]]
FIGURES: dict[str, Pick] = {
    "due": lambda figures: figures.negative_balance_amt,
    "credit": lambda figures: figures.positive_balance_amt,
    "net": lambda figures: figures.net_balance,
}


def over_time(moments: Sequence[Moment], figure: str, settings: Settings) -> Any:
    """One line of the totals; moments at which areas were missing are marked."""
    full = max((moment.totals.areas for moment in moments), default=0)
    pick, say = FIGURES[figure], settings.spoken.say
    all_areas = say("All areas")
    line = _line([(m.as_of, pick(m.totals)) for m in moments], all_areas, figure, settings)
    missing = [moment for moment in moments if moment.totals.areas < full]
    marks = go.Scatter(
        x=[_local(moment.as_of, settings) for moment in missing],
        y=[float(pick(moment.totals)) for moment in missing],
        mode="markers",
        meta="warn",
        marker={"size": 9, "symbol": "circle-open", "line": {"width": 2}},
        customdata=[
            [say("Only {count} of {total} areas", count=moment.totals.areas, total=full)]
            for moment in missing
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    return _framed([line, marks] if missing else [line], settings, HEIGHT)


def of_areas(pasts: Sequence[Past], figure: str, settings: Settings, most: int) -> Any:
    """The `most` areas of the largest last amounts, a line each; the first have name and colour."""
    lines = _by_area(pasts, FIGURES[figure])
    latest = sorted(lines, key=lambda code: (-abs(lines[code][1][-1][1]), code))[:most]
    traces = []
    for place, code in reversed(list(enumerate(latest))):
        name, points = lines[code]
        is_named = place < NAMED_LINES
        trace = _line(points, name, f"line-{place + 1}" if is_named else "muted", settings, code)
        if not is_named:
            trace.update(opacity=0.45, line={"width": 1})
        traces.append(trace)
    drawn = _framed(traces, settings, OVERLAY_HEIGHT)
    drawn.add_traces(_names(latest[:NAMED_LINES], lines, drawn.layout.yaxis.range, settings))
    return drawn


def _names(
    codes: Sequence[str], lines: Lines, reach: Sequence[float], settings: Settings
) -> list[Any]:
    """The names beside the ends of their lines, moved apart where they would meet."""
    room = (reach[1] - reach[0]) * LABEL_PIXELS / OVERLAY_HEIGHT
    ends = sorted((float(lines[code][1][-1][1]), place) for place, code in enumerate(codes))
    heights: list[float] = []
    for end, _ in ends:
        heights.append(max(end, heights[-1] + room) if heights else end)
    # What the moving apart pushed over the top comes down again, from there on.
    for place in range(len(heights) - 1, -1, -1):
        above = heights[place + 1] - room if place + 1 < len(heights) else reach[1]
        heights[place] = min(heights[place], above)
    return [
        go.Scatter(
            x=[_local(lines[codes[place]][1][-1][0], settings)],
            y=[height],
            mode="text",
            text=[f" {shown(lines[codes[place]][0])}"],
            textposition="middle right",
            cliponaxis=False,
            hoverinfo="skip",
            meta={"role": f"line-{place + 1}", "code": codes[place]},
        )
        for (_, place), height in zip(ends, heights, strict=True)
    ]


def of_each_area(
    pasts: Sequence[Past], figure: str, settings: Settings
) -> list[tuple[str, str, Any]]:
    """A small chart an area, in the order of the report: code, name and figure."""
    lines = _by_area(pasts, FIGURES[figure])
    return [
        (
            code,
            name,
            _framed([_line(points, name, figure, settings, code)], settings, SMALL_HEIGHT),
        )
        for code, (name, points) in sorted(lines.items())
    ]


def of_one_area(pasts: Sequence[Past], figure: str, settings: Settings) -> Any:
    """The line of the one area in `pasts`."""
    lines = _by_area(pasts, FIGURES[figure])
    return _framed(
        [_line(points, name, figure, settings) for name, points in lines.values()],
        settings,
        HEIGHT,
    )


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round amounts that part the stretch from `low` to `high` into at most `most` + 1 steps."""
    span = (high - low) or abs(high) or 1.0
    size = 10 ** math.floor(math.log10(span / most))
    step = next(size * times for times in (1, 2, 5, 10) if size * times * most >= span)
    first = math.floor(low / step)
    return [step * n for n in range(first, math.ceil(high / step) + 1)]


def _by_area(pasts: Sequence[Past], pick: Pick) -> Lines:
    """Name and points of each area; the newest name counts."""
    lines: Lines = {}
    for past in pasts:
        for area in past.areas:
            _, points = lines.get(area.nocs_code, ("", []))
            points.append((past.as_of, pick(area)))
            lines[area.nocs_code] = (area.nocs_name, points)
    return lines


def _line(
    points: Sequence[tuple[datetime, Decimal]],
    name: str,
    role: str,
    settings: Settings,
    code: str | None = None,
) -> Any:
    return go.Scatter(
        x=[_local(moment, settings) for moment, _ in points],
        y=[float(amount) for _, amount in points],
        mode="lines+markers" if len(points) < 3 else "lines",
        line={"width": 2},
        name=shown(name),
        meta={"role": role} | ({"code": code} if code else {}),
        customdata=[
            [
                _clock(moment.astimezone(settings.zone), settings),
                signed(priced(amount_text, amount, settings)),
            ]
            for moment, amount in points
        ],
        hovertemplate="%{fullData.name}<br>%{customdata[0]}<br><b>%{customdata[1]}</b>"
        "<extra></extra>",
    )


def _framed(traces: Sequence[Any], settings: Settings, height: int) -> Any:
    figure = go.Figure(list(traces))
    amounts = [float(value) for trace in traces for value in trace.y]
    marks = ticks(min(amounts), max(amounts)) if amounts else []
    moments = sorted({moment for trace in traces for moment in trace.x})
    figure.update_layout(
        template=None,
        meta="time",
        height=height,
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        hoverdistance=60,
        xaxis={
            "type": "date",
            "range": [moments[0], moments[-1]] if len(moments) > 1 else None,
            "fixedrange": True,
            "showgrid": False,
            "tickformatstops": [
                {"dtickrange": [None, 86_399_999], "value": "%H:%M\n%d %b"},
                {"dtickrange": [86_400_000, "M1"], "value": "%d %b"},
                {"dtickrange": ["M1", None], "value": "%b %Y"},
            ],
        },
        yaxis={
            "fixedrange": True,
            "zeroline": False,
            "tickvals": marks,
            "ticktext": [priced(short_text, _exact(mark), settings) for mark in marks],
            "range": [marks[0], marks[-1]] if marks else [0, 1],
        },
    )
    return figure


def _clock(local: datetime, settings: Settings) -> str:
    """04 Nov 2026, 16:05."""
    month = settings.spoken.month(local)
    return settings.spoken.digits(f"{local:%d} {month} {local:%Y, %H:%M}")


def _exact(mark: float) -> Decimal:
    return Decimal(round(mark))


def _local(moment: datetime, settings: Settings) -> str:
    """The clock of the settings' zone, which Plotly shows as it is."""
    return f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M:%S}"
