"""`nocs doctor`: each fault is one line with its remedy, and a healthy installation has none."""

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest

from nocs import __version__
from nocs.cache import schedulers
from nocs.cache.database import Database
from nocs.demo import ccb
from nocs.doctor import Finding, examine
from nocs.doctor.cache import clock_grade
from nocs.doctor.machine import disk_grade
from tests.records import area, publish
from tests.test_commands import SECRET, nocs
from tests.wire import OracleWire

MEGABYTE = 1_000_000
Environment = dict[str, str]


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def environment(cache_url: str, tmp_path: Path) -> Environment:
    """A dashboard's host: a migrated cache and no source."""
    return {
        "NOCS_DATABASE_URL": cache_url,
        "NOCS_DATA_DIR": str(tmp_path),
        "NOCS_PORT": free_port(),
    }


def found(environment: Environment) -> dict[str, Finding]:
    findings = list(examine(environment))
    assert len({finding.name for finding in findings}) == len(findings)
    for finding in findings:
        assert "\n" not in str(finding)
        assert bool(finding.remedy) is (finding.grade != "ok"), finding
    return {finding.name: finding for finding in findings}


@pytest.fixture
def role(cache_url: str) -> Iterator[Callable[[str], str]]:
    """Makes a role with some grants and gives its URL."""
    with psycopg.connect(cache_url, autocommit=True) as admin:

        def make(grants: str) -> str:
            admin.execute("CREATE ROLE doctor_role LOGIN")
            admin.execute(f"GRANT {grants} TO doctor_role".encode())
            return cache_url.replace("nocs@", "doctor_role@", 1)

        yield make
        admin.execute("DROP OWNED BY doctor_role")
        admin.execute("DROP ROLE doctor_role")


def test_a_working_installation_is_ok_in_every_check_but_the_superuser(
    environment: Environment, database: Database
) -> None:
    publish(database, area(), as_of=datetime.now(UTC))
    with database.transaction() as connection:
        schedulers.beat(connection, "there:1", None)
    findings = found(environment)
    assert list(findings) == [
        "settings", "time zone", "disk", "port", "sign-in", "postgresql", "clock", "migrations",
        "role", "figures", "scheduler", "source",
    ]  # fmt: skip
    assert {name for name, finding in findings.items() if finding.grade != "ok"} == {"role"}
    assert "superuser" in findings["role"].what
    assert "there:1" in findings["scheduler"].what


def test_a_wrong_setting_is_the_only_line() -> None:
    findings = found({"NOCS_TIMEZONE": "Mars"})
    assert list(findings) == ["settings"]
    assert findings["settings"].grade == "failed" and "NOCS_TIMEZONE" in findings["settings"].what


def test_an_absent_postgresql_is_told_and_what_needs_it_is_left_out(
    environment: Environment,
) -> None:
    url = f"postgresql://nocs:{SECRET}@127.0.0.1:{free_port()}/nocs"
    findings = found(environment | {"NOCS_DATABASE_URL": url})
    assert findings["postgresql"].grade == "failed"
    assert "NOCS_DATABASE_URL" in findings["postgresql"].remedy
    assert {"clock", "migrations", "role", "figures", "scheduler"} & set(findings) == set()


def test_a_missing_migration_is_told_with_its_command(
    environment: Environment, database_url: str
) -> None:
    findings = found(environment | {"NOCS_DATABASE_URL": database_url})
    assert findings["migrations"].grade == "failed"
    assert findings["migrations"].remedy == "Run: nocs migrate"
    assert findings["clock"].grade == "ok" and "role" not in findings


def test_a_role_that_may_not_read_is_told(
    environment: Environment, role: Callable[[str], str]
) -> None:
    url = role("SELECT ON nocs_schema_version")
    findings = found(environment | {"NOCS_DATABASE_URL": url})
    assert findings["role"].grade == "failed"
    assert findings["role"].what == "doctor_role may not even read."
    assert findings["role"].remedy == "Grant it what sql/roles.sql lists."
    assert "figures" not in findings


def test_a_role_that_may_read_and_queue_is_ok_for_a_dashboard(
    environment: Environment, role: Callable[[str], str], cache_url: str
) -> None:
    url = role("SELECT ON ALL TABLES IN SCHEMA public")
    with psycopg.connect(cache_url) as admin:
        admin.execute("GRANT INSERT (trigger, slot) ON nocs_refresh_run TO doctor_role")
    finding = found(environment | {"NOCS_DATABASE_URL": url})["role"]
    assert (finding.grade, finding.what) == ("ok", "doctor_role may read, queue.")


@pytest.mark.parametrize(
    ("minutes", "figures", "scheduler"),
    [(89, "ok", "warning"), (91, "warning", "warning"), (181, "failed", "failed")],
)
def test_figures_and_an_absent_scheduler_are_graded_by_age(
    environment: Environment, database: Database, minutes: int, figures: str, scheduler: str
) -> None:
    publish(database, area(), as_of=datetime.now(UTC) - timedelta(minutes=minutes))
    findings = found(environment)
    assert (findings["figures"].grade, findings["scheduler"].grade) == (figures, scheduler)


def test_before_the_first_refresh_there_is_a_warning(environment: Environment) -> None:
    findings = found(environment)
    assert (findings["figures"].grade, findings["scheduler"].grade) == ("warning", "warning")


@pytest.mark.parametrize(
    ("seconds", "grade"),
    [(0, "ok"), (5, "ok"), (-5, "ok"), (5.1, "warning"), (-60, "warning"), (60.1, "failed")],
)
def test_a_clock_apart_is_graded_both_ways(seconds: float, grade: str) -> None:
    assert clock_grade(timedelta(seconds=seconds)).grade == grade


@pytest.mark.parametrize(
    ("megabytes", "grade"), [(1_000, "ok"), (999, "warning"), (100, "warning"), (99, "failed")]
)
def test_a_disk_that_fills_is_graded(megabytes: int, grade: str) -> None:
    assert disk_grade("/data", megabytes * MEGABYTE).grade == grade


def test_a_data_folder_that_cannot_be_written_is_told(
    environment: Environment, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    finding = found(environment | {"NOCS_DATA_DIR": str(file / "below")})["disk"]
    assert finding.grade == "failed" and "NOCS_DATA_DIR" in finding.what


def test_a_port_of_something_else_is_told(environment: Environment) -> None:
    other = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # answers 501 to everything
    with other, ThreadPoolExecutor() as pool:
        pool.submit(other.handle_request)
        finding = found(environment | {"NOCS_PORT": str(other.server_port)})["port"]
    assert finding.grade == "failed" and "another port" in finding.remedy


def test_an_address_that_others_reach_needs_sign_in_or_a_word(environment: Environment) -> None:
    open_ = environment | {"NOCS_HOST": "0.0.0.0"}
    refused = found(open_)["sign-in"]
    assert refused.grade == "failed" and "NOCS_ALLOW_ANONYMOUS" in refused.remedy
    allowed = found(open_ | {"NOCS_ALLOW_ANONYMOUS": "true"})["sign-in"]
    assert allowed.grade == "warning" and "0.0.0.0" in allowed.what


def test_sign_in_is_told_and_half_of_it_fails(environment: Environment) -> None:
    provider = {
        "NOCS_OIDC_METADATA_URL": "https://id.example/.well-known/openid-configuration",
        "NOCS_OIDC_CLIENT_ID": "nocs",
        "NOCS_PUBLIC_URL": "https://nocs.example",
        "NOCS_VIEWERS": "*",
    }
    half = found(environment | provider)["sign-in"]
    assert half.grade == "failed" and "NOCS_OIDC_CLIENT_SECRET" in half.what
    whole = found(environment | provider | {"NOCS_OIDC_CLIENT_SECRET": SECRET})["sign-in"]
    assert (whole.grade, whole.what) == ("ok", "People sign in at https://nocs.example.")


def test_half_of_an_oracle_is_told(environment: Environment) -> None:
    finding = found(environment | {"NOCS_ORACLE_DSN": "db/CCB"})["source"]
    assert finding.grade == "failed" and "NOCS_ORACLE_USER is missing" in finding.what


def test_a_demo_is_told_by_its_size(environment: Environment, cache_url: str) -> None:
    assert found(environment | {"NOCS_DEMO": "true"})["source"].grade == "warning"
    with psycopg.connect(cache_url) as connection:
        ccb.create(connection, 1_000)
    finding = found(environment | {"NOCS_DEMO": "true"})["source"]
    assert finding.grade == "ok" and finding.what == "Demo data of 1,000 customers."


def test_oracle_is_logged_in_to_and_its_refusal_is_told(
    environment: Environment, cache_url: str
) -> None:
    with OracleWire(conninfo=cache_url, users={"reader": SECRET}, service="CCB") as wire:
        oracle = {"NOCS_ORACLE_DSN": wire.dsn, "NOCS_ORACLE_USER": "reader"}
        good = found(environment | oracle | {"NOCS_ORACLE_PASSWORD": SECRET})["source"]
        bad = found(environment | oracle | {"NOCS_ORACLE_PASSWORD": "wrong"})["source"]
        assert not any("ci_ft" in sql.lower() for sql in wire.statements)
    assert (good.grade, good.what) == ("ok", f"Oracle at {wire.dsn} lets reader in.")
    assert bad.grade == "failed" and "ORA-01017" in bad.what
    assert "NOCS_ORACLE_USER" in bad.remedy


def test_the_command_prints_one_line_a_check_and_fails_with_a_failed_one(
    environment: Environment, database_url: str
) -> None:
    done = nocs("doctor", **environment)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) == 12 and lines[0].startswith("ok      settings")
    failed = nocs("doctor", **environment | {"NOCS_DATABASE_URL": database_url})
    assert failed.returncode == 1
    assert "Traceback" not in failed.stdout + failed.stderr


def test_json_says_the_same_for_a_program(environment: Environment) -> None:
    done = nocs("doctor", "--json", **environment)
    report = json.loads(done.stdout)
    assert report["healthy"] is True and report["version"] == __version__
    assert [list(check) for check in report["checks"]] == [["name", "grade", "what", "remedy"]] * 12


def test_the_doctor_leaves_the_data_folder_as_it_was(
    environment: Environment, tmp_path: Path
) -> None:
    found(environment)
    assert list(tmp_path.iterdir()) == []
