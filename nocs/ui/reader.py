"""In which language this person reads: the address says it, else the session, else the setting.

Surprise: a plain link loads a page anew and with it a new session, so a language that is not the
setting's stands in every page's address and in every link.
"""

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from nocs.dashboard import dashboard
from nocs.language import NAMES, Code
from nocs.settings import Settings
from nocs.ui.style import asset
from nocs.ui.words import Words

LANG = "lang"
KEY = "language_switch"
_component = st.components.v2.component(
    "nocs.language", js=asset("language.js"), isolate_styles=False
)


def settings() -> Settings:
    """The settings, in the language of the person who reads this page."""
    return settings_in(code())


def settings_in(chosen: Code) -> Settings:
    """The settings, in this language."""
    return _spoken(dashboard().settings, chosen)


def words() -> Words:
    """The words of this page."""
    return words_in(code())


def words_in(chosen: Code) -> Words:
    """The words of a page in this language."""
    usual = dashboard().settings
    return _words(_spoken(usual, chosen), usual.language)


def code() -> Code:
    """The language of this page."""
    return first_known(st.query_params.get(LANG), st.session_state.get(LANG))


def first_known(*named: str | None) -> Code:
    """The first that is a language, else the setting's; others are passed over without a word."""
    known = (code for name in named for code in NAMES if code == name)
    return next(known, dashboard().settings.language)


def remember() -> None:
    """Keep the language for the pages to come, in the session and in the address."""
    st.session_state[LANG] = chosen = code()
    if chosen != dashboard().settings.language:
        st.query_params[LANG] = chosen
    elif LANG in st.query_params:
        del st.query_params[LANG]


def other_than(chosen: Code) -> Code:
    """The language that the switch leads to."""
    return "en" if chosen == "bn" else "bn"


def switch() -> None:
    """A button in the other language's own words; it also tells the browser which one this is."""
    chosen = code()
    other = other_than(chosen)
    data = {"lang": chosen, "other": other, "name": NAMES[other], "title": TITLES[other]}
    _component(key=KEY, data=data, on_chosen_change=_choose)


# Each in the language that it leads to.
TITLES: dict[Code, str] = {"en": "Show this page in English", "bn": "এই পাতা বাংলায় দেখুন"}


def _choose() -> None:
    chosen = st.session_state[KEY].chosen
    if chosen in NAMES:
        st.query_params[LANG] = chosen


@lru_cache(maxsize=4)
def _spoken(settings: Settings, chosen: Code) -> Settings:
    if settings.language == chosen:
        return settings
    return settings.model_copy(update={"language": chosen})


@lru_cache(maxsize=4)
def _words(settings: Settings, usual: Code) -> Words:
    carried = "" if settings.language == usual else f"&{LANG}={settings.language}"
    return replace(Words.of(settings), carried=carried)
