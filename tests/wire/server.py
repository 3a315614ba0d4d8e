"""The server: a listening socket on 127.0.0.1 and a thread for each client.

What would surprise: the threads are daemons and the sockets are closed at exit, because a
connection that a test forgot would otherwise keep the interpreter from ending.
"""

import atexit
import contextlib
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import psycopg

from .auth import Account, Status
from .faults import Fault, Faults, Rule
from .record import ClientSession
from .session import Session

_COMPAT = Path(__file__).with_name("compat.sql")
_STOP_SECONDS = 15.0


class OracleWire:
    """Takes Oracle clients and lets PostgreSQL answer them.

    conninfo: a PostgreSQL user who may create the schema `oracle_compat`.
    users: Oracle user to password; names in any case.
    roles: Oracle user to the PostgreSQL role that its sessions run as; else conninfo's user.
    """

    def __init__(
        self,
        conninfo: str,
        users: Mapping[str, str],
        service: str = "ORCL",
        roles: Mapping[str, str] | None = None,
    ) -> None:
        self._conninfo = conninfo
        self._service = service
        self._accounts = {name.upper(): Account(word) for name, word in users.items()}
        self._roles = {name.upper(): role for name, role in (roles or {}).items()}
        self._faults = Faults()
        self._records: list[ClientSession] = []
        self._lock = threading.Lock()
        self._clients: dict[threading.Thread, Session] = {}
        self._stopping = False
        with psycopg.connect(conninfo) as connection:
            connection.execute(_COMPAT.read_bytes())
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="oracle-wire", daemon=True)
        self._acceptor.start()
        atexit.register(self.stop)

    @property
    def dsn(self) -> str:
        return f"127.0.0.1:{self.port}/{self._service}"

    @property
    def sessions(self) -> list[ClientSession]:
        """Every login that was tried, oldest first."""
        return list(self._records)

    @property
    def statements(self) -> list[str]:
        """The SQL of all sessions, session by session."""
        return [sql for record in self.sessions for sql in record.statements]

    def fail_with(self, fault: Fault, *, sql: str = "", on: int | None = None) -> Rule:
        """Let `fault` strike executes whose SQL contains `sql`: the `on`-th, or every one.

        Cut.AT_LOGIN and Silent.ON_CONNECT strike logins. The rule counts what it saw.
        """
        return self._faults.add(fault, sql, on)

    def heal(self) -> None:
        """Forget all faults; those already striking end as scripted."""
        self._faults.clear()

    def set_account(
        self, user: str, *, status: Status = "open", password: str | None = None
    ) -> None:
        """Lock or expire a user, or open it again, and change the password if one is given.

        It counts from the next login.
        """
        old = self._accounts[user.upper()]
        self._accounts[user.upper()] = Account(password or old.password, status)

    def stop(self) -> None:
        """Hang up on everyone, cancel their queries, free the port. Twice is once."""
        atexit.unregister(self.stop)
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
            clients = dict(self._clients)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            self._acceptor.join(_STOP_SECONDS)  # a caller wakes it on every platform
        self._listener.close()
        for session in clients.values():
            session.hang_up()
        for thread in clients:
            thread.join(_STOP_SECONDS)

    def __enter__(self) -> "OracleWire":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = Session(
                sock,
                conninfo=self._conninfo,
                accounts=self._accounts,
                roles=self._roles,
                service=self._service,
                faults=self._faults,
                sessions=self._records,
            )
            thread = threading.Thread(
                target=self._serve, args=[session], name="oracle-wire-client", daemon=True
            )
            with self._lock:
                if self._stopping:
                    sock.close()
                    return
                self._clients[thread] = session
            thread.start()

    def _serve(self, session: Session) -> None:
        try:
            session.run()
        finally:
            with self._lock:
                self._clients.pop(threading.current_thread(), None)
