"""The wire server against the real driver: what later tests may rely on.

What would surprise: nothing here says anything about a real Oracle database, only about the
driver and about this server.
"""

import datetime as dt
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import oracledb
import psycopg
import pytest
import sqlalchemy as sa

from tests.wire import Answer, Cut, OracleWire, OraError, Silent, Slow
from tests.wire.auth import Status
from tests.wire.packets import Line

USER, SECRET = "nocs_reader", "গোপন secret"
NUMBERS = ["9999999999999.99", "-9999999999999.99", "0", "0.01", "-0.01", "1", "-1", "100"]
NUMBERS += ["-100", "1234567", "10", "0.1", "-12.5", "9" * 38, "-" + "9" * 38, "1" + "0" * 37]
NUMBERS += ["0." + "0" * 20 + "123", "123456789.123456789", "-0.0099", "99", "5000000"]


@pytest.fixture
def wire(postgres_url: str) -> Iterator[OracleWire]:
    with OracleWire(conninfo=postgres_url, users={USER: SECRET}, service="CCB") as server:
        yield server


@pytest.fixture
def connection(wire: OracleWire) -> Iterator[oracledb.Connection]:
    with connect(wire) as opened:
        yield opened


@pytest.fixture
def cursor(connection: oracledb.Connection) -> Iterator[oracledb.Cursor]:
    with connection.cursor() as opened:
        yield opened


@pytest.fixture
def admin(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True) as opened:
        yield opened


@pytest.fixture
def table(admin: psycopg.Connection) -> Iterator[str]:
    admin.execute("CREATE TABLE public.wire_t (id numeric(10), name varchar(60))")
    yield "public.wire_t"
    admin.execute("DROP TABLE public.wire_t")


def connect(wire: OracleWire, **more: object) -> oracledb.Connection:
    return oracledb.connect(**{"user": USER, "password": SECRET, "dsn": wire.dsn, **more})


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.02)


def state(admin: psycopg.Connection, wire: OracleWire) -> str | None:
    """What PostgreSQL does for the first session: active, idle, or None when it has gone."""
    pid = wire.sessions[0].backend_pid
    row = admin.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    return row[0] if row else None


def error_of(call: Callable[[], object]) -> str:
    with pytest.raises(oracledb.Error) as caught:
        call()
    return str(caught.value.args[0].full_code)


def one(cursor: oracledb.Cursor, sql: str, *binds: object) -> object:
    return cursor.execute(sql, list(binds)).fetchone()[0]


# Login


def test_a_login_is_recorded_with_the_tags_that_came_with_its_calls(wire: OracleWire) -> None:
    with connect(wire) as connection:
        connection.module, connection.action = "nocs", "refresh"
        connection.client_identifier, connection.current_schema = "run 7", "CISADM"
        sql = "SELECT sys_context('userenv', 'current_schema') FROM dual"
        assert connection.cursor().execute(sql).fetchall() == [("CISADM",)]
    (session,) = wire.sessions
    assert (session.user, session.module, session.action) == (USER, "nocs", "refresh")
    assert (session.client_identifier, session.current_schema) == ("run 7", "CISADM")
    assert "python" in session.program
    assert session.statements == wire.statements == [sql]
    until(lambda: not session.open, "the session is over")


def test_a_wrong_password_and_an_unknown_user_are_refused_alike(wire: OracleWire) -> None:
    assert error_of(lambda: connect(wire, password="wrong")) == "ORA-01017"
    assert error_of(lambda: connect(wire, user="nobody")) == "ORA-01017"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("locked", "ORA-28000"),
        ("expired", "ORA-28001"),
        ("without create session", "ORA-01045"),
    ],
)
def test_an_account_that_may_not_log_in_is_refused(
    wire: OracleWire, status: Status, code: str
) -> None:
    wire.set_account(USER, status=status)
    assert error_of(lambda: connect(wire)) == code


def test_a_password_about_to_expire_is_a_warning(wire: OracleWire) -> None:
    wire.set_account(USER, status="expiring")
    with connect(wire) as connection:
        assert connection.warning.full_code == "ORA-28002"
        assert connection.cursor().execute("SELECT 1 FROM dual").fetchone() == (1,)


def test_a_password_may_be_changed_while_clients_are_connected(
    wire: OracleWire, connection: oracledb.Connection
) -> None:
    wire.set_account(USER, password="another")
    connection.ping()
    assert error_of(lambda: connect(wire)) == "ORA-01017"
    connect(wire, password="another").close()


def test_an_unknown_service_is_refused(wire: OracleWire) -> None:
    with pytest.raises(oracledb.OperationalError, match="ORA-12514"):
        connect(wire, dsn=f"127.0.0.1:{wire.port}/ELSEWHERE")


def test_a_long_connect_string_is_read_from_its_own_packet(wire: OracleWire) -> None:
    dsn = f"(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={wire.port}))"
    dsn += f"(CONNECT_DATA=(SERVICE_NAME=CCB)(CONNECTION_ID_PREFIX={'x' * 300})))"
    with connect(wire, dsn=dsn) as connection:
        connection.ping()


# Values


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_arrives_to_the_last_digit_from_a_column_and_from_a_bind(
    cursor: oracledb.Cursor, text: str
) -> None:
    sql = f"SELECT CAST('{text}' AS numeric), CAST(:1 AS numeric) FROM dual"
    row = cursor.execute(sql, [Decimal(text)], fetch_decimals=True).fetchone()
    assert row == (Decimal(text), Decimal(text))


def test_columns_are_described_with_oracle_types(cursor: oracledb.Cursor) -> None:
    cursor.execute(
        """SELECT CAST(1 AS numeric(15,2)) AS amount, CAST(1 AS bigint) AS big,
                  CAST('a' AS char(8)) AS flag, CAST('a' AS varchar(60)) AS descr,
                  CAST('2026-01-31' AS date) AS day, CAST('2026-01-31' AS timestamp(0)) AS dttm,
                  CAST('2026-01-31' AS timestamp) AS stamp, 'x' AS "MixedCase" FROM dual"""
    )
    told = [
        (d.name, d.type_code.name, d.display_size, d.precision, d.scale)
        for d in cursor.description or []
    ]
    assert [(name, kind.removeprefix("DB_TYPE_")) for name, kind, *_ in told] == [
        ("AMOUNT", "NUMBER"),
        ("BIG", "NUMBER"),
        ("FLAG", "CHAR"),
        ("DESCR", "VARCHAR"),
        ("DAY", "DATE"),
        ("DTTM", "DATE"),
        ("STAMP", "TIMESTAMP"),
        ("MixedCase", "VARCHAR"),
    ]
    assert told[0][3:] == (15, 2)
    assert (told[2][2], told[3][2]) == (8, 60)


def test_values_of_every_kind_and_null_arrive(cursor: oracledb.Cursor) -> None:
    cursor.execute(
        """SELECT CAST('PPD' AS char(8)), CAST('2026-01-31' AS date),
                  CAST('2026-01-31 23:59:58' AS timestamp(0)),
                  CAST('2026-01-31 23:59:58.000123' AS timestamp),
                  CAST('1.5' AS double precision), CAST('-1.5' AS double precision),
                  CAST(NULL AS numeric), CAST(NULL AS varchar), CAST(NULL AS date), '' FROM dual"""
    )
    moment = dt.datetime.fromisoformat("2026-01-31 23:59:58")
    assert cursor.fetchone() == (
        "PPD     ",
        dt.datetime.fromisoformat("2026-01-31"),
        moment,
        moment.replace(microsecond=123),
        1.5,
        -1.5,
        *[None] * 4,  # '' is NULL, as on Oracle
    )


@pytest.mark.parametrize("size", [1, 84, 85, 252, 253, 3000, 20000])
def test_bangla_of_any_length_arrives_from_a_column_and_from_a_bind(
    cursor: oracledb.Cursor, size: int
) -> None:
    text = "ধা" * size  # six bytes each
    assert cursor.execute(f"SELECT '{text}', :1 FROM dual", [text]).fetchone() == (text, text)


def test_binds_are_numbers_strings_dates_and_none_and_may_repeat(cursor: oracledb.Cursor) -> None:
    day = dt.datetime.fromisoformat("2026-02-28 12:30:00")
    sql = """SELECT :sign * CAST(2 AS numeric), :name, :nothing, :day, :sign, 'a:b' -- :not
             FROM dual WHERE :name = 'x''y' AND :nothing IS NULL
             GROUP BY :sign * CAST(2 AS numeric)"""
    row = cursor.execute(sql, sign=-1, name="x'y", nothing=None, day=day).fetchone()
    assert row == (-2, "x'y", None, day, -1, "a:b")


def test_positional_binds_keep_their_order(cursor: oracledb.Cursor) -> None:
    assert cursor.execute("SELECT :1, :2, :3 FROM dual", ["a", 2, "a"]).fetchone() == ("a", 2, "a")


@pytest.mark.parametrize("prefetch", [0, 2, 21, 10_001])
def test_ten_thousand_rows_come_in_many_round_trips(cursor: oracledb.Cursor, prefetch: int) -> None:
    cursor.arraysize, cursor.prefetchrows = 20, prefetch
    cursor.execute("SELECT n, 'row ' || n FROM generate_series(1, 10000) AS g(n)")
    assert cursor.fetchall() == [(n, f"row {n}") for n in range(1, 10001)]


@pytest.mark.parametrize("prefetch", [0, 2])
def test_a_statement_runs_again_from_the_cache_with_other_binds(
    connection: oracledb.Connection, prefetch: int
) -> None:
    for name in ("first", "second", None, "third" * 100):
        with connection.cursor() as cursor:
            cursor.prefetchrows = prefetch
            assert one(cursor, "SELECT :1 FROM dual", name) == name


# Errors and transactions


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT 1 FROM no_such_table", "ORA-00942"),
        ("SELECT 1 FROM no_such_schema.t", "ORA-00942"),
        ("SELECT no_such_column FROM dual", "ORA-00904"),
        ("SELECT FROM WHERE", "ORA-00900"),
        ("SELECT 1 / 0 FROM dual", "ORA-01476"),
        ("SELECT CAST('x' AS numeric) FROM dual", "ORA-01722"),
        ("SELECT 1 FROM dual;", "ORA-00911"),
        ("SELECT CAST('NaN' AS numeric) FROM dual", "ORA-01426"),
        ("SELECT CAST(9999 AS smallint) * CAST(9999 AS smallint) FROM dual", "ORA-01426"),
        ("SELECT dummy, count(*) FROM dual", "ORA-00979"),
        ("begin :x := dbms_transaction.local_transaction_id(TRUE); end;", "ORA-06550"),
    ],
)
def test_an_error_has_oracles_code_and_leaves_the_session_usable(
    cursor: oracledb.Cursor, sql: str, code: str
) -> None:
    binds = {"x": "x"} if ":x" in sql else {}
    assert error_of(lambda: cursor.execute(sql, binds).fetchall()) == code
    assert one(cursor, "SELECT 1 FROM dual") == 1


def test_an_error_without_a_counterpart_is_ora_00600_and_the_driver_hangs_up(
    connection: oracledb.Connection, cursor: oracledb.Cursor
) -> None:
    with pytest.raises(
        oracledb.DatabaseError, match=r"(?s)DPY-4011.*ORA-00600.*negative substring"
    ):
        cursor.execute("SELECT substr('a', 1, -1) FROM dual")
    assert not connection.is_healthy()


def test_a_lost_postgresql_is_a_lost_connection(
    wire: OracleWire, cursor: oracledb.Cursor, admin: psycopg.Connection
) -> None:
    admin.execute("SELECT pg_terminate_backend(%s, 10000)", [wire.sessions[0].backend_pid])
    with pytest.raises(oracledb.DatabaseError, match=r"(?s)DPY-4011.*ORA-03113"):
        cursor.execute("SELECT 1 FROM dual")


def test_what_a_role_may_not_see_does_not_exist_and_may_not_be_changed(
    postgres_url: str, admin: psycopg.Connection, table: str
) -> None:
    admin.execute("CREATE ROLE wire_blind")
    with (
        OracleWire(postgres_url, {USER: SECRET}, roles={USER: "wire_blind"}) as wire,
        connect(wire) as connection,
        connection.cursor() as cursor,
    ):
        assert one(cursor, "SELECT 1 FROM dual") == 1
        assert error_of(lambda: cursor.execute(f"SELECT * FROM {table}")) == "ORA-00942"
        assert error_of(lambda: cursor.execute(f"DELETE FROM {table}")) == "ORA-01031"
    admin.execute("DROP ROLE wire_blind")


def test_a_read_only_transaction_keeps_its_snapshot_and_refuses_writes(
    connection: oracledb.Connection, cursor: oracledb.Cursor, admin: psycopg.Connection, table: str
) -> None:
    cursor.execute("SET TRANSACTION READ ONLY")
    admin.execute(f"INSERT INTO {table} VALUES (1, 'late')")
    assert one(cursor, f"SELECT count(*) FROM {table}") == 0
    assert error_of(lambda: cursor.execute(f"DELETE FROM {table}")) == "ORA-01456"
    assert one(cursor, f"SELECT count(*) FROM {table}") == 0
    assert error_of(lambda: cursor.execute("SET TRANSACTION READ ONLY")) == "ORA-01453"
    connection.commit()
    assert one(cursor, f"SELECT count(*) FROM {table}") == 1


def test_writes_are_committed_or_rolled_back_and_a_failed_one_undoes_only_itself(
    connection: oracledb.Connection, cursor: oracledb.Cursor, admin: psycopg.Connection, table: str
) -> None:
    def count() -> int:
        row = admin.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row
        return int(row[0])

    cursor.executemany(f"INSERT INTO {table} VALUES (:1, :2)", [(1, "a"), (2, None), (3, "c")])
    assert (cursor.rowcount, count()) == (3, 0)
    assert connection.transaction_in_progress
    assert error_of(lambda: cursor.execute(f"UPDATE {table} SET id = 1 / 0")) == "ORA-01476"
    connection.commit()
    assert count() == 3
    cursor.execute(f"DELETE FROM {table}")
    connection.rollback()
    assert (count(), connection.transaction_in_progress) == (3, False)
    connection.autocommit = True
    cursor.execute(f"DELETE FROM {table} WHERE id = :1", [1])
    assert count() == 2


def test_alter_session_is_accepted_and_sets_the_schema(cursor: oracledb.Cursor) -> None:
    cursor.execute("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD'")
    cursor.execute("ALTER SESSION SET CURRENT_SCHEMA = cisadm")
    sql = "SELECT sys_context('userenv', 'current_schema'), nvl(NULL, 5) FROM dual"
    assert cursor.execute(sql).fetchone() == ("CISADM", 5)


def test_the_current_schema_outlives_a_rollback(
    connection: oracledb.Connection, cursor: oracledb.Cursor, admin: psycopg.Connection, table: str
) -> None:
    connection.current_schema = "PUBLIC"
    cursor.execute("INSERT INTO wire_t VALUES (1, 'a')")
    connection.current_schema = "NOWHERE"
    assert one(cursor, "SELECT 1 FROM dual") == 1
    connection.rollback()
    assert error_of(lambda: cursor.execute("SELECT * FROM wire_t")) == "ORA-00942"


def test_privileges_are_told_as_oracle_tells_them(
    postgres_url: str, admin: psycopg.Connection, table: str
) -> None:
    admin.execute("CREATE ROLE wire_reader")
    admin.execute(f"GRANT SELECT ON {table} TO wire_reader")
    with (
        OracleWire(postgres_url, {USER: SECRET}, roles={USER: "wire_reader"}) as wire,
        connect(wire) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT PRIVILEGE FROM SESSION_PRIVS")
        assert cursor.fetchall() == [("CREATE SESSION",)]
        cursor.execute("SELECT TABLE_NAME, PRIVILEGE FROM ALL_TAB_PRIVS WHERE TABLE_SCHEMA = :1",
                       ["PUBLIC"])  # fmt: skip
        assert ("WIRE_T", "READ") in cursor.fetchall()
    admin.execute(f"REVOKE SELECT ON {table} FROM wire_reader")
    admin.execute("DROP ROLE wire_reader")


def test_a_plan_is_explained_outside_a_read_only_transaction(cursor: oracledb.Cursor) -> None:
    plan = "SELECT PLAN_TABLE_OUTPUT FROM TABLE(DBMS_XPLAN.DISPLAY())"
    cursor.execute("EXPLAIN PLAN FOR SELECT dummy FROM dual")
    assert "Result" in str(cursor.execute(plan).fetchone())
    cursor.execute("SET TRANSACTION READ ONLY")
    assert error_of(lambda: cursor.execute("EXPLAIN PLAN FOR SELECT 1 FROM dual")) == "ORA-01456"


# Timeouts and hang-ups


SLEEP = "SELECT 1 FROM dual, pg_sleep(60)"


def test_a_call_timeout_cancels_the_query_and_the_connection_goes_on(
    wire: OracleWire,
    connection: oracledb.Connection,
    cursor: oracledb.Cursor,
    admin: psycopg.Connection,
) -> None:
    cursor.execute("SET TRANSACTION READ ONLY")
    connection.call_timeout = 400
    assert error_of(lambda: cursor.execute(SLEEP)) == "DPY-4024"
    until(lambda: state(admin, wire) != "active", "the query is cancelled")
    connection.call_timeout = 10_000
    assert one(cursor, "SELECT 2 FROM dual") == 2


def test_cancel_from_another_thread_ends_the_query(
    wire: OracleWire,
    connection: oracledb.Connection,
    cursor: oracledb.Cursor,
    admin: psycopg.Connection,
) -> None:
    def cancel() -> None:
        until(lambda: state(admin, wire) == "active", "the query runs")
        connection.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    assert error_of(lambda: cursor.execute(SLEEP)) == "ORA-01013"
    thread.join()
    assert one(cursor, "SELECT 2 FROM dual") == 2


def test_a_break_that_came_too_late_spoils_nothing(
    connection: oracledb.Connection, cursor: oracledb.Cursor
) -> None:
    connection.cancel()
    assert one(cursor, "SELECT 2 FROM dual") == 2
    assert one(cursor, "SELECT 3 FROM dual") == 3


def test_a_request_that_overtakes_the_reset_is_held_and_not_cancelled() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Line(ours)
        request = b"\x00\x0c\x00\x00\x06\x00\x00\x00" + b"\x00\x00" + b"\x03\x93"
        reset = b"\x00\x0b\x00\x00\x0c\x00\x00\x00" + b"\x01\x00\x02"
        theirs.sendall(request + reset)
        assert not line.finish_break()
        assert line.next_data() == b"\x03\x93"


CHILD = f"""
import oracledb, sys
connection = oracledb.connect(user={USER!r}, password={SECRET!r}, dsn=sys.argv[1])
print(connection.cursor().execute(sys.argv[2]).fetchone()[0])
"""


def child(wire: OracleWire, sql: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, wire.dsn, sql]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_client_may_be_another_process(wire: OracleWire) -> None:
    with child(wire, "SELECT 'from afar' FROM dual") as process:
        assert process.communicate(timeout=60)[0] == "from afar\n"


def test_a_client_killed_in_a_query_takes_its_backend_along(
    wire: OracleWire, admin: psycopg.Connection
) -> None:
    with child(wire, SLEEP) as process:
        until(lambda: wire.sessions and state(admin, wire) == "active", "the query runs")
        process.kill()
        until(lambda: state(admin, wire) is None, "the backend has gone")


def test_stopping_the_server_ends_its_queries_and_frees_the_port(
    wire: OracleWire, admin: psycopg.Connection
) -> None:
    with child(wire, "SELECT 'ok' FROM dual") as process:
        process.communicate(timeout=60)
    with connect(wire) as connection:
        caught: list[str] = []
        call = threading.Thread(
            target=lambda: caught.append(error_of(lambda: connection.cursor().execute(SLEEP)))
        )
        call.start()
        until(lambda: SLEEP in wire.statements, "the query runs")
        wire.stop()
        call.join()
    assert caught == ["DPY-4011"]
    until(lambda: state(admin, wire) is None, "the backend has gone")
    assert error_of(lambda: connect(wire)) == "DPY-6005"
    assert not [t.name for t in threading.enumerate() if t.name.startswith("oracle-wire")]


def test_a_forgotten_connection_does_not_keep_the_interpreter(postgres_url: str) -> None:
    script = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})
import oracledb
from tests.wire import OracleWire
wire = OracleWire({postgres_url!r}, {{"a": "b"}}, service="CCB")
connection = oracledb.connect(user="a", password="b", dsn=wire.dsn)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)


# Scripted faults


def test_an_error_strikes_only_the_execute_it_is_meant_for(
    wire: OracleWire, cursor: oracledb.Cursor
) -> None:
    rule = wire.fail_with(OraError(1555, "snapshot too old"), sql="ci_ft", on=2)
    sql = "SELECT 1 /* CI_FT */ FROM dual"
    assert one(cursor, sql) == 1
    assert error_of(lambda: cursor.execute(sql)) == "ORA-01555"
    assert one(cursor, sql) == 1
    assert one(cursor, "SELECT 2 FROM dual") == 2
    assert (rule.seen, rule.struck) == (3, 1)


def test_an_error_strikes_every_execute_until_healed(
    wire: OracleWire, cursor: oracledb.Cursor
) -> None:
    wire.fail_with(OraError(3172, "STANDBY_MAX_DATA_DELAY of 30 seconds exceeded"))
    for _ in range(2):
        assert error_of(lambda: cursor.execute("SELECT 1 FROM dual")) == "ORA-03172"
    wire.heal()
    assert one(cursor, "SELECT 1 FROM dual") == 1


def test_an_error_may_come_after_some_rows(wire: OracleWire, cursor: oracledb.Cursor) -> None:
    wire.fail_with(OraError(1555, "snapshot too old", after_rows=30), sql="generate_series")
    cursor.arraysize = 20
    cursor.execute("SELECT n FROM generate_series(1, 100) AS g(n)")
    assert len(cursor.fetchmany(10)) == 10
    assert error_of(cursor.fetchall) == "ORA-01555"


@pytest.mark.parametrize("cut", [Cut.BEFORE_FIRST_ROW, Cut.IN_A_ROW, Cut.AFTER_LAST_ROW])
@pytest.mark.parametrize("prefetch", [0, 2, 50])
def test_the_socket_is_cut_during_a_result(
    wire: OracleWire, cursor: oracledb.Cursor, cut: Cut, prefetch: int
) -> None:
    wire.fail_with(cut)
    cursor.prefetchrows = prefetch

    def fetch() -> None:
        cursor.execute("SELECT n, 'text' FROM generate_series(1, 17) AS g(n)")
        cursor.fetchall()

    assert error_of(fetch) == "DPY-4011"


def test_a_write_may_take_effect_although_its_answer_is_cut(
    wire: OracleWire, connection: oracledb.Connection, admin: psycopg.Connection, table: str
) -> None:
    wire.fail_with(Cut.BEFORE_FIRST_ROW, sql="INSERT")
    connection.autocommit = True
    sql = f"INSERT INTO {table} VALUES (1, 'a')"
    assert error_of(lambda: connection.cursor().execute(sql)) == "DPY-4011"
    assert admin.execute(f"SELECT id FROM {table}").fetchall() == [(1,)]


def test_the_socket_is_cut_at_login(wire: OracleWire) -> None:
    wire.fail_with(Cut.AT_LOGIN, on=1)
    assert error_of(lambda: connect(wire)) == "DPY-4011"
    connect(wire).close()


def test_silence_on_execute_outlasts_even_the_break(
    wire: OracleWire, connection: oracledb.Connection, cursor: oracledb.Cursor
) -> None:
    wire.fail_with(Silent.ON_EXECUTE)
    connection.call_timeout = 300
    assert error_of(lambda: cursor.execute("SELECT 1 FROM dual")) == "DPY-4011"


def test_silence_on_connect_lasts_until_the_client_is_killed(wire: OracleWire) -> None:
    rule = wire.fail_with(Silent.ON_CONNECT)
    with child(wire, "SELECT 1 FROM dual") as process:
        until(lambda: rule.struck, "the client has connected")
        assert process.poll() is None
        process.kill()
    assert wire.sessions == []


def test_a_slow_answer_comes_late_and_obeys_the_call_timeout(
    wire: OracleWire, connection: oracledb.Connection, cursor: oracledb.Cursor
) -> None:
    wire.fail_with(Slow(0.3), on=1)
    wire.fail_with(Slow(60), on=2)
    start = time.monotonic()
    assert one(cursor, "SELECT 1 FROM dual") == 1
    assert time.monotonic() - start >= 0.3
    connection.call_timeout = 400
    assert error_of(lambda: cursor.execute("SELECT 1 FROM dual")) == "DPY-4024"
    assert one(cursor, "SELECT 1 FROM dual") == 1


def test_a_result_is_replaced_by_a_scripted_one(wire: OracleWire, cursor: oracledb.Cursor) -> None:
    stamp = dt.datetime.fromisoformat("2026-01-31 01:02:03.5")
    columns = [("NOCS", "VARCHAR2(50)"), ("FLAG", "CHAR(4)"), ("AMT", "NUMBER(15,2)")]
    columns += [("AT", "TIMESTAMP"), ("DAY", "DATE"), ("DBL", "BINARY_DOUBLE")]
    rows: list[list[object]] = [
        ["001", "Y", Decimal("-0.01"), stamp, stamp.date(), 0.1],
        [None] * 6,
    ]
    wire.fail_with(Answer(columns, rows), sql="nocs_report")
    cursor.execute("SELECT * FROM nocs_report", fetch_decimals=True)
    assert [d.name for d in cursor.description or []] == ["NOCS", "FLAG", "AMT", "AT", "DAY", "DBL"]
    day = dt.datetime.fromisoformat("2026-01-31")
    assert cursor.fetchall() == [
        ("001", "Y   ", Decimal("-0.01"), stamp, day, 0.1),
        (None,) * 6,
    ]


def test_columns_may_change_between_two_executions_of_one_statement(
    wire: OracleWire, cursor: oracledb.Cursor
) -> None:
    sql = "SELECT 1 AS a FROM dual"
    assert one(cursor, sql) == 1
    wire.fail_with(Answer([("B", "VARCHAR2(10)"), ("C", "NUMBER")], [("x", "1e30")]))
    assert cursor.execute(sql).fetchall() == [("x", 10**30)]
    assert [d.name for d in cursor.description or []] == ["B", "C"]


@pytest.mark.parametrize(
    ("served", "arrives"),
    [("Infinity", "1E+126"), ("-1E-5", "-0.00001"), ("1E125", "1E+125"), ("1E-140", "0")],
)
def test_strange_numbers_arrive_as_the_driver_reads_them(
    wire: OracleWire, cursor: oracledb.Cursor, served: str, arrives: str
) -> None:
    wire.fail_with(Answer([("N", "NUMBER")], [[Decimal(served)]]))
    row = cursor.execute("SELECT 1 FROM dual", fetch_decimals=True).fetchone()
    assert row == (Decimal(arrives),)


def test_a_value_that_the_driver_cannot_read_leaves_the_connection_usable(
    wire: OracleWire, cursor: oracledb.Cursor
) -> None:
    wire.fail_with(Answer([("N", "NUMBER")], [[bytes(25)]]), on=1)
    assert error_of(lambda: cursor.execute("SELECT 1 FROM dual").fetchone()) == "DPY-5015"
    assert one(cursor, "SELECT 2 FROM dual") == 2


# Pools and SQLAlchemy


def test_a_pool_hands_out_tagged_sessions(wire: OracleWire) -> None:
    pool = oracledb.create_pool(user=USER, password=SECRET, dsn=wire.dsn, min=1, max=2)
    for action in ("first", "second"):
        with pool.acquire() as connection:
            connection.action = action
            assert connection.cursor().execute("SELECT 1 FROM dual").fetchone() == (1,)
    pool.close()
    assert wire.sessions[0].action == "second"


def test_sqlalchemy_connects_and_reads(wire: OracleWire) -> None:
    url = sa.URL.create("oracle+oracledb", USER, SECRET, "127.0.0.1", wire.port)
    engine = sa.create_engine(url.update_query_dict({"service_name": "CCB"}))
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT :a AS a, :b AS b FROM dual"), {"a": 1, "b": "x"})
        assert row.one() == (1, "x")
    engine.dispose()
