"""The page "Audit": who did what, when and from where; for operators."""

from datetime import datetime, time, timedelta

import streamlit as st

from nocs.access import Action
from nocs.cache.audit import MOST_ROWS
from nocs.dashboard import dashboard
from nocs.ui import reader, viewer
from nocs.ui.audit import ACTIONS, audit_html
from nocs.workbook import audit as audit_book

SHOWN_ROWS = 200

person = viewer.require_operator()
board = dashboard()
words = reader.words()
zone = board.settings.zone
today = board.now().astimezone(zone).date()

st.html(f'<h1 class="nocs-h1">{words.say("Audit")}</h1>')
with st.container(horizontal=True, vertical_alignment="bottom", key="audit_filter"):
    text = st.text_input(
        words.say("Search"),
        placeholder=words.say("Person, address or detail"),
        key="audit_words",
        max_chars=200,
    )
    actions = st.multiselect(
        words.say("Action"),
        list(Action),
        format_func=lambda action: words.say(ACTIONS[action]),
        key="audit_actions",
        placeholder=words.say("Choose options"),
    )
    first = st.date_input(
        words.say("From"), today - timedelta(days=30), max_value=today, key="audit_from"
    )
    last = st.date_input(words.say("To"), today, max_value=today, key="audit_to")
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
    return audit_book.build(found, ACTIONS, reader.settings())


st.download_button(
    words.say("Download Excel"),
    data=download,
    file_name=f"nocs-audit-{first:%Y%m%d}-{last:%Y%m%d}.xlsx",
    mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    on_click="ignore",
    key="audit_download",
)
st.html(audit_html(entries, words, limit=SHOWN_ROWS))
