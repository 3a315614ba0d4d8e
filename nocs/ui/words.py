"""Figures, times and texts as the pages write them: in the language, symbol, grouping and zone of
the settings.

Surprise: a text of these may hold anything that the settings or the source hold; whoever puts
one into HTML escapes it there, once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from nocs import money
from nocs.language import ENGLISH, Language, later
from nocs.settings import Settings

PRODUCT = later("NOCS balance summary")


@dataclass(frozen=True, slots=True)
class Words:
    """How this installation writes amounts, counts, moments and texts.

    `carried` is what the query of a link needs, so that its page is in the same language.
    """

    symbol: str
    grouping: str
    zone: ZoneInfo
    zone_name: str
    language: Language = ENGLISH
    carried: str = ""

    @classmethod
    def of(cls, settings: Settings, language: Language | None = None) -> "Words":
        """In the language of the settings, or in another: letters are in English, always."""
        return cls(
            settings.currency_symbol,
            settings.number_grouping,
            settings.zone,
            settings.timezone,
            language or settings.spoken,
        )

    def say(self, text: str, **values: Any) -> str:
        """A text of the code in the language, with its {names} filled in."""
        return self.language.say(text, **values)

    def say_n(self, one: str, many: str, n: int, **values: Any) -> str:
        """The text for one or for many; {count} is `n`, grouped."""
        return self.language.say_n(one, many, n, count=self.count(n), **values)

    def digits(self, text: str) -> str:
        return self.language.digits(text)

    def quoted(self, html: str) -> str:
        """HTML that is English on every page, such as the error of a refresh."""
        if not html or self.language.code == "en":
            return html
        return f'<span lang="en">{html}</span>'

    def full(self, value: Decimal) -> str:
        """-1234567.5 -> '−₹ 12,34,567.50'."""
        return self._priced(self.bare(value))

    def short(self, value: Decimal) -> str:
        """-1234567.5 -> '−₹ 12.35 L'."""
        return self._priced(money.short_text(value, self.grouping, self.language))

    def bare(self, value: Decimal) -> str:
        """-1234567.5 -> '−12,34,567.50', where a heading names the currency."""
        return money.amount_text(value, self.grouping, self.language)

    def count(self, value: int) -> str:
        return money.count_text(value, self.grouping, self.language)

    def customers(self, value: int) -> str:
        """2 customers, 1 customer."""
        return self.say_n("{count} customer", "{count} customers", value)

    def areas(self, value: int) -> str:
        """2 areas, 1 area."""
        return self.say_n("{count} area", "{count} areas", value)

    def moment(self, when: datetime) -> str:
        """24 Nov 2026, 16:05."""
        local = when.astimezone(self.zone)
        return self.digits(f"{local.day} {self.language.month(local)} {local:%Y, %H:%M}")

    def exact_moment(self, when: datetime) -> str:
        """24 Nov 2026, 16:05:09."""
        return self.moment(when) + self.digits(f":{when.astimezone(self.zone):%S}")

    def time(self, when: datetime, now: datetime) -> str:
        """16:05 for a moment of today, else with its day."""
        local = when.astimezone(self.zone)
        if local.date() == now.astimezone(self.zone).date():
            return self.digits(f"{local:%H:%M}")
        return self.moment(when)

    def span(self, span: timedelta) -> str:
        """A span in its two largest units: '2 h 5 min'."""
        return self.language.span(span)

    def lasted(self, span: timedelta) -> str:
        """A duration, finer than a span below ten seconds: '0.4 s', '5 min 12 s'."""
        return self.language.lasted(span)

    def _priced(self, text: str) -> str:
        if not self.symbol:
            return text
        minus = money.MINUS if text.startswith(money.MINUS) else ""
        return f"{minus}{self.symbol} {text.removeprefix(money.MINUS)}"
