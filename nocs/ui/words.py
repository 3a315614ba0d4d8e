"""Figures and times as the pages write them, in the symbol, grouping and zone of the settings.

Surprise: a text of these may hold anything that the settings or the source hold; whoever puts
one into HTML escapes it there, once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from nocs import money
from nocs.freshness import in_words
from nocs.settings import Settings


@dataclass(frozen=True, slots=True)
class Words:
    """How this installation writes amounts, counts and moments."""

    symbol: str
    grouping: str
    zone: ZoneInfo
    zone_name: str

    @classmethod
    def of(cls, settings: Settings) -> "Words":
        return cls(
            settings.currency_symbol,
            settings.number_grouping,
            settings.zone,
            settings.timezone,
        )

    def full(self, value: Decimal) -> str:
        """-1234567.5 -> '−₹ 12,34,567.50'."""
        return self._priced(money.amount_text(value, self.grouping))

    def short(self, value: Decimal) -> str:
        """-1234567.5 -> '−₹ 12.35 L'."""
        return self._priced(money.short_text(value, self.grouping))

    def bare(self, value: Decimal) -> str:
        """-1234567.5 -> '−12,34,567.50', where a heading names the currency."""
        return money.amount_text(value, self.grouping)

    def count(self, value: int) -> str:
        return money.count_text(value, self.grouping)

    def counted(self, value: int, one: str) -> str:
        """2 customers, 1 customer."""
        return f"{self.count(value)} {one if value == 1 else one + 's'}"

    def moment(self, when: datetime) -> str:
        """24 Nov 2026, 16:05."""
        local = when.astimezone(self.zone)
        return f"{local.day} {local:%b %Y, %H:%M}"

    def exact_moment(self, when: datetime) -> str:
        """24 Nov 2026, 16:05:09."""
        return f"{self.moment(when)}:{when.astimezone(self.zone):%S}"

    def time(self, when: datetime, now: datetime) -> str:
        """16:05 for a moment of today, else with its day."""
        local = when.astimezone(self.zone)
        if local.date() == now.astimezone(self.zone).date():
            return f"{local:%H:%M}"
        return self.moment(when)

    def _priced(self, text: str) -> str:
        if not self.symbol:
            return text
        minus = money.MINUS if text.startswith(money.MINUS) else ""
        return f"{minus}{self.symbol} {text.removeprefix(money.MINUS)}"


def lasted(span: timedelta) -> str:
    """A duration in words, finer below ten seconds: '0.4 s', '5 min 12 s'."""
    seconds = span.total_seconds()
    return f"{max(seconds, 0):.1f} s" if seconds < 10 else in_words(span)
