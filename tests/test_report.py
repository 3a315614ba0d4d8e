"""The report against an independent count, and every awkward customer one by one."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from nocs.demo import ccb
from nocs.demo.areas import AREAS
from nocs.demo.book import Book
from nocs.errors import SettingsError
from nocs.settings import ROOT
from nocs.source.report import CONTROL_FILE, binds_of, for_postgres, read_select
from tests.expected import rows_of, summary

TODAY = date.today()  # noqa: DTZ011
REPORT = ROOT / "sql" / "nocs_balance_summary.sql"
CONTRACT = [
    "nocs_code", "nocs_name", "total_customers", "positive_qty", "positive_balance_amt",
    "negative_qty", "negative_balance_amt", "net_balance",
]  # fmt: skip


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url) as connection:
        connection.execute("SET search_path TO cisadm")
        yield connection


@pytest.fixture
def book(connection: psycopg.Connection) -> Book:
    """An empty CC&B with two labelled areas."""
    ccb.create_empty(connection)
    book = Book(TODAY)
    book.label("001", "ENG", "Adabor")
    book.label("002", "ENG", "Kazla")
    return book


def run(
    connection: psycopg.Connection, credit_sign: int = 1, sql: str | None = None
) -> list[tuple[Any, ...]]:
    statement = for_postgres(sql or read_select(REPORT))
    return connection.execute(statement.encode(), {"credit_sign": credit_sign}).fetchall()


def unassigned(connection: psycopg.Connection) -> tuple[Any, ...]:
    statement = for_postgres(read_select(CONTROL_FILE))
    row = connection.execute(statement.encode(), {"credit_sign": 1}).fetchone()
    assert row is not None
    return row


def area(connection: psycopg.Connection, book: Book, code: str = "001") -> dict[str, Any]:
    """The report's row of an area over the rows of the book."""
    book.write(connection)
    rows = [dict(zip(CONTRACT, row, strict=True)) for row in run(connection)]
    return next((row for row in rows if row["nocs_code"] == code), {})


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_report_equals_an_independent_count_to_the_cent(
    connection: psycopg.Connection, seed: int
) -> None:
    ccb.create(connection, 2_000, seed)
    ccb.advance(connection, seed)
    connection.execute("SET search_path TO cisadm")
    expected, without_area = summary(connection, TODAY)
    assert run(connection) == expected
    assert unassigned(connection)[0] == without_area == 5


def test_the_other_sign_exchanges_credit_and_due(connection: psycopg.Connection) -> None:
    ccb.create(connection, 1_000)
    expected, _ = summary(connection, TODAY, credit_sign=-1)
    assert run(connection, credit_sign=-1) == expected
    for plus, minus in zip(run(connection, 1), run(connection, -1), strict=True):
        assert plus[3:5] == (minus[5], -minus[6])
        assert plus[7] == -minus[7]


def test_the_columns_are_those_of_the_contract(connection: psycopg.Connection) -> None:
    ccb.create_empty(connection)
    cursor = connection.execute(for_postgres(read_select(REPORT)).encode(), {"credit_sign": 1})
    assert [column.name for column in cursor.description or ()] == CONTRACT
    assert cursor.fetchall() == []


def test_an_account_without_agreement_counts_with_balance_0(
    connection: psycopg.Connection, book: Book
) -> None:
    book.account(book.premise(("001", -10)))
    found = area(connection, book)
    assert (found["total_customers"], found["positive_qty"], found["negative_qty"]) == (1, 0, 0)
    assert found["net_balance"] == 0


def test_a_prepaid_agreement_without_entries_counts_with_balance_0(
    connection: psycopg.Connection, book: Book
) -> None:
    book.agreement(book.account(book.premise(("001", -10))))
    assert area(connection, book)["total_customers"] == 1


@pytest.mark.parametrize("kinds", [("PPD", "PPD"), ("PPD", "POPD")])
def test_two_agreements_of_an_account_make_one_balance(
    connection: psycopg.Connection, book: Book, kinds: tuple[str, str]
) -> None:
    account = book.account(book.premise(("001", -10)))
    book.entry(book.agreement(account, kinds[0]), "PS", "1500.00")
    book.entry(book.agreement(account, kinds[1]), "BS", "-2000.50")
    found = area(connection, book)
    assert (found["total_customers"], found["positive_qty"], found["negative_qty"]) == (1, 0, 1)
    assert found["negative_balance_amt"] == Decimal("-500.50")


@pytest.mark.parametrize("status", ["20", "30", "40", "50", "60", "70"])
def test_a_balance_counts_whatever_the_status_of_its_agreement(
    connection: psycopg.Connection, book: Book, status: str
) -> None:
    book.customer(book.premise(("001", -10)), "-412.75", kind="POPD", status=status)
    assert area(connection, book)["negative_balance_amt"] == Decimal("-412.75")


@pytest.mark.parametrize("premise", ["", " "])
def test_an_account_without_mailing_premise_reaches_no_area_and_is_counted_there(
    connection: psycopg.Connection, book: Book, premise: str
) -> None:
    book.customer(premise, "500.00")
    assert area(connection, book) == {}
    assert unassigned(connection) == (1, Decimal("500.00"), 0)


@pytest.mark.parametrize("areas", [(), ((" ", -10),), (("001", 1),)])
def test_a_premise_without_a_nocs_today_reaches_no_area_and_is_counted_there(
    connection: psycopg.Connection, book: Book, areas: tuple[tuple[str, int], ...]
) -> None:
    book.customer(book.premise(*areas), "-75.25")
    assert area(connection, book) == {}
    assert unassigned(connection) == (1, 0, Decimal("-75.25"))


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        ((("001", -20), ("002", -10)), "002"),
        ((("001", -20), ("002", 0)), "002"),
        ((("001", -20), ("002", 1)), "001"),
        ((("002", -10), ("001", -20)), "002"),
    ],
)
def test_the_nocs_in_force_is_the_latest_that_is_not_in_the_future(
    connection: psycopg.Connection,
    book: Book,
    starts: tuple[tuple[str, int], ...],
    code: str,
) -> None:
    book.customer(book.premise(*starts), "250.00")
    book.write(connection)
    assert [(row[0], row[2], row[4]) for row in run(connection)] == [(code, 1, Decimal("250.00"))]


def test_two_labels_of_an_area_do_not_count_its_customers_twice(
    connection: psycopg.Connection, book: Book
) -> None:
    book.label("001", "BEN", "আদাবর")
    book.customer(book.premise(("001", -10)), "10.00")
    found = area(connection, book)
    assert (found["nocs_name"], found["total_customers"]) == ("Adabor", 1)


def test_an_area_without_an_english_label_keeps_its_customers_under_another(
    connection: psycopg.Connection, book: Book
) -> None:
    book.label("018", "BEN", "কামরাঙ্গীরচর")
    book.customer(book.premise(("018", -10)), "10.00")
    found = area(connection, book, "018")
    assert (found["nocs_name"], found["total_customers"]) == ("কামরাঙ্গীরচর", 1)


def test_an_area_without_any_label_is_shown_by_its_code(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(book.premise(("019", -10)), "10.00")
    assert area(connection, book, "019")["nocs_name"] == "019"


def test_an_entry_that_is_not_frozen_does_not_count(
    connection: psycopg.Connection, book: Book
) -> None:
    agreement = book.customer(book.premise(("001", -10)), "1000.00")
    book.entry(agreement, "BS", "-400.00", frozen=False)
    assert area(connection, book)["net_balance"] == Decimal("1000.00")


@pytest.mark.parametrize(("kind", "cancelled"), [("BS", "BX"), ("PS", "PX"), ("AD", "AX")])
def test_a_cancelled_pair_does_not_count(
    connection: psycopg.Connection, book: Book, kind: str, cancelled: str
) -> None:
    agreement = book.customer(book.premise(("001", -10)), "-700.00")
    book.entry(agreement, kind, "-350.00", redundant=True)
    book.entry(agreement, cancelled, "350.00", redundant=True)
    assert area(connection, book)["net_balance"] == Decimal("-700.00")


def test_a_redundant_entry_without_its_pair_does_not_count_either(
    connection: psycopg.Connection, book: Book
) -> None:
    agreement = book.customer(book.premise(("001", -10)), "-700.00")
    book.entry(agreement, "BS", "-350.00", redundant=True)
    assert area(connection, book)["net_balance"] == Decimal("-700.00")


def test_an_entry_without_an_ars_date_counts(connection: psycopg.Connection, book: Book) -> None:
    agreement = book.customer(book.premise(("001", -10)), "2000.00")
    book.entry(agreement, "BS", "-845.20", in_arrears=False)
    assert area(connection, book)["net_balance"] == Decimal("1154.80")


def test_the_payoff_amount_counts_and_not_the_current_amount(
    connection: psycopg.Connection, book: Book
) -> None:
    agreement = book.customer(book.premise(("001", -10)))
    book.entry(agreement, "BS", "-900.00", current="-300.00")
    assert area(connection, book)["negative_balance_amt"] == Decimal("-900.00")


def test_a_balance_of_exactly_0_made_of_many_entries_is_in_neither_quantity(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(book.premise(("001", -10)), *["-100.01", "50.00", "50.01"] * 7)
    found = area(connection, book)
    assert (found["total_customers"], found["positive_qty"], found["negative_qty"]) == (1, 0, 0)


@pytest.mark.parametrize(("amount", "side"), [("0.01", "positive"), ("-0.01", "negative")])
def test_a_cent_decides_the_side(
    connection: psycopg.Connection, book: Book, amount: str, side: str
) -> None:
    book.customer(book.premise(("001", -10)), amount)
    found = area(connection, book)
    assert found[f"{side}_qty"] == 1
    assert found[f"{side}_balance_amt"] == found["net_balance"] == Decimal(amount)


def test_government_accounts_in_crores_are_exact(
    connection: psycopg.Connection, book: Book
) -> None:
    premise = book.premise(("001", -10))
    for amount in ("9999999999999.99", "-9999999999999.98"):
        book.customer(premise, amount, kind="POPD")
    assert area(connection, book)["net_balance"] == Decimal("0.01")


def test_active_prepaid_only_is_another_figure(connection: psycopg.Connection) -> None:
    ccb.create(connection, 1_000)
    text = REPORT.read_text(encoding="utf-8")
    line = "-- AND SA.SA_TYPE_CD = 'PPD' AND SA.SA_STATUS_FLG = '20'"
    assert line in text
    variant = text.replace(line, line.removeprefix("-- "))
    assert run(connection, sql=variant) != run(connection)
    assert [row[:3] for row in run(connection, sql=variant)] == [row[:3] for row in run(connection)]


def test_the_demo_holds_every_awkward_customer(connection: psycopg.Connection) -> None:
    ccb.create(connection, 1_000)

    def count(query: str) -> int:
        row = connection.execute(f"SELECT count(*) FROM {query}".encode()).fetchone()
        assert row is not None
        return int(row[0])

    per_account = "(SELECT acct_id FROM ci_sa GROUP BY acct_id HAVING"
    cases = {
        "account without agreement": "ci_acct a WHERE NOT EXISTS"
        " (SELECT FROM ci_sa s WHERE s.acct_id = a.acct_id)",
        "prepaid agreement without entries": "ci_sa s WHERE sa_type_cd = 'PPD' AND NOT EXISTS"
        " (SELECT FROM ci_ft f WHERE f.sa_id = s.sa_id)",
        "two prepaid agreements": f"{per_account} count(*) FILTER (WHERE sa_type_cd = 'PPD') = 2)",
        "prepaid and postpaid": f"{per_account} count(DISTINCT sa_type_cd) = 2)",
        "stopped with a balance": "ci_sa s JOIN ci_ft USING (sa_id) WHERE sa_status_flg = '40'",
        "closed with a balance": "ci_sa s JOIN ci_ft USING (sa_id) WHERE sa_status_flg = '60'",
        "blank mailing premise": "ci_acct WHERE mailing_prem_id = ' '",
        "premise without NOCS": "ci_acct WHERE mailing_prem_id <> ' ' AND NOT EXISTS"
        " (SELECT FROM ci_prem_char WHERE prem_id = mailing_prem_id)",
        "NOCS changed": "(SELECT prem_id FROM ci_prem_char WHERE effdt <= current_date"
        " GROUP BY prem_id HAVING count(*) = 2)",
        "NOCS in the future": "ci_prem_char WHERE effdt > current_date",
        "two labels": "(SELECT char_val FROM ci_char_val_l GROUP BY 1 HAVING count(*) = 2)",
        "no English label": "(SELECT char_val FROM ci_char_val_l GROUP BY 1"
        " HAVING max(language_cd) <> 'ENG' AND count(*) = 1) v JOIN ci_prem_char USING (char_val)",
        "unfrozen": "ci_ft WHERE freeze_sw = 'N'",
        "cancelled bill": "ci_ft WHERE ft_type_flg = 'BX' AND redundant_sw = 'Y'",
        "cancelled payment": "ci_ft WHERE ft_type_flg = 'PX' AND redundant_sw = 'Y'",
        "null ARS date": "ci_ft WHERE ars_dt IS NULL",
        "current amount differs": "ci_ft WHERE cur_amt <> tot_amt",
        "in crores": "ci_ft WHERE abs(tot_amt) >= 10000000",
        "Bangla name": "ci_per_name WHERE entity_name ~ '^[ঀ-৿ ]+$'",
        "mixed name": "ci_per_name WHERE entity_name ~ '[ঀ-৿]' AND entity_name ~ '[a-zA-Z]'",
    }
    missing = [name for name, query in cases.items() if not count(query)]
    assert missing == []
    totals = {
        row[0]: row[1]
        for row in connection.execute(
            "SELECT balance, count(*) FROM (SELECT sum(tot_amt) AS balance FROM ci_ft JOIN ci_sa"
            " USING (sa_id) WHERE freeze_sw = 'Y' AND redundant_sw = 'N' GROUP BY acct_id) b"
            " WHERE balance IN (0, 0.01, -0.01) GROUP BY balance"
        )
    }
    assert set(totals) == {Decimal(0), Decimal("0.01"), Decimal("-0.01")}


def test_the_demo_looks_like_the_utility(connection: psycopg.Connection) -> None:
    ccb.create(connection, 20_000)
    rows = run(connection)
    assert [row[1] for row in rows] == [area.english for area in AREAS]
    customers = sum(row[2] for row in rows)
    credits, dues = sum(row[3] for row in rows), sum(row[5] for row in rows)
    assert 0.70 < credits / customers < 0.77
    assert 0.23 < dues / customers < 0.29
    homes = [row for row in rows if row[0] != "014"]  # two offices in crores are in Rajarbag
    assert 1_230 < sum(row[4] for row in homes) / sum(row[3] for row in homes) < 1_430
    assert -4_500 < sum(row[6] for row in homes) / sum(row[5] for row in homes) < -3_600
    assert min(row[2] for row in rows) > 350 and max(row[2] for row in rows) < 2_500
    assert sum(row[7] for row in rows) < 0


def test_the_same_seed_gives_the_same_rows(connection: psycopg.Connection) -> None:
    found = []
    for seed in (7, 7, 8):
        ccb.create(connection, 1_000, seed)
        found.append(sorted(rows_of(connection, "ci_ft", "ft_id", "sa_id", "tot_amt")))
    assert found[0] == found[1] != found[2]


def test_every_advance_moves_the_figures_a_little(connection: psycopg.Connection) -> None:
    ccb.create(connection, 5_000)
    before = run(connection)
    assert ccb.advance(connection) == 10
    after = run(connection)
    assert before != after
    assert [row[:3] for row in before] == [row[:3] for row in after]


def test_the_report_is_one_select_with_the_sign_as_its_only_bind() -> None:
    for file in (REPORT, CONTROL_FILE):
        statement = read_select(file)
        assert binds_of(statement) == {"credit_sign"}
        assert ";" not in statement and "--" not in statement


def test_texts_and_percent_signs_survive_the_rewriting_of_binds() -> None:
    sql = "SELECT ':credit_sign', '--x', 'it''s 5%', a::int FROM t WHERE b LIKE 'x%' AND c = :Sign"
    assert for_postgres(sql) == (
        "SELECT ':credit_sign', '--x', 'it''s 5%%', a::int FROM t WHERE b LIKE 'x%%'"
        " AND c = %(Sign)s"
    )


@pytest.mark.parametrize(
    "sql",
    ["", "DELETE FROM ci_ft", "SELECT 1; DELETE FROM ci_ft", "-- SELECT 1", "UPDATE t SET a = 1"],
)
def test_a_file_that_is_not_one_select_is_refused(sql: str, tmp_path: Any) -> None:
    file = tmp_path / "report.sql"
    file.write_text(sql, encoding="utf-8")
    with pytest.raises(SettingsError, match="not one SELECT"):
        read_select(file)


@pytest.mark.parametrize(
    "sql", ["SELECT 1", "select ';' from t;", "/* x; */ WITH a AS (SELECT 1) SELECT * FROM a -- b"]
)
def test_a_file_with_one_select_is_accepted(sql: str, tmp_path: Any) -> None:
    file = tmp_path / "report.sql"
    file.write_text(sql, encoding="utf-8")
    assert read_select(file)
