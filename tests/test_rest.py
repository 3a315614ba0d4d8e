"""After a refused login the scheduler asks nothing by itself until a setting or person says so."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nocs.cache import pauses, runs, schedulers
from nocs.cache.database import Database, clock
from nocs.live import Live
from nocs.model import Pause, Run, RunStatus, Trigger
from nocs.refresh import rest
from nocs.scheduler import SchedulerProcess
from nocs.settings import ROOT, Settings, load_settings
from nocs.source.fingerprint import fingerprint
from nocs.status import status_of
from nocs.ui.banner import banners_html
from nocs.ui.words import Words
from tests.oracle import PASSWORD, USER, environment_for, refresh, settings_for
from tests.records import area, publish
from tests.waiting import until
from tests.wire import Cut, OracleWire

WRONG = {"NOCS_ORACLE_PASSWORD": "not-it"}


def pause_of(database: Database) -> Pause | None:
    with database.reading() as connection:
        return pauses.standing(connection)


def last_run(database: Database) -> Run | None:
    with database.reading() as connection:
        return next(iter(runs.recent(connection, 1)), None)


def rests(database: Database, settings: Settings) -> bool:
    with database.reading() as connection:
        return rest.resting(connection, settings) is not None


# What begins and ends the rest


@pytest.mark.parametrize("status", ["open", "locked", "expired"])
def test_a_refused_login_begins_the_rest(database: Database, wire: OracleWire, status: str) -> None:
    wire.set_account(USER, status=status)
    settings = settings_for(wire, **(WRONG if status == "open" else {}))
    run = refresh(database, settings, Trigger.SCHEDULE)
    pause = pause_of(database)
    assert pause is not None and pause.error_code == run.error_code
    assert rests(database, settings)


def test_another_failure_does_not(database: Database, wire: OracleWire) -> None:
    wire.fail_with(Cut.AT_LOGIN)
    refresh(database, settings_for(wire, NOCS_REFRESH_ATTEMPTS="1"))
    assert pause_of(database) is None


def test_a_login_that_succeeds_ends_it_even_if_the_refresh_then_fails(
    database: Database, wire: OracleWire
) -> None:
    refresh(database, settings_for(wire, **WRONG))
    run = refresh(database, settings_for(wire, NOCS_ORACLE_SCHEMA="NOWHERE"))
    assert run.error_code == "ORA-00942"
    assert pause_of(database) is None


def test_a_failure_that_says_nothing_of_the_login_leaves_it(
    database: Database, wire: OracleWire
) -> None:
    refresh(database, settings_for(wire, **WRONG))
    wire.fail_with(Cut.AT_LOGIN)
    refresh(database, settings_for(wire, NOCS_REFRESH_ATTEMPTS="1", **WRONG))
    assert rests(database, settings_for(wire, **WRONG))


@pytest.mark.parametrize("trigger", [Trigger.SCHEDULE, Trigger.STARTUP])
def test_a_run_of_another_scheduler_does_not_try_the_refused_login(
    database: Database, wire: OracleWire, trigger: Trigger
) -> None:
    settings = settings_for(wire, **WRONG)
    refresh(database, settings)
    run = refresh(database, settings, trigger)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "ORA-01017")
    assert "was not asked" in run.error and "press Refresh" in run.error
    assert len(wire.sessions) == 1


@pytest.mark.parametrize("trigger", [Trigger.MANUAL, Trigger.API, Trigger.CLI])
def test_a_person_is_always_obeyed(database: Database, wire: OracleWire, trigger: Trigger) -> None:
    wire.set_account(USER, status="locked")
    refresh(database, settings_for(wire))
    since = pause_of(database)
    refresh(database, settings_for(wire), trigger)
    assert len(wire.sessions) == 2
    assert pause_of(database) == since  # since the first refusal, not the last
    wire.set_account(USER, status="open")
    assert refresh(database, settings_for(wire), trigger).status is RunStatus.SUCCEEDED
    assert pause_of(database) is None


# The scheduler


@pytest.fixture
def refused(database: Database, cache_url: str) -> Iterator[SchedulerProcess]:
    """A scheduler whose settings were refused, with figures of two hours ago."""
    settings = load_settings(environment_for("127.0.0.1:1/CCB"))
    publish(database, area(), as_of=datetime.now(UTC) - timedelta(hours=2))
    with database.transaction() as connection:
        pauses.begin(connection, "ORA-01017", fingerprint(settings))
    scheduler = SchedulerProcess(settings, cache_url, threading.Event())
    yield scheduler
    scheduler.database.close()


def test_it_queues_nothing_by_itself_not_even_after_a_restart(
    refused: SchedulerProcess, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    before = last_run(database)
    refused.queue_slot()
    refused.queue_if_late()
    assert last_run(database) == before
    assert "is left out: Oracle has refused the login since" in caplog.text
    assert "press Refresh" in caplog.text


def test_it_says_that_no_refresh_is_planned(refused: SchedulerProcess, database: Database) -> None:
    refused.beat()
    with database.reading() as connection:
        (told,) = schedulers.living(connection)
    assert told.next_run_at is None


@pytest.mark.parametrize("minutes_old", [5, 120])
def test_a_changed_setting_is_tried_at_once(
    refused: SchedulerProcess, database: Database, cache_url: str, minutes_old: int
) -> None:
    publish(database, area(), as_of=datetime.now(UTC) - timedelta(minutes=minutes_old))
    settings = load_settings(environment_for("127.0.0.1:1/CCB", NOCS_ORACLE_PASSWORD="new"))
    scheduler = SchedulerProcess(settings, cache_url, threading.Event())
    scheduler.queue_if_late()
    scheduler.database.close()
    run = last_run(database)
    assert run is not None and run.status is RunStatus.QUEUED


def test_page_and_status_say_so(refused: SchedulerProcess, database: Database) -> None:
    live = Live(database, timedelta(0), ZoneInfo("Asia/Dhaka"))
    live.read()
    with database.reading() as connection:
        now = clock(connection)
    html = banners_html(live.state, now, Words.of(refused.settings))
    text, _ = status_of(database, refused.settings)
    for said in (html, text):
        assert "Oracle refuses the login since" in said and "ORA-01017" in said
        assert "press Refresh" in said


def test_a_scheduler_process_tries_a_wrong_password_once_over_its_restarts(
    database: Database, wire: OracleWire, cache_url: str, tmp_path: Path
) -> None:
    environment = environment_for(wire.dsn, **WRONG) | {
        "PATH": os.environ["PATH"],
        "NOCS_DATABASE_URL": cache_url,
        "NOCS_DATA_DIR": str(tmp_path),
    }

    def run_until(condition, what: str, **changed: str) -> str:
        process = subprocess.Popen(
            [sys.executable, "-m", "nocs.scheduler"],
            env=environment | changed,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            until(condition, what)
        finally:
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        return output

    def failed() -> bool:
        run = last_run(database)
        return run is not None and run.status is RunStatus.FAILED

    told = run_until(failed, "the refused login")
    assert "ORA-01017" in told and "not-it" not in told
    assert "when a setting changes or a person asks" in told

    def alive() -> bool:
        with database.reading() as connection:
            return bool(schedulers.living(connection))

    assert "Nothing is refreshed at the start" in run_until(alive, "the restart")
    assert len(wire.sessions) == 1
    right = {"NOCS_ORACLE_PASSWORD": PASSWORD}
    run_until(lambda: pause_of(database) is None, "the corrected login", **right)
    assert len(wire.sessions) == 2


# The fingerprint


def test_the_fingerprint_changes_with_every_setting_of_the_login_and_tells_no_secret() -> None:
    def of(**changed: str) -> str:
        return fingerprint(load_settings(environment_for("db/CCB", **changed)))

    others = {
        of(NOCS_ORACLE_PASSWORD="another"),
        of(NOCS_ORACLE_USER="another"),
        of(NOCS_ORACLE_DSN="another/CCB"),
        of(NOCS_ORACLE_WALLET_DIR="/etc/wallet"),
    }
    assert len(others | {of()}) == 5
    assert of(NOCS_ORACLE_USER=USER.upper(), NOCS_PORT="9000") == of()
    place, _, secret = of().partition("-")
    assert of(NOCS_ORACLE_PASSWORD="another").startswith(place)
    assert len(secret) == 3  # 12 bits: a change shows, a guess is not confirmed
