"""What one area is among all: ranks, shares, averages. Every division is exact or named.

Ratios are in per cent with two decimals; None where there is nothing to divide by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from nocs.model import AreaBalance, total
from nocs.money import cents
from nocs.past import Past


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFacts:
    """Ranks count from 1, the largest amount first. `cover` is credit in per cent of due."""

    areas: int
    due_rank: int
    credit_rank: int
    share_of_due: Decimal | None
    share_of_credit: Decimal | None
    due_penetration: Decimal | None
    average_due: Decimal | None
    average_credit: Decimal | None
    cover: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change of an area's due from one day's last run to the next day's."""

    before: Past
    after: Past
    due: Decimal


def facts(area: AreaBalance, areas: Sequence[AreaBalance]) -> AreaFacts:
    """The place of an area among `areas`, which it is one of."""
    totals = total(areas)
    due, credit = area.negative_balance_amt, area.positive_balance_amt
    return AreaFacts(
        areas=len(areas),
        due_rank=1 + sum(other.negative_balance_amt < due for other in areas),
        credit_rank=1 + sum(other.positive_balance_amt > credit for other in areas),
        share_of_due=_percent(due, totals.negative_balance_amt),
        share_of_credit=_percent(credit, totals.positive_balance_amt),
        due_penetration=_percent(Decimal(area.negative_qty), Decimal(area.total_customers)),
        average_due=_average(due, area.negative_qty),
        average_credit=_average(credit, area.positive_qty),
        cover=_percent(credit, -due),
    )


def biggest_steps(days: Sequence[Past], count: int) -> tuple[Step, ...]:
    """The `count` largest changes of due between days that follow each other in `days`.

    Each day holds the one area that is asked about, or none where it was missing.
    """
    held = [day for day in days if day.areas]
    steps = [
        Step(
            before=before,
            after=after,
            due=after.areas[0].negative_balance_amt - before.areas[0].negative_balance_amt,
        )
        for before, after in pairwise(held)
    ]
    steps = [step for step in steps if step.due]
    return tuple(sorted(steps, key=lambda step: (-abs(step.due), step.after.run_id))[:count])


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return cents(100 * part / whole) if whole else None


def _average(amount: Decimal, count: int) -> Decimal | None:
    return cents(amount / count) if count else None
