"""Whether a statement only reads, judged by a parser of Oracle's SQL before anything is sent.

The session is read-only as well. The parser adds what a read-only transaction lets through: row
locks, sequences, and calls into packages, which may write in a transaction of their own.
"""

import logging
import re
from collections.abc import Iterator

CODES = re.compile(r"\x1b\[[0-9;]*m")  # the parser underlines for a terminal


def why_not(statement: str) -> str:
    """Why the statement is not a single SELECT that only reads; empty when it is one."""
    # Loading the parser costs half a second and memory: not before it is needed.
    from sqlglot import exp, parse
    from sqlglot.errors import ErrorLevel, SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it warns of is refused here
    try:
        trees = parse(statement, dialect="oracle", error_level=ErrorLevel.IMMEDIATE)
    except SqlglotError as error:
        first = CODES.sub("", str(error)).splitlines()[0]
        return f"it cannot be read as Oracle SQL: {first}"
    if len(trees) != 1 or trees[0] is None:
        return "it is not one statement"
    tree = trees[0]
    if not isinstance(tree.unnest(), exp.Query):
        return f"it is no SELECT but {type(tree).__name__.upper()}"
    return next(_writes(tree), "")


def tables_of(statement: str) -> tuple[str, ...]:
    """The tables a statement reads, in upper case, without the names of its WITH clauses."""
    from sqlglot import exp, parse_one

    tree = parse_one(statement, dialect="oracle")
    ours = {part.alias.upper() for part in tree.find_all(exp.CTE)}
    named = (table for table in tree.find_all(exp.Table) if table.name)
    names = {(f"{t.db}." if t.db else "") + t.name for t in named}
    return tuple(sorted(name.upper() for name in names if name.upper() not in {*ours, "DUAL"}))


def _writes(tree: "object") -> Iterator[str]:
    from sqlglot import exp

    assert isinstance(tree, exp.Expression)
    for node in tree.walk():
        match node:
            case exp.Query():
                pass
            case exp.DML() | exp.DDL() | exp.Command():
                yield f"it holds a {type(node).__name__.upper()}"
            case exp.Lock():
                yield "it locks rows (FOR UPDATE)"
            case exp.Into():
                yield "it selects INTO something"
            case exp.Dot() if node.find(exp.Anonymous):
                yield f"it calls {node.sql(dialect='oracle').partition('(')[0]} of a package"
            case exp.Column() if node.name.upper() == "NEXTVAL":
                yield "it draws from a sequence (NEXTVAL)"
