"""A language's catalogue: the .po file, compiled in memory by the first who reads in it.

So there is no build step that could be forgotten, and what a translator edits is what is read.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LOCALE = Path(__file__).with_name("locale")


def path(code: str) -> Path:
    return LOCALE / code / "LC_MESSAGES" / "nocs.po"


@cache
def catalogue(code: str) -> Translations:
    """Texts of the code to texts of the language; a text that is missing stays English."""
    compiled = BytesIO()
    with path(code).open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled, domain="nocs")


@cache
def months(code: str) -> dict[int, str]:
    """The names of the months by their numbers."""
    return dict(Locale.parse(code).months["format"]["wide"])
