"""The page "Audit": who did what, when and from where; for operators."""

from datetime import datetime, time, timedelta

import streamlit as st

from nocs.access import Action
from nocs.cache.audit import MOST_ROWS
from nocs.dashboard import dashboard
from nocs.ui import viewer
from nocs.ui.audit import ACTIONS, audit_html
from nocs.ui.words import Words
from nocs.workbook import audit as audit_book

SHOWN_ROWS = 200

person = viewer.require_operator()
board = dashboard()
words = Words.of(board.settings)
zone = board.settings.zone
today = board.now().astimezone(zone).date()

st.html('<h1 class="nocs-h1">Audit</h1>')
with st.container(horizontal=True, vertical_alignment="bottom", key="audit_filter"):
    text = st.text_input(
        "Search", placeholder="Person, address or detail", key="audit_words", max_chars=200
    )
    actions = st.multiselect(
        "Action", list(Action), format_func=ACTIONS.__getitem__, key="audit_actions"
    )
    first = st.date_input("From", today - timedelta(days=30), max_value=today, key="audit_from")
    last = st.date_input("To", today, max_value=today, key="audit_to")
search = {
    "words": text,
    "actions": tuple(actions),
    "since": datetime.combine(first, time.min, zone),
    "until": datetime.combine(last + timedelta(days=1), time.min, zone),
}
entries = board.audit_entries(**search, limit=SHOWN_ROWS)


def download() -> bytes:
    """Every row that the filter finds, as a workbook; the download is a row itself."""
    viewer.note(Action.DOWNLOAD, person.name, "the audit")
    found = board.audit_entries(**search, limit=MOST_ROWS)
    return audit_book.build(found, ACTIONS, board.settings)


st.download_button(
    "Download Excel",
    data=download,
    file_name=f"nocs-audit-{first:%Y%m%d}-{last:%Y%m%d}.xlsx",
    mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    on_click="ignore",
    key="audit_download",
)
st.html(audit_html(entries, words, limit=SHOWN_ROWS))
