"""Which areas a person looks at: some by code, or only those with due above an amount.

Everything on a page, its workbook and its link come from one selection, so totals are those of
the areas that are shown, and say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from nocs.model import AreaBalance, Snapshot, total

MOST_DUE = Decimal(10**13)
UNITS = (
    *(("cr", 10**7), ("l", 10**5), ("b", 10**9), ("m", 10**6)),
    *(("কোটি", 10**7), ("লাখ", 10**5), ("বিলিয়ন", 10**9), ("মিলিয়ন", 10**6)),
)


@dataclass(frozen=True, slots=True)
class Selection:
    """`codes` None means every area; `due_above` is a size, without the sign of due."""

    codes: frozenset[str] | None = None
    due_above: Decimal | None = None

    @property
    def is_all(self) -> bool:
        return self.codes is None and self.due_above is None

    def takes(self, area: AreaBalance) -> bool:
        if self.codes is not None and area.nocs_code not in self.codes:
            return False
        return self.due_above is None or -area.negative_balance_amt > self.due_above

    def codes_in(self, areas: Sequence[AreaBalance]) -> frozenset[str] | None:
        """The codes of the areas that are taken; None when no area is left out."""
        if self.is_all:
            return None
        return frozenset(area.nocs_code for area in areas if self.takes(area))

    def of(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the areas that are taken, and their totals.

        What the areas were before cannot be told from the old totals: `previous` is None then.
        """
        if self.is_all:
            return snapshot
        areas = tuple(area for area in snapshot.areas if self.takes(area))
        return replace(snapshot, areas=areas, totals=total(areas), previous=None)


def read_amount(text: str) -> Decimal | None:
    """An amount as people type it: 100000, 1,00,000.50, 2.5 Cr, ৫০ লাখ. None when it is none."""
    words = text.strip().replace(",", "").replace("\N{NO-BREAK SPACE}", " ")
    for unit, size in UNITS:
        if words.lower().endswith(unit):
            words, factor = words[: -len(unit)].strip(), Decimal(size)
            break
    else:
        factor = Decimal(1)
    try:
        amount = Decimal(words) * factor
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < MOST_DUE else None
