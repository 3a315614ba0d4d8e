"""`nocs source check`: everything about the source at once, and nothing published."""

import threading
from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest

from nocs.cache import runs
from nocs.cache.database import Database
from nocs.money import amount_text
from nocs.refresh import rehearsal
from nocs.refresh.rehearsal import Rehearsal
from nocs.settings import ROOT
from nocs.source.check import Finding, Level
from nocs.source.readonly import tables_of
from nocs.source.report import CONTROL_FILE, SIGN_FILE, read_select
from tests.oracle import (
    LARGEST,
    PASSWORD,
    USER,
    environment_for,
    in_process,
    settings_for,
    small_ccb,
)
from tests.records import area, publish
from tests.test_commands import nocs
from tests.wire import Answer, OracleWire, OraError

ROLE = "nocs_check_reader"
REPORT_FILE = ROOT / "sql" / "nocs_balance_summary.sql"
GRANTS = (ROOT / "sql" / "source_grants.sql").read_text(encoding="utf-8")
SIGN = (("FT_TYPE_FLG", "CHAR(2)"), ("ENTRIES", "NUMBER"), ("TOT_AMT", "NUMBER"))


@pytest.fixture(autouse=True)
def without_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of the command have it; the others are about what is found."""
    monkeypatch.setattr(rehearsal, "extract", in_process)


def granted() -> set[str]:
    """The tables on which sql/source_grants.sql grants READ."""
    lines = [line for line in GRANTS.splitlines() if line.startswith("GRANT READ ON ")]
    return {line.split()[3] for line in lines}


@pytest.fixture
def reader(cache_url: str) -> Iterator[OracleWire]:
    """An "Oracle" whose user has what sql/source_grants.sql grants, and nothing more."""
    small_ccb(cache_url)
    with psycopg.connect(cache_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {ROLE}")
        admin.execute(f"GRANT USAGE ON SCHEMA cisadm TO {ROLE}")
        for table in granted():
            admin.execute(f"GRANT SELECT ON {table} TO {ROLE}".encode())
        with OracleWire(cache_url, {USER: PASSWORD}, "CCB", roles={USER: ROLE}) as wire:
            yield wire
        admin.execute(f"DROP OWNED BY {ROLE}")
        admin.execute(f"DROP ROLE {ROLE}")


def check(
    wire: OracleWire, database: Database | None = None, **changed: str
) -> tuple[bool, list[Finding]]:
    found: list[Finding] = []
    one = Rehearsal(settings_for(wire, **changed), found.append, threading.Event())
    return one.run(database, ""), found


def texts(found: list[Finding], level: Level) -> list[str]:
    return [finding.text for finding in found if finding.level is level]


def test_the_grants_file_grants_what_the_statements_read_and_nothing_else() -> None:
    read = {
        f"CISADM.{table}"
        for file in (REPORT_FILE, CONTROL_FILE, SIGN_FILE)
        for table in tables_of(read_select(file))
    }
    assert granted() == read


def test_a_good_source_is_told_as_one_and_nothing_is_published(
    reader: OracleWire, cache_url: str, database: Database
) -> None:
    publish(database, area("001", credit="400.00", due="-20.25"))
    environment = environment_for(reader.dsn) | {"NOCS_DATABASE_URL": cache_url}
    done = nocs("source", "check", **environment)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    for told in (
        "ok   Oracle 19.3.0.0.0, thin mode, user nocs_reader.",
        "ok   CI_FT can be read.",
        "ok   The user can change nothing.",
        "Scan",  # of the plan
        "ok   3 areas. Time: connect ",
        "ok   GATE: a refresh would publish these figures.",
        "Without a NOCS area: 1 customers, credit 7.00, due 0.00.",
        "ok   SIGN: NOCS_CREDIT_SIGN=1 agrees with CI_FT: 3 payments (PS) sum to",
        "warn Adabor (001): credit went from 400.00 to 500.00.",
        "A refresh would publish. Warnings: 2.",
    ):
        assert told in done.stdout
    (due,) = [line for line in done.stdout.splitlines() if line.strip().startswith("due ")]
    now, moved = -Decimal(LARGEST) - Decimal("20.25"), -Decimal(LARGEST)
    assert due.split() == ["due", amount_text(now), "−20.25", amount_text(moved)]
    assert PASSWORD not in done.stdout
    with database.reading() as connection:
        assert len(runs.recent(connection)) == 1
    assert {session.action for session in reader.sessions} == {"source check"}


def test_a_table_that_cannot_be_read_is_told_before_the_report_fails_of_it(
    reader: OracleWire, cache_url: str
) -> None:
    with psycopg.connect(cache_url) as admin:
        admin.execute(f"REVOKE SELECT ON cisadm.ci_prem_char FROM {ROLE}")
    is_good, found = check(reader)
    assert not is_good
    grant, report = texts(found, Level.FAIL)
    assert grant.startswith("CI_PREM_CHAR cannot be read (ORA-00942")
    assert "GRANT READ ON CISADM.CI_PREM_CHAR TO NOCS_READER;" in grant
    assert "ORA-00942" in report


def test_rights_to_change_something_are_warned_of(reader: OracleWire, cache_url: str) -> None:
    with psycopg.connect(cache_url) as admin:
        admin.execute(f"GRANT UPDATE, DELETE ON cisadm.ci_ft TO {ROLE}")
    is_good, found = check(reader)
    assert is_good
    assert texts(found, Level.WARN)[:2] == [
        "The user should not have DELETE on CISADM.CI_FT.",
        "The user should not have UPDATE on CISADM.CI_FT.",
    ]


def test_select_where_read_is_enough_and_system_privileges_are_warned_of(
    reader: OracleWire,
) -> None:
    tables = [("CI_FT", "SELECT"), ("CI_SA", "READ")]
    privileges = ["CREATE SESSION", "SELECT ANY TABLE", "ALTER SYSTEM"]
    two = [("TABLE_NAME", "VARCHAR2(128)"), ("PRIVILEGE", "VARCHAR2(40)")]
    reader.fail_with(Answer(two, tables), sql="ALL_TAB_PRIVS")
    reader.fail_with(Answer(two[1:], [(name,) for name in privileges]), sql="SESSION_PRIVS")
    is_good, found = check(reader)
    warnings = "\n".join(texts(found, Level.WARN))
    assert is_good
    assert "CI_FT: SELECT also permits row locks; READ is enough" in warnings
    assert "CI_SA" not in warnings
    assert "more system privileges than CREATE SESSION: SELECT ANY TABLE, ALTER SYSTEM" in warnings
    assert "The user can change nothing." not in texts(found, Level.OK)


def test_what_the_database_will_not_tell_is_said_and_no_failure(reader: OracleWire) -> None:
    reader.fail_with(OraError(942, "table or view does not exist"), sql="SESSION_PRIVS")
    reader.fail_with(OraError(1031, "insufficient privileges"), sql="EXPLAIN PLAN")
    is_good, found = check(reader)
    warnings = "\n".join(texts(found, Level.WARN))
    assert is_good
    assert "Could not look at the system privileges: ORA-00942" in warnings
    assert "Could not look at the plan: ORA-01031" in warnings


@pytest.mark.parametrize(
    ("payments", "bills", "changed", "level", "told"),
    [
        ("900", "-500", {}, Level.OK, "NOCS_CREDIT_SIGN=1 agrees"),
        ("-900", "500", {"NOCS_CREDIT_SIGN": "-1"}, Level.OK, "NOCS_CREDIT_SIGN=-1 agrees"),
        ("-900", "500", {}, Level.FAIL, "CREDIT AND DUE ARE EXCHANGED: NOCS_CREDIT_SIGN=1 IS"),
        ("900", "-500", {"NOCS_CREDIT_SIGN": "-1"}, Level.FAIL, "Set NOCS_CREDIT_SIGN=1."),
        (
            "-900", "500", {"NOCS_CREDIT_SIGN_CONFIRMED": "true"}, Level.WARN,
            "NOCS_CREDIT_SIGN_CONFIRMED=true confirms",
        ),
        ("900", "0", {}, Level.WARN, "is unclear"),
        ("0", "-500", {}, Level.WARN, "is unclear"),
        ("900", "500", {}, Level.WARN, "is unclear"),
    ],
)  # fmt: skip
def test_the_sign_evidence_is_judged(
    reader: OracleWire,
    payments: str,
    bills: str,
    changed: dict[str, str],
    level: Level,
    told: str,
) -> None:
    rows = [("PS", 9, Decimal(payments)), ("BS", 8, Decimal(bills))]
    reader.fail_with(Answer(SIGN, rows), sql="FT_TYPE_FLG")
    is_good, found = check(reader, **changed)
    assert is_good is (level is not Level.FAIL)
    (sign,) = [text for text in texts(found, level) if text.startswith("SIGN")]
    assert told in sign
    if level is Level.FAIL:
        assert any("GATE: " in text and "exchanged" in text for text in texts(found, Level.FAIL))


def test_figures_that_the_gate_rejects_are_told(reader: OracleWire, database: Database) -> None:
    is_good, found = check(reader, database, NOCS_EXPECTED_AREAS="17", NOCS_HARD_RULES="area_count")
    assert not is_good
    assert texts(found, Level.FAIL) == [
        "GATE: The figures were not published: 3 areas instead of 17."
    ]


def test_a_cache_that_is_away_leaves_only_the_comparison_out(reader: OracleWire) -> None:
    nowhere = {"NOCS_DATABASE_URL": "postgresql://nocs@127.0.0.1:1/nocs"}
    done = nocs("source", "check", **environment_for(reader.dsn), **nowhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warn The figures are not compared. PostgreSQL at 127.0.0.1:1/nocs" in done.stdout
    assert "GATE: a refresh would publish" in done.stdout


def test_a_source_that_cannot_be_reached_is_one_failed_line(cache_url: str) -> None:
    environment = environment_for("127.0.0.1:1/CCB") | {"NOCS_DATABASE_URL": cache_url}
    done = nocs("source", "check", **environment)
    assert (done.returncode, done.stderr) == (1, "")
    (failed,) = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert "DPY-6005" in failed and "NOCS_ORACLE_DSN" in failed and "kept" not in failed


def test_the_demo_can_be_checked_too(cache_url: str) -> None:
    environment = {"NOCS_DATABASE_URL": cache_url, "NOCS_DEMO": "true"}
    done = nocs("source", "check", NOCS_DEMO_CUSTOMERS="1000", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "17 areas" in done.stdout and "NOCS_CREDIT_SIGN=1 agrees" in done.stdout
