"""The first paint: the summary's figures as the server writes them into the document itself.

A browser shows them before it has run a script, and where no socket to the server can be opened.
They are of the same snapshot and made by the same functions as those of the page that takes over
a moment later. With sign-in there are none: who looks is known only once the page is live.
"""

import gzip
from datetime import datetime
from functools import cache
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from nocs.dashboard import dashboard
from nocs.live import LiveState, refusal
from nocs.model import Snapshot
from nocs.ui import choose, reader, table, viewer
from nocs.ui.banner import open_html
from nocs.ui.progress import as_of_html, refresh_html
from nocs.ui.style import SHEETS, asset
from nocs.ui.summary import top_html
from nocs.ui.view import EARLIER, Link, read_view
from nocs.ui.words import Words
from nocs.web import document

HEADERS = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
GZIP_LEVEL = 5
# The size of Streamlit's own letters, of which all lengths are multiples.
PAGE_STYLE = "<style>html { font-size: 15px; } body { margin: 0; }</style>"


def routes(base_path: str = "") -> list[Route]:
    """The address of the summary; Streamlit answers all others."""
    return [Route(f"{base_path}/", _answer)] if document.is_known() else []


async def _answer(request: Request) -> HTMLResponse:
    body = await run_in_threadpool(first_paint, request.query_params)
    page = document.with_first_paint(body).encode()
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(page, headers=HEADERS)
    packed = gzip.compress(page, GZIP_LEVEL, mtime=0)
    return HTMLResponse(packed, headers={**HEADERS, "Content-Encoding": "gzip"})


def first_paint(query: QueryParams) -> str:
    """The figures as an element that shows by itself; empty where the live page must come first.

    That is with sign-in, without figures, and where the address filters, compares or leads on.
    """
    is_plain = set(query) <= {reader.LANG}
    whole = dashboard().state()
    if not is_plain or viewer.is_signed_in_here() or whole.snapshot is None:
        return ""
    language = reader.first_known(query.get(reader.LANG))
    state = viewer.named(whole, language)
    parts = _parts(state, dashboard().now(), reader.words_in(language))
    return (
        f'{PAGE_STYLE}<nocs-first lang="{language}"><template shadowrootmode="closed">{_sheet()}'
        f'<div class="stMain"><div class="stMainBlockContainer">{parts}</div></div>'
        "</template></nocs-first>"
    )


def _parts(state: LiveState, now: datetime, words: Words) -> str:
    board = dashboard()
    assert state.snapshot
    view = read_view(board, state.snapshot, state.recent, Link(), words)
    anonymous = open_html(words) if board.settings.allow_anonymous else ""
    parts = (
        f'<p class="nocs-banner nocs-late" role="status" hidden>{_late(words)}</p>',
        _html(anonymous) if anonymous else "",
        _html(f'<h1 class="nocs-h1">{words.say("Balance summary")}</h1>'),
        _head(state, now, words),
        _filters(state.snapshot, words),
        _html(top_html(state, view, now, words)),
        _areas(
            table.table_html(view.snapshot, words, len(view.everything.areas), view.days),
            words.say(view.snapshot.title),
            words,
        ),
    )
    return "".join(parts)


def _late(words: Words) -> str:
    return words.say(
        "The live page has not opened yet. These are the figures of the time below; reload the "
        "page to try again."
    )


def _head(state: LiveState, now: datetime, words: Words) -> str:
    """The line of status, and where the buttons will be."""
    assert state.snapshot
    why = "" if state.open_run else refusal(state, now, words.language)
    return (
        '<div class="st-key-head"><div class="stElementContainer stHtml"><div class="nocs-status">'
        f"{as_of_html(state.snapshot, now, dashboard().settings, words)}"
        f"{refresh_html(state, now, words, why)}</div></div>"
        f'<button class="nocs-soon" disabled>{words.say("Refresh")}</button>'
        f'<button class="nocs-soon" disabled>{words.say("Download Excel")}</button></div>'
    )


def _filters(snapshot: Snapshot, words: Words) -> str:
    """The row of filters as it looks before anything is chosen."""
    text = {name: escape(words.say(text)) for name, text in choose.TEXTS.items()}
    titles = ["the refresh before", *(title for title, _, _ in EARLIER.values())]
    options = "".join(f"<option>{escape(words.say(title))}</option>" for title in titles)
    return (
        '<div class="nocs-choose" inert>'
        f"<details><summary>{words.say(snapshot.title)}</summary></details>"
        f'<label><span>{text["due"]}</span> <input size="11" placeholder="{text["amounts"]}">'
        f"</label><label><span>{text['compare']}</span> <select>{options}</select></label>"
        f'<button type="button" data-do="link">{text["link"]}</button></div>'
    )


def _areas(drawn: str, title: str, words: Words) -> str:
    """The table below its title, its order and its search."""
    text = {name: escape(words.say(text)) for name, text in table.TEXTS.items()}
    return (
        f'<div class="nocs-areas" data-layout="table"><div class="nocs-tools" inert>'
        f'<h2>{title}</h2><label class="nocs-sort"><span>{text["sort"]}</span> '
        f"<select><option>{text['natural']}</option></select></label>"
        f'<label class="nocs-search"><input type="search" placeholder="{text["hint"]}"></label>'
        f'</div><div class="nocs-sheet">{drawn}</div></div>'
    )


def _html(text: str) -> str:
    return f'<div class="stHtml">{text}</div>'


@cache
def _sheet() -> str:
    return "<style>" + "\n".join(asset(name) for name in ("first.css", *SHEETS)) + "</style>"
