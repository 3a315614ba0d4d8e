"""The row of filters and the comparison: native controls, which write into the address.

Surprise: the component keeps nothing. A choice goes into the query of the address, and the page
is drawn from that, so that a copied link and the page never differ.
"""

from datetime import datetime
from typing import Any

import streamlit as st

from nocs.language import later
from nocs.model import Snapshot
from nocs.ui.style import asset
from nocs.ui.view import AREAS, COMPARE, DUE_ABOVE, EARLIER, Link
from nocs.ui.words import Words

KEY = "choose"
# What choose.js says.
TEXTS = {
    "find": later("Find an area"),
    "hint": later("Find"),
    "areas": later("Areas"),
    "picked": later("{count} of {total} areas"),
    "apply": later("Apply"),
    "due": later("Due above"),
    "amounts": later("any, 50 L, 1 Cr"),
    "compare": later("Compare with"),
    "other": later("another time …"),
    "moment": later("As of"),
    "reset": later("Clear"),
    "link": later("Copy link"),
    "copied": later("Copied"),
    "refused": later("Copy it from the address bar"),
}
_component = st.components.v2.component("nocs.choose", js=asset("choose.js"), isolate_styles=False)


def choose(
    everything: Snapshot,
    link: Link,
    words: Words,
    *,
    first: datetime | None = None,
    last: datetime | None = None,
    parts: tuple[str, ...] = ("due", "compare"),
) -> None:
    """Draw the row; `everything` is what the person may see.

    `first` and `last` bound what can be compared with.
    """
    _component(
        key=KEY,
        data={
            "areas": [[area.nocs_code, area.nocs_name] for area in everything.areas],
            "title": words.say(everything.title),
            "chosen": {
                "areas": list(link.areas),
                "due_above": link.due_above,
                "compare": link.compare,
            },
            "compares": [["", words.say("the refresh before")]]
            + [[name, words.say(title)] for name, (title, _, _) in EARLIER.items()],
            "first": _input(first, words),
            "last": _input(last, words),
            "parts": list(parts),
            "texts": {name: words.say(text) for name, text in TEXTS.items()},
            "digits": words.digits("0123456789"),
        },
        on_chosen_change=_remember,
    )


def _remember() -> None:
    """Write the choice into the address; what is not chosen is left out of it."""
    chosen: dict[str, Any] = st.session_state[KEY].chosen or {}
    wanted = {
        AREAS: chosen.get("areas", []),
        DUE_ABOVE: chosen.get("due_above", ""),
        COMPARE: chosen.get("compare", ""),
    }
    for name, value in wanted.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def _input(moment: datetime | None, words: Words) -> str:
    """A moment as a native input of date and time takes it."""
    return f"{moment.astimezone(words.zone):%Y-%m-%dT%H:%M}" if moment else ""
