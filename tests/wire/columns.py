"""Columns as the client is told of them, from PostgreSQL's types or from a scripted answer's.

What would surprise: timestamp(0) becomes DATE, because Oracle's DATE has a time of day; and a
size of 0 would make the driver read every value as NULL, so none is ever described.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from . import values
from .encoding import sized, ub
from .errors import OraError

VARCHAR2, NUMBER, DATE, RAW, CHAR, BINARY_DOUBLE = 1, 2, 12, 23, 96, 101
TIMESTAMP, TIMESTAMP_TZ = 180, 181
_NO_SCALE = -127  # with precision 0: a NUMBER without either, as of SUM and COUNT


@dataclass(frozen=True)
class Column:
    name: str
    type_number: int
    precision: int = 0
    scale: int = 0
    size: int = 0  # characters of CHAR and VARCHAR2, bytes of RAW

    def encode(self, value: object) -> bytes | None:
        """A Python value in this column's wire form; bytes pass as they are."""
        if value is None or isinstance(value, bytes):
            return value
        try:
            return _ENCODERS[self.type_number](self, value)
        except (TypeError, AttributeError, ArithmeticError) as error:
            raise OraError(932, f"inconsistent datatypes: {self.name} got {value!r}") from error

    def describe(self, position: int) -> bytes:
        """The column's part of a DESCRIBE message."""
        is_text = self.type_number in (CHAR, VARCHAR2)
        size = self.size * 4 if is_text else max(self.size, 22)
        return (
            bytes([self.type_number, 0, self.precision, self.scale & 0xFF])
            + ub(size)
            + ub(0)  # array elements
            + ub(0)  # flags
            + ub(0)  # object type
            + ub(0)  # version
            + ub(873 if is_text else 0)  # AL32UTF8
            + bytes([1 if is_text else 0])
            + ub(self.size if is_text else 0)
            + ub(0)  # column id
            + b"\1"  # may be NULL
            + bytes([len(self.name.encode()) & 0xFF])
            + sized(self.name)
            + ub(0)  # type schema
            + ub(0)  # type name
            + ub(position)
            + ub(0)
        )


def _text(column: Column, value: object) -> bytes:
    padded = str(value).ljust(column.size) if column.type_number == CHAR else str(value)
    return padded.encode()


_ENCODERS: dict[int, Callable[..., bytes]] = {
    CHAR: _text,
    VARCHAR2: _text,
    NUMBER: lambda _, value: values.encode_number(value),
    BINARY_DOUBLE: lambda _, value: values.encode_double(value),
    DATE: lambda _, value: values.encode_date(value),
    TIMESTAMP: lambda _, value: values.encode_timestamp(value),
    TIMESTAMP_TZ: lambda _, value: values.encode_timestamp_tz(value),
}

_NAMED = {
    "VARCHAR2": VARCHAR2,
    "CHAR": CHAR,
    "NUMBER": NUMBER,
    "DATE": DATE,
    "RAW": RAW,
    "BINARY_DOUBLE": BINARY_DOUBLE,
    "TIMESTAMP": TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": TIMESTAMP_TZ,
}
_TYPE = re.compile(r"([A-Z_0-9]+)(?:\((\d+)(?:,\s*(-?\d+))?\))?( WITH TIME ZONE)?", re.I)


def declared(name: str, oracle_type: str) -> Column:
    """A column as a scripted answer declares it, its name kept as it is."""
    match = _TYPE.fullmatch(oracle_type.strip())
    number = _NAMED.get((match[1] + (match[4] or "")).upper()) if match else None
    if match is None or number is None:
        raise ValueError(f"{oracle_type!r} is not one of {', '.join(_NAMED)}")
    first, second = int(match[2] or 0), int(match[3] or 0)
    if number == NUMBER:
        return Column(name, NUMBER, first, second if match[2] else _NO_SCALE)
    if number in (TIMESTAMP, TIMESTAMP_TZ):
        return Column(name, number, scale=first if match[2] else 6)
    return Column(name, number, size=first or (1 if number == CHAR else 4000))


def _as_is(text: str) -> object:
    return text


_TO_PYTHON: dict[int, Callable[[str], object]] = {
    16: lambda text: int(text == "t"),  # Oracle has no boolean before 23
    17: lambda text: bytes.fromhex(text[2:]),
    700: float,
    701: float,
    1082: dt.date.fromisoformat,
    1114: dt.datetime.fromisoformat,
    1184: dt.datetime.fromisoformat,
}
_INTEGERS = (16, 20, 21, 23, 26)
_SIMPLE = {17: (RAW, 2000), 700: (BINARY_DOUBLE, 0), 701: (BINARY_DOUBLE, 0), 1082: (DATE, 0)}


def from_postgres(name: str, oid: int, modifier: int) -> tuple[Column, Callable[[str], object]]:
    """The Oracle column for a PostgreSQL one, and how to read its text form."""
    shown = name.upper() if name == name.lower() else name  # only a quoted name has both cases
    convert = _TO_PYTHON.get(oid, _as_is)
    if oid in _INTEGERS:
        column = Column(shown, NUMBER, 0, _NO_SCALE)
        convert = _TO_PYTHON.get(oid, Decimal)
    elif oid == 1700:
        precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
        if modifier < 0 or precision > 38 or scale > 127:
            precision, scale = 0, _NO_SCALE
        column, convert = Column(shown, NUMBER, precision, scale), Decimal
    elif oid == 1042 and modifier > 0:
        column = Column(shown, CHAR, size=modifier - 4)
    elif oid == 1114 and modifier == 0:
        column = Column(shown, DATE)
    elif oid in (1114, 1184):
        number = TIMESTAMP if oid == 1114 else TIMESTAMP_TZ
        column = Column(shown, number, scale=min(modifier % 16, 6))
    elif oid in _SIMPLE:
        number, size = _SIMPLE[oid]
        column = Column(shown, number, size=size)
    else:
        has_size = oid == 1043 and modifier > 4
        column = Column(shown, VARCHAR2, size=modifier - 4 if has_size else 4000)
    return column, convert
