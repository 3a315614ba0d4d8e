"""An open cursor: its statement, its result, and how far the client has read it.

What would surprise: the whole result is held from the execute on, so a fetch never touches
PostgreSQL; only scripted faults can make it fail.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from psycopg.pq.abc import PGresult

from . import answers, columns
from .columns import Column
from .errors import OraError
from .faults import Answer, Cut
from .packets import ClientGone
from .requests import BindType

Row = Sequence[bytes | None]


@dataclass
class Result:
    columns: list[Column]
    count: int
    row: Callable[[int], Row]


def from_postgres(result: PGresult) -> Result:
    pairs = [
        columns.from_postgres((result.fname(i) or b"").decode(), result.ftype(i), result.fmod(i))
        for i in range(result.nfields)
    ]

    def row(number: int) -> Row:
        cells: list[bytes | None] = []
        for i, (column, convert) in enumerate(pairs):
            text = result.get_value(number, i)
            cells.append(None if text is None else column.encode(convert(text.decode())))
        return cells

    return Result([column for column, _ in pairs], result.ntuples, row)


def from_answer(answer: Answer) -> Result:
    told = [columns.declared(name, kind) for name, kind in answer.columns]
    return Result(
        told,
        len(answer.rows),
        lambda n: [c.encode(v) for c, v in zip(told, answer.rows[n], strict=True)],
    )


@dataclass
class Cursor:
    id: int
    sql: str
    is_query: bool
    bind_types: list[BindType] = field(default_factory=list)
    result: Result = field(default_factory=lambda: Result([], 0, lambda _: []))
    position: int = 0
    described: list[Column] | None = None
    failure: OraError | None = None
    cut: Cut | None = None

    def open(self, result: Result, failure: OraError | None, cut: Cut | None) -> bytes:
        """Take a new result; the answer's DESCRIBE if the client does not know these columns."""
        self.result, self.position = result, 0
        self.failure, self.cut = failure, cut
        if self.described == result.columns:
            return b""
        self.described = result.columns
        return answers.describe(result.columns)

    def fetch(self, limit: int, send: Callable[[bytes], None], call_status: int) -> bytes:
        """Up to `limit` rows and the end; a scripted cut sends its part and hangs up."""
        if self.cut is Cut.BEFORE_FIRST_ROW:
            send(answers.ROW_HEADER)
            raise ClientGone("scripted cut")
        rows, error = self._rows(limit)
        head = answers.ROW_HEADER if rows else b""
        if self.cut is Cut.IN_A_ROW and rows:
            send(head + b"".join(rows[:-1]) + rows[-1][: (len(rows[-1]) + 1) // 2])
            raise ClientGone("scripted cut")
        done = self.position >= self.result.count
        if self.cut is Cut.AFTER_LAST_ROW and done:
            send(head + b"".join(rows))
            raise ClientGone("scripted cut")
        if error is None and done:
            error = answers.NO_MORE_ROWS
        tail = answers.end(
            error, cursor_id=self.id, rowcount=self.position, call_status=call_status
        )
        return head + b"".join(rows) + tail

    def _rows(self, limit: int) -> tuple[list[bytes], OraError | None]:
        rows: list[bytes] = []
        while True:
            if self.failure and self.position >= (self.failure.after_rows or 0):
                return rows, self.failure
            if len(rows) == limit or self.position >= self.result.count:
                return rows, None
            try:
                rows.append(answers.row(self.result.row(self.position)))
            except OraError as error:  # a value that Oracle cannot hold
                return rows, error
            self.position += 1
