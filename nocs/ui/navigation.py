"""The frame of the dashboard: the door, its pages, its title, and what shows when it cannot start.

Surprise: Streamlit would run any file in pages/ by its address before `st.navigation` was called
for the first time, past the door; so that habit of its is turned off when this is imported.
"""

from html import escape
from typing import Any

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from nocs import __version__
from nocs.access import Viewer
from nocs.dashboard import dashboard
from nocs.errors import NocsError
from nocs.settings import ROOT, Settings
from nocs.ui import reader, sign_in, style, viewer
from nocs.ui.banner import banner, open_html
from nocs.ui.words import PRODUCT, Words

PAGES = ROOT / "pages"
STAY_SECONDS = 5.0

PagesManager.uses_pages_directory = False


def run() -> None:
    """Draw the page that the address names, for who may see it."""
    try:
        words = reader.words()
    except NocsError:  # it is told below
        words = Words.of(Settings())
    title = words.say(PRODUCT)
    st.set_page_config(
        page_title=title,
        layout="wide",
        initial_sidebar_state="collapsed",
        menu_items={"About": f"{title} {__version__}"},
    )
    try:
        reader.remember()
        person = sign_in.enter()
        if person is None:
            st.navigation([st.Page(_nothing, title=title)], position="hidden")
            style.apply()
            with _row():
                reader.switch()
            return
        page = st.navigation(_pages(person, words), position="top")
        style.apply()
        _head(person, words)
        page.run()
    except NocsError as error:
        style.apply()
        body = words.quoted(f"<p>{escape(error.what)}</p><p>{escape(error.remedy)}</p>")
        st.html(banner("start", "bad", words.say("The dashboard cannot show its figures"), body))
    st.html(f'<p class="nocs-version" data-testid="version">{title} {__version__}</p>')


def _pages(person: Viewer, words: Words) -> list[Any]:
    pages = [
        st.Page(PAGES / "balance_summary.py", title=words.say("Balance summary"), default=True),
        st.Page(PAGES / "trends.py", title=words.say("Trends"), url_path="trends"),
        st.Page(PAGES / "area.py", title=words.say("Area"), url_path="area"),
    ]
    if person.is_operator:
        pages += [
            st.Page(PAGES / "refreshes.py", title=words.say("Refreshes"), url_path="refreshes"),
            st.Page(PAGES / "audit.py", title=words.say("Audit"), url_path="audit"),
        ]
    return pages


def _head(person: Viewer, words: Words) -> None:
    """Who is signed in, or that nobody is and everybody may look; and the switch of languages."""
    if viewer.is_signed_in_here():
        with _row():
            st.html(sign_in.who_html(person, words))
            st.button(
                words.say("Sign out"), key="sign_out", type="tertiary", on_click=sign_in.sign_out
            )
            reader.switch()
        _stay(person)
        return
    if dashboard().settings.allow_anonymous:
        st.html(open_html(words))
    with _row():
        reader.switch()


def _row() -> Any:
    """The row above a page's title, at the right."""
    return st.container(horizontal=True, horizontal_alignment="right", key="who")


@st.fragment(run_every=STAY_SECONDS)
def _stay(person: Viewer) -> None:
    """Leave a page by itself, whichever it is, once its reader may no longer see it."""
    if viewer.current() != person:
        viewer.rerun()


def _nothing() -> None:
    """A page must have a body; the door was drawn before it."""
