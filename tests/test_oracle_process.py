"""`nocs refresh` and the scheduler as processes, with an Oracle on the wire; no secret is shown."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from nocs.cache import runs
from nocs.cache.database import Database
from nocs.model import Run, RunStatus
from nocs.settings import ROOT
from tests.oracle import PASSWORD, environment_for, snapshot_of
from tests.test_commands import nocs
from tests.waiting import until
from tests.wire import OracleWire


@pytest.fixture
def environment(wire: OracleWire, cache_url: str, tmp_path: Path) -> dict[str, str]:
    return environment_for(wire.dsn) | {
        "PATH": os.environ["PATH"],
        "NOCS_DATABASE_URL": cache_url,
        "NOCS_DATA_DIR": str(tmp_path),
    }


def written(folder: Path) -> str:
    return "".join(file.read_text(encoding="utf-8") for file in (folder / "logs").iterdir())


def last_run(database: Database) -> Run:
    with database.reading() as connection:
        return runs.recent(connection, 1)[0]


def test_a_refresh_by_command_publishes_and_shows_no_password(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    done = nocs("refresh", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "published 3 areas" in done.stdout
    assert snapshot_of(database).totals.areas == 3
    assert PASSWORD not in done.stdout + done.stderr + written(tmp_path)


def test_a_refresh_by_command_with_a_wrong_password_says_what_to_do_and_not_the_password(
    environment: dict[str, str], database: Database, tmp_path: Path, wire: OracleWire
) -> None:
    secret = "not-the-tiger"
    done = nocs("refresh", **environment | {"NOCS_ORACLE_PASSWORD": secret})
    told = done.stdout + done.stderr
    assert done.returncode == 1
    assert "ORA-01017" in told and "correct NOCS_ORACLE_USER and _PASSWORD" in told
    assert "Traceback" not in told
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT r::text || coalesce(p::text, '')"
            " FROM nocs_refresh_run AS r LEFT JOIN nocs_source_pause AS p ON true"
        ).scalars()
        kept = "".join(rows)
    assert "ORA-01017" in kept
    assert secret not in told + written(tmp_path) + kept
    assert len(wire.sessions) == 1


@pytest.fixture
def locked(wire: OracleWire, cache_url: str) -> Iterator[psycopg.Connection]:
    """A table of the source under lock: the report waits for it as long as this lasts."""
    with psycopg.connect(cache_url) as connection:
        connection.execute("LOCK TABLE cisadm.ci_ft IN ACCESS EXCLUSIVE MODE")
        yield connection


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_scheduler_stopped_in_a_query_cancels_it_and_leaves_nothing_behind(
    environment: dict[str, str],
    database: Database,
    wire: OracleWire,
    locked: psycopg.Connection,
    end: signal.Signals,
) -> None:
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "nocs.scheduler"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until(lambda: any("NOCS_CODE" in sql for sql in wire.statements), "the query")
        (child,) = psutil.Process(scheduler.pid).children()
        shown = " ".join([*child.cmdline(), *child.environ().values()])
        assert PASSWORD not in shown
        scheduler.send_signal(end)
        output, _ = scheduler.communicate(timeout=20)
        until(lambda: not wire.sessions[0].open, "the session to be over")
    finally:
        scheduler.kill()
        scheduler.communicate()
    assert scheduler.returncode == 0, output
    assert "Traceback" not in output and PASSWORD not in output
    assert not child.is_running()
    run = last_run(database)
    assert (run.status, run.error_code) == (RunStatus.FAILED, "stopped")
    assert wire.sessions[0].breaks == 1
    left = locked.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'oracle wire'"
        " AND datname = current_database()"
    ).fetchone()
    assert left == (0,)  # although the lock that the query waited for is still held
