"""The movers: which areas' due grew and shrank most since an earlier run.

Surprise: due is negative, so growing due is a change below zero; both lists keep the sign and say
"more due" or "less due".
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from urllib.parse import quote

from nocs.model import AreaBalance
from nocs.money import MINUS, signed
from nocs.past import Move, Past, moves, percent
from nocs.ui.words import Words

SHOWN = 5
MOST_LISTED = 500


@lru_cache(maxsize=16)
def movers_html(areas: tuple[AreaBalance, ...], then: Past | None, words: Words) -> str:
    """Both lists side by side, and all moves below when asked for."""
    if then is None:
        return (
            '<section class="nocs-panel" data-testid="movers"><h2>Movers</h2>'
            '<p class="nocs-note">They show once there are figures of a day before.</p></section>'
        )
    moved = moves(areas, then.areas)
    more = [move for move in moved if move.due < 0][:SHOWN]
    less = [move for move in moved if move.due > 0][:SHOWN]
    return (
        f'<section class="nocs-panel" data-testid="movers" data-then="{then.run_id}">'
        f"<h2>Movers since {escape(words.moment(then.as_of))}</h2>"
        '<div class="nocs-two">'
        + _list("More due", more, words)
        + _list("Less due", less, words)
        + "</div>"
        + _all(moved, words)
        + "</section>"
    )


def area_link(code: str, name: str, *, is_current: bool = False) -> str:
    """A link to an area's page, relative, so that it works below any address."""
    current = ' aria-current="page"' if is_current else ""
    href = f"area?area={quote(code, safe='')}"
    return f'<a href="{href}" target="_self"{current}>{escape(name)}</a>'


def _list(title: str, moved: Sequence[Move], words: Words) -> str:
    widest = max((abs(move.due) for move in moved), default=1)
    lines = "".join(
        f'<li data-code="{escape(move.nocs_code)}" data-change="{move.due}"'
        f' style="--bar: {100 * abs(move.due) / widest:.0f}%">'
        f"<span>{area_link(move.nocs_code, move.nocs_name)}{_note(move)}</span>"
        f'<b title="{escape(signed(words.full(move.due)))}">'
        f"{escape(signed(words.short(move.due)))}</b>"
        f"<i>{escape(_percent(move))}</i></li>"
        for move in moved
    )
    tone = "due" if title.startswith("More") else "credit"
    body = f"<ol>{lines}</ol>" if lines else '<p class="nocs-note">No area.</p>'
    return f'<div class="nocs-moves" data-tone="{tone}"><h3>{title}</h3>{body}</div>'


def _all(moved: Sequence[Move], words: Words) -> str:
    if not moved:
        return ""
    rows = "".join(
        f'<tr data-code="{escape(move.nocs_code)}">'
        f'<th scope="row">{area_link(move.nocs_code, move.nocs_name)}{_note(move)}</th>'
        f"<td>{escape(signed(words.count(move.customers)))}</td>"
        f"<td>{escape(signed(words.bare(move.credit)))}</td>"
        f"<td>{escape(signed(words.bare(move.due)))}</td>"
        f"<td>{escape(signed(words.bare(move.net)))}</td></tr>"
        for move in moved[:MOST_LISTED]
    )
    unit = f" ({escape(words.symbol)})" if words.symbol else ""
    heads = "".join(
        f'<th scope="col">{title}</th>'
        for title in ("Area", "Customers", f"Credit{unit}", f"Due{unit}", f"Net{unit}")
    )
    return (
        f"<details><summary>Changes of all {escape(words.counted(len(moved), 'area'))}</summary>"
        f'<div class="nocs-scroll"><table class="nocs-changes"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _note(move: Move) -> str:
    if move.then is None:
        return " <small>new</small>"
    return " <small>missing now</small>" if move.now is None else ""


def _percent(move: Move) -> str:
    """The growth of due in per cent of what it was: plus for more due."""
    before = move.then.negative_balance_amt if move.then else None
    share = percent(move.due, before) if before else None
    return "" if share is None else f"{signed(str(share).replace('-', MINUS))} %"
