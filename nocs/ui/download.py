"""The button that downloads the workbook of what the page shows, built on the click."""

import streamlit as st

from nocs import workbook
from nocs.dashboard import Dashboard
from nocs.ui.view import View
from nocs.ui.words import Words

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def button(board: Dashboard, view: View, words: Words) -> None:
    """Draw the button. The workbook has the page's areas, comparison and moment."""
    snapshot, settings = view.snapshot, board.settings
    extras = workbook.Extras(
        filtered=view.filter_words(words),
        all_areas=len(view.everything.areas),
        earlier=view.earlier,
        is_compared=view.is_compared,
    )

    def build() -> bytes:
        moments = board.past.trend(
            snapshot.run.id, workbook.trend_span(snapshot, settings), view.codes
        )
        return workbook.build(snapshot, settings, "page", board.now(), extras.with_trend(moments))

    st.download_button(
        "Download Excel",
        data=build,
        file_name=workbook.file_name(snapshot, settings, extras),
        mime=MIME,
        on_click="ignore",
        key="download",
    )
