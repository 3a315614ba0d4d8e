"""The sign evidence: read with every refresh, and stronger than NOCS_CREDIT_SIGN."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from nocs.cache.database import Database
from nocs.demo import ccb
from nocs.demo.book import Book
from nocs.errors import RejectedError, SettingsError
from nocs.model import RunStatus, SourceKind
from nocs.refresh import gate
from nocs.settings import load_settings
from nocs.source.job import Extract
from nocs.source.order import make_job
from nocs.source.report import SIGN_FILE, for_postgres, read_select
from nocs.source.sign import SignEvidence, Verdict, read
from tests.oracle import environment_for, refresh, settings_for, snapshot_of
from tests.records import area, publish
from tests.test_gate import COLUMNS, row
from tests.wire import OracleWire


def evidence(payment_amt: str, bill_amt: str) -> SignEvidence:
    return SignEvidence(
        payments=3, payment_amt=Decimal(payment_amt), bills=2, bill_amt=Decimal(bill_amt)
    )


@pytest.mark.parametrize(
    ("payments", "bills", "sign", "verdict"),
    [
        ("0.01", "-0.01", 1, Verdict.AGREES),
        ("-0.01", "0.01", 1, Verdict.CONTRADICTS),
        ("-0.01", "0.01", -1, Verdict.AGREES),
        ("0.01", "-0.01", -1, Verdict.CONTRADICTS),
        ("0", "-1", 1, Verdict.UNCLEAR),
        ("1", "0", 1, Verdict.UNCLEAR),
        ("1", "1", 1, Verdict.UNCLEAR),
        ("-1", "-1", -1, Verdict.UNCLEAR),
    ],
)
def test_the_verdict(payments: str, bills: str, sign: int, verdict: Verdict) -> None:
    assert evidence(payments, bills).verdict(sign) is verdict


def test_rows_are_read_by_their_type_in_any_order() -> None:
    rows = [("BS", 2, Decimal(-5)), ("PS", 3, Decimal(9))]
    assert read(rows) == evidence("9", "-5")
    assert read([]).verdict(1) is Verdict.UNCLEAR


def judge(payments: str, bills: str, **changed: str) -> gate.Accepted:
    extract = Extract(
        columns=COLUMNS,
        rows=(tuple(row().values()),),
        unassigned_customers=0,
        sign=evidence(payments, bills),
    )
    settings = load_settings({"NOCS_EXPECTED_AREAS": "1"} | changed)
    source = SourceKind.ORACLE
    return gate.check(extract, settings, (), source=source, previous_source=None)


def test_the_gate_rejects_figures_that_payments_and_bills_contradict() -> None:
    with pytest.raises(RejectedError) as caught:
        judge("-120000", "90000")
    told = str(caught.value)
    assert caught.value.code == "sign"
    assert "credit and due look exchanged" in told
    assert "3 payments (PS) sum to −1,20,000.00, 2 bills (BS) to 90,000.00" in told
    assert "Set NOCS_CREDIT_SIGN=-1" in told and "NOCS_CREDIT_SIGN_CONFIRMED=true" in told


@pytest.mark.parametrize(
    ("payments", "bills", "changed"),
    [
        ("120000", "-90000", {}),
        ("-120000", "90000", {"NOCS_CREDIT_SIGN": "-1"}),
        ("-120000", "90000", {"NOCS_CREDIT_SIGN_CONFIRMED": "true"}),
        ("0", "0", {}),
    ],
)
def test_the_gate_lets_through_what_agrees_what_is_confirmed_and_what_is_unclear(
    payments: str, bills: str, changed: dict[str, str]
) -> None:
    assert len(judge(payments, bills, **changed).areas) == 1


def test_a_refresh_with_the_wrong_sign_is_rejected_through_the_driver(
    database: Database, wire: OracleWire
) -> None:
    publish(database, area())
    before = snapshot_of(database)
    run = refresh(database, settings_for(wire, NOCS_CREDIT_SIGN="-1"))
    assert (run.status, run.error_code) == (RunStatus.REJECTED, "sign")
    assert "Set NOCS_CREDIT_SIGN=1" in run.error
    assert snapshot_of(database) == before


def test_a_sign_that_the_report_does_not_use_is_a_wrong_setting(tmp_path: Path) -> None:
    file = tmp_path / "report.sql"
    file.write_text("SELECT SUM(TOT_AMT) FROM CI_FT", encoding="utf-8")
    environment = environment_for("db/CCB", NOCS_REPORT_FILE=str(file))
    assert make_job(load_settings(environment), "").binds("SELECT 1") == {}
    with pytest.raises(SettingsError, match="NOCS_CREDIT_SIGN: it has no effect"):
        make_job(load_settings(environment | {"NOCS_CREDIT_SIGN": "-1"}), "")


# The statement itself


@pytest.fixture
def source(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url) as connection:
        ccb.create_empty(connection)
        connection.execute("SET search_path TO cisadm")
        yield connection


def found(connection: psycopg.Connection) -> SignEvidence:
    return read(connection.execute(for_postgres(read_select(SIGN_FILE)).encode()).fetchall())


def test_only_frozen_payments_and_bills_of_the_last_sixty_days_are_evidence(
    source: psycopg.Connection,
) -> None:
    book = Book(date.today())  # noqa: DTZ011
    agreement = book.agreement(book.account(book.premise(("001", -10))))
    book.entry(agreement, "PS", "500.00")
    book.entry(agreement, "PS", "200.50")
    book.entry(agreement, "BS", "-600.25")
    book.entry(agreement, "AD", "-5000.00")  # an adjustment may go either way
    book.entry(agreement, "PX", "-900.00")
    book.entry(agreement, "BS", "-77.00", frozen=False)
    book.write(source)
    source.execute(
        "UPDATE ci_ft SET accounting_dt = current_date - 60 WHERE tot_amt = 500;"
        "INSERT INTO ci_ft (ft_id, sa_id, ft_type_flg, cur_amt, tot_amt, freeze_sw, redundant_sw,"
        " accounting_dt, cre_dttm)"
        " VALUES ('1', '1', 'PS', 9, 9, 'Y', 'N', current_date - 61, now())"
    )
    assert found(source) == SignEvidence(
        payments=2, payment_amt=Decimal("700.50"), bills=1, bill_amt=Decimal("-600.25")
    )


def test_an_empty_ledger_is_no_evidence(source: psycopg.Connection) -> None:
    assert found(source).verdict(1) is Verdict.UNCLEAR


def test_no_more_than_ten_thousand_entries_of_a_type_are_read(source: psycopg.Connection) -> None:
    source.execute(
        "INSERT INTO ci_ft (ft_id, sa_id, ft_type_flg, cur_amt, tot_amt, freeze_sw, redundant_sw,"
        " accounting_dt, cre_dttm) SELECT n::text, '1', 'PS', 1, 1, 'Y', 'N', current_date, now()"
        " FROM generate_series(1, 10001) AS n"
    )
    assert found(source).payments == 10_000


def test_the_demo_follows_the_default_sign(source: psycopg.Connection) -> None:
    ccb.create(source, 1_000)
    assert found(source).verdict(1) is Verdict.AGREES
