"""Answers to the client, written field by field.

What would surprise: ERROR ends every answer to an execute or fetch, success included. Code 0
means that more rows wait, 1403 that there are none left.
"""

from collections.abc import Sequence

from .columns import Column
from .encoding import counted, sized, ub
from .errors import OraError

IN_TRANSACTION = 2
NO_MORE_ROWS = OraError(1403, "no data found")
DATA_TYPES = b"\x02\x00\x00"
ROW_HEADER = b"\x06" + bytes(7)
_FIELD_VERSION_19C = 12  # above 13 the error message has more fields, above 17 every request


def protocol() -> bytes:
    """The server's side of the protocol negotiation: old and plain, UTF-8, strings to 32 KB."""
    compile_caps = bytearray(41)  # the driver reads index 40 without asking
    compile_caps[7] = _FIELD_VERSION_19C
    runtime_caps = bytearray(7)
    runtime_caps[6] = 4
    return (
        b"\x01\x06\x00Test server, not Oracle\x00"
        + (873).to_bytes(2, "little")
        + b"\x00"
        + bytes(2)
        + (11).to_bytes(2, "big")
        + bytes(9)
        + (2000).to_bytes(2, "big")
        + counted(bytes(compile_caps))
        + counted(bytes(runtime_caps))
    )


def status(call_status: int = 0) -> bytes:
    return b"\x09" + ub(call_status) + ub(0)


def parameters(pairs: dict[str, str], flags: dict[str, int] | None = None) -> bytes:
    body = b"".join(
        sized(key) + sized(value) + ub((flags or {}).get(key, 0)) for key, value in pairs.items()
    )
    return b"\x08" + ub(len(pairs)) + body


def warning(error: OraError) -> bytes:
    """Rides in front of a successful login's answer; the driver keeps it as connection.warning."""
    text = str(error).encode()
    return b"\x0f" + ub(error.code) + ub(len(text)) + ub(0) + counted(text)


def describe(columns: Sequence[Column]) -> bytes:
    body = b"".join(column.describe(i) for i, column in enumerate(columns, 1))
    return b"\x10\x00" + ub(0) + ub(len(columns)) + (b"\x01" if columns else b"") + body + bytes(6)


def row(cells: Sequence[bytes | None]) -> bytes:
    return b"\x07" + b"".join(counted(cell) for cell in cells)


def end(
    error: OraError | None = None, *, cursor_id: int = 0, rowcount: int = 0, call_status: int = 0
) -> bytes:
    """The ERROR message: the result of a call, good or bad."""
    number = error.code if error else 0
    return (
        b"\x04"
        + ub(call_status)
        + bytes(5)  # sequence, row, error number, two array positions
        + ub(cursor_id)
        + bytes(7)  # error position, SQL type, fatal, flags, options, UPI, warning flags
        + bytes(5)  # row id
        + bytes(5)  # OS error, statement, call, padding, iterations
        + bytes(4)  # logical row id, three empty lists of batch errors:
        + ub(number)
        + ub(rowcount)
        + (counted(str(error).encode()) if error else b"")
    )
