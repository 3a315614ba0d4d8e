"""Nothing but a read ever reaches the source: the parser refuses it, and so does the session."""

from pathlib import Path

import psycopg
import pytest

from nocs.cache.database import Database
from nocs.model import RunStatus
from nocs.source import readonly
from nocs.source.report import CONTROL_FILE, SIGN_FILE, read_select
from tests.oracle import refresh, settings_for
from tests.wire import OracleWire


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM CI_FT", "no SELECT but DELETE"),
        ("UPDATE CI_FT SET TOT_AMT = 0", "no SELECT but UPDATE"),
        ("INSERT INTO CI_FT SELECT * FROM CI_FT", "no SELECT but INSERT"),
        (
            "MERGE INTO CI_SA T USING CI_FT U ON (T.SA_ID = U.SA_ID) "
            "WHEN MATCHED THEN UPDATE SET T.ACCT_ID = ' '",
            "no SELECT but MERGE",
        ),
        ("DROP TABLE CI_FT", "no SELECT but DROP"),
        ("TRUNCATE TABLE CI_FT", "no SELECT but TRUNCATE"),
        ("CREATE TABLE X AS SELECT 1 FROM DUAL", "no SELECT but CREATE"),
        ("GRANT READ ON CI_FT TO PUBLIC", "no SELECT but GRANT"),
        ("ALTER SESSION SET CURRENT_SCHEMA = X", "no SELECT"),
        ("COMMIT", "no SELECT but COMMIT"),
        ("CALL F()", "no SELECT"),
        ("BEGIN DELETE FROM CI_FT; END", "cannot be read as Oracle SQL"),
        ("LOCK TABLE CI_FT IN EXCLUSIVE MODE", "cannot be read as Oracle SQL"),
        ("SELECT 1 FROM DUAL; DELETE FROM CI_FT", "not one statement"),
        ("WITH X AS (DELETE FROM CI_FT RETURNING SA_ID) SELECT * FROM X", "holds a DELETE"),
        ("SELECT * FROM CI_FT FOR UPDATE", "locks rows"),
        ("SELECT * FROM (SELECT SA_ID FROM CI_SA FOR UPDATE)", "locks rows"),
        ("SELECT SA_ID INTO X FROM CI_SA", "INTO"),
        ("SELECT CI_SEQ.NEXTVAL FROM DUAL", "NEXTVAL"),
        # A package may write in a transaction of its own.
        ("SELECT DBMS_LOCK.SLEEP(60) FROM DUAL", "calls DBMS_LOCK.SLEEP of a package"),
        ("SELECT CISADM.PKG.CLEAN(1) FROM DUAL", "of a package"),
        ("WITH FUNCTION F RETURN NUMBER IS BEGIN RETURN 1; END; SELECT F FROM DUAL", "cannot be"),
        ("SELECT FROM WHERE", "cannot be read as Oracle SQL"),
        ("", "not one statement"),
    ],
)
def test_what_does_more_than_read_is_refused_with_the_reason(statement: str, reason: str) -> None:
    told = readonly.why_not(statement)
    assert reason in told
    assert "\n" not in told and "\x1b" not in told


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM DUAL",
        "(SELECT 1 FROM DUAL) UNION ALL SELECT 2 FROM DUAL",
        "SELECT 'DELETE FROM CI_FT; FOR UPDATE' AS TEXT FROM DUAL",
        "SELECT /*+ PARALLEL(4) FULL(FT) */ SUM(TOT_AMT) FROM CI_FT FT",
        "SELECT A.ACCT_ID FROM CI_ACCT A, CI_SA S WHERE A.ACCT_ID = S.ACCT_ID(+)",
        "SELECT NVL2(DESCR, 1, 2), DECODE(CHAR_VAL, 'A', 1, 0), TO_CHAR(SYSDATE, 'YYYY'), "
        "REGEXP_REPLACE(DESCR, 'x', 'y') FROM CI_CHAR_VAL_L",
        "SELECT LISTAGG(DESCR, ',') WITHIN GROUP (ORDER BY DESCR) FROM CI_CHAR_VAL_L",
        "SELECT ACCT_ID FROM CI_SA CONNECT BY PRIOR ACCT_ID = SA_ID",
        "SELECT * FROM CI_FT AS OF TIMESTAMP SYSTIMESTAMP - INTERVAL '5' MINUTE",
    ],
)
def test_what_only_reads_passes_in_oracles_own_words(statement: str) -> None:
    assert readonly.why_not(statement) == ""


def test_tables_are_those_that_are_read_and_not_the_names_of_with_clauses() -> None:
    statement = "WITH X AS (SELECT 1 FROM OTHER.CI_FT) SELECT * FROM X, ci_sa, DUAL"
    assert readonly.tables_of(statement) == ("CI_SA", "OTHER.CI_FT")


def test_a_hint_of_the_dba_reaches_the_database(tmp_path: Path) -> None:
    file = tmp_path / "report.sql"
    text = "/* why */ SELECT /*+ PARALLEL(4) */ 1 -- one\nFROM DUAL --+ not one, but kept"
    file.write_text(text, encoding="utf-8")
    assert read_select(file) == "SELECT /*+ PARALLEL(4) */ 1  \nFROM DUAL --+ not one, but kept"


def test_a_report_that_writes_is_refused_before_anything_is_sent(
    database: Database, wire: OracleWire, tmp_path: Path
) -> None:
    report = tmp_path / "report.sql"
    text = "WITH X AS (DELETE FROM CI_FT RETURNING SA_ID) SELECT COUNT(*) FROM X"
    report.write_text(text, encoding="utf-8")
    run = refresh(database, settings_for(wire, NOCS_REPORT_FILE=str(report)))
    assert run.status is RunStatus.FAILED
    assert "was not sent to the source: it holds a DELETE" in run.error
    assert wire.sessions == []


def test_a_report_that_writes_is_refused_by_the_session_where_the_parser_lets_it_through(
    database: Database,
    wire: OracleWire,
    cache_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = tmp_path / "report.sql"
    text = "WITH X AS (DELETE FROM CI_FT RETURNING SA_ID) SELECT COUNT(*) FROM X"
    report.write_text(text, encoding="utf-8")
    monkeypatch.setattr(readonly, "why_not", lambda _: "")
    run = refresh(database, settings_for(wire, NOCS_REPORT_FILE=str(report)))
    assert (run.status, run.error_code) == (RunStatus.FAILED, "ORA-01456")
    assert "must be a single SELECT" in run.error
    assert "SET TRANSACTION READ ONLY" in wire.statements and text in wire.statements
    with psycopg.connect(cache_url) as connection:
        left = connection.execute("SELECT count(*) FROM cisadm.ci_ft").fetchone()
    assert left is not None and left[0] > 0


@pytest.mark.parametrize("file", [CONTROL_FILE, SIGN_FILE])
def test_our_own_statements_only_read(file: Path) -> None:
    assert read_select(file).startswith(("SELECT", "WITH"))
