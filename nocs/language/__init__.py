"""The languages of pages and workbook: English as it stands in the code, Bangla from its catalogue.

Surprise: nothing here is global. Whoever writes a text has a `Language` in hand, from the settings
of the view; so two people look at one process in two languages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

Code = Literal["en", "bn"]
# Each language as it calls itself.
NAMES: dict[Code, str] = {"en": "English", "bn": "বাংলা"}
BANGLA_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


def later(text: str) -> str:
    """Mark a text for the catalogue that is said later, by whoever knows the language."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """How texts, digits and months are written for one reader."""

    code: Code = "en"
    has_bangla_digits: bool = False

    def say(self, text: str, **values: Any) -> str:
        """A text of the code in this language, with its {names} filled in.

        Texts are put in as they are; numbers in the digits of the language.
        """
        said = text if self.code == "en" else _catalogue(self.code).gettext(text)
        return self._filled(said, values)

    def say_n(self, one: str, many: str, n: int, **values: Any) -> str:
        """The text for one or the one for many, by `n`."""
        if self.code == "en":
            said = one if n == 1 else many
        else:
            said = _catalogue(self.code).ngettext(one, many, n)
        return self._filled(said, values)

    def digits(self, text: str) -> str:
        """A text that holds nothing but a figure or a moment, in the digits of the language."""
        return text.translate(BANGLA_DIGITS) if self.shapes_digits else text

    def month(self, day: datetime) -> str:
        """Nov, নভেম্বর: short where the language has short names that people write."""
        return f"{day:%b}" if self.code == "en" else _months(self.code)[day.month]

    def span(self, span: timedelta) -> str:
        """A span in its two largest units: '2 h 5 min', '3 d 4 h', '45 s'."""
        seconds = max(int(span.total_seconds()), 0)
        days, seconds = divmod(seconds, 86_400)
        hours, seconds = divmod(seconds, 3_600)
        minutes, seconds = divmod(seconds, 60)
        units = [
            (days, later("{count} d")),
            (hours, later("{count} h")),
            (minutes, later("{count} min")),
            (seconds, later("{count} s")),
        ]
        first = next((place for place, (count, _) in enumerate(units) if count), 3)
        if first == 2 and minutes >= 10:
            return self.say(units[2][1], count=minutes)
        shown = [(count, unit) for count, unit in units[first : first + 2] if count]
        return " ".join(self.say(unit, count=n) for n, unit in shown or [(0, units[3][1])])

    def lasted(self, span: timedelta) -> str:
        """A duration, finer than a span below ten seconds: '0.4 s', '5 min 12 s'."""
        seconds = span.total_seconds()
        if seconds >= 10:
            return self.span(span)
        return self.say("{count} s", count=self.digits(f"{max(seconds, 0):.1f}"))

    @property
    def shapes_digits(self) -> bool:
        """Whether figures are written in other digits than 0-9."""
        return self.has_bangla_digits and self.code == "bn"

    def _filled(self, said: str, values: dict[str, Any]) -> str:
        if self.shapes_digits:
            said = said.translate(BANGLA_DIGITS)
            values = {
                name: self.digits(str(value)) if isinstance(value, int | Decimal) else value
                for name, value in values.items()
            }
        return said.format_map(values) if values else said


ENGLISH = Language()


def _catalogue(code: Code) -> Any:
    from nocs.language.catalogue import catalogue  # babel's reader is for those who need it

    return catalogue(code)


def _months(code: Code) -> Any:
    from nocs.language.catalogue import months

    return months(code)
