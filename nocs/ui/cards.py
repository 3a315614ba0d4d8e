"""The cards: customers, credit, due and net, each with its change since the refresh before.

Surprise: due is stored negative, so "more due" is a change below zero. The sign is shown, and
words say what it means.
"""

from decimal import Decimal
from functools import lru_cache
from html import escape

from nocs.model import ZERO, Snapshot, Totals
from nocs.money import signed
from nocs.ui.words import Words

BALANCED = "balanced"


@lru_cache(maxsize=8)
def cards_html(snapshot: Snapshot, words: Words) -> str:
    """All four cards. Exact values stand in data-value, under the contract's names."""
    now, before = snapshot.totals, snapshot.previous
    cards = (
        _customers(now, before, words),
        _card(
            "credit",
            "Credit",
            _amount("positive_balance_amt", now.positive_balance_amt, words, plus=True),
            "from " + _count("positive_qty", now.positive_qty, "customer", words),
            _change(
                now.positive_balance_amt - before.positive_balance_amt,
                ("more credit", "less credit"),
                words,
            )
            if before
            else _first(),
            tone="credit",
        ),
        _card(
            "due",
            "Due",
            _amount("negative_balance_amt", now.negative_balance_amt, words),
            "from " + _count("negative_qty", now.negative_qty, "customer", words),
            _change(
                now.negative_balance_amt - before.negative_balance_amt,
                ("less due", "more due"),
                words,
            )
            if before
            else _first(),
            tone="due",
        ),
        _net(now, before, words),
    )
    return (
        f'<div class="nocs-cards" data-testid="cards" data-run="{snapshot.run.id}">'
        + "".join(cards)
        + "</div>"
    )


def net_word(net: Decimal) -> str:
    """What a net amount is: credit, due or balanced."""
    return "credit" if net > ZERO else "due" if net < ZERO else BALANCED


def _customers(now: Totals, before: Totals | None, words: Words) -> str:
    change = _first()
    if before:
        moved = now.total_customers - before.total_customers
        text = signed(words.count(moved)) if moved else "No change"
        change = _change_line(text, str(moved), "")
    zero = now.total_customers - now.positive_qty - now.negative_qty
    return _card(
        "customers",
        "Customers",
        f'<p class="nocs-big" data-figure="total_customers" data-value="{now.total_customers}">'
        f"{escape(words.count(now.total_customers))}</p>"
        f'<p class="nocs-full">in {_count("areas", now.areas, "area", words)}</p>',
        f"{escape(words.count(zero))} with a balance of 0",
        change,
    )


def _net(now: Totals, before: Totals | None, words: Words) -> str:
    word = net_word(now.net_balance)
    overall = word if word == BALANCED else f"overall {word}"
    change = _first()
    if before:
        change = _change(
            now.net_balance - before.net_balance, ("towards credit", "towards due"), words
        )
    return _card(
        "net",
        "Net",
        _amount("net_balance", now.net_balance, words, plus=True),
        f'<strong class="nocs-word" data-testid="net-word">{overall}</strong>',
        change,
        tone=word,
    )


def _card(name: str, title: str, figure: str, note: str, change: str, *, tone: str = "") -> str:
    return (
        f'<section class="nocs-card" data-testid="card-{name}" data-tone="{tone}">'
        f'<h2>{title}</h2>{figure}<p class="nocs-note">{note}</p>{change}</section>'
    )


def _amount(name: str, value: Decimal, words: Words, *, plus: bool = False) -> str:
    short, full = words.short(value), words.full(value)
    if plus:
        short, full = signed(short), signed(full)
    return (
        f'<p class="nocs-big" aria-hidden="true">{escape(short)}</p>'
        f'<p class="nocs-full" data-figure="{name}" data-value="{value}">{escape(full)}</p>'
    )


def _count(name: str, value: int, one: str, words: Words) -> str:
    text = escape(words.counted(value, one))
    return f'<span data-figure="{name}" data-value="{value}">{text}</span>'


def _change(change: Decimal, meanings: tuple[str, str], words: Words) -> str:
    """`meanings` are the words for a change above and below zero."""
    if not change:
        return _change_line("No change", str(change), "")
    meaning = meanings[0] if change > 0 else meanings[1]
    return _change_line(signed(words.short(change)), str(change), meaning, words.full(change))


def _change_line(text: str, value: str, meaning: str, full: str = "") -> str:
    title = f' title="{escape(signed(full))}"' if full else ""
    meaning = f" <span>{meaning}</span>" if meaning else ""
    return (
        f'<p class="nocs-change" data-change="{value}"{title}><b>{escape(text)}</b>{meaning}'
        '<span class="nocs-since"> since the refresh before</span></p>'
    )


def _first() -> str:
    return '<p class="nocs-change nocs-since">First published refresh</p>'
