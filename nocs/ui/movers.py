"""The movers: which areas' due grew and shrank most since an earlier run.

Surprise: due is negative, so growing due is a change below zero; both lists keep the sign and say
"more due" or "less due".
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from urllib.parse import quote

from nocs.language import later
from nocs.model import AreaBalance
from nocs.money import MINUS, signed
from nocs.past import Move, Past, moves, percent
from nocs.ui.words import Words

SHOWN = 5
MOST_LISTED = 500
CREDIT, DUE, NET = later("Credit"), later("Due"), later("Net")


@lru_cache(maxsize=16)
def movers_html(areas: tuple[AreaBalance, ...], then: Past | None, words: Words) -> str:
    """Both lists side by side, and all moves below when asked for."""
    if then is None:
        return (
            '<section class="nocs-panel" data-testid="movers">'
            f"<h2>{words.say('Movers')}</h2>"
            f'<p class="nocs-note">{words.say("They show once there are figures of a day before.")}'
            "</p></section>"
        )
    moved = moves(areas, then.areas)
    more = [move for move in moved if move.due < 0][:SHOWN]
    less = [move for move in moved if move.due > 0][:SHOWN]
    title = words.say("Movers since {moment}", moment=escape(words.moment(then.as_of)))
    return (
        f'<section class="nocs-panel" data-testid="movers" data-then="{then.run_id}">'
        f"<h2>{title}</h2>"
        '<div class="nocs-two">'
        + _list(words.say("More due"), "due", more, words)
        + _list(words.say("Less due"), "credit", less, words)
        + "</div>"
        + _all(moved, words)
        + "</section>"
    )


def area_link(code: str, name: str, words: Words, *, is_current: bool = False) -> str:
    """A link to an area's page, relative, so that it works below any address."""
    current = ' aria-current="page"' if is_current else ""
    href = f"area?area={quote(code, safe='')}{words.carried}"
    return f'<a href="{href}" target="_self"{current}>{escape(name)}</a>'


def _list(title: str, tone: str, moved: Sequence[Move], words: Words) -> str:
    widest = max((abs(move.due) for move in moved), default=1)
    lines = "".join(
        f'<li data-code="{escape(move.nocs_code)}" data-change="{move.due}"'
        f' style="--bar: {100 * abs(move.due) / widest:.0f}%">'
        f"<span>{area_link(move.nocs_code, move.nocs_name, words)}{_note(move, words)}</span>"
        f'<b title="{escape(signed(words.full(move.due)))}">'
        f"{escape(signed(words.short(move.due)))}</b>"
        f"<i>{escape(_percent(move, words))}</i></li>"
        for move in moved
    )
    body = f"<ol>{lines}</ol>" if lines else f'<p class="nocs-note">{words.say("No area.")}</p>'
    return f'<div class="nocs-moves" data-tone="{tone}"><h3>{title}</h3>{body}</div>'


def _all(moved: Sequence[Move], words: Words) -> str:
    if not moved:
        return ""
    rows = "".join(
        f'<tr data-code="{escape(move.nocs_code)}">'
        f'<th scope="row">{area_link(move.nocs_code, move.nocs_name, words)}'
        f"{_note(move, words)}</th>"
        f"<td>{escape(signed(words.count(move.customers)))}</td>"
        f"<td>{escape(signed(words.bare(move.credit)))}</td>"
        f"<td>{escape(signed(words.bare(move.due)))}</td>"
        f"<td>{escape(signed(words.bare(move.net)))}</td></tr>"
        for move in moved[:MOST_LISTED]
    )
    unit = f" ({escape(words.symbol)})" if words.symbol else ""
    amounts = (f"{words.say(text)}{unit}" for text in (CREDIT, DUE, NET))
    heads = "".join(
        f'<th scope="col">{title}</th>'
        for title in (words.say("Area"), words.say("Customers"), *amounts)
    )
    title = words.say("Changes of all {areas}", areas=escape(words.areas(len(moved))))
    return (
        f"<details><summary>{title}</summary>"
        f'<div class="nocs-scroll"><table class="nocs-changes"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _note(move: Move, words: Words) -> str:
    if move.then is None:
        return f" <small>{words.say('new')}</small>"
    return f" <small>{words.say('missing now')}</small>" if move.now is None else ""


def _percent(move: Move, words: Words) -> str:
    """The growth of due in per cent of what it was: plus for more due."""
    before = move.then.negative_balance_amt if move.then else None
    share = percent(move.due, before) if before else None
    if share is None:
        return ""
    return words.digits(f"{signed(str(share).replace('-', MINUS))} %")
