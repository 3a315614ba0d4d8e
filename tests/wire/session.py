"""One client's conversation, from its CONNECT packet to its hang-up.

What would surprise: a break is an exception here. It leaves whatever runs, and only the loop
at the bottom of the conversation answers it.
"""

import itertools
import logging
import re
import socket

from . import answers, auth, requests
from .auth import Account, Login
from .cursors import Cursor, Result, from_answer, from_postgres
from .encoding import Reader
from .errors import OraError
from .faults import Answer, Cut, Faults, Silent, Slow
from .packets import ClientGone, Interrupted, Line
from .postgres import Backend
from .record import ClientSession
from .requests import BindType, Execute
from .statements import Statements

log = logging.getLogger(__name__)
CANCELLED = OraError(1013, "user requested cancel of current operation")
_SERVICE = re.compile(r"\(SERVICE_NAME\s*=\s*([^)]*)\)", re.I)
_ids = itertools.count(1)
PROTOCOL, TYPES, FUNCTION, PIGGYBACK = 1, 2, 3, 17


class Session:
    """Serves one client until it leaves. `accounts` are by upper-case name."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        conninfo: str,
        accounts: dict[str, Account],
        roles: dict[str, str],
        service: str,
        faults: Faults,
        sessions: list[ClientSession],
    ) -> None:
        self.line = Line(sock)
        self._conninfo, self._accounts, self._roles = conninfo, accounts, roles
        self._service, self._faults, self._sessions = service, faults, sessions
        self._record = ClientSession()
        self._login: Login | None = None
        self._backend: Backend | None = None
        self._statements: Statements | None = None
        self._cursors: dict[int, Cursor] = {}
        self._cursor_ids = itertools.count(1)

    def run(self) -> None:
        """The whole conversation; returns when it is over, whatever ended it."""
        try:
            if self._greet():
                while True:
                    self._converse()
        except ClientGone as error:
            log.debug("The client of %s has gone: %s.", self._record.user or "nobody", error)
        except Exception:
            log.exception("The wire server failed; it hangs up on this client.")
        finally:
            self._record.open = False
            self.line.close()
            if self._backend:
                self._backend.close()

    def hang_up(self) -> None:
        """End the conversation from another thread; whatever runs is cancelled."""
        self.line.hang_up()

    def _greet(self) -> bool:
        """Answer the CONNECT packet. False if the service is unknown."""
        body = self.line.next_packet().body
        length, start = int.from_bytes(body[16:18], "big"), int.from_bytes(body[18:20], "big") - 8
        text = body[start : start + length] or self.line.next_data()  # a long one comes apart
        if self._faults.at(Silent.ON_CONNECT):
            self.line.say_nothing()
        asked = _SERVICE.search(text.decode())
        if asked is None or asked[1].upper() != self._service.upper():
            self.line.refuse("(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=12514)(ERROR_STACK=))")
            return False
        self.line.accept()
        return True

    def _converse(self) -> None:
        try:
            self.line.send(self._answer(Reader(self.line.next_data)))
        except Interrupted:
            self._record.breaks += 1
            if self.line.finish_break():
                self.line.send(answers.end(CANCELLED, call_status=self._call_status))
        except OraError as error:
            self.line.send(answers.end(error, call_status=self._call_status))

    @property
    def _call_status(self) -> int:
        open_ = self._statements is not None and self._statements.in_transaction
        return answers.IN_TRANSACTION if open_ else 0

    def _answer(self, reader: Reader) -> bytes:
        while (kind := reader.byte()) == PIGGYBACK:
            self._piggyback(reader)
        if kind == PROTOCOL:
            return answers.protocol()
        if kind == TYPES:
            return answers.DATA_TYPES
        function = reader.raw(2)[0]
        if kind != FUNCTION or (self._statements is None and function not in (115, 118)):
            raise ClientGone(f"message {kind}, function {function} is not known here")
        return self._call(function, reader)

    def _call(self, function: int, reader: Reader) -> bytes:
        match function:
            case 118:
                return self._challenge(reader)
            case 115:
                return self._open(reader)
            case 94:
                return self._execute(requests.read_execute(reader))
            case 4 | 78:
                request = requests.read_reexecute(
                    reader, fetch=function == 78, cursor=self._bind_types
                )
                return self._execute(request)
            case 5:
                cursor_id, rows = reader.ubs(2)
                return self._cursor(cursor_id).fetch(rows, self.line.send, self._call_status)
            case 14:
                self._sql.commit()
            case 15:
                self._sql.rollback()
            case 9:
                self._sql.rollback()
            case 147:
                pass
            case _:
                raise ClientGone(f"function {function} is not known here")
        return answers.status(self._call_status)

    def _challenge(self, reader: Reader) -> bytes:
        user, pairs = auth.read_login(reader)
        record = self._record
        record.user, record.program = user, pairs.get("AUTH_PROGRAM_NM", "")
        record.machine, record.osuser = pairs.get("AUTH_MACHINE", ""), pairs.get("AUTH_SID", "")
        self._sessions.append(record)
        if self._faults.at(Cut.AT_LOGIN):
            raise ClientGone("scripted cut")
        self._login = Login(self._accounts.get(user.upper()))
        return self._login.challenge()

    def _open(self, reader: Reader) -> bytes:
        _, pairs = auth.read_login(reader)
        if self._login is None:
            raise ClientGone("password before user")
        welcome = self._login.verdict(pairs, next(_ids), self._service)
        user = self._record.user
        self._backend = Backend(self._conninfo, self.line, role=self._roles.get(user.upper()))
        self._statements = Statements(self._backend, user, self._service)
        self._statements.alter_session(pairs.get("AUTH_ALTER_SESSION", ""))
        self._record.driver = pairs.get("SESSION_CLIENT_DRIVER_NAME", "")
        self._record.backend_pid = self._backend.pid
        return welcome

    def _piggyback(self, reader: Reader) -> None:
        function = reader.raw(2)[0]
        if function == 105:
            for cursor_id in requests.read_close_cursors(reader):
                self._cursors.pop(cursor_id, None)
        elif function == 135:
            requests.read_tags(reader, self._record)
        elif function == 152:
            self._record.current_schema = requests.read_schema(reader)
            self._sql.set_schema(self._record.current_schema)
        else:
            raise ClientGone(f"piggyback {function} is not known here")

    @property
    def _sql(self) -> Statements:
        if self._statements is None:
            raise ClientGone("not logged in")
        return self._statements

    def _cursor(self, cursor_id: int) -> Cursor:
        if cursor_id not in self._cursors:
            raise OraError(1001, "invalid cursor")
        return self._cursors[cursor_id]

    def _bind_types(self, cursor_id: int) -> tuple[bool, list[BindType]]:
        cursor = self._cursor(cursor_id)
        return cursor.is_query, cursor.bind_types

    def _execute(self, request: Execute) -> bytes:
        if request.sql is None:
            cursor = self._cursor(request.cursor_id)
            cursor.bind_types = request.bind_types
        else:
            number = request.cursor_id or next(self._cursor_ids)
            cursor = Cursor(number, request.sql, request.is_query, request.bind_types)
        if request.parse_only:
            raise OraError(3001, "unimplemented feature: parse without execute")
        self._record.statements.append(cursor.sql)
        result, failure, cut = self._suffer(cursor.sql)
        rowcount = 0
        for binds in request.binds if result is None else []:
            done = self._sql.execute(cursor.sql, binds, is_query=cursor.is_query)
            rowcount += (done.command_tuples or 0) if done else 0
            result = from_postgres(done) if done and cursor.is_query else None
        if request.commit:
            self._sql.commit()
        self._cursors[cursor.id] = cursor
        if cut and not cursor.is_query:
            raise ClientGone("scripted cut")
        if not cursor.is_query:
            return answers.end(
                cursor_id=cursor.id, rowcount=rowcount, call_status=self._call_status
            )
        head = cursor.open(result or Result([], 0, lambda _: []), failure, cut)
        if not request.fetch:
            return head + answers.end(cursor_id=cursor.id, call_status=self._call_status)

        def send(part: bytes) -> None:
            self.line.send(head + part)

        return head + cursor.fetch(request.rows, send, self._call_status)

    def _suffer(self, sql: str) -> tuple[Result | None, OraError | None, Cut | None]:
        """Apply the scripted faults: a result in place of the true one, a late error, a cut."""
        result, failure, cut = None, None, None
        for fault in self._faults.for_sql(sql):
            match fault:
                case Slow(seconds):
                    self.line.wait(seconds=seconds)
                case Silent():
                    self.line.say_nothing()
                case Answer():
                    result = from_answer(fault)
                case OraError(after_rows=None):
                    raise OraError(fault.code, fault.text)
                case OraError():
                    failure = fault
                case Cut():
                    cut = fault
        return result, failure, cut
