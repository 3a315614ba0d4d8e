"""The page "Refreshes": the run in progress, the schedulers, and the log of runs."""

import streamlit as st

from nocs.dashboard import dashboard
from nocs.ui import watch
from nocs.ui.banner import banners_html
from nocs.ui.runs import runs_html
from nocs.ui.words import Words

board = dashboard()
state, now = board.state(), board.now()
words = Words.of(board.settings)

st.html('<h1 class="nocs-h1">Refreshes</h1>')
watch.follow_refreshes(watch.drawn(state, now))
st.html(
    f'<div class="nocs-top">{banners_html(state, now, words)}'
    f"{runs_html(board.recent_runs(), words)}</div>"
)
