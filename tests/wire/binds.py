"""Bind variables: Oracle's :name and :1 become PostgreSQL's $1, $2.

What would surprise: the driver sends one value per occurrence of a name. Equal values of one
name share one $n, because PostgreSQL must see that the expressions in a GROUP BY are the same.
PostgreSQL's own x::type is out of reach: the driver itself takes :type for a bind.
"""

import re
from typing import NamedTuple

from .errors import OraError

UNKNOWN, TEXT = 0, 25  # type numbers of PostgreSQL; with 0 it infers the type from the context


class Bind(NamedTuple):
    oid: int
    text: str | None


_TOKEN = re.compile(
    r"""
    q'\[.*?\]' | q'\{.*?\}' | q'<.*?>' | q'\(.*?\)' | q'([^\s\[{<(]).*?\1'
    | '(?:[^']|'')*'(?:\s*:)?       # a colon after a string is JSON, not a bind
    | "[^"]*" | --[^\n]* | /\*.*?\*/
    | :\s*(?: "(?P<quoted>[^"]+)" | (?P<name>[^\W\d_][\w$\#]*) | (?P<number>\d+) )
    """,
    re.X | re.S | re.I,
)


def translate(sql: str, values: list[Bind]) -> tuple[str, list[Bind]]:
    """The SQL with $n for its binds, and the value of each $n."""
    if not values:
        return sql, []
    waiting = iter(values)
    numbers: dict[tuple[str, Bind], int] = {}

    def replace(match: re.Match[str]) -> str:
        name = match["quoted"] or (match["name"] or "").upper() or match["number"]
        if not name:
            return match[0]
        value = next(waiting, None)
        if value is None:
            raise OraError(1008, "not all variables bound")
        return f"${numbers.setdefault((name, value), len(numbers) + 1)}"

    text = _TOKEN.sub(replace, sql)
    return text, [value for _, value in numbers]
