"""The part of a page that ticks: ages, progress, the refresh button, and the wait for news.

Surprise: it runs every second or two in every open browser, so it only looks into memory. When what
the page has drawn is no longer what the cache holds, it asks for one whole rerun. The pace is the
page's, chosen when it is drawn: a refresh in progress shows each second, and two hundred pages
that wait must not cost a processor.
"""

from collections.abc import Hashable
from datetime import datetime

import streamlit as st

from nocs.dashboard import dashboard
from nocs.errors import NocsError
from nocs.live import LiveState, refusal
from nocs.model import Trigger
from nocs.ui import reader, viewer
from nocs.ui.banner import has_scheduler
from nocs.ui.progress import as_of_html, refresh_html
from nocs.ui.runs import in_progress_html, schedulers_html
from nocs.ui.words import Words

BUSY_TICK_SECONDS = 1.0
IDLE_TICK_SECONDS = 1.6
ANSWER = "refresh_answer"


def drawn(state: LiveState, now: datetime) -> Hashable:
    """What a whole page depends on; the ticking part draws everything else."""
    return (
        viewer.current(),
        state.snapshot.run.id if state.snapshot else None,
        state.last_run.id if state.last_run else None,
        (state.open_run.id, state.open_run.status) if state.open_run else None,
        state.problem,
        has_scheduler(state, now),
    )


def follow(page: Hashable) -> None:
    """Status line and refresh button; reruns the page once `page` is no longer what is drawn."""
    st.fragment(_status, run_every=_tick())(page)


def follow_refreshes(page: Hashable) -> None:
    """The run in progress and the schedulers; reruns the page as `follow` does."""
    st.fragment(_refreshes, run_every=_tick())(page)


def _tick() -> float:
    return BUSY_TICK_SECONDS if dashboard().state().open_run else IDLE_TICK_SECONDS


def _status(page: Hashable) -> None:
    board = dashboard()
    state, now = board.state(), board.now()
    if drawn(state, now) != page:
        viewer.rerun()
    words = reader.words()
    reason = _reason(state, now, words)
    said = reason or st.session_state.get(ANSWER, "")
    with st.container(horizontal=True, vertical_alignment="center", key="status"):
        head = _head(state, now, words)
        st.html(f'<div class="nocs-status">{head}{refresh_html(state, now, words, said)}</div>')
        if viewer.current().is_operator:
            st.button(
                words.say("Refresh"),
                key="refresh",
                disabled=bool(reason) or state.open_run is not None,
                on_click=ask_for_refresh,
            )


def _refreshes(page: Hashable) -> None:
    board = dashboard()
    state, now = board.state(), board.now()
    if drawn(state, now) != page:
        viewer.rerun()
    words = reader.words()
    schedulers = schedulers_html(state.schedulers, now, words)
    st.html(f'<div class="nocs-facts">{in_progress_html(state, now, words)}{schedulers}</div>')


def ask_for_refresh() -> None:
    """Queue a refresh or join the open one; what went wrong is told under the button."""
    person = viewer.current()
    if not person.is_operator:
        return  # the button is not drawn for others, but a browser may say that it was pressed
    try:
        answer = dashboard().request_refresh(
            Trigger.MANUAL, person.name, viewer.address(), reader.words().language
        )
        st.session_state[ANSWER] = answer.refused
    except NocsError as error:
        st.session_state[ANSWER] = str(error)


def _reason(state: LiveState, now: datetime, words: Words) -> str:
    """Why the button is off; empty when a refresh may be asked for or is on."""
    if state.open_run is not None:
        st.session_state.pop(ANSWER, None)
        return ""
    return refusal(state, now, words.language)


def _head(state: LiveState, now: datetime, words: Words) -> str:
    if state.snapshot:
        return as_of_html(state.snapshot, now, dashboard().settings, words)
    text = words.say("Data is being calculated")
    return f'<p class="nocs-asof" data-testid="as-of">{text}</p>'
