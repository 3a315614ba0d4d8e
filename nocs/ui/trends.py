"""What the page "Trends" draws: its controls, the changes, and the lines.

Surprise: the controls write into the address (Streamlit's `bind`), so a link shows the same.
"""

import streamlit as st

from nocs import trend_charts
from nocs.area_names import names_in
from nocs.dashboard import Dashboard
from nocs.language import later
from nocs.past import Span
from nocs.ui import reader
from nocs.ui.changes import Compared, changes_html, totals_of
from nocs.ui.chart import draw as draw_charts
from nocs.ui.chart import entry
from nocs.ui.ranges import LENGTHS, WORDS, Custom, custom_span, missing_note, span_of
from nocs.ui.view import EARLIER, View
from nocs.ui.words import Words

SHOWN = (later("Total"), later("Overlay"), later("Small multiples"))
FIGURES = (later("Due"), later("Credit"), later("Net"))
MOST_LINES, MOST_SMALL = 40, 24
NOTES = {
    "Due": later("Below zero; lower is more due"),
    "Credit": later("Higher is more credit"),
    "Net": later("Above zero overall credit, below zero overall due"),
}


def draw(board: Dashboard, view: View, words: Words) -> None:
    """Draw controls, changes and charts."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="trend_controls"):
        name = _control(words, later("Range"), tuple(LENGTHS), "Month", "range")
        shown = _control(words, later("Show"), SHOWN, "Total", "show")
        figure = "Due"
        if shown != "Total":
            figure = _control(words, later("Figure"), FIGURES, "Due", "figure")
    span = _span(board, view, name, words)
    if span is None:
        return
    st.html(changes_html(view.snapshot.totals, _compared(board, view), words, totals_of))
    run, codes = view.snapshot.run.id, view.codes
    if shown == "Total":
        _total(board, view, span, words)
        return
    pasts = board.past.trend_by_area(run, span, codes)
    if not pasts:
        _note(words.say("There are no figures in this range."))
        return
    settings = reader.settings()
    if names := names_in(view.everything, settings.language):
        pasts = tuple(past.named(names) for past in pasts)
    note = f"{words.say(NOTES[figure])} · {words.say(WORDS[span.grain])}"
    title = words.say(figure)
    filtered = view.filter_words(words)
    if shown == "Overlay":
        chart = trend_charts.of_areas(pasts, figure.lower(), settings, MOST_LINES)
        charts = [entry("overlay", words.say("{figure} by area", figure=title), note, chart)]
        draw_charts("trend_overlay", charts, view.snapshot, settings, filtered)
        return
    small = trend_charts.of_each_area(pasts, figure.lower(), settings)[:MOST_SMALL]
    text = later("{figure}, each area on a scale of its own. {note}. A click opens the area.")
    _note(words.say(text, figure=title, note=note))
    charts = [entry(f"small-{code}", name, f"{title} · {code}", c) for code, name, c in small]
    draw_charts("trend_small", charts, view.snapshot, settings, filtered, look="small")


def _control(words: Words, label: str, options: tuple[str, ...], default: str, key: str) -> str:
    """A choice that the address remembers in English, whatever language shows it.

    Streamlit's own `bind` would write the shown text, and a link would be lost on other readers.
    """
    named = st.query_params.get(key, "")

    def remember() -> None:
        st.query_params[key] = st.session_state[key]

    return str(
        st.segmented_control(
            words.say(label),
            options,
            default=named if named in options else default,
            required=True,
            key=key,
            format_func=words.say,
            on_change=remember,
        )
    )


def _note(html: str) -> None:
    st.html(f'<p class="nocs-note">{html}</p>')


def _span(board: Dashboard, view: View, name: str, words: Words) -> Span | None:
    """The span of the chosen range; None, with a word about it, where nothing can be shown."""
    run = view.snapshot.run
    assert run.source
    begins = board.past.first_as_of(run.id, run.source)
    if begins is None:
        _note(words.say("There is no history yet."))
        return None
    if name != "Custom":
        return span_of(name, run.source, view.snapshot.as_of, begins, board.settings)
    zone = board.settings.zone
    first, last = (moment.astimezone(zone).date() for moment in (begins, view.snapshot.as_of))
    days = st.date_input(
        words.say("From and to"),
        (first, last),
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        key="days",
        width=300,
    )
    if not isinstance(days, tuple) or len(days) != 2:
        _note(words.say("Choose a second day."))
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
        _note(words.say("There are no figures in this range."))
        return
    first, last = (words.moment(moment.as_of) for moment in (moments[0], moments[-1]))
    facts = (
        words.say_n(
            "{count} point: {grain}, {first} to {last}.",
            "{count} points: {grain}, {first} to {last}.",
            len(moments),
            grain=words.say(WORDS[span.grain]), first=first, last=last,
        ),
        missing_note(moments, words),
        words.say("Scales do not start at zero."),
    )  # fmt: skip
    st.html(f'<p class="nocs-note" data-testid="points">{" ".join(filter(None, facts))}</p>')
    settings = reader.settings()
    charts = [
        entry(
            name.lower(), words.say(name), words.say(NOTES[name]),
            trend_charts.over_time(moments, name.lower(), settings),
        )
        for name in FIGURES
    ]  # fmt: skip
    draw_charts(
        "trend_total", charts, view.snapshot, settings, view.filter_words(words), look="one"
    )
