"""A whole refresh, from the source to the cache: the demo, and the real Oracle driver on a wire.

The wire is a server that the driver takes for Oracle; what it shows is how this program and the
driver behave, not what a real Oracle server does.
"""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import psutil
import psycopg
import pytest

from nocs.cache import balances, queue
from nocs.cache.database import Database
from nocs.demo import ccb
from nocs.demo.book import Book
from nocs.model import Run, RunStatus, Snapshot, Trigger
from nocs.refresh import job
from nocs.refresh.job import Refresher, pause_seconds
from nocs.settings import Settings, load_settings
from tests.waiting import until
from tests.wire import Answer, Cut, OracleWire, OraError, Silent, Slow

PASSWORD = "tiger-9"
LARGEST = "9999999999999.99"
HOST = "test"


@pytest.fixture
def ccb_url(cache_url: str) -> str:
    """The cache's database with a small CC&B of three areas in it."""
    book = Book(date.today())  # noqa: DTZ011
    with psycopg.connect(cache_url) as connection:
        ccb.create_empty(connection)
        book.label("001", "ENG", "Adabor")
        book.label("002", "BEN", "বনশ্রী")
        book.label("003", "ENG", "Kazla")
        for code, amounts in {"001": ("500.00", "-20.25"), "002": (LARGEST,), "003": ()}.items():
            premise = book.premise((code, -10))
            book.account(premise)
            for amount in amounts:
                book.customer(premise, amount)
        book.customer(book.premise(), "7.00")
        book.write(connection)
    return cache_url


@pytest.fixture
def wire(ccb_url: str) -> Iterator[OracleWire]:
    with OracleWire(ccb_url, {"nocs_reader": PASSWORD}, service="CCB") as wire:
        yield wire


def settings_for(wire: OracleWire, **changed: str) -> Settings:
    environment = {
        "NOCS_ORACLE_DSN": wire.dsn,
        "NOCS_ORACLE_USER": "nocs_reader",
        "NOCS_ORACLE_PASSWORD": PASSWORD,
        "NOCS_EXPECTED_AREAS": "3",
    }
    return load_settings(environment | changed)


def refresh(database: Database, settings: Settings, url: str, stop: threading.Event) -> Run:
    with database.transaction() as connection:
        queue.request(connection, Trigger.CLI)
    run = Refresher(database, settings, url, HOST, stop).run_next()
    assert run is not None
    return run


def snapshot_of(database: Database) -> Snapshot:
    with database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
    assert snapshot is not None
    return snapshot


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "FIRST_PAUSE_SECONDS", 0.05)


def test_figures_travel_from_oracles_wire_format_to_the_cache_to_the_cent(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    run = refresh(database, settings_for(wire), ccb_url, stop)
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    areas = {area.nocs_code: area for area in snapshot_of(database).areas}
    assert areas["001"].positive_balance_amt == Decimal("500.00")
    assert areas["001"].negative_balance_amt == Decimal("-20.25")
    assert areas["001"].net_balance == Decimal("479.75")
    assert (areas["001"].total_customers, areas["001"].positive_qty) == (3, 1)
    assert areas["002"].positive_balance_amt == Decimal(LARGEST)
    assert areas["002"].nocs_name == "বনশ্রী"
    assert areas["003"].total_customers == 1 and areas["003"].net_balance == 0
    assert run.unassigned_customers == 1


def test_the_sign_setting_exchanges_credit_and_due(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    refresh(database, settings_for(wire, NOCS_CREDIT_SIGN="-1"), ccb_url, stop)
    adabor = snapshot_of(database).areas[0]
    assert adabor.positive_balance_amt == Decimal("20.25")
    assert adabor.negative_balance_amt == Decimal("-500.00")


def test_the_session_is_tagged_and_read_only(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    refresh(database, settings_for(wire), ccb_url, stop)
    session = wire.sessions[0]
    assert (session.module, session.action) == ("nocs", "balance summary")
    assert session.client_identifier == "nocs refresh"
    assert session.statements[0] == "SET TRANSACTION READ ONLY"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"NOCS_ORACLE_PASSWORD": "wrong"}, "ORA-01017"),
        ({"NOCS_ORACLE_SCHEMA": "NOWHERE"}, "ORA-00942"),
    ],
)
def test_a_lasting_fault_is_not_tried_again_and_keeps_the_old_figures(
    database: Database,
    wire: OracleWire,
    ccb_url: str,
    stop: threading.Event,
    changed: dict[str, str],
    code: str,
) -> None:
    refresh(database, settings_for(wire), ccb_url, stop)
    before = snapshot_of(database)
    logins = len(wire.sessions)
    run = refresh(database, settings_for(wire, **changed), ccb_url, stop)
    assert (run.status, run.error_code) == (RunStatus.FAILED, code)
    assert code in run.error and "kept" in run.error
    assert PASSWORD not in run.error and "wrong" not in run.error.split("User name")[0]
    assert len(wire.sessions) == logins + 1
    assert snapshot_of(database) == before


@pytest.mark.parametrize(
    "fault",
    [
        OraError(1555, "snapshot too old"),
        OraError(3172, "standby lags"),
        Cut.BEFORE_FIRST_ROW,
        Cut.IN_A_ROW,
        Cut.AFTER_LAST_ROW,
    ],
)
def test_a_passing_fault_is_tried_again_and_then_publishes(
    database: Database,
    wire: OracleWire,
    ccb_url: str,
    stop: threading.Event,
    fault: OraError | Cut,
) -> None:
    rule = wire.fail_with(fault, sql="NOCS_CODE", on=1)
    run = refresh(database, settings_for(wire), ccb_url, stop)
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)
    assert rule.struck == 1


def test_a_passing_fault_that_stays_fails_after_the_last_try(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    rule = wire.fail_with(OraError(1555, "snapshot too old"), sql="NOCS_CODE")
    run = refresh(database, settings_for(wire, NOCS_REFRESH_ATTEMPTS="2"), ccb_url, stop)
    assert (run.status, run.error_code, run.attempt) == (RunStatus.FAILED, "ORA-01555", 2)
    assert rule.struck == 2


def test_a_listener_that_says_nothing_is_ended_at_the_deadline(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    wire.fail_with(Silent.ON_CONNECT)
    children = set(psutil.Process().children())
    settings = settings_for(wire, NOCS_REFRESH_DEADLINE_MINUTES="0.03")
    run = refresh(database, settings, ccb_url, stop)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "deadline")
    assert set(psutil.Process().children()) == children


def test_a_port_where_nobody_listens_is_a_clear_failure(
    database: Database, ccb_url: str, stop: threading.Event
) -> None:
    with OracleWire(ccb_url, {"nocs_reader": PASSWORD}) as wire:
        settings = settings_for(wire, NOCS_REFRESH_ATTEMPTS="1")
    run = refresh(database, settings, ccb_url, stop)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "DPY-6005")
    assert "NOCS_ORACLE_DSN" in run.error


def test_figures_that_break_a_rule_are_rejected_and_the_old_ones_stay(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    refresh(database, settings_for(wire), ccb_url, stop)
    before = snapshot_of(database)
    columns = [
        ("NOCS_CODE", "CHAR(16)"), ("NOCS_NAME", "VARCHAR2(60)"), ("TOTAL_CUSTOMERS", "NUMBER"),
        ("POSITIVE_QTY", "NUMBER"), ("POSITIVE_BALANCE_AMT", "NUMBER(15,2)"),
        ("NEGATIVE_QTY", "NUMBER"), ("NEGATIVE_BALANCE_AMT", "NUMBER(15,2)"),
        ("NET_BALANCE", "NUMBER(15,2)"),
    ]  # fmt: skip
    exchanged = ("001", "Adabor", 2, 1, Decimal("-20.25"), 1, Decimal("500.00"), Decimal("479.75"))
    wire.fail_with(Answer(columns, [exchanged]), sql="NOCS_CODE")
    run = refresh(database, settings_for(wire), ccb_url, stop)
    assert run.status is RunStatus.REJECTED
    assert "the credit is negative" in run.error
    assert snapshot_of(database) == before


def test_a_binary_double_is_refused_because_it_may_have_lost_a_cent(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    refresh(database, settings_for(wire), ccb_url, stop)
    columns = [
        ("NOCS_CODE", "CHAR(16)"), ("NOCS_NAME", "VARCHAR2(60)"), ("TOTAL_CUSTOMERS", "NUMBER"),
        ("POSITIVE_QTY", "NUMBER"), ("POSITIVE_BALANCE_AMT", "BINARY_DOUBLE"),
        ("NEGATIVE_QTY", "NUMBER"), ("NEGATIVE_BALANCE_AMT", "NUMBER(15,2)"),
        ("NET_BALANCE", "NUMBER(15,2)"),
    ]  # fmt: skip
    row = ("001", "Adabor", 2, 1, 500.0, 1, Decimal("-20.25"), Decimal("479.75"))
    wire.fail_with(Answer(columns, [row]), sql="NOCS_CODE")
    run = refresh(database, settings_for(wire), ccb_url, stop)
    assert run.status is RunStatus.REJECTED
    assert "POSITIVE_BALANCE_AMT is not an exact number" in run.error


def test_a_stop_ends_the_query_and_the_child(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    wire.fail_with(Slow(60), sql="NOCS_CODE")
    children = set(psutil.Process().children())
    ended: list[Run] = []
    worker = threading.Thread(
        target=lambda: ended.append(refresh(database, settings_for(wire), ccb_url, stop))
    )
    worker.start()
    until(lambda: any("NOCS_CODE" in sql for sql in wire.statements), "the query to start")
    stop.set()
    worker.join(10)
    assert not worker.is_alive()
    assert (ended[0].status, ended[0].error_code) == (RunStatus.FAILED, "stopped")
    assert set(psutil.Process().children()) == children


def test_a_killed_child_is_a_failure_and_not_a_hang(
    database: Database, wire: OracleWire, ccb_url: str, stop: threading.Event
) -> None:
    wire.fail_with(Slow(60), sql="NOCS_CODE")
    before = set(psutil.Process().children())
    settings = settings_for(wire, NOCS_REFRESH_ATTEMPTS="1")
    ended: list[Run] = []
    worker = threading.Thread(
        target=lambda: ended.append(refresh(database, settings, ccb_url, stop))
    )
    worker.start()
    until(lambda: any("NOCS_CODE" in sql for sql in wire.statements), "the query to start")
    (child,) = set(psutil.Process().children()) - before
    os.kill(child.pid, signal.SIGKILL)
    worker.join(10)
    assert (ended[0].status, ended[0].error_code) == (RunStatus.FAILED, "child_died")


def test_the_demo_is_read_with_the_same_report_and_moves_between_refreshes(
    database: Database, cache_url: str, stop: threading.Event
) -> None:
    with psycopg.connect(cache_url) as connection:
        ccb.create(connection, 1_000)
    settings = load_settings({"NOCS_DATABASE_URL": cache_url, "NOCS_DEMO": "true"})
    first = refresh(database, settings, cache_url, stop)
    assert first.status is RunStatus.SUCCEEDED
    before = snapshot_of(database)
    assert before.is_demo and before.totals.areas == 17
    refresh(database, settings, cache_url, stop)
    after = snapshot_of(database)
    assert after.totals.net_balance != before.totals.net_balance
    assert after.previous == before.totals
    assert after.as_of > before.as_of


def test_pauses_double_up_to_a_cap_and_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "FIRST_PAUSE_SECONDS", 5.0)
    longest = [pause_seconds(attempt, lambda: 1.0) for attempt in range(1, 7)]
    shortest = [pause_seconds(attempt, lambda: 0.0) for attempt in range(1, 7)]
    assert longest == [5, 10, 20, 40, 60, 60]
    assert shortest == [2.5, 5, 10, 20, 30, 30]
