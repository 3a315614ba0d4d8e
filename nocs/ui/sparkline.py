"""Small lines without axes: the way of a figure over the last days.

Surprise: Streamlit takes SVG out of a page's HTML. The line is an SVG image inside the style of a
span, as a mask over its colour; so it needs no request and no script, and follows the theme.
"""

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from urllib.parse import quote

Value = Decimal | int | None
WIDTH, HEIGHT, EDGE = 100, 26, 3


def sparkline(values: Sequence[Value], tone: str, label: str) -> str:
    """The line through `values`, broken where one is None; nothing for fewer than two.

    `label` says in words what it shows, for those who do not see it and on hover.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = high - low
    step = Decimal(WIDTH) / (len(values) - 1)

    def height(value: Decimal | int) -> Decimal:
        share = Decimal(value - low) / Decimal(span) if span else Decimal("0.5")
        return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)

    path, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{place * step:.1f} {height(value):.1f}")
        pen = "L"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' preserveAspectRatio="none"><path fill="none" stroke="#000" stroke-width="1.75"'
        ' stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke"'
        f' d="{"".join(path)}"/></svg>'
    )
    return (
        f'<span class="nocs-spark" data-tone="{tone}" data-points="{len(known)}" role="img"'
        f' aria-label="{escape(label)}" title="{escape(label)}"'
        f" style=\"--line: url('data:image/svg+xml,{quote(svg)}')\"></span>"
    )
