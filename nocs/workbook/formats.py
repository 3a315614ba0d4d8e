"""How figures and texts look in a spreadsheet: number formats, colours, safe text.

Surprise: Indian grouping is one number format for each order of magnitude. Excel groups by
thousands whatever the commas of a pattern say, so the commas are literal; and the well-known
format with two conditions ([>=10000000]…) ends at 99 crore and leaves it to the program
whether a negative number gets a minus. Plain sections (positive;negative;zero) mean the same
everywhere, so each cell takes the plain format of its own magnitude.
"""

import re
from decimal import Decimal

from nocs.language import Language
from nocs.model import ZERO
from nocs.money import MINUS, amount_text, count_text
from nocs.settings import Settings

CREDIT = "#0B6E3A"
DUE = "#B3261E"
INK = "#1F2933"
MUTED = "#52606D"

BANGLA_SHAPE = "[$-5000445]"  # 05: Bangla digits; 0445: Bangla
BANGLA = "[$-445]"
MAX_TEXT = 32_767  # UTF-16 units in a cell
MAX_DIGITS = 15  # significant digits that a double keeps exactly

# Least size that needs the pattern, largest first. More than 13 digits do not fit NUMERIC(15,2).
INDIAN = (
    (10**11, r"##\,##\,##\,##\,##\,##0"),
    (10**9, r"##\,##\,##\,##\,##0"),
    (10**7, r"##\,##\,##\,##0"),
    (10**5, r"##\,##\,##0"),
    (0, "#,##0"),
)
WESTERN = ((0, "#,##0"),)

# What XML 1.0 cannot carry: most control characters, lone surrogates and two non-characters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def bands(settings: Settings) -> tuple[tuple[int, str], ...]:
    """The least size and the digit pattern of each order of magnitude, largest first."""
    return INDIAN if settings.number_grouping == "indian" else WESTERN


def amount_format(value: Decimal | int, settings: Settings, plus: bool = False) -> str:
    """Number format of an amount of this size; `plus` marks a rise, for changes."""
    shape = digit_shape(settings.spoken)
    return _sections(shape, _pattern(value, settings) + ".00", _symbol(settings), plus)


def count_format(value: int, settings: Settings, unit: str = "", plus: bool = False) -> str:
    """Number format of a whole number of this size, with a unit after it when one is given."""
    words = quoted(f" {unit}") if unit else ""
    return _sections(digit_shape(settings.spoken), _pattern(value, settings), "", plus, words)


def amount_words(value: Decimal, settings: Settings, plus: bool = False) -> str:
    """The amount as text, exactly as its cell shows it."""
    sign = "-" if value < 0 else "+" if plus and value > 0 else ""
    symbol = f"{settings.currency_symbol} " if settings.currency_symbol else ""
    return sign + symbol + amount_text(abs(value), settings.number_grouping, settings.spoken)


def count_words(value: int, settings: Settings) -> str:
    text = count_text(value, settings.number_grouping, settings.spoken)
    return text.replace(MINUS, "-")


def digit_shape(language: Language) -> str:
    """What a number format begins with where a spreadsheet shall show other digits."""
    return BANGLA_SHAPE if language.shapes_digits else ""


def month_shape(language: Language) -> str:
    """The same for a date that has the name of its month."""
    return digit_shape(language) or (BANGLA if language.code == "bn" else "")


def fits_a_number(value: Decimal) -> bool:
    """Whether a spreadsheet's number holds every digit of this amount."""
    return len(value.normalize().as_tuple().digits) <= MAX_DIGITS


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """A text that a cell can hold: no character that XML forbids, shortened with an ellipsis."""
    text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
    units = text.encode("utf-16-le")  # Excel counts these, not characters
    if len(units) <= 2 * limit:
        return text
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def quoted(literal: str) -> str:
    """A literal inside a number format."""
    return '"' + clean(literal).replace('"', '"\\""') + '"'


def sign_colour(value: Decimal) -> str:
    return CREDIT if value > ZERO else DUE if value < ZERO else INK


def _pattern(value: Decimal | int, settings: Settings) -> str:
    return next(pattern for least, pattern in bands(settings) if abs(Decimal(value)) >= least)


def _symbol(settings: Settings) -> str:
    return quoted(f"{settings.currency_symbol} ") if settings.currency_symbol else ""


def _sections(shape: str, digits: str, symbol: str, plus: bool, unit: str = "") -> str:
    body = symbol + digits + unit
    return f"{shape}{'+' if plus else ''}{body};{shape}-{body};{shape}{body}"
