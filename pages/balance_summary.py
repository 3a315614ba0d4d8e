"""The page "Balance summary": credit, due and net of all areas, from one snapshot."""

import streamlit as st

from nocs.dashboard import dashboard
from nocs.ui import download, reader, viewer, watch
from nocs.ui.chart import area_charts
from nocs.ui.choose import choose
from nocs.ui.opening import open_area
from nocs.ui.panels import help_html
from nocs.ui.summary import top_html
from nocs.ui.table import area_table
from nocs.ui.view import Link, past_begins, read_view

if code := st.query_params.get("area"):
    open_area(code)

board = dashboard()
state, now = viewer.state(), board.now()
words = reader.words()
snapshot, recent = state.snapshot, state.recent
link = Link.here()
view = read_view(board, snapshot, recent, link, words) if snapshot else None

st.html(f'<h1 class="nocs-h1">{words.say("Balance summary")}</h1>')
with st.container(horizontal=True, vertical_alignment="center", key="head"):
    watch.follow(watch.drawn(state, now))
    if view:
        download.button(board, view, words, viewer.current().name)
if view:
    first, last = past_begins(board, view.snapshot), view.snapshot.as_of
    choose(view.everything, link, words, first=first, last=last)
st.html(top_html(state, view, now, words))
if view:
    area_table(view.snapshot, words, len(view.everything.areas), view.days)
    area_charts(view.snapshot, reader.settings(), view.filter_words(words))
st.html(help_html(words))
