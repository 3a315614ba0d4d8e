"""What the page "Area" draws: cards, place among all areas, trend, biggest moves, absences."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import escape

import streamlit as st

from nocs import trend_charts
from nocs.area_facts import AreaFacts, Step, biggest_steps, facts
from nocs.area_names import other_names
from nocs.dashboard import Dashboard
from nocs.language import later
from nocs.model import AreaBalance, CachedArea, Figures, Snapshot, SourceKind, total
from nocs.money import signed
from nocs.past import Grain, Past, Recent, Span
from nocs.ui import reader
from nocs.ui.cards import cards_html
from nocs.ui.changes import changes_html
from nocs.ui.chart import draw as draw_charts
from nocs.ui.chart import entry
from nocs.ui.movers import area_link
from nocs.ui.ranges import LENGTHS, WORDS, span_of
from nocs.ui.trends import NOTES
from nocs.ui.view import EARLIER
from nocs.ui.words import Words

LOOK_BACK = timedelta(days=90)
SHOWN_STEPS, SHOWN_ABSENCES = 6, 12
STEP_HEADINGS = (
    later("From day to day"),
    later("Due before"),
    later("Due after"),
    later("Change"),
)


def title_html(snapshot: Snapshot | None, code: str, words: Words) -> str:
    """The name of the area as the title of the page."""
    area = _find(snapshot.areas, code) if snapshot else None
    if snapshot is None or area is None:
        return f'<h1 class="nocs-h1">{words.say("Area")}</h1>'
    others = "".join(
        f'<span lang="{one.language}">{escape(one.nocs_name)}</span> · '
        for one in other_names(snapshot, area)
    )
    return (
        f'<h1 class="nocs-h1" data-testid="area-title">{escape(area.nocs_name)} '
        f"<small>{others}{escape(area.nocs_code)}</small></h1>"
    )


def draw(
    board: Dashboard,
    snapshot: Snapshot,
    recent: Recent | None,
    code: str,
    *,
    words: Words,
    banners: str,
) -> None:
    """Draw the area of the code, below the banners, and links to all others."""
    area = _find(snapshot.areas, code)
    source = snapshot.run.source
    assert source
    if area is None:
        may_know = code and (snapshot.only is None or code in snapshot.only)
        gaps = _absences_html(board, snapshot, code, words) if may_know else ""
        st.html(f'<div class="nocs-top">{banners}{_choice_html(snapshot, code, words)}{gaps}</div>')
        return
    codes = frozenset({code})
    one = replace(snapshot, areas=(area,), totals=total([area]), previous=None)
    near = (recent or Recent(run_id=snapshot.run.id)).restricted_to(codes)
    if near.before and near.before.areas:
        one = replace(one, previous=near.before.totals)
    compared = [
        (title, board.past.near(one.run.id, source, one.as_of - back, within, codes))
        for title, back, within in EARLIER.values()
    ]
    html = banners + cards_html(one, words, days=tuple(day for day in near.days if day.areas))
    html += _facts_html(area, facts(area, snapshot.areas), words)
    html += changes_html(area, compared, words, _figures_of)
    st.html(f'<div class="nocs-top">{html}</div>')
    _trend(board, one, source, codes, words)
    span = Span(source, one.as_of - LOOK_BACK, one.as_of, Grain.DAY, board.settings.zone)
    days = board.past.trend_by_area(one.run.id, span, codes)
    html = _steps_html(biggest_steps(days, SHOWN_STEPS), words)
    html += _absences_html(board, snapshot, code, words) + _choice_html(snapshot, code, words)
    st.html(f'<div class="nocs-top">{html}</div>')


def _find(areas: Sequence[CachedArea], code: str) -> CachedArea | None:
    return next((area for area in areas if area.nocs_code == code), None)


def _figures_of(past: Past) -> Figures | None:
    return past.areas[0] if past.areas else None


def _facts_html(area: AreaBalance, found: AreaFacts, words: Words) -> str:
    def rank(place: int) -> str:
        of_all = {"place": words.count(place), "areas": words.count(found.areas)}
        return words.say("{place} of {areas}", **of_all)

    def percent(value: Decimal | None) -> str:
        return "–" if value is None else f"{words.bare(value)} %"

    def amount(value: Decimal | None, *, plus: bool = False) -> str:
        if value is None:
            return "–"
        return signed(words.full(value)) if plus else words.full(value)

    lines = (
        ("due_rank", later("Rank by due"), rank(found.due_rank)),
        ("credit_rank", later("Rank by credit"), rank(found.credit_rank)),
        ("share_of_due", later("Share of all due"), percent(found.share_of_due)),
        ("share_of_credit", later("Share of all credit"), percent(found.share_of_credit)),
        ("due_penetration", later("Customers in due"), percent(found.due_penetration)),
        ("cover", later("Cover (credit / due)"), percent(found.cover)),
        (
            "average_due",
            later("Average due of a customer in due"),
            amount(found.average_due),
        ),
        (
            "average_credit",
            later("Average credit of a customer in credit"),
            amount(found.average_credit, plus=True),
        ),
    )
    items = "".join(
        f"<div><dt>{words.say(title)}</dt>"
        f'<dd data-fact="{name}" data-value="{getattr(found, name)}">{escape(text)}</dd></div>'
        for name, title, text in lines
    )
    title = words.say("{area} among all areas", area=escape(area.nocs_name))
    return (
        f'<section class="nocs-panel" data-testid="facts"><h2>{title}</h2>'
        f'<dl class="nocs-facts-grid">{items}</dl></section>'
    )


@st.fragment
def _trend(
    board: Dashboard, one: Snapshot, source: SourceKind, codes: frozenset[str], words: Words
) -> None:
    settings = reader.settings()
    with st.container(horizontal=True, vertical_alignment="center", key="area_trend_head"):
        st.html(f'<h2 class="nocs-h2">{words.say("Trend")}</h2>')
        name = st.segmented_control(
            words.say("Range"),
            [name for name in LENGTHS if name != "Custom"],
            default="Month",
            required=True,
            key="area_range",
            format_func=words.say,
            label_visibility="collapsed",
        )
    begins = board.past.first_as_of(one.run.id, source) or one.as_of
    span = span_of(name, source, one.as_of, begins, settings)
    pasts = board.past.trend_by_area(one.run.id, span, codes)
    charts = [
        entry(
            f"area-{figure.lower()}",
            words.say(figure),
            f"{words.say(NOTES[figure])} · {words.say(WORDS[span.grain])}",
            trend_charts.of_one_area(pasts, figure.lower(), settings),
        )
        for figure in ("Due", "Credit", "Net")
    ]
    filtered = f"{one.areas[0].nocs_name} ({one.areas[0].nocs_code})"
    draw_charts("area_trend", charts, one, settings, filtered, look="one", opens=False)


def _steps_html(steps: Sequence[Step], words: Words) -> str:
    rows = "".join(
        f'<tr data-step="{step.due}"><th scope="row">{_days(step, words)}</th>'
        f'<td data-label="{words.say("Due before")}">{escape(words.full(_due(step.before)))}</td>'
        f'<td data-label="{words.say("Due after")}">{escape(words.full(_due(step.after)))}</td>'
        f'<td data-label="{words.say("Change")}">'
        f'<b data-tone="{"due" if step.due < 0 else "credit"}">'
        f"{escape(signed(words.full(step.due)))}</b> "
        f"<small>{words.say('more due') if step.due < 0 else words.say('less due')}</small>"
        "</td></tr>"
        for step in steps
    )
    if not rows:
        none = words.say("None yet: they need the figures of two days.")
        body = f'<p class="nocs-note">{none}</p>'
    else:
        heads = "".join(f'<th scope="col">{words.say(title)}</th>' for title in STEP_HEADINGS)
        body = (
            f'<div class="nocs-wide"><table class="nocs-changes"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
    title = words.say("Biggest moves of due in the last {days} days", days=LOOK_BACK.days)
    return f'<section class="nocs-panel" data-testid="steps"><h2>{title}</h2>{body}</section>'


def _days(step: Step, words: Words) -> str:
    return f"{escape(words.moment(step.before.as_of))} → {escape(words.moment(step.after.as_of))}"


def _due(day: Past) -> Decimal:
    return day.areas[0].negative_balance_amt


def _absences_html(board: Dashboard, snapshot: Snapshot, code: str, words: Words) -> str:
    source = snapshot.run.source
    assert source
    missing = board.past.absences(snapshot.run.id, source, code, snapshot.as_of - LOOK_BACK)
    if missing:
        shown = ", ".join(
            words.say("{moment} (run {run})", moment=escape(words.moment(as_of)), run=run_id)
            for run_id, as_of in missing[:SHOWN_ABSENCES]
        )
        more = len(missing) - SHOWN_ABSENCES
        count = words.say_n("{count} run", "{count} runs", len(missing))
        text = f"{count}: {shown}" + (words.say(" and {count} more", count=more) * (more > 0))
    else:
        text = words.say("None.")
    title = words.say("Runs without this area in the last {days} days", days=LOOK_BACK.days)
    return (
        f'<section class="nocs-panel" data-testid="absences" data-count="{len(missing)}">'
        f"<h2>{title}</h2>"
        f'<p class="nocs-note">{text}</p></section>'
    )


def _choice_html(snapshot: Snapshot, code: str, words: Words) -> str:
    note = ""
    if code and _find(snapshot.areas, code) is None:
        text = words.say("Area {code} is not in the figures of this refresh.", code=escape(code))
        note = f'<p class="nocs-note" data-testid="unknown-area">{text}</p>'
    links = "".join(
        area_link(area.nocs_code, area.nocs_name, words, is_current=area.nocs_code == code)
        for area in snapshot.areas
    )
    return (
        f'<section class="nocs-others"><h2 class="nocs-h2">{words.say("Areas")}</h2>{note}'
        f'<p class="nocs-areas-links">{links}</p></section>'
    )
