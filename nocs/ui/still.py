"""The working parts of the summary as they look before they work, for the first paint.

Streamlit and scripts in the browser make them once the page is live; a test holds every place
equal to theirs, so that nothing moves then.
"""

import json
from datetime import datetime
from html import escape

from nocs.access import Viewer
from nocs.dashboard import dashboard
from nocs.language import NAMES
from nocs.live import LiveState, refusal
from nocs.model import Snapshot
from nocs.settings import Settings
from nocs.ui import chart, choose, reader, table, viewer
from nocs.ui.progress import as_of_html, refresh_html
from nocs.ui.sign_in import who_html
from nocs.ui.view import EARLIER
from nocs.ui.words import Words


def who(person: Viewer, words: Words) -> str:
    """The row above the title: who is signed in, if anybody, and the switch of languages."""
    signed_in = ""
    if viewer.is_signed_in_here():
        signed_in = (
            f'<div class="stHtml">{who_html(person, words)}</div>'
            f'<button class="nocs-soon" disabled>{words.say("Sign out")}</button>'
        )
    other = NAMES[reader.other_than(words.language.code)]
    return (
        f'<div class="st-key-who">{signed_in}'
        f'<button class="nocs-language" disabled>{other}</button></div>'
    )


def head(state: LiveState, now: datetime, words: Words, person: Viewer) -> str:
    """The line of status, and where the buttons will be."""
    assert state.snapshot
    why = "" if state.open_run else refusal(state, now, words.language)
    buttons = ["Refresh", "Download Excel"] if person.is_operator else ["Download Excel"]
    soon = "".join(f'<button class="nocs-soon" disabled>{words.say(b)}</button>' for b in buttons)
    return (
        '<div class="st-key-head"><div class="stElementContainer stHtml"><div class="nocs-status">'
        f"{as_of_html(state.snapshot, now, dashboard().settings, words)}"
        f"{refresh_html(state, now, words, why)}</div></div>"
        f"{soon}</div>"
    )


def filters(snapshot: Snapshot, words: Words) -> str:
    """The row of filters as it looks before anything is chosen."""
    text = {name: escape(words.say(text)) for name, text in choose.TEXTS.items()}
    titles = ["the refresh before", *(title for title, _, _ in EARLIER.values())]
    options = "".join(f"<option>{escape(words.say(title))}</option>" for title in titles)
    return (
        '<div class="nocs-choose" inert>'
        f"<details><summary>{words.say(snapshot.title)}</summary></details>"
        f'<label><span>{text["due"]}</span> <input size="11" placeholder="{text["amounts"]}">'
        f"</label><label><span>{text['compare']}</span> <select>{options}</select></label>"
        f'<button type="button" data-do="link">{text["link"]}</button></div>'
    )


def areas(drawn: str, title: str, words: Words) -> str:
    """The table below its title, its order and its search."""
    text = {name: escape(words.say(text)) for name, text in table.TEXTS.items()}
    return (
        f'<div class="nocs-areas" data-layout="table"><div class="nocs-tools" inert>'
        f'<h2>{title}</h2><label class="nocs-sort"><span>{text["sort"]}</span> '
        f"<select><option>{text['natural']}</option></select></label>"
        f'<label class="nocs-search"><input type="search" placeholder="{text["hint"]}"></label>'
        f'</div><div class="nocs-sheet">{drawn}</div></div>'
    )


def charts(snapshot: Snapshot, settings: Settings) -> str:
    """The charts: their boxes, and the figures that the document's script draws into them."""
    say = settings.spoken.say
    whole = chart.drawing(
        chart.summary_charts(snapshot, chart.SIZES[chart.USUAL_SIZE], settings), settings
    )
    pressed = {chart.USUAL_SIZE: ' aria-pressed="true"'}
    sizes = "".join(
        f'<button class="nocs-soon" disabled{pressed.get(size, "")}>{say(size)}</button>'
        for size in chart.SIZES
    )
    boxes = "".join(
        f'<figure data-testid="chart-{one["name"]}">'
        f"<figcaption><h3>{escape(one['title'])}</h3><p>{escape(one['note'])}</p></figcaption>"
        f'<div role="img" aria-label="{escape(one["title"])}: {escape(one["note"])}"'
        f' style="height: {one["figure"]["layout"]["height"]}px"></div></figure>'
        for one in whole["charts"]
    )
    # A name must not end the script that it stands in.
    figures = json.dumps(whole, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return (
        f'<div class="nocs-soon-head"><h2 class="nocs-h2">{say("Charts")}</h2>{sizes}</div>'
        f'<div class="nocs-charts">{boxes}</div>'
        f'<script type="application/json">{figures}</script>'
    )
