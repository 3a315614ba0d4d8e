"""Names of the areas in several languages, read from the rows of sql/area_names.sql.

No figure depends on a name: what cannot be used is left out and told, and nothing here fails.
"""

from collections.abc import Callable, Iterable
from typing import Any

from nocs.model import AreaName

LANGUAGES = ("en", "bn")
MOST_CODE, MOST_NAME = 50, 200  # characters, as in the summary
# A slow answer must not use up the time in which the figures are to be published.
TIMEOUT_SECONDS = 30
Told = tuple[tuple[AreaName, ...] | None, tuple[str, ...]]
NONE: Told = (None, ())
KEPT = "the names known before are kept"


def ask(run: Callable[[], Iterable[tuple[Any, ...]]], error: type[Exception]) -> Told:
    """The names and what to warn of; None when the source would not tell them."""
    try:
        rows = list(run())
    except (error, ValueError) as fault:  # a driver hands a text that is no UTF-8 on as it is
        first = next(iter(str(fault).strip().splitlines()), type(fault).__name__)
        return None, (f"names in other languages could not be read ({first}); {KEPT}",)
    return read(rows)


def read(rows: Iterable[tuple[Any, ...]]) -> Told:
    """The usable names, sorted, and a warning where others were left out."""
    found: dict[tuple[str, str], AreaName] = {}
    left_out = 0
    for row in rows:
        name = _name(row)
        if name is None or (name.nocs_code, name.language) in found:
            left_out += 1
        else:
            found[name.nocs_code, name.language] = name
    names = tuple(found[key] for key in sorted(found))
    if not left_out:
        return names, ()
    return names, (
        f"{left_out} row{'s' * (left_out > 1)} of area_names.sql could not be used: a code and "
        "language twice, an unknown language, or a name that is blank or too long",
    )


def _name(row: tuple[Any, ...]) -> AreaName | None:
    if len(row) != 3 or not all(isinstance(value, str) for value in row):
        return None
    code, language, name = (value.strip() for value in row)
    if not 0 < len(code) <= MOST_CODE or not 0 < len(name) <= MOST_NAME:
        return None
    if language not in LANGUAGES or "\0" in code + name:
        return None
    return AreaName(nocs_code=code, language=language, nocs_name=name)
