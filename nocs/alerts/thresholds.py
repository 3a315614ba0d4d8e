"""Limits that a person set on the due, and on how far credit and due may move in a day.

A limit on one area, by its code, replaces the one on any area.
"""

from collections.abc import Iterator
from decimal import Decimal

from nocs.alerts.state import State
from nocs.model import AreaBalance, Figures, total
from nocs.money import CENT, amount_text, cents
from nocs.settings import Settings
from nocs.settings.alerts import Limits
from nocs.ui.words import Words

TOTAL, ANY = "total", "any"
Parts = tuple[str, str, str]


def threshold_problems(state: State, settings: Settings, words: Words) -> Iterator[Parts]:
    """Key, title and text of every limit that is crossed, or that names no area."""
    if state.published is None:
        return
    for setting, limits in (
        ("NOCS_ALERT_DUE_ABOVE", settings.alert_due_above),
        ("NOCS_ALERT_MOVED_PERCENT", settings.alert_moved_percent),
    ):
        for code in sorted(_codes(limits) - {area.nocs_code for area in state.areas}):
            yield (
                f"no_area:{setting}:{code}",
                "A limit names no area",
                f"{setting} names area {code}, which is not in the figures.",
            )
    yield from _due_above(state, dict(settings.alert_due_above), words)
    if state.day_ago is not None:
        yield from _moved(state, state.day_ago, dict(settings.alert_moved_percent), words)


def _codes(limits: Limits) -> set[str]:
    return {where for where, _ in limits} - {TOTAL, ANY}


def _measured(areas: tuple[AreaBalance, ...]) -> Iterator[tuple[str, str, Figures]]:
    """Scope, name and figures of all areas together and of each."""
    yield TOTAL, "all areas together", total(areas)
    for area in areas:
        yield area.nocs_code, f"{area.nocs_name} ({area.nocs_code})", area


def _limit(scope: str, limits: dict[str, Decimal], *, is_total: bool) -> Decimal | None:
    return limits.get(TOTAL) if is_total else limits.get(scope, limits.get(ANY))


def _due_above(state: State, limits: dict[str, Decimal], words: Words) -> Iterator[Parts]:
    for place, (scope, name, figures) in enumerate(_measured(state.areas)):
        limit = _limit(scope, limits, is_total=place == 0)
        due = -figures.negative_balance_amt
        if limit is not None and due > limit:
            yield (
                f"due_above:{'total' if place == 0 else 'area ' + scope}",
                f"The due of {name} is above its limit",
                f"Due of {name}: {words.full(figures.negative_balance_amt)}, "
                f"beyond the limit of {words.full(limit)}.",
            )


def _moved(
    state: State, day_ago: tuple[AreaBalance, ...], limits: dict[str, Decimal], words: Words
) -> Iterator[Parts]:
    before = {(i == 0, scope): old for i, (scope, _, old) in enumerate(_measured(day_ago))}
    for place, (scope, name, new) in enumerate(_measured(state.areas)):
        limit = _limit(scope, limits, is_total=place == 0)
        old = before.get((place == 0, scope))
        if limit is None or old is None:
            continue
        for word in ("credit", "due"):
            was, now = _amount(old, word), _amount(new, word)
            if abs(now - was) * 100 > limit * abs(was):
                yield (
                    f"moved:{'total' if place == 0 else 'area ' + scope}:{word}",
                    f"The {word} of {name} moved much in a day",
                    f"{word.capitalize()} of {name} went from {words.full(was)} to "
                    f"{words.full(now)} in a day ({_percent(was, now)}), "
                    f"more than {amount_text(limit).removesuffix('.00')} %.",
                )


def _amount(figures: Figures, word: str) -> Decimal:
    return figures.positive_balance_amt if word == "credit" else figures.negative_balance_amt


def _percent(was: Decimal, now: Decimal) -> str:
    """How much larger or smaller the size of the amount became."""
    if not was:
        return "from nothing"
    change = cents((abs(now) - abs(was)) * 100 / abs(was)).quantize(CENT)
    return f"{'up' if change > 0 else 'down'} {amount_text(abs(change))} %"
