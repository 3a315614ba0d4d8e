"""The page "Trends": due, credit and net over time, of all areas or area by area."""

import streamlit as st

from nocs.dashboard import dashboard
from nocs.ui import reader, trends, viewer, watch
from nocs.ui.banner import banners_html
from nocs.ui.choose import choose
from nocs.ui.panels import empty_html
from nocs.ui.view import Link, notices_html, read_view

board = dashboard()
state, now = viewer.state(), board.now()
words = reader.words()
link = Link.here()
view = read_view(board, state.snapshot, state.recent, link, words) if state.snapshot else None

st.html(f'<h1 class="nocs-h1">{words.say("Trends")}</h1>')
with st.container(horizontal=True, vertical_alignment="center", key="head"):
    watch.follow(watch.drawn(state, now))
if view:
    choose(view.everything, link, words, parts=())
top = banners_html(state, now, words)
top += notices_html(view, words) if view else empty_html(words)
st.html(f'<div class="nocs-top">{top}</div>')
if view:
    trends.draw(board, view, words)
