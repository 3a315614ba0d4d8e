"""What stands above the table of the summary: notices, cards and movers, as one piece of HTML."""

from datetime import datetime

from nocs.live import LiveState
from nocs.ui.banner import banners_html, warnings_html
from nocs.ui.cards import cards_html
from nocs.ui.movers import movers_html
from nocs.ui.panels import empty_html
from nocs.ui.view import View, notices_html
from nocs.ui.words import Words


def top_html(state: LiveState, view: View | None, now: datetime, words: Words) -> str:
    """One element whatever it holds: what stands below keeps its place in the page."""
    top = banners_html(state, now, words)
    if view:
        top += notices_html(view, words)
        top += cards_html(view.snapshot, words, view.since(words), view.days)
        top += warnings_html(view.snapshot, words)
        top += movers_html(view.snapshot.areas, view.earlier, words)
    else:
        top += empty_html(words)
    return f'<div class="nocs-top">{top}</div>'
