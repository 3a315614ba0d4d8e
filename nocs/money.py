"""Amounts as people read them: Decimal in, text out, Indian grouping by default.

The minus sign is a real minus (U+2212), so that a negative amount neither wraps at its sign
nor reads as a dash.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

from nocs.language import ENGLISH, Language, later

CENT = Decimal("0.01")
WHOLE = Decimal(1)
MINUS = "\N{MINUS SIGN}"
COUNTING = "123456789১২৩৪৫৬৭৮৯"  # a figure without any of them is zero

UNITS = {
    "indian": (Decimal(10**5), Decimal(10**7), (later("L"), later("Cr"))),
    "western": (Decimal(10**6), Decimal(10**9), (later("M"), later("B"))),
}
# Where commas stand: before the last three digits, then before every two or three.
GROUPING = {
    "indian": re.compile(r"(?<=\d)(?=(\d\d)*\d{3}$)"),
    "western": re.compile(r"(?<=\d)(?=(\d{3})+$)"),
}


def cents(value: Decimal) -> Decimal:
    """Round half up to two decimals, for values that are derived (shares, averages)."""
    with localcontext() as context:
        context.prec = 60
        return value.quantize(CENT, rounding=ROUND_HALF_UP)


def amount_text(value: Decimal, grouping: str = "indian", language: Language = ENGLISH) -> str:
    """12345678.9 -> '1,23,45,678.90'."""
    return language.digits(_grouped(value, grouping, CENT))


def count_text(value: int, grouping: str = "indian", language: Language = ENGLISH) -> str:
    """231435 -> '2,31,435'."""
    return language.digits(_grouped(Decimal(value), grouping, WHOLE))


def short_text(value: Decimal, grouping: str = "indian", language: Language = ENGLISH) -> str:
    """A figure for a card or an axis: '6.97 Cr', '12.50 L', '999.00'; the sign is kept."""
    small, large, names = UNITS[grouping]
    in_small = cents(value / small)
    # What would be shown decides, so that 99,99,999.99 becomes 1.00 Cr and not 100.00 L.
    if abs(in_small) * small >= large:
        text = amount_text(cents(value / large), grouping, language)
        return f"{text} {language.say(names[1])}"
    if abs(value) >= small:
        return f"{amount_text(in_small, grouping, language)} {language.say(names[0])}"
    return amount_text(value, grouping, language)


def signed(text: str) -> str:
    """Mark a positive figure with a plus, for changes; zero stays bare."""
    if text.startswith(MINUS) or not any(digit in text for digit in COUNTING):
        return text
    return "+" + text


def _grouped(value: Decimal, grouping: str, smallest: Decimal) -> str:
    with localcontext() as context:
        context.prec = 60
        rounded = abs(value).quantize(smallest, rounding=ROUND_HALF_UP)
    whole, point, part = f"{rounded:f}".partition(".")
    text = GROUPING[grouping].sub(",", whole) + point + part
    return MINUS + text if value < 0 and rounded else text
