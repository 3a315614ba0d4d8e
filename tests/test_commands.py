"""The commands as a person types them; every wrong input is one clear line and no traceback."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import openpyxl
import psycopg
import pytest

from nocs import __version__
from nocs.cache.database import Database
from nocs.cache.revision import newest_revision
from nocs.demo import ccb
from nocs.settings import ROOT
from tests.records import area, publish

SECRET = "hunter2-secret"
HEAD = newest_revision()


def nocs(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "nocs.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
    )


def assert_one_line(done: "subprocess.CompletedProcess[str]", *parts: str) -> None:
    assert done.returncode != 0
    assert done.stderr.startswith("nocs: ") and done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr
    assert SECRET not in done.stdout + done.stderr


@pytest.fixture
def demo(cache_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a migrated cache with a small demo beside it."""
    with psycopg.connect(cache_url) as connection:
        ccb.create(connection, 1_000)
    return {
        "NOCS_DATABASE_URL": cache_url,
        "NOCS_DEMO": "true",
        "NOCS_DATA_DIR": str(tmp_path),
    }


def test_refresh_status_and_export_agree(demo: dict[str, str], tmp_path: Path) -> None:
    empty = nocs("status", **demo)
    assert empty.returncode == 1 and "none yet" in empty.stdout
    refreshed = nocs("refresh", **demo)
    assert refreshed.returncode == 0, refreshed.stderr
    assert "published 17 areas" in refreshed.stdout
    status = nocs("status", **demo)
    assert status.returncode == 0
    assert "fresh" in status.stdout and "source demo" in status.stdout
    file = tmp_path / "balances.xlsx"
    assert nocs("export", str(file), **demo).returncode == 0
    assert openpyxl.load_workbook(file).sheetnames == ["Summary", "Areas", "Charts", "Trend"]


def test_status_ends_with_1_when_the_figures_are_stale(
    demo: dict[str, str], database: Database
) -> None:
    publish(database, area())
    status = nocs("status", **demo)
    assert status.returncode == 1 and "stale" in status.stdout


def test_a_refresh_that_fails_ends_with_1_and_says_why(demo: dict[str, str]) -> None:
    with psycopg.connect(demo["NOCS_DATABASE_URL"]) as connection:
        connection.execute("DROP TABLE cisadm.ci_ft CASCADE")
        connection.execute("CREATE TABLE cisadm.ci_ft (x integer)")
    done = nocs("refresh", **demo, NOCS_REFRESH_ATTEMPTS="1")
    assert done.returncode == 1
    assert "failed" in done.stdout and "Traceback" not in done.stdout + done.stderr


def test_migrate_goes_up_and_down_and_twice_is_harmless(database_url: str) -> None:
    there = {"NOCS_DATABASE_URL": database_url}
    assert f"none -> {HEAD}" in nocs("migrate", **there).stdout
    assert f"already at {HEAD}" in nocs("migrate", **there).stdout
    assert f"{HEAD} -> none" in nocs("migrate", "--to", "base", **there).stdout
    assert "none -> 0001" in nocs("migrate", "--to", "0001", **there).stdout


def test_a_token_is_shown_once_and_can_be_revoked(demo: dict[str, str]) -> None:
    token = nocs("token", "create", "--name", "robot", **demo).stdout.strip()
    assert re.fullmatch(r"nocs_[\w-]{43}", token)
    assert_one_line(nocs("token", "create", "--name", "robot", **demo), "robot exists")
    listed = nocs("token", "list", **demo).stdout
    assert "robot" in listed and "valid" in listed and token not in listed
    assert nocs("token", "revoke", "--name", "robot", **demo).returncode == 0
    assert_one_line(nocs("token", "revoke", "--name", "robot", **demo), "no valid token")


def test_demo_reset_forgets_demo_figures(demo: dict[str, str]) -> None:
    assert nocs("refresh", **demo).returncode == 0
    assert nocs("demo", "reset", "--customers", "1000", **demo).returncode == 0
    assert "none yet" in nocs("status", **demo).stdout


def test_demo_reset_refuses_to_forget_real_figures(
    demo: dict[str, str], database: Database
) -> None:
    publish(database, area())
    assert_one_line(nocs("demo", "reset", **demo), "figures of Oracle")


def test_a_terminal_without_the_sign_of_the_currency_gets_the_rest(demo: dict[str, str]) -> None:
    assert nocs("refresh", **demo).returncode == 0
    narrow = nocs("status", **demo, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert narrow.returncode == 0, narrow.stderr
    assert re.search(r"due \?[\d,.]+, net", narrow.stdout)


def test_the_version_is_told() -> None:
    assert nocs("--version").stdout.strip() == __version__


@pytest.mark.parametrize(
    "command",
    ["up", "migrate", "refresh", "scheduler", "serve", "status", "export", "doctor", "demo reset",
     "source check", "token create", "token list", "token revoke", "alerts test", "alerts list",
     "report send", "backup", "restore"],
)  # fmt: skip
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = nocs(*command.split(), "--help")
    assert done.returncode == 0
    assert f"Example: nocs {command}" in done.stdout


@pytest.mark.parametrize("command", ["up", "migrate", "refresh", "scheduler", "serve", "status"])
def test_a_wrong_setting_stops_every_command_with_its_name(command: str) -> None:
    assert_one_line(nocs(command, NOCS_TIMEZONE="Mars"), "NOCS_TIMEZONE", "Asia/Dhaka")


def test_half_set_oracle_settings_stop_the_start(demo: dict[str, str]) -> None:
    for command in ("up", "refresh", "scheduler"):
        done = nocs(command, **demo, NOCS_ORACLE_DSN="db/CCB", NOCS_ORACLE_PASSWORD=SECRET)
        assert_one_line(done, "NOCS_ORACLE_USER is missing")


def test_a_database_url_that_is_none_is_told_without_its_password() -> None:
    done = nocs("status", NOCS_DATABASE_URL=f"postgresql://nocs:{SECRET}@[bad/nocs")
    assert_one_line(done, "NOCS_DATABASE_URL is not a PostgreSQL URL", "postgresql://user")


def test_an_unreachable_database_is_told_with_its_address() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"postgresql://nocs:{SECRET}@127.0.0.1:{port}/nocs"
    done = nocs("status", NOCS_DATABASE_URL=url)
    assert_one_line(done, f"127.0.0.1:{port}", "Check NOCS_DATABASE_URL")


@pytest.mark.parametrize("command", ["refresh", "scheduler", "serve", "status"])
def test_a_missing_migration_is_told_with_its_remedy(command: str, database_url: str) -> None:
    done = nocs(command, NOCS_DATABASE_URL=database_url, NOCS_DEMO="true", NOCS_PORT="18501")
    assert_one_line(done, "schema none", "Run: nocs migrate")


def test_a_newer_schema_is_told(cache_url: str) -> None:
    with psycopg.connect(cache_url) as connection:
        connection.execute("UPDATE nocs_schema_version SET version_num = '9999'")
    assert_one_line(nocs("status", NOCS_DATABASE_URL=cache_url), "9999", "Upgrade this program")


def test_an_unknown_revision_is_told_with_the_known_ones(cache_url: str) -> None:
    done = nocs("migrate", "--to", "7777", NOCS_DATABASE_URL=cache_url)
    assert_one_line(done, "7777", HEAD)


def test_a_port_in_use_is_told(demo: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in ("serve", "up"):
            assert_one_line(nocs(command, "--port", port, **demo), "NOCS_PORT", port, "--port")


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for command in ("up", "refresh"):
        done = nocs(command, NOCS_DATA_DIR=str(file / "below"))
        assert_one_line(done, "NOCS_DATA_DIR", "Name a folder")


def test_a_report_file_that_is_no_select_is_told(demo: dict[str, str], tmp_path: Path) -> None:
    report = tmp_path / "report.sql"
    report.write_text("DELETE FROM ci_ft", encoding="utf-8")
    done = nocs("refresh", **demo, NOCS_REPORT_FILE=str(report))
    assert done.returncode == 1 and "is not one SELECT" in done.stdout


def test_an_export_that_cannot_be_written_is_told(demo: dict[str, str], tmp_path: Path) -> None:
    assert_one_line(nocs("export", str(tmp_path / "x.xlsx"), **demo), "cache is empty")
    assert nocs("refresh", **demo).returncode == 0
    assert_one_line(nocs("export", str(tmp_path / "no/x.xlsx"), **demo), "Cannot write")


def test_migrations_by_several_processes_at_once_happen_once(database_url: str) -> None:
    environment = {"PATH": os.environ["PATH"], "NOCS_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "nocs.cli", "migrate"]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(f"none -> {HEAD}" in text for text in told) == 1
    assert sum(f"already at {HEAD}" in text for text in told) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOCS_TIMEZONE", "Mars"),
        ("NOCS_DATABASE_URL", f"postgresql://nocs:{SECRET}@[bad/nocs"),
        ("NOCS_DATA_DIR", "/proc/nothing"),
    ],
)
def test_streamlit_run_stops_at_a_wrong_setting_with_one_line(name: str, value: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", port],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", name: value},
    )
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("nocs: ")]
    assert name in line
    assert "Traceback" not in done.stderr and SECRET not in done.stdout + done.stderr
