"""The page "Area": one area's figures, its place among all, its trend and its gaps."""

import streamlit as st

from nocs.dashboard import dashboard
from nocs.ui import area, reader, viewer, watch
from nocs.ui.banner import banners_html
from nocs.ui.panels import empty_html

board = dashboard()
state, now = viewer.state(), board.now()
words = reader.words()
snapshot, recent = state.snapshot, state.recent

st.html(area.title_html(snapshot, st.query_params.get("area", ""), words))
with st.container(horizontal=True, vertical_alignment="center", key="head"):
    watch.follow(watch.drawn(state, now))
top = banners_html(state, now, words)
if snapshot:
    area.draw(board, snapshot, recent, st.query_params.get("area", ""), words=words, banners=top)
else:
    st.html(f'<div class="nocs-top">{top}{empty_html(words)}</div>')
