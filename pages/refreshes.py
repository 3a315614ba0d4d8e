"""The page "Refreshes": the run in progress, the schedulers, and the log of runs."""

import streamlit as st

from nocs.dashboard import dashboard
from nocs.live import without_figures
from nocs.ui import reader, viewer, watch
from nocs.ui.banner import banners_html
from nocs.ui.runs import runs_html

person = viewer.require_operator()
board = dashboard()
state, now = viewer.state(), board.now()
words = reader.words()

log = [run if person.areas is None else without_figures(run) for run in board.recent_runs()]

st.html(f'<h1 class="nocs-h1">{words.say("Refreshes")}</h1>')
watch.follow_refreshes(watch.drawn(state, now))
st.html(f'<div class="nocs-top">{banners_html(state, now, words)}{runs_html(log, words)}</div>')
