"""The publishing gate: what the source answered becomes areas, or is rejected with the reason.

Hard rules protect the meaning of the figures (a due must never pass as a credit) and always
reject. Soft rules only warn, on the page, unless NOCS_HARD_RULES makes them hard.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nocs.errors import RejectedError
from nocs.model import AreaBalance, SourceKind
from nocs.money import amount_text, count_text
from nocs.settings import Settings
from nocs.source.job import Extract
from nocs.source.sign import Verdict

COUNTS = ("TOTAL_CUSTOMERS", "POSITIVE_QTY", "NEGATIVE_QTY")
AMOUNTS = ("POSITIVE_BALANCE_AMT", "NEGATIVE_BALANCE_AMT", "NET_BALANCE")
LABELS = ("NOCS_CODE", "NOCS_NAME")
LABEL_LENGTHS = {"NOCS_CODE": 50, "NOCS_NAME": 200}
CONTRACT = {*LABELS, *COUNTS, *AMOUNTS}
LARGEST_COUNT = 2**31 - 1
LARGEST_AMOUNT = Decimal("9999999999999.99")
SHOWN_FAULTS = 5
AREA_COUNT, VANISHED = "area_count", "vanished_area"
MOVED_CUSTOMERS, MOVED_AMOUNT = "moved_customers", "moved_amount"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Figures that may be published, ordered by code, with what a reader should know of them."""

    areas: tuple[AreaBalance, ...]
    warnings: tuple[str, ...]


def check(
    extract: Extract,
    settings: Settings,
    previous: Sequence[AreaBalance],
    *,
    source: SourceKind,
    previous_source: SourceKind | None,
) -> Accepted:
    """Judge an extract against the rules and the areas `previous`ly published.

    RejectedError lists what is wrong. Figures of another kind of source are not compared.
    """
    if source is SourceKind.DEMO and previous_source is SourceKind.ORACLE:
        raise _rejected(["the cache holds real figures, and these are demo data"])
    _check_columns(extract)
    faults: list[str] = []
    areas = [_area(row, extract.columns, number, faults) for number, row in _numbered(extract)]
    good = [area for area in areas if area is not None]
    if not extract.rows:
        faults.append("the report returned no row")
    faults += _duplicates(good)
    for area in good:
        faults += _arithmetic(area)
    if faults:
        raise _rejected(faults)
    _check_sign(extract, settings)
    comparable = previous if source is previous_source else ()
    soft = [*_soft(good, comparable, settings), *_unassigned(extract, settings)]
    if hard := [text for rule, text in soft if rule in settings.hard_rules]:
        raise _rejected(hard)
    return Accepted(
        areas=tuple(sorted(good, key=lambda area: area.nocs_code)),
        warnings=(*extract.notices, *(text for _, text in soft)),
    )


def _rejected(faults: list[str]) -> RejectedError:
    more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
    return RejectedError(
        f"The figures were not published: {'; '.join(faults[:SHOWN_FAULTS])}{more}. "
        "The figures of the last success are kept.",
        "Correct the report or the source.",
        code="rejected",
    )


def _check_columns(extract: Extract) -> None:
    found = extract.columns
    faults = [f"column {name} is missing" for name in sorted(CONTRACT - set(found))]
    faults += [f"column {name} is not in the contract" for name in sorted(set(found) - CONTRACT)]
    faults += [f"column {name} comes twice" for name in sorted(CONTRACT) if found.count(name) > 1]
    if faults:
        raise _rejected(faults)


def _check_sign(extract: Extract, settings: Settings) -> None:
    """A due published as a credit is the worst error there is: CI_FT itself must not say so."""
    if extract.sign is None or settings.credit_sign_confirmed:
        return
    if extract.sign.verdict(settings.credit_sign) is Verdict.CONTRADICTS:
        raise RejectedError(
            f"The figures were not published: credit and due look exchanged. With NOCS_CREDIT_SIGN="
            f"{settings.credit_sign} payments would add to due and bills to credit: "
            f"{extract.sign.in_words(settings.number_grouping)}. "
            "The figures of the last success are kept.",
            f"Set NOCS_CREDIT_SIGN={-settings.credit_sign}, or, if the sign is right all the same, "
            "NOCS_CREDIT_SIGN_CONFIRMED=true.",
            code="sign",
        )


def _numbered(extract: Extract) -> Iterator[tuple[int, tuple[Any, ...]]]:
    return iter(enumerate(extract.rows, start=1))


def _area(
    row: tuple[Any, ...], columns: tuple[str, ...], number: int, faults: list[str]
) -> AreaBalance | None:
    values = dict(zip(columns, row, strict=True))
    before = len(faults)

    def read(name: str, reader: Callable[[str, Any], Any]) -> Any:
        try:
            return reader(name, values[name])
        except ValueError as error:
            code = str(values["NOCS_CODE"] or "").strip() or "no code"
            faults.append(f"row {number} ({code}): {name} {error}")
            return None

    figures = {name.lower(): read(name, _label) for name in LABELS}
    figures |= {name.lower(): read(name, _count) for name in COUNTS}
    figures |= {name.lower(): read(name, _amount) for name in AMOUNTS}
    return AreaBalance(**figures) if len(faults) == before else None


def _label(name: str, value: Any) -> str:
    if not isinstance(value, str | None):
        raise ValueError("is not a text")
    text = (value or "").strip()
    if not text:
        raise ValueError("is blank")
    if len(text) > LABEL_LENGTHS[name]:
        raise ValueError(f"has more than {LABEL_LENGTHS[name]} characters")
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    return text


def _number(value: Any) -> Decimal:
    """A float is refused: it may already have lost a cent."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"is {'missing' if value is None else 'not an exact number'}")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("is not a finite number")
    return number


def _count(name: str, value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value():
        raise ValueError(f"is {number}, not a whole number")
    if not 0 <= number <= LARGEST_COUNT:
        raise ValueError(f"is {number}, outside 0 to {LARGEST_COUNT}")
    return int(number)


def _amount(name: str, value: Any) -> Decimal:
    number = _number(value)
    if abs(number) > LARGEST_AMOUNT:
        raise ValueError("does not fit numeric(15,2)")
    rounded = number.quantize(Decimal("0.01"))
    if rounded != number:
        raise ValueError(f"is {number}, finer than a cent")
    return rounded


def _duplicates(areas: Sequence[AreaBalance]) -> list[str]:
    codes = [area.nocs_code for area in areas]
    return [f"code {code} comes twice" for code in sorted(set(codes)) if codes.count(code) > 1]


def _arithmetic(area: AreaBalance) -> Iterator[str]:
    where = f"area {area.nocs_code}"
    if area.positive_balance_amt < 0:
        yield f"{where}: the credit is negative"
    if area.negative_balance_amt > 0:
        yield f"{where}: the due is positive"
    if area.positive_qty + area.negative_qty > area.total_customers:
        yield f"{where}: more customers in credit and due than customers"
    if area.positive_qty == 0 and area.positive_balance_amt != 0:
        yield f"{where}: a credit without a customer"
    if area.negative_qty == 0 and area.negative_balance_amt != 0:
        yield f"{where}: a due without a customer"
    if area.net_balance != area.positive_balance_amt + area.negative_balance_amt:
        yield f"{where}: net is not credit plus due"


def _soft(
    areas: Sequence[AreaBalance], previous: Sequence[AreaBalance], settings: Settings
) -> Iterator[tuple[str, str]]:
    if len(areas) != settings.expected_areas:
        yield AREA_COUNT, f"{len(areas)} areas instead of {settings.expected_areas}"
    before = {area.nocs_code: area for area in previous}
    codes = {area.nocs_code for area in areas}
    for code in sorted(set(before) - codes):
        yield VANISHED, f"area {before[code].nocs_name} ({code}) is no longer in the report"
    limit = Decimal(str(settings.max_move_percent))
    for area in areas:
        if old := before.get(area.nocs_code):
            yield from _moves(old, area, limit)


def _moves(old: AreaBalance, new: AreaBalance, limit: Decimal) -> Iterator[tuple[str, str]]:
    def moved(before: Decimal, after: Decimal) -> bool:
        return abs(after - before) * 100 > limit * abs(before)

    name = f"{new.nocs_name} ({new.nocs_code})"
    if moved(Decimal(old.total_customers), Decimal(new.total_customers)):
        yield (
            MOVED_CUSTOMERS,
            f"{name}: customers went from {count_text(old.total_customers)} "
            f"to {count_text(new.total_customers)}",
        )
    for word, before, after in (
        ("credit", old.positive_balance_amt, new.positive_balance_amt),
        ("due", old.negative_balance_amt, new.negative_balance_amt),
    ):
        if moved(before, after):
            yield (
                MOVED_AMOUNT,
                f"{name}: {word} went from {amount_text(before)} to {amount_text(after)}",
            )


def _unassigned(extract: Extract, settings: Settings) -> Iterator[tuple[str, str]]:
    count = extract.unassigned_customers
    if count:
        yield (
            "unassigned",
            (
                f"{count_text(count, settings.number_grouping)} customers reach no NOCS area "
                "and are in no figure"
            ),
        )
