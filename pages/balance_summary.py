"""The page "Balance summary": credit, due and net of all areas, from one snapshot."""

import streamlit as st

from nocs import workbook
from nocs.access import Action
from nocs.dashboard import dashboard
from nocs.model import Snapshot
from nocs.ui import viewer, watch
from nocs.ui.banner import banners_html, warnings_html
from nocs.ui.cards import cards_html
from nocs.ui.chart import area_charts
from nocs.ui.panels import empty_html, help_html
from nocs.ui.table import area_table
from nocs.ui.words import Words

board = dashboard()
person, state, now = viewer.current(), viewer.state(), board.now()
snapshot = state.snapshot
words = Words.of(board.settings)


def download(shown: Snapshot) -> bytes:
    """The workbook of what is on the page; made on the click, and noted in the audit."""
    viewer.note(Action.DOWNLOAD, person.name, workbook.file_name(shown, board.settings))
    return workbook.build(shown, board.settings, person.name, board.now())


st.html('<h1 class="nocs-h1">Balance summary</h1>')
with st.container(horizontal=True, vertical_alignment="center", key="head"):
    watch.follow(watch.drawn(state, now))
    if snapshot:
        st.download_button(
            "Download Excel",
            data=lambda: download(snapshot),
            file_name=workbook.file_name(snapshot, board.settings),
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            on_click="ignore",
            key="download",
        )
# One element whatever it holds: what stands below keeps its place in the page.
top = banners_html(state, now, words)
top += cards_html(snapshot, words) + warnings_html(snapshot) if snapshot else empty_html()
st.html(f'<div class="nocs-top">{top}</div>')
if snapshot:
    area_table(snapshot, words)
    area_charts(snapshot, board.settings)
st.html(help_html())
