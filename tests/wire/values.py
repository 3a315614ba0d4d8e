"""Oracle's own forms of a value: NUMBER, DATE and TIMESTAMP, BINARY_DOUBLE.

What would surprise: NUMBER is base 100 with a biased exponent, negatives are complemented, and
infinity has a code of its own that the driver reads as 1e126.
"""

import datetime as dt
import struct
from decimal import Context, Decimal

from .errors import OraError

_ROUND = Context(prec=38)  # Oracle promises 38 significant digits


def encode_number(value: Decimal | int | str) -> bytes:
    """The bytes of a NUMBER; ORA-01426 if it has no such form."""
    number = Decimal(value)
    if number.is_nan():
        raise OraError(1426, "numeric overflow")
    if number.is_infinite():
        return b"\x00" if number < 0 else b"\xff\x65"
    number = _ROUND.plus(number).normalize(_ROUND)
    if not number:
        return b"\x80"
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)) + "0" * (exponent % 2)
    exponent -= exponent % 2
    text = text.zfill(len(text) + len(text) % 2)
    pairs = [int(text[i : i + 2]) for i in range(0, len(text), 2)]
    power = exponent // 2 + len(pairs)  # value = 0.pairs * 100 ** power
    if power > 63:
        raise OraError(1426, "numeric overflow")
    if power < -64:
        return b"\x80"  # too small: Oracle keeps zero
    if not sign:
        return bytes([192 + power, *(p + 1 for p in pairs)])
    tail = [102] if len(pairs) < 20 else []
    return bytes([63 - power, *(101 - p for p in pairs), *tail])


def decode_number(data: bytes) -> Decimal:
    if data == b"\x80":
        return Decimal(0)
    positive = bool(data[0] & 0x80)
    power = data[0] - 192 if positive else 63 - data[0]
    mantissa = data[1:] if positive or data[-1] != 102 else data[1:-1]
    pairs = [b - 1 if positive else 101 - b for b in mantissa]
    digits = tuple(int(d) for p in pairs for d in f"{p:02}")
    return Decimal((0 if positive else 1, digits, 2 * (power - len(pairs))))


def encode_date(value: dt.date) -> bytes:
    """The 7 bytes of a DATE: century and year + 100, month, day, then time + 1."""
    moment = value if isinstance(value, dt.datetime) else dt.datetime(*value.timetuple()[:3])  # noqa: DTZ001 - Oracle's DATE has no zone
    return bytes(
        [
            moment.year // 100 + 100,
            moment.year % 100 + 100,
            moment.month,
            moment.day,
            moment.hour + 1,
            moment.minute + 1,
            moment.second + 1,
        ]
    )


def encode_timestamp(value: dt.date) -> bytes:
    """A DATE plus nanoseconds, which are left out when zero."""
    micro = value.microsecond if isinstance(value, dt.datetime) else 0
    return encode_date(value) + (struct.pack(">I", micro * 1000) if micro else b"")


def encode_timestamp_tz(value: dt.datetime) -> bytes:
    """The moment in UTC plus the offset to show it in; the driver drops the offset."""
    aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    utc = aware.astimezone(dt.UTC)
    hours, minutes = divmod(int(aware.utcoffset().total_seconds()) // 60, 60)
    return (
        encode_date(utc)
        + struct.pack(">I", utc.microsecond * 1000)
        + bytes([hours + 20, minutes + 60])
    )


def decode_date(data: bytes) -> dt.datetime:
    """A DATE or TIMESTAMP; with a zone the moment is UTC."""
    micro = int.from_bytes(data[7:11], "big") // 1000
    year = (data[0] - 100) * 100 + data[1] - 100
    zone = dt.UTC if len(data) > 11 else None
    time = (data[4] - 1, data[5] - 1, data[6] - 1, micro)
    return dt.datetime(year, data[2], data[3], *time, tzinfo=zone)


def encode_double(value: float) -> bytes:
    data = struct.pack(">d", value)
    if data[0] & 0x80:
        return bytes(b ^ 0xFF for b in data)
    return bytes([data[0] | 0x80]) + data[1:]


def decode_double(data: bytes) -> float:
    flipped = (
        bytes([data[0] & 0x7F]) + data[1:] if data[0] & 0x80 else bytes(b ^ 0xFF for b in data)
    )
    return float(struct.unpack(">d" if len(data) == 8 else ">f", flipped)[0])
