"""Figures of earlier runs, and what comparing them with the present ones tells.

Surprise: due is stored negative, so a change of due below zero means that customers owe more.
Nothing here turns a sign around.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from nocs.area_names import renamed
from nocs.model import ZERO, AreaBalance, SourceKind, Totals, total


class Grain(StrEnum):
    """How far the points of a trend lie apart; a point is the last run of its hour, day, month."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one source's past, ends included; hours and days are those of `zone`."""

    source: SourceKind
    start: datetime
    end: datetime
    grain: Grain
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """What one earlier run published, area by area.

    Equal only to itself: what is drawn of it is kept by it, and looking a month of areas up by
    value would take longer than drawing them.
    """

    run_id: int
    as_of: datetime
    areas: tuple[AreaBalance, ...]

    @property
    def totals(self) -> Totals:
        return total(self.areas)

    def named(self, names: Mapping[str, str]) -> "Past":
        """The same under these names by code."""
        return Past(run_id=self.run_id, as_of=self.as_of, areas=renamed(self.areas, names))

    def restricted_to(self, codes: frozenset[str]) -> "Past":
        kept = tuple(area for area in self.areas if area.nocs_code in codes)
        return Past(run_id=self.run_id, as_of=self.as_of, areas=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The sums of one earlier run: a point of a trend."""

    run_id: int
    as_of: datetime
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The near past of the published run `run_id`, of the same kind of source.

    `before` is the run published before it, `yesterday` the one nearest to 24 hours earlier,
    `days` the last run of each of the last days up to it, oldest first.
    """

    run_id: int
    before: Past | None = None
    yesterday: Past | None = None
    days: tuple[Past, ...] = ()

    def restricted_to(self, codes: frozenset[str]) -> "Recent":
        return Recent(
            run_id=self.run_id,
            before=self.before.restricted_to(codes) if self.before else None,
            yesterday=self.yesterday.restricted_to(codes) if self.yesterday else None,
            days=tuple(day.restricted_to(codes) for day in self.days),
        )

    def named(self, names: Mapping[str, str]) -> "Recent":
        """The same under these names by code."""
        return Recent(
            run_id=self.run_id,
            before=self.before.named(names) if self.before else None,
            yesterday=self.yesterday.named(names) if self.yesterday else None,
            days=tuple(day.named(names) for day in self.days),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How an area moved between two runs; `now` or `then` is None where it was in one of them."""

    nocs_code: str
    nocs_name: str
    now: AreaBalance | None
    then: AreaBalance | None
    customers: int
    credit: Decimal
    due: Decimal
    net: Decimal


def moves(now: Sequence[AreaBalance], then: Sequence[AreaBalance]) -> tuple[Move, ...]:
    """Every area's move, the largest change of due first. Unmoved areas are among them."""
    present = {area.nocs_code: area for area in now}
    past = {area.nocs_code: area for area in then}
    made = [_move(present.get(code), past.get(code)) for code in present | past]
    return tuple(sorted(made, key=lambda m: (-abs(m.due), -abs(m.net), m.nocs_code)))


def _move(now: AreaBalance | None, then: AreaBalance | None) -> Move:
    area = now or then
    assert area
    fresh, old = total([now] if now else []), total([then] if then else [])
    return Move(
        nocs_code=area.nocs_code,
        nocs_name=area.nocs_name,
        now=now,
        then=then,
        customers=fresh.total_customers - old.total_customers,
        credit=fresh.positive_balance_amt - old.positive_balance_amt,
        due=fresh.negative_balance_amt - old.negative_balance_amt,
        net=fresh.net_balance - old.net_balance,
    )


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` in per cent of `whole` with one decimal; None of nothing."""
    if not whole:
        return None
    return (100 * part / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pareto:
    """Areas by due, the largest first; the first `count` of them hold `percent` of all due."""

    areas: tuple[AreaBalance, ...]
    running: tuple[Decimal, ...]
    count: int
    percent: int


def pareto(areas: Sequence[AreaBalance], percent: int = 80) -> Pareto:
    """The areas with due, with the running sum of their due in per cent of all due."""
    owing = sorted(
        (area for area in areas if area.negative_balance_amt),
        key=lambda area: (area.negative_balance_amt, area.nocs_code),
    )
    whole = sum((area.negative_balance_amt for area in owing), ZERO)
    sums, running = ZERO, []
    for area in owing:
        sums += area.negative_balance_amt
        running.append(100 * sums / whole)
    count = next((n for n, share in enumerate(running, 1) if share >= percent), 0)
    return Pareto(areas=tuple(owing), running=tuple(running), count=count, percent=percent)
