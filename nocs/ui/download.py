"""The button that downloads the workbook of what the page shows, built on the click."""

import streamlit as st

from nocs import workbook
from nocs.access import Action
from nocs.dashboard import Dashboard
from nocs.ui import reader, viewer
from nocs.ui.view import View
from nocs.ui.words import Words

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def button(board: Dashboard, view: View, words: Words, person: str) -> None:
    """Draw the button. The workbook has the page's areas, comparison and moment.

    Each download is noted in the audit under the person's name.
    """
    snapshot, settings = view.snapshot, reader.settings()
    extras = workbook.Extras(
        filtered=view.filter_words(words),
        all_areas=len(view.everything.areas),
        earlier=view.earlier,
        is_compared=view.is_compared,
    )

    name = workbook.file_name(snapshot, settings, extras)

    def build() -> bytes:
        viewer.note(Action.DOWNLOAD, person, name)
        moments = board.past.trend(
            snapshot.run.id, workbook.trend_span(snapshot, settings), view.codes
        )
        return workbook.build(snapshot, settings, person, board.now(), extras.with_trend(moments))

    st.download_button(
        words.say("Download Excel"),
        data=build,
        file_name=name,
        mime=MIME,
        on_click="ignore",
        key="download",
    )
