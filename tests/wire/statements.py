"""Oracle's statements and transactions on a PostgreSQL connection.

What would surprise: on Oracle a failed statement undoes itself and leaves the transaction
alive, so inside a transaction every statement runs under a savepoint. DDL commits first.
EXPLAIN PLAN is a write, as on Oracle, and DBMS_XPLAN then shows PostgreSQL's plan.
"""

import re

from psycopg.pq.abc import PGresult

from .binds import TEXT, UNKNOWN, Bind, translate
from .errors import OraError
from .packets import Interrupted
from .postgres import Backend

_LEADING = re.compile(r"(?:\s+|--[^\n]*\n|/\*.*?\*/|\()*", re.S)
_CURRENT_SCHEMA = re.compile(r"\bcurrent_schema\s*=\s*\"?([\w$#]+)", re.I)
_TIME_ZONE = re.compile(r"\btime_zone\s*=\s*'([+-]\d\d?:\d\d)'", re.I)
_UNTYPED = ("42P18", "42P08")
_CHANGES = {"INSERT", "UPDATE", "DELETE", "MERGE", "LOCK"}
_EXPLAIN = re.compile(r"\s*EXPLAIN\s+PLAN\s+FOR\s", re.I)
_BLOCKS = {"BEGIN", "DECLARE", "CALL"}


class Statements:
    """Runs one client's statements; `schema` is its current schema."""

    def __init__(self, backend: Backend, user: str, service: str) -> None:
        self._backend = backend
        self.schema = user
        self._plan = ""
        self._read_only = False
        for name, value in (("session_user", user), ("service_name", service)):
            self._set(f"oracle_wire.{name}", value.upper())
        self.set_schema(user)

    @property
    def in_transaction(self) -> bool:
        return self._backend.in_transaction

    def execute(self, sql: str, binds: list[Bind], *, is_query: bool) -> PGresult | None:
        """Run one statement; None if it never reached PostgreSQL."""
        words = sql[_LEADING.match(sql).end() :].upper().split(None, 2)
        first = words[0] if words else ""
        if first.rstrip(";") in _BLOCKS:
            raise OraError(6550, "PL/SQL is not run by this test server")
        if sql.rstrip().endswith(";"):
            raise OraError(911, "invalid character: a statement does not end with ;")
        if words[:2] == ["ALTER", "SESSION"]:
            self.alter_session(sql)
        elif words[:2] == ["SET", "TRANSACTION"]:
            self._set_transaction(" ".join(words[2:]))
        elif words[:2] == ["EXPLAIN", "PLAN"]:
            self._explain(sql)
        elif "DBMS_XPLAN.DISPLAY" in sql.upper():
            lines = "SELECT unnest(string_to_array($1, E'\\n')) AS plan_table_output"
            return self._backend.run(lines, [Bind(TEXT, self._plan)])
        elif first == "COMMIT":
            self.commit()
        elif first == "ROLLBACK":
            self.rollback()
        else:
            return self._run(first, sql, binds, is_query=is_query)
        return None

    def _run(self, first: str, sql: str, binds: list[Bind], *, is_query: bool) -> PGresult:
        if first in _CHANGES and not self.in_transaction:
            self._backend.run("BEGIN")
        elif first not in _CHANGES and not is_query:
            self.commit()
        text, values = translate(sql, binds)
        try:
            return self._guarded(text, values, is_query=is_query)
        except OraError as error:
            if error.sqlstate not in _UNTYPED:
                raise
        typed = [Bind(TEXT if b.oid == UNKNOWN else b.oid, b.text) for b in values]
        return self._guarded(text, typed, is_query=is_query)

    def commit(self) -> None:
        if self.in_transaction:
            self._backend.run("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self._backend.run("ROLLBACK")
            self.set_schema(self.schema)  # PostgreSQL rolled that back, too

    def set_schema(self, schema: str) -> None:
        """Oracle folds names to upper case, PostgreSQL to lower."""
        self.schema = schema
        self._set("search_path", f'"{schema.lower()}", oracle_compat')
        self._set("oracle_wire.current_schema", schema.upper())

    def alter_session(self, sql: str) -> None:
        """CURRENT_SCHEMA and TIME_ZONE have an effect; everything else is only accepted."""
        if match := _CURRENT_SCHEMA.search(sql):
            self.set_schema(match[1])
        if match := _TIME_ZONE.search(sql):
            self._backend.run(f"SET TIME ZONE INTERVAL '{match[1]}' HOUR TO MINUTE")

    def _set_transaction(self, mode: str) -> None:
        if self.in_transaction:
            raise OraError(1453, "SET TRANSACTION must be first statement of transaction")
        self._read_only = mode.split() == ["READ", "ONLY"]
        if self._read_only:
            self._backend.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # PostgreSQL fixes the snapshot at the first query, Oracle here.
            self._backend.run("SELECT pg_current_snapshot()")
        elif "SERIALIZABLE" in mode:
            self._backend.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        else:
            self._backend.run("BEGIN")

    def _explain(self, sql: str) -> None:
        if self._read_only and self.in_transaction:
            raise OraError(1456, "may not perform insert operation inside a READ ONLY transaction")
        result = self._guarded(_EXPLAIN.sub("EXPLAIN ", sql, count=1), [], is_query=True)
        lines = [result.get_value(i, 0) or b"" for i in range(result.ntuples)]
        self._plan = b"\n".join(lines).decode()

    def _guarded(self, sql: str, binds: list[Bind], *, is_query: bool) -> PGresult:
        if not self.in_transaction:
            return self._backend.run(sql, binds, is_query=is_query)
        self._backend.run("SAVEPOINT statement")
        try:
            result = self._backend.run(sql, binds, is_query=is_query)
        except (OraError, Interrupted):
            self._backend.run("ROLLBACK TO SAVEPOINT statement")
            raise
        self._backend.run("RELEASE SAVEPOINT statement")
        return result

    def _set(self, name: str, value: str) -> None:
        both = [Bind(TEXT, name), Bind(TEXT, value)]
        self._backend.run("SELECT set_config($1, $2, false)", both)
