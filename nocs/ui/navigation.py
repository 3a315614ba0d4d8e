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
from nocs.settings import ROOT
from nocs.ui import sign_in, style, viewer
from nocs.ui.banner import banner
from nocs.ui.style import ASSETS

TITLE = "NOCS balance summary"
PAGES = ROOT / "pages"
STAY_SECONDS = 5.0

PagesManager.uses_pages_directory = False


def run() -> None:
    """Draw the page that the address names, for who may see it."""
    st.set_page_config(
        page_title=TITLE,
        page_icon=ASSETS / "icon.svg",
        layout="wide",
        initial_sidebar_state="collapsed",
        menu_items={"About": f"{TITLE} {__version__}"},
    )
    try:
        person = sign_in.enter()
        if person is None:
            st.navigation([st.Page(_nothing, title=TITLE)], position="hidden")
            style.apply()
            return
        page = st.navigation(_pages(person), position="top")
        style.apply()
        _head(person)
        page.run()
    except NocsError as error:
        style.apply()
        body = f"<p>{escape(error.what)}</p><p>{escape(error.remedy)}</p>"
        st.html(banner("start", "bad", "The dashboard cannot show its figures", body))
    st.html(f'<p class="nocs-version" data-testid="version">{TITLE} {__version__}</p>')


def _pages(person: Viewer) -> list[Any]:
    pages = [
        st.Page(PAGES / "balance_summary.py", title="Balance summary", default=True),
        st.Page(PAGES / "trends.py", title="Trends", url_path="trends"),
        st.Page(PAGES / "area.py", title="Area", url_path="area"),
    ]
    if person.is_operator:
        pages += [
            st.Page(PAGES / "refreshes.py", title="Refreshes", url_path="refreshes"),
            st.Page(PAGES / "audit.py", title="Audit", url_path="audit"),
        ]
    return pages


def _head(person: Viewer) -> None:
    """Who is signed in; or that nobody is, and everybody may look."""
    if viewer.is_signed_in_here():
        with st.container(horizontal=True, horizontal_alignment="right", key="who"):
            st.html(sign_in.who_html(person))
            st.button("Sign out", key="sign_out", type="tertiary", on_click=sign_in.sign_out)
        _stay(person)
    elif dashboard().settings.allow_anonymous:
        body = "<p>Whoever reaches this address sees all figures and may refresh them.</p>"
        st.html(banner("anonymous", "warn", "This dashboard has no sign-in", body))


@st.fragment(run_every=STAY_SECONDS)
def _stay(person: Viewer) -> None:
    """Leave a page by itself, whichever it is, once its reader may no longer see it."""
    if viewer.current() != person:
        viewer.rerun()


def _nothing() -> None:
    """A page must have a body; the door was drawn before it."""
