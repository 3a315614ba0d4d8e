"""The first paint: the summary's figures as the server writes them into the document itself.

A browser shows them before it has run a script, and where no socket to the server can be opened.
They are of the same snapshot and made by the same functions as those of the page that takes over
a moment later. With sign-in they are those that the person may see whose cookie asks for them.
"""

import gzip
import logging
from datetime import datetime
from functools import cache

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from nocs.access import EVERYBODY, Viewer
from nocs.dashboard import dashboard
from nocs.language import Code
from nocs.live import LiveState
from nocs.ui import cookie, reader, still, table, viewer
from nocs.ui.banner import open_html
from nocs.ui.panels import help_html
from nocs.ui.style import SHEETS, asset
from nocs.ui.summary import top_html
from nocs.ui.view import Link, read_view
from nocs.ui.words import PRODUCT, Words
from nocs.web import document
from nocs.web.assets import BUNDLE, DRAWING, served_url
from nocs.web.document import FirstPaint

log = logging.getLogger("nocs.web")

HEADERS = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, Cookie"}
GZIP_LEVEL = 5
# The size of Streamlit's own letters, of which all lengths are multiples.
PAGE_STYLE = "<style>html { font-size: 15px; } body { margin: 0; }</style>"


def routes(base_path: str = "") -> list[Route]:
    """The address of the summary; Streamlit answers all others."""
    return [Route(f"{base_path}/", _answer)] if document.is_known() else []


async def _answer(request: Request) -> HTMLResponse:
    try:
        paint = await run_in_threadpool(_of_request, request)
    except Exception:  # the live page needs none of it
        log.exception("The first paint broke; the page opens without it.")
        paint = None
    page = document.with_first_paint(paint).encode()
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(page, headers=HEADERS)
    packed = gzip.compress(page, GZIP_LEVEL, mtime=0)
    return HTMLResponse(packed, headers={**HEADERS, "Content-Encoding": "gzip"})


def _of_request(request: Request) -> FirstPaint | None:
    person = cookie.returning(request) if viewer.is_signed_in_here() else EVERYBODY
    return first_paint(request.query_params, person) if person else None


def first_paint(query: QueryParams, person: Viewer) -> FirstPaint | None:
    """The figures as an element that shows by itself; None where the live page must come first.

    That is without figures, and where the address filters, compares or leads on.
    """
    is_plain = set(query) <= {reader.LANG}
    whole = dashboard().state()
    if not is_plain or whole.snapshot is None:
        return None
    language = reader.first_known(query.get(reader.LANG))
    state = viewer.seen_by(person, whole, language)
    parts = _parts(state, dashboard().now(), language, person)
    body = (
        f'{PAGE_STYLE}<nocs-first lang="{language}"><template shadowrootmode="closed">{_sheet()}'
        f'<div class="stMain"><div class="stMainBlockContainer">{parts}</div></div>'
        "</template></nocs-first>"
    )
    base_path = dashboard().settings.base_path
    scripts = tuple(base_path + served_url(file) for file in (BUNDLE, DRAWING))
    return FirstPaint(reader.words_in(language).say(PRODUCT), body, scripts)


def _parts(state: LiveState, now: datetime, language: Code, person: Viewer) -> str:
    board, words = dashboard(), reader.words_in(language)
    assert state.snapshot
    view = read_view(board, state.snapshot, state.recent, Link(), words)
    anonymous = open_html(words) if board.settings.allow_anonymous else ""
    parts = (
        f'<p class="nocs-banner nocs-late" role="status" hidden>{_late(words)}</p>',
        _html(anonymous) if anonymous else "",
        still.who(person, words),
        _html(f'<h1 class="nocs-h1">{words.say("Balance summary")}</h1>'),
        still.head(state, now, words, person),
        still.filters(state.snapshot, words),
        _html(top_html(state, view, now, words)),
        still.areas(
            table.table_html(view.snapshot, words, len(view.everything.areas), view.days),
            words.say(view.snapshot.title),
            words,
        ),
        still.charts(view.snapshot, reader.settings_in(language)),
        _html(help_html(words)),
    )
    return "".join(parts)


def _late(words: Words) -> str:
    return words.say(
        "The live page has not opened yet. These are the figures of the time below; reload the "
        "page to try again."
    )


def _html(text: str) -> str:
    return f'<div class="stHtml">{text}</div>'


@cache
def _sheet() -> str:
    return "<style>" + "\n".join(asset(name) for name in ("first.css", *SHEETS)) + "</style>"
