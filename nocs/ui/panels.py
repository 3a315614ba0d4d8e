"""The fixed texts of the pages, which live in the assets folder: help, and the empty cache."""

from functools import cache

from nocs.language import Language
from nocs.language.pieces import translated
from nocs.ui.style import asset
from nocs.ui.words import Words


def help_html(words: Words) -> str:
    """A panel that explains credit and due; it opens by click or key."""
    return _translated("help.html", words.language)


def empty_html(words: Words) -> str:
    """What shows before the first figures."""
    return _translated("empty.html", words.language)


@cache
def _translated(name: str, language: Language) -> str:
    return translated(asset(name), language)
