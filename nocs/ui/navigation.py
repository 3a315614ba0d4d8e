"""The frame of the dashboard: its pages, its title, and what shows when it cannot start."""

from html import escape

import streamlit as st

from nocs import __version__
from nocs.errors import NocsError
from nocs.settings import ROOT
from nocs.ui import style
from nocs.ui.banner import banner
from nocs.ui.style import ASSETS

TITLE = "NOCS balance summary"


def run() -> None:
    """Draw the page that the address names."""
    st.set_page_config(
        page_title=TITLE,
        page_icon=ASSETS / "icon.svg",
        layout="wide",
        initial_sidebar_state="collapsed",
        menu_items={"About": f"{TITLE} {__version__}"},
    )
    page = st.navigation(
        [
            st.Page(ROOT / "pages" / "balance_summary.py", title="Balance summary", default=True),
            st.Page(ROOT / "pages" / "refreshes.py", title="Refreshes", url_path="refreshes"),
        ],
        position="top",
    )
    style.apply()
    try:
        page.run()
    except NocsError as error:
        body = f"<p>{escape(error.what)}</p><p>{escape(error.remedy)}</p>"
        st.html(banner("start", "bad", "The dashboard cannot show its figures", body))
    st.html(f'<p class="nocs-version" data-testid="version">{TITLE} {__version__}</p>')
