"""What the page "Trends" draws: its controls, the changes, and the lines.

Surprise: the controls write into the address (Streamlit's `bind`), so a link shows the same.
"""

import streamlit as st

from nocs import trend_charts
from nocs.dashboard import Dashboard
from nocs.past import Span
from nocs.ui.changes import Compared, changes_html, totals_of
from nocs.ui.chart import draw as draw_charts
from nocs.ui.chart import entry
from nocs.ui.ranges import LENGTHS, WORDS, Custom, custom_span, missing_note, span_of
from nocs.ui.view import EARLIER, View
from nocs.ui.words import Words

SHOWN = ("Total", "Overlay", "Small multiples")
FIGURES = ("Due", "Credit", "Net")
MOST_LINES, MOST_SMALL = 40, 24
NOTES = {
    "Due": "Below zero; lower is more due",
    "Credit": "Higher is more credit",
    "Net": "Above zero overall credit, below zero overall due",
}


def draw(board: Dashboard, view: View, words: Words) -> None:
    """Draw controls, changes and charts."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="trend_controls"):
        name = _control("Range", tuple(LENGTHS), "Month", "range")
        shown = _control("Show", SHOWN, "Total", "show")
        figure = "Due" if shown == "Total" else _control("Figure", FIGURES, "Due", "figure")
    span = _span(board, view, name)
    if span is None:
        return
    st.html(changes_html(view.snapshot.totals, _compared(board, view), words, totals_of))
    run, codes = view.snapshot.run.id, view.codes
    if shown == "Total":
        _total(board, view, span, words)
        return
    pasts = board.past.trend_by_area(run, span, codes)
    if not pasts:
        st.html('<p class="nocs-note">There are no figures in this range.</p>')
        return
    settings, note = board.settings, f"{NOTES[figure]} · {WORDS[span.grain]}"
    filtered = view.filter_words(words)
    if shown == "Overlay":
        chart = trend_charts.of_areas(pasts, figure.lower(), settings, MOST_LINES)
        charts = [entry("overlay", f"{figure} by area", note, chart)]
        draw_charts("trend_overlay", charts, view.snapshot, settings, filtered)
        return
    small = trend_charts.of_each_area(pasts, figure.lower(), settings)[:MOST_SMALL]
    st.html(
        f'<p class="nocs-note">{figure}, each area on a scale of its own. {note}. '
        "A click opens the area.</p>"
    )
    charts = [entry(f"small-{code}", name, f"{figure} · {code}", c) for code, name, c in small]
    draw_charts("trend_small", charts, view.snapshot, settings, filtered, look="small")


def _control(label: str, options: tuple[str, ...], default: str, key: str) -> str:
    return str(
        st.segmented_control(
            label, options, default=default, required=True, key=key, bind="query-params"
        )
    )


def _span(board: Dashboard, view: View, name: str) -> Span | None:
    """The span of the chosen range; None, with a word about it, where nothing can be shown."""
    run = view.snapshot.run
    assert run.source
    begins = board.past.first_as_of(run.id, run.source)
    if begins is None:
        st.html('<p class="nocs-note">There is no history yet.</p>')
        return None
    if name != "Custom":
        return span_of(name, run.source, view.snapshot.as_of, begins, board.settings)
    zone = board.settings.zone
    first, last = (moment.astimezone(zone).date() for moment in (begins, view.snapshot.as_of))
    days = st.date_input(
        "From and to", (first, last), min_value=first, max_value=last, format="YYYY-MM-DD",
        key="days", width=300,
    )  # fmt: skip
    if not isinstance(days, tuple) or len(days) != 2:
        st.html('<p class="nocs-note">Choose a second day.</p>')
        return None
    return custom_span(Custom(*days), run.source, board.settings)


def _compared(board: Dashboard, view: View) -> Compared:
    run, as_of = view.snapshot.run, view.snapshot.as_of
    assert run.source
    return [
        (title, board.past.near(run.id, run.source, as_of - back, within, view.codes))
        for title, back, within in EARLIER.values()
    ]


def _total(board: Dashboard, view: View, span: Span, words: Words) -> None:
    moments = board.past.trend(view.snapshot.run.id, span, view.codes)
    if not moments:
        st.html('<p class="nocs-note">There are no figures in this range.</p>')
        return
    first, last = (words.moment(moment.as_of) for moment in (moments[0], moments[-1]))
    facts = (
        f"{words.counted(len(moments), 'point')}: {WORDS[span.grain]}, {first} to {last}.",
        missing_note(moments),
        "Scales do not start at zero.",
    )
    st.html(f'<p class="nocs-note" data-testid="points">{" ".join(filter(None, facts))}</p>')
    charts = [
        entry(
            name.lower(), name, NOTES[name],
            trend_charts.over_time(moments, name.lower(), board.settings),
        )
        for name in FIGURES
    ]  # fmt: skip
    draw_charts(
        "trend_total", charts, view.snapshot, board.settings, view.filter_words(words), look="one"
    )
