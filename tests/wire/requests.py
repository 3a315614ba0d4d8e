"""Requests of the client, read field by field.

What would surprise: piggybacks, which ride in front of a request, have no length. One that is
not known here cannot be skipped, so it ends the session.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from . import values
from .binds import UNKNOWN, Bind
from .encoding import Reader
from .errors import OraError
from .record import ClientSession

FETCH_NOW, COMMIT, PARSE_ONLY = 0x40, 0x100, 0x20000
ROW_DATA = 7
_LONG_FROM = 32768  # values of such a size are sent after all others
_RETURNING = re.compile(r"\breturning\b.*\binto\b", re.I | re.S)


@dataclass(frozen=True)
class BindType:
    number: int
    size: int

    def decode(self, data: bytes) -> Bind:
        if self.number in (1, 8, 96):
            return Bind(UNKNOWN, data.decode() if data else None)
        if self.number not in _DECODERS:
            raise OraError(3115, f"unsupported network datatype {self.number}")
        oid, decode = _DECODERS[self.number]
        return Bind(oid, decode(data) if data else None)


_DECODERS: dict[int, tuple[int, Callable[[bytes], str]]] = {
    2: (1700, lambda data: format(values.decode_number(data), "f")),
    12: (1114, lambda data: values.decode_date(data).isoformat()),
    23: (17, lambda data: "\\x" + data.hex()),
    100: (701, lambda data: repr(values.decode_double(data))),
    101: (701, lambda data: repr(values.decode_double(data))),
    180: (1114, lambda data: values.decode_date(data).isoformat()),
    181: (1184, lambda data: values.decode_date(data).isoformat()),
    231: (1184, lambda data: values.decode_date(data).isoformat()),
}


@dataclass
class Execute:
    """An execute or re-execute; `sql` is None when the cursor has it already."""

    cursor_id: int
    sql: str | None
    is_query: bool
    fetch: bool
    rows: int
    commit: bool = False
    parse_only: bool = False
    bind_types: list[BindType] = field(default_factory=list)
    binds: list[list[Bind]] = field(default_factory=lambda: [[]])  # one list per execution


def read_execute(reader: Reader) -> Execute:
    options, cursor_id = reader.ubs(2)
    has_sql = reader.byte()
    reader.ub()  # length of the SQL
    reader.byte()
    reader.ub()
    reader.raw(2)
    _, rows, _ = reader.ubs(3)
    reader.byte()
    bind_count = reader.ub()
    reader.raw(5)
    reader.byte()
    reader.ub()  # defines
    reader.ub()  # registration
    reader.raw(2)
    _skip_pointers(reader, 2)
    reader.ub()
    _skip_pointers(reader, 1)
    reader.byte()
    _skip_pointers(reader, 2)  # SQL signature, SQL id
    reader.byte()
    _skip_pointers(reader, 1)  # chunk ids
    sql = reader.text() if has_sql else None
    numbers = reader.ubs(13)
    is_query = bool(numbers[7])
    types = [_read_bind_type(reader) for _ in range(bind_count)]
    if types and sql and _RETURNING.search(sql):
        raise OraError(3001, "unimplemented feature: RETURNING INTO")
    executions = 1 if is_query else numbers[1]
    return Execute(
        cursor_id,
        sql,
        is_query,
        fetch=bool(options & FETCH_NOW),
        rows=rows,
        commit=bool(options & COMMIT),
        parse_only=bool(options & PARSE_ONLY),
        bind_types=types,
        binds=_read_binds(reader, types, executions),
    )


def _skip_pointers(reader: Reader, count: int) -> None:
    """Skip pointers that each have a length; both are always empty here."""
    for _ in range(count):
        reader.byte()
        reader.ub()


def read_reexecute(
    reader: Reader, *, fetch: bool, cursor: Callable[[int], tuple[bool, list[BindType]]]
) -> Execute:
    """A re-execute carries values without their types: the cursor knows those."""
    cursor_id, rows, _, options = reader.ubs(4)
    is_query, types = cursor(cursor_id)
    executions = 1 if is_query else rows
    binds = _read_binds(reader, types, executions)
    return Execute(
        cursor_id,
        None,
        is_query,
        fetch=fetch,
        rows=rows,
        commit=bool(options & 1),
        bind_types=types,
        binds=binds,
    )


def _read_bind_type(reader: Reader) -> BindType:
    number, flags = reader.raw(4)[:2]
    size = reader.ub()
    if flags & 0x40:
        raise OraError(3001, "unimplemented feature: array binds")
    reader.ubs(2)
    reader.sized()  # object type
    reader.ubs(2)
    reader.byte()
    reader.ubs(2)
    return BindType(number, size)


def _read_binds(reader: Reader, types: list[BindType], executions: int) -> list[list[Bind]]:
    if not types:
        return [[] for _ in range(executions)]
    order = sorted(range(len(types)), key=lambda i: types[i].size >= _LONG_FROM)
    rows = []
    for _ in range(executions):
        if reader.byte() != ROW_DATA:
            raise OraError(600, "internal error code, arguments: [bind row expected]")
        data = {i: reader.counted() for i in order}
        rows.append([kind.decode(data[i]) for i, kind in enumerate(types)])
    return rows


def read_close_cursors(reader: Reader) -> list[int]:
    reader.byte()
    return reader.ubs(reader.ub())


def read_schema(reader: Reader) -> str:
    reader.byte()
    return reader.sized_text()


def read_tags(reader: Reader, record: ClientSession) -> None:
    """Module, action and the like; only those whose pointer is set were changed."""
    reader.raw(2)
    reader.ub()
    lengths = []
    for _ in range(4):  # client identifier, module, action, then one that is never used
        lengths.append((reader.byte(), reader.ub()))
    reader.byte()
    reader.ub()
    info = (reader.byte(), reader.ub())
    _skip_pointers(reader, 2)
    operation = (reader.byte(), reader.ub())
    names = ("client_identifier", "module", "action", "", "client_info", "")
    for name, (changed, size) in zip(names, [*lengths, info, operation], strict=True):
        text = reader.text() if size else None
        if changed and name:
            setattr(record, name, text)
