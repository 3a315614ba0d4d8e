"""The cards: customers, credit, due and net, each with its last days and its change.

Surprise: due is stored negative, so "more due" is a change below zero. The sign is shown, and
words say what it means.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from html import escape

from nocs.language import later
from nocs.model import ZERO, Snapshot
from nocs.money import signed
from nocs.past import Past
from nocs.ui.sparkline import sparkline
from nocs.ui.words import Words

BALANCED = "balanced"
BEFORE = later("since the refresh before")
NET_WORDS = (later("credit"), later("due"), later("balanced"))
OVERALL = {
    "credit": later("overall credit"),
    "due": later("overall due"),
    BALANCED: later("balanced"),
}


@lru_cache(maxsize=16)
def cards_html(
    snapshot: Snapshot, words: Words, since: str = BEFORE, days: tuple[Past, ...] = ()
) -> str:
    """All four cards. Exact values stand in data-value, under the contract's names.

    `since` says what `snapshot.previous` are the totals of (in the language of `words`, unless
    it is left out); the small lines show `days`.
    """
    drawing = _Cards(snapshot, words, words.say(BEFORE) if since is BEFORE else since, days)
    net = snapshot.totals.net_balance
    cards = (
        drawing.customers(),
        drawing.amount(
            "credit",
            later("Credit"),
            "positive_balance_amt",
            (later("more credit"), later("less credit")),
            note=words.say("from {customers}", customers=drawing.customers_of("positive_qty")),
        ),
        drawing.amount(
            "due",
            later("Due"),
            "negative_balance_amt",
            (later("less due"), later("more due")),
            note=words.say("from {customers}", customers=drawing.customers_of("negative_qty")),
        ),
        drawing.amount(
            "net",
            later("Net"),
            "net_balance",
            (later("towards credit"), later("towards due")),
            note='<strong class="nocs-word" data-testid="net-word">'
            f"{words.say(OVERALL[net_word(net)])}</strong>",
            tone=net_word(net),
        ),
    )
    return (
        f'<div class="nocs-cards" data-testid="cards" data-run="{snapshot.run.id}">'
        + "".join(cards)
        + "</div>"
    )


def net_word(net: Decimal) -> str:
    """What a net amount is: credit, due or balanced; a key of looks and a text to be said."""
    return "credit" if net > ZERO else "due" if net < ZERO else BALANCED


def change_words(change: Decimal, meanings: tuple[str, str]) -> str:
    """What a change means; `meanings` are the texts for above and below zero."""
    return meanings[0] if change > 0 else meanings[1] if change < 0 else ""


@dataclass(frozen=True, slots=True)
class _Cards:
    """The cards under way."""

    snapshot: Snapshot
    words: Words
    since: str
    days: tuple[Past, ...]

    def customers(self) -> str:
        now, before, words = self.snapshot.totals, self.snapshot.previous, self.words
        change = self._first()
        if before:
            moved = now.total_customers - before.total_customers
            change = self._change(signed(words.count(moved)), str(moved))
        areas = words.areas(now.areas)
        zero = now.total_customers - now.positive_qty - now.negative_qty
        figure = (
            f'<p class="nocs-big" data-figure="total_customers"'
            f' data-value="{now.total_customers}">{escape(words.count(now.total_customers))}</p>'
            f'<p class="nocs-full">{words.say("in {areas}", areas=self._count("areas", areas))}</p>'
        )
        note = words.say("{count} with a balance of 0", count=escape(words.count(zero)))
        title = words.say("Customers")
        line = self._line("total_customers", title, "")
        return _card("customers", title, figure, note, line + change)

    def amount(
        self,
        name: str,
        title: str,
        figure: str,
        meanings: tuple[str, str],
        *,
        note: str,
        tone: str = "",
    ) -> str:
        """One of the three cards of amounts; due alone never has a plus."""
        value: Decimal = getattr(self.snapshot.totals, figure)
        short, full = self.words.short(value), self.words.full(value)
        if name != "due":
            short, full = signed(short), signed(full)
        shown = (
            f'<p class="nocs-big" aria-hidden="true">{escape(short)}</p>'
            f'<p class="nocs-full" data-figure="{figure}" data-value="{value}">{escape(full)}</p>'
        )
        change = self._first()
        if self.snapshot.previous:
            moved: Decimal = value - getattr(self.snapshot.previous, figure)
            text = signed(self.words.short(moved))
            change = self._change(
                text, str(moved), self._meaning(moved, meanings), signed(self.words.full(moved))
            )
        title = self.words.say(title)
        line = self._line(figure, title, name)
        return _card(name, title, shown, note, line + change, tone=tone or name)

    def customers_of(self, name: str) -> str:
        return self._count(name, self.words.customers(getattr(self.snapshot.totals, name)))

    def _count(self, name: str, text: str) -> str:
        value: int = getattr(self.snapshot.totals, name)
        return f'<span data-figure="{name}" data-value="{value}">{escape(text)}</span>'

    def _first(self) -> str:
        text = self.words.say("First published refresh")
        return f'<p class="nocs-change nocs-since">{text}</p>'

    def _meaning(self, change: Decimal, meanings: tuple[str, str]) -> str:
        word = change_words(change, meanings)
        return self.words.say(word) if word else ""

    def _line(self, figure: str, title: str, tone: str) -> str:
        values = [getattr(day.totals, figure) for day in self.days]
        if len(values) < 2:
            return ""
        form = self.words.count if figure == "total_customers" else self.words.short
        low, high = form(min(values)), form(max(values))
        label = self.words.say(
            "{figure} at the end of the last {days} days, between {low} and {high}",
            figure=title, days=len(values), low=low, high=high,
        )  # fmt: skip
        return sparkline(values, tone, label)

    def _change(self, text: str, value: str, meaning: str = "", full: str = "") -> str:
        is_moved = any(digit in value for digit in "123456789")
        title = f' title="{escape(full)}"' if full and is_moved else ""
        meaning = f" <span>{meaning}</span>" if meaning else ""
        return (
            f'<p class="nocs-change" data-change="{value}"{title}>'
            f"<b>{escape(text) if is_moved else self.words.say('No change')}</b>{meaning}"
            f'<span class="nocs-since"> {escape(self.since)}</span></p>'
        )


def _card(name: str, title: str, figure: str, note: str, below: str, *, tone: str = "") -> str:
    return (
        f'<section class="nocs-card" data-testid="card-{name}" data-tone="{tone}">'
        f'<h2>{title}</h2>{figure}<p class="nocs-note">{note}</p>{below}</section>'
    )
