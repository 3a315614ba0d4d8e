"""The fixed HTML of the assets in another language: each text between two tags is one text."""

import re
from collections.abc import Iterator

from nocs.language import Language

# A text with a letter in it, or with a figure to be written in other digits.
_TEXT = re.compile(r"(?<=>)[^<>]*[A-Za-z0-9][^<>]*(?=<)")
_LETTER = re.compile("[A-Za-z]")


def translated(html: str, language: Language) -> str:
    """The HTML with its texts in the language; English as it is."""
    if language.code == "en":
        return html
    return _TEXT.sub(lambda found: _said(found[0], language), html)


def texts(html: str) -> Iterator[str]:
    """The texts that have to be in a catalogue."""
    return (text for text in _TEXT.findall(html) if _LETTER.search(text))


def _said(text: str, language: Language) -> str:
    return language.say(text) if _LETTER.search(text) else language.digits(text)
