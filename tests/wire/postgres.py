"""One client's PostgreSQL connection, watched together with the client's socket.

What would surprise: nothing here blocks on PostgreSQL alone. A break or a vanished client
cancels the running query at once, and the connection is usable again afterwards.
"""

import select
import time

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from .binds import Bind
from .errors import OraError, from_postgres
from .packets import ClientGone, Interrupted, Line

_DRAIN_SECONDS = 10.0


class Backend:
    def __init__(self, conninfo: str, line: Line, *, role: str | None) -> None:
        self._line = line
        try:
            self._connection = psycopg.connect(
                conninfo, autocommit=True, application_name="oracle wire"
            )
        except psycopg.Error as error:
            raise OraError(1034, f"ORACLE not available (PostgreSQL: {error})") from error
        self._pg = self._connection.pgconn
        self.pid = self._pg.backend_pid
        self.run("SET datestyle = ISO")
        if role:
            self.run("SELECT set_config('role', $1, false)", [Bind(25, role)])

    @property
    def in_transaction(self) -> bool:
        return self._pg.transaction_status != TransactionStatus.IDLE

    def run(self, sql: str, binds: list[Bind] | None = None, *, is_query: bool = False) -> PGresult:
        """Run one statement; raises OraError, Interrupted or ClientGone."""
        binds = binds or []
        try:
            return self._run(sql, binds, is_query=is_query)
        except (Interrupted, ClientGone):
            self._connection.cancel_safe(timeout=_DRAIN_SECONDS)
            self._drain()
            raise
        except psycopg.OperationalError as error:
            raise OraError(3113, f"end-of-file on communication channel ({error})") from error

    def _run(self, sql: str, binds: list[Bind], *, is_query: bool) -> PGresult:
        texts = [None if b.text is None else b.text.encode() for b in binds]
        self._pg.send_query_params(sql.encode(), texts, [b.oid for b in binds])
        while self._pg.flush():
            select.select([], [self._pg.socket], [], 1)
        last: PGresult | None = None
        while True:
            while self._pg.is_busy():
                self._line.wait(self._connection)
                self._pg.consume_input()
            result = self._pg.get_result()
            if result is None:
                break
            last = result
        assert last is not None
        if last.status == ExecStatus.FATAL_ERROR:
            state = (last.error_field(DiagnosticField.SQLSTATE) or b"").decode()
            text = (last.error_field(DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
            raise from_postgres(state, text or last.get_error_message(), is_query=is_query)
        return last

    def _drain(self) -> None:
        deadline = time.monotonic() + _DRAIN_SECONDS
        while time.monotonic() < deadline:
            if self._pg.is_busy():
                select.select([self._pg.socket], [], [], 0.1)
                self._pg.consume_input()
            elif self._pg.get_result() is None:
                return

    def close(self) -> None:
        self._connection.close()
