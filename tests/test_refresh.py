"""A whole refresh, from the source to the cache: the demo, and the real Oracle driver on a wire.

Its failures are in test_oracle_faults and test_oracle_figures.
"""

import os
import signal
import threading
from decimal import Decimal

import psutil
import psycopg
import pytest

from nocs.cache.database import Database
from nocs.demo import ccb
from nocs.model import Run, RunStatus
from nocs.refresh import retry
from nocs.refresh.retry import pause_seconds
from nocs.settings import load_settings
from tests.oracle import LARGEST, refresh, settings_for, snapshot_of
from tests.waiting import until
from tests.wire import OracleWire, Slow

MEGABYTE = 1024


def test_figures_travel_from_oracles_wire_format_to_the_cache_to_the_cent(
    database: Database, wire: OracleWire
) -> None:
    run = refresh(database, settings_for(wire))
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    areas = {area.nocs_code: area for area in snapshot_of(database).areas}
    assert areas["001"].positive_balance_amt == Decimal("500.00")
    assert areas["001"].negative_balance_amt == Decimal("-20.25")
    assert areas["001"].net_balance == Decimal("479.75")
    assert (areas["001"].total_customers, areas["001"].positive_qty) == (3, 1)
    assert areas["002"].positive_balance_amt == Decimal(LARGEST)
    assert areas["002"].negative_balance_amt == -Decimal(LARGEST)
    assert areas["002"].net_balance == 0
    assert areas["002"].nocs_name == "বনশ্রী"
    assert areas["003"].total_customers == 1 and areas["003"].net_balance == 0
    assert run.unassigned_customers == 1


def test_the_sign_setting_exchanges_credit_and_due(database: Database, wire: OracleWire) -> None:
    settings = settings_for(wire, NOCS_CREDIT_SIGN="-1", NOCS_CREDIT_SIGN_CONFIRMED="true")
    refresh(database, settings)
    assert not any("FT_TYPE_FLG" in sql for sql in wire.statements)  # confirmed: not asked for
    adabor = snapshot_of(database).areas[0]
    assert adabor.positive_balance_amt == Decimal("20.25")
    assert adabor.negative_balance_amt == Decimal("-500.00")


def test_the_session_is_tagged_and_everything_runs_in_one_read_only_transaction(
    database: Database, wire: OracleWire
) -> None:
    refresh(database, settings_for(wire))
    (session,) = wire.sessions
    assert (session.module, session.action) == ("nocs", "balance summary")
    assert session.client_identifier == "nocs refresh"
    assert session.current_schema == "CISADM"
    first, report, control, sign, names = session.statements
    assert first == "SET TRANSACTION READ ONLY"
    assert "NOCS_CODE" in report and "UNASSIGNED_CUSTOMERS" in control and "FT_TYPE_FLG" in sign
    assert "LANGUAGE_TAG" in names


@pytest.fixture
def slow_refresh(
    database: Database, wire: OracleWire
) -> tuple[threading.Thread, threading.Event, list[Run]]:
    """A refresh whose query runs, what stops it, and the place of its end."""
    wire.fail_with(Slow(60), sql="FT_TYPE_FLG")  # after it come names alone
    stop, ended = threading.Event(), list[Run]()
    settings = settings_for(wire, NOCS_REFRESH_ATTEMPTS="1")
    worker = threading.Thread(target=lambda: ended.append(refresh(database, settings, stop=stop)))
    worker.start()
    until(lambda: any("FT_TYPE_FLG" in sql for sql in wire.statements), "the query to start")
    return worker, stop, ended


def the_child() -> psutil.Process:
    (child,) = [c for c in psutil.Process().children() if "nocs.source.extract" in c.cmdline()]
    return child


def test_a_stop_cancels_the_query_and_ends_the_child(
    wire: OracleWire, slow_refresh: tuple[threading.Thread, threading.Event, list[Run]]
) -> None:
    worker, stop, ended = slow_refresh
    child = the_child()
    stop.set()
    worker.join(10)
    assert not worker.is_alive()
    assert (ended[0].status, ended[0].error_code) == (RunStatus.FAILED, "stopped")
    assert not child.is_running()
    until(lambda: not wire.sessions[0].open, "the session to be over")
    assert wire.sessions[0].breaks == 1  # cancelled in words, not only hung up on


def test_a_killed_child_is_a_failure_and_not_a_hang(
    slow_refresh: tuple[threading.Thread, threading.Event, list[Run]],
) -> None:
    worker, _, ended = slow_refresh
    os.kill(the_child().pid, signal.SIGKILL)
    worker.join(10)
    assert (ended[0].status, ended[0].error_code) == (RunStatus.FAILED, "child_died")


def test_the_child_is_small_and_shows_no_secret(
    slow_refresh: tuple[threading.Thread, threading.Event, list[Run]],
) -> None:
    worker, stop, _ = slow_refresh
    child = the_child()
    with open(f"/proc/{child.pid}/status", encoding="utf-8") as status:  # noqa: PTH123
        (peak,) = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    command, environment = child.cmdline(), child.environ()
    stop.set()
    worker.join(10)
    assert peak < 150 * MEGABYTE
    assert command[1:] == ["-m", "nocs.source.extract"]
    assert not [name for name in environment if name.startswith("NOCS_")]


def test_the_demo_is_read_with_the_same_report_and_moves_between_refreshes(
    database: Database, cache_url: str
) -> None:
    with psycopg.connect(cache_url) as connection:
        ccb.create(connection, 1_000)
    settings = load_settings({"NOCS_DATABASE_URL": cache_url, "NOCS_DEMO": "true"})
    first = refresh(database, settings, url=cache_url)
    assert first.status is RunStatus.SUCCEEDED
    before = snapshot_of(database)
    assert before.is_demo and before.totals.areas == 17
    refresh(database, settings, url=cache_url)
    after = snapshot_of(database)
    assert after.totals.net_balance != before.totals.net_balance
    assert after.previous == before.totals
    assert after.as_of > before.as_of


def test_pauses_double_up_to_a_cap_and_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 5.0)
    longest = [pause_seconds(attempt, lambda: 1.0) for attempt in range(1, 7)]
    shortest = [pause_seconds(attempt, lambda: 0.0) for attempt in range(1, 7)]
    assert longest == [5, 10, 20, 40, 60, 60]
    assert shortest == [2.5, 5, 10, 20, 30, 30]
