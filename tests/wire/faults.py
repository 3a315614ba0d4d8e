"""Scripted faults: what shall go wrong, on which execute, how often.

What would surprise: `on` counts the executes that match since the fault was set, over all
clients of the server; without it the fault strikes every time. Faults at login count logins.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .errors import OraError


class Cut(Enum):
    """The server hangs up."""

    AT_LOGIN = "at login"
    BEFORE_FIRST_ROW = "before the first row"
    IN_A_ROW = "in the middle of a row"
    AFTER_LAST_ROW = "after the last row, before the end of the fetch"


class Silent(Enum):
    """The server says nothing more, not even to a break, until the client gives up."""

    ON_CONNECT = "accepts the connection only"
    ON_EXECUTE = "takes the statement only"


@dataclass(frozen=True)
class Slow:
    """The answer comes late; a break or a hang-up still ends the wait at once."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """A result set in place of the true one; the SQL is not run.

    columns: (name, type) with types as "NUMBER(15,2)", "NUMBER", "BINARY_DOUBLE", "CHAR(10)",
    "VARCHAR2(60)", "DATE", "TIMESTAMP(6)", "TIMESTAMP(6) WITH TIME ZONE", "RAW(16)".
    rows: Decimal, int, str, float, date, datetime, None; bytes go on the wire as they are.
    """

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[object]] = ()


Fault = OraError | Cut | Silent | Slow | Answer
_AT_LOGIN = (Cut.AT_LOGIN, Silent.ON_CONNECT)


@dataclass
class Rule:
    """A fault that was set: `seen` counts matches, `struck` how often it really struck."""

    fault: Fault
    sql: str
    on: int | None
    seen: int = 0
    struck: int = 0


class Faults:
    """The faults of one server; safe to change while clients are at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(self, fault: Fault, sql: str, on: int | None) -> Rule:
        rule = Rule(fault, sql, on)
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def at(self, moment: Cut | Silent) -> bool:
        """True if this login fault strikes now."""
        with self._lock:
            struck = [_strikes(r) for r in self._rules if r.fault is moment]
        return any(struck)  # a list first: every rule counts this login

    def for_sql(self, sql: str) -> list[Fault]:
        """The faults that strike this execute, in the order in which they were set."""
        with self._lock:
            fitting = [
                r
                for r in self._rules
                if r.fault not in _AT_LOGIN and r.sql.casefold() in sql.casefold()
            ]
            return [r.fault for r in fitting if _strikes(r)]


def _strikes(rule: Rule) -> bool:
    rule.seen += 1
    strikes = rule.on is None or rule.on == rule.seen
    rule.struck += strikes
    return strikes
