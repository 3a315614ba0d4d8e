"""The report and its control query, on hand-built rows and on the synthetic CC&B.

`positive` is credit and `negative` due. What the report says about the demo is compared with
tests/expected.py, which knows nothing of the SQL.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from nocs.demo import ccb, movement
from nocs.demo.areas import AREAS
from nocs.demo.book import Book
from nocs.model import AreaBalance, total
from nocs.settings import ROOT
from nocs.source.report import CONTROL_FILE, binds_of, for_postgres, read_select
from tests.expected import Unassigned, expected

REPORT_FILE = ROOT / "sql" / "nocs_balance_summary.sql"
FILES = pytest.mark.parametrize("file", [REPORT_FILE, CONTROL_FILE], ids=lambda file: file.stem)
SEEDS = (1, 2, 3, 4, 5)
TABLES = (
    "ci_acct", "ci_sa", "ci_ft", "ci_prem_char", "ci_char_val_l", "ci_per", "ci_acct_per",
    "ci_per_name",
)  # fmt: skip
HOME, OTHER = "001", "002"


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO cisadm")
        yield connection


@pytest.fixture
def book(connection: psycopg.Connection) -> Book:
    """Pages for hand-built rows, with two labelled areas; the tables are still empty."""
    ccb.create_empty(connection)
    book = Book(today_of(connection))
    book.label(HOME, "ENG", "Adabor")
    book.label(HOME, "BEN", "আদাবর")
    book.label(OTHER, "ENG", "Banasree")
    return book


def today_of(connection: psycopg.Connection) -> date:
    row = connection.execute("SELECT current_date").fetchone()
    assert row
    day: date = row[0]
    return day


def report(
    connection: psycopg.Connection, credit_sign: int = 1, file: Path = REPORT_FILE
) -> tuple[AreaBalance, ...]:
    statement = for_postgres(read_select(file)).encode()
    cursor = connection.execute(statement, {"credit_sign": credit_sign})
    names = [column.name for column in cursor.description or ()]
    return tuple(AreaBalance(**dict(zip(names, row, strict=True))) for row in cursor)


def control(
    connection: psycopg.Connection, credit_sign: int = 1, file: Path = CONTROL_FILE
) -> Unassigned:
    statement = for_postgres(read_select(file)).encode()
    rows = connection.execute(statement, {"credit_sign": credit_sign}).fetchall()
    assert len(rows) == 1
    return Unassigned(*rows[0])


def only_area(connection: psycopg.Connection, book: Book) -> AreaBalance:
    """Write the book and report; all that it counts must be in the one area HOME."""
    book.write(connection)
    (area,) = report(connection)
    assert area.nocs_code == HOME
    assert (area,) == expected(connection).areas
    return area


def figures(area: AreaBalance) -> tuple[int, int, Decimal, int, Decimal]:
    """Customers, then number and amount of credit, then of due."""
    assert area.net_balance == area.positive_balance_amt + area.negative_balance_amt
    return (
        area.total_customers,
        area.positive_qty,
        area.positive_balance_amt,
        area.negative_qty,
        area.negative_balance_amt,
    )


def home(book: Book) -> str:
    return book.premise((HOME, -365))


# Which customers count, and with which agreements


def test_an_account_without_agreement_is_a_customer_with_balance_0(
    connection: psycopg.Connection, book: Book
) -> None:
    book.account(home(book))
    assert figures(only_area(connection, book)) == (1, 0, 0, 0, 0)


def test_a_prepaid_agreement_without_entries_is_a_customer_with_balance_0(
    connection: psycopg.Connection, book: Book
) -> None:
    book.agreement(book.account(home(book)))
    assert figures(only_area(connection, book)) == (1, 0, 0, 0, 0)


def test_two_prepaid_agreements_of_one_account_make_one_balance(
    connection: psycopg.Connection, book: Book
) -> None:
    account = book.account(home(book))
    book.entry(book.agreement(account), "PS", "1500.00")
    book.entry(book.agreement(account), "BS", "-2000.50")
    assert figures(only_area(connection, book)) == (1, 0, 0, 1, Decimal("-500.50"))


def test_prepaid_credit_and_postpaid_due_make_one_balance(
    connection: psycopg.Connection, book: Book
) -> None:
    account = book.account(home(book))
    book.entry(book.agreement(account, "PPD"), "PS", "800.00")
    book.entry(book.agreement(account, "POPD"), "BS", "-300.25")
    assert figures(only_area(connection, book)) == (1, 1, Decimal("499.75"), 0, 0)


@pytest.mark.parametrize("status", ["10", "20", "30", "40", "50", "60", "70"])
def test_what_an_agreement_leaves_counts_whatever_its_status(
    connection: psycopg.Connection, book: Book, status: str
) -> None:
    book.customer(home(book), "-412.75", kind="POPD", status=status)
    book.customer(home(book), "96.10", status=status)
    found = figures(only_area(connection, book))
    assert found == (2, 1, Decimal("96.10"), 1, Decimal("-412.75"))


def test_names_in_any_script_change_nothing_and_come_back_as_written(
    connection: psycopg.Connection, book: Book
) -> None:
    names = ["Md. আব্দুল Karim", "M/S O'Brien & Sons <Ltd>", "শাহজাহান মিয়া"]
    for name in names:
        book.entry(book.agreement(book.account(home(book), name)), "PS", "500.00")
    assert figures(only_area(connection, book)) == (3, 3, Decimal("1500.00"), 0, 0)
    rows = connection.execute(
        'SELECT entity_name FROM ci_per_name ORDER BY entity_name COLLATE "C"'
    )
    assert [row[0] for row in rows] == sorted(names)


# Which area a customer is in


@pytest.mark.parametrize("premise", ["", " ", "0000000404"])
def test_a_customer_without_a_known_mailing_premise_is_counted_by_the_control(
    connection: psycopg.Connection, book: Book, premise: str
) -> None:
    book.customer(premise, "-120.00")
    book.customer(home(book), "5.00")
    assert figures(only_area(connection, book)) == (1, 1, Decimal("5.00"), 0, 0)
    assert control(connection) == Unassigned(1, Decimal(0), Decimal("-120.00"))


def test_a_premise_without_nocs_or_with_a_blank_or_future_one_is_counted_by_the_control(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(book.premise(), "-75.25")
    book.customer(book.premise((" ", -365)), "33.00")
    book.customer(book.premise((HOME, -365), (" ", -1)), "4.00")  # it had one, and lost it
    book.customer(book.premise((HOME, 1)), "45.00")
    book.account(book.premise())
    book.customer(home(book), "5.00")
    assert figures(only_area(connection, book)) == (1, 1, Decimal("5.00"), 0, 0)
    assert control(connection) == Unassigned(5, Decimal("82.00"), Decimal("-75.25"))
    assert control(connection) == expected(connection).unassigned


def test_the_control_answers_0_when_every_customer_reaches_an_area(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(home(book), "5.00")
    book.write(connection)
    assert control(connection) == Unassigned(0, Decimal(0), Decimal(0))


def test_a_changed_nocs_counts_in_the_new_area_only(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(book.premise((OTHER, -730), (HOME, -365)), "250.00")
    assert figures(only_area(connection, book)) == (1, 1, Decimal("250.00"), 0, 0)


@pytest.mark.parametrize(("days", "code"), [(-1, OTHER), (0, OTHER), (1, HOME)])
def test_a_new_nocs_counts_from_its_day_on_and_not_before(
    connection: psycopg.Connection, book: Book, days: int, code: str
) -> None:
    book.customer(book.premise((HOME, -365), (OTHER, days)), "-610.40")
    book.write(connection)
    (area,) = report(connection)
    assert (area.nocs_code, area.negative_balance_amt) == (code, Decimal("-610.40"))


def test_other_characteristics_of_the_premise_and_labels_of_other_types_are_ignored(
    connection: psycopg.Connection, book: Book
) -> None:
    premise = home(book)
    book.customer(premise, "10.00")
    book.rows["ci_prem_char"].append((premise, "CM_ZONE", book.today, OTHER))
    book.rows["ci_char_val_l"].append(("CM_ZONE", HOME, "ENG", "Zone one"))
    area = only_area(connection, book)
    assert (area.nocs_name, area.total_customers) == ("Adabor", 1)


def test_an_area_without_customers_is_not_in_the_report(
    connection: psycopg.Connection, book: Book
) -> None:
    book.premise((OTHER, -1))
    book.account(home(book))
    assert only_area(connection, book).total_customers == 1


# What an area is called


def test_a_label_in_two_languages_counts_once_and_shows_in_english(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(home(book), "10.00")
    area = only_area(connection, book)
    assert (area.nocs_name, area.total_customers) == ("Adabor", 1)


@pytest.mark.parametrize("english", [None, "", " ", "   "])
def test_a_value_without_an_english_label_shows_the_other_language(
    connection: psycopg.Connection, book: Book, english: str | None
) -> None:
    book.label("003", "BEN", "বংশাল")
    if english is not None:
        book.label("003", "ENG", english)
    book.customer(book.premise(("003", -1)), "-7.00")
    book.write(connection)
    (area,) = report(connection)
    assert (area.nocs_name, area.negative_qty) == ("বংশাল", 1)
    assert (area,) == expected(connection).areas


@pytest.mark.parametrize("label", [None, "  "])
def test_a_value_without_any_label_shows_its_code(
    connection: psycopg.Connection, book: Book, label: str | None
) -> None:
    if label is not None:
        book.label("009", "ENG", label)
    book.customer(book.premise(("009", -1)), "7.00")
    book.write(connection)
    (area,) = report(connection)
    assert (area.nocs_code, area.nocs_name, area.total_customers) == ("009", "009", 1)


def test_a_code_is_any_text_of_up_to_16_characters_and_orders_the_rows(
    connection: psycopg.Connection, book: Book
) -> None:
    codes = ["NORTH-EAST/00001", "9", "10", "0009", "a b"]
    for code in codes:
        book.label(code, "ENG", f"  Area $1 <{code}> ")
        book.account(book.premise((code, -1)))
    book.write(connection)
    areas = report(connection)
    assert [area.nocs_code for area in areas] == sorted(codes)
    assert areas[0].nocs_name == "Area $1 <0009>"


# Which entries count, and by which amount


@pytest.mark.parametrize(
    ("entries", "balance"),
    [
        pytest.param([("BS", "-400.00", {"frozen": False})], "0", id="an unfrozen bill does not"),
        pytest.param(
            [
                ("BS", "-350.00", {"redundant": True}),
                ("BX", "350.00", {"redundant": True}),
            ],
            "0",
            id="a bill and its cancellation do not",
        ),
        pytest.param(
            [
                ("PS", "1000.00", {"redundant": True}),
                ("PX", "-1000.00", {"redundant": True}),
            ],
            "0",
            id="a payment and its cancellation do not",
        ),
        pytest.param(
            [("PS", "900.00", {"redundant": True})], "0", id="a redundant entry alone does not"
        ),
        pytest.param(
            [("BS", "-1.00", {"frozen": False, "redundant": True})], "0", id="neither does both"
        ),
        pytest.param([("BS", "-845.20", {"in_arrears": False})], "-845.20", id="no ARS date does"),
        pytest.param(
            [("BS", "-900.00", {"current": "-300.00"})], "-900.00", id="TOT_AMT does, not CUR_AMT"
        ),
        pytest.param([("AD", "150.00", {}), ("AX", "-20.00", {})], "130.00", id="adjustments do"),
    ],
)
def test_of_the_entries_what_is_posted_counts(
    connection: psycopg.Connection,
    book: Book,
    entries: list[tuple[str, str, dict[str, bool]]],
    balance: str,
) -> None:
    agreement = book.customer(home(book), "50.00")
    for kind, amount, how in entries:
        book.entry(agreement, kind, amount, **how)
    assert only_area(connection, book).net_balance == Decimal("50.00") + Decimal(balance)


def test_a_balance_of_exactly_0_counts_as_a_customer_and_neither_as_credit_nor_due(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(home(book), *["-100.01", "50.00", "50.01", "-33.33", "33.33"] * 40)
    assert figures(only_area(connection, book)) == (1, 0, 0, 0, 0)


def test_one_paisa_is_credit_and_one_paisa_less_than_0_is_due(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(home(book), "0.01")
    book.customer(home(book), "-0.01")
    book.customer(home(book), "-1000.00", "1000.01")
    found = figures(only_area(connection, book))
    assert found == (3, 2, Decimal("0.02"), 1, Decimal("-0.01"))


def test_crores_and_the_largest_amounts_stay_exact(
    connection: psycopg.Connection, book: Book
) -> None:
    book.customer(home(book), "-12500000.00", kind="POPD")
    book.customer(home(book), "9999999999999.99")
    book.customer(home(book), "0.01")
    found = figures(only_area(connection, book))
    assert found == (3, 2, Decimal("10000000000000.00"), 1, Decimal("-12500000.00"))


# The files as a DBA runs them


@FILES
def test_a_file_runs_in_sql_plus_too(file: Path) -> None:
    """A blank line ends a statement there, a comment that ends in a semicolon runs it."""
    statement = file.read_text(encoding="ascii").split("\n\n", 1)[1]
    assert re.match(r"(--.*\n)*WITH ", statement) and "\n\n" not in statement
    assert not re.search(r";\s*$", file.read_text(encoding="ascii"), re.MULTILINE)


@FILES
def test_a_file_has_one_bind_and_nothing_that_one_of_the_two_databases_lacks(file: Path) -> None:
    statement = read_select(file)
    assert binds_of(statement) == {"credit_sign"}
    only_one_knows = (
        r"::|\b(LIMIT|ILIKE|FILTER|USING|NVL|DECODE|SYSDATE|TRUNC|DUAL|KEEP|BOOLEAN|EXCEPT|MINUS)\b"
    )
    assert not re.search(only_one_knows, statement, re.IGNORECASE)
    assert not re.search(r"\b(FROM|JOIN)\s+\w+\s+AS\b|\)\s*AS\s+\w+\s+(ON|WHERE)\b", statement)


def test_the_columns_are_the_contract(connection: psycopg.Connection, book: Book) -> None:
    book.write(connection)
    cursor = connection.execute(for_postgres(read_select(REPORT_FILE)).encode(), {"credit_sign": 1})
    assert [column.name.upper() for column in cursor.description or ()] == [
        "NOCS_CODE", "NOCS_NAME", "TOTAL_CUSTOMERS", "POSITIVE_QTY", "POSITIVE_BALANCE_AMT",
        "NEGATIVE_QTY", "NEGATIVE_BALANCE_AMT", "NET_BALANCE",
    ]  # fmt: skip
    assert cursor.fetchall() == []  # nobody is a customer yet


def as_adapted(file: Path, folder: Path, *marks: str) -> Path:
    """The file as a DBA leaves it who has taken the comment off the marked lines."""
    written = file.read_text(encoding="ascii")
    for mark in marks:
        written, times = re.subn(rf"^( *)-- (.* -- {mark})$", r"\1\2", written, flags=re.MULTILINE)
        assert times == 1
    adapted = folder / f"{'-'.join(marks)}-{file.name}"
    adapted.write_text(written, encoding="ascii")
    return adapted


@pytest.mark.parametrize("marks", [("PREPAID-1",), ("PREPAID-1", "PREPAID-2")])
def test_the_active_prepaid_variant_counts_other_balances(
    connection: psycopg.Connection, tmp_path: Path, marks: tuple[str, ...]
) -> None:
    ccb.create(connection, 2_000)
    plain = report(connection)
    wanted = expected(
        connection,
        counts=lambda agreement: agreement == ("PPD", "20"),
        needs_agreement="PREPAID-2" in marks,
    )
    found = report(connection, file=as_adapted(REPORT_FILE, tmp_path, *marks))
    assert found == wanted.areas
    found_control = control(connection, file=as_adapted(CONTROL_FILE, tmp_path, *marks))
    assert found_control == wanted.unassigned
    assert total(found).net_balance != total(plain).net_balance
    assert total(found).negative_qty < total(plain).negative_qty
    same_customers = total(found).total_customers == total(plain).total_customers
    assert same_customers is ("PREPAID-2" not in marks)


# The report over the demo


@pytest.mark.parametrize("seed", SEEDS)
def test_the_report_over_the_demo_is_right_to_the_cent(
    connection: psycopg.Connection, seed: int
) -> None:
    ccb.create(connection, 2_000, seed=seed)
    wanted = expected(connection)
    assert report(connection) == wanted.areas
    assert control(connection) == wanted.unassigned
    assert [(area.nocs_code, area.nocs_name) for area in wanted.areas] == [
        (area.code, area.english) for area in AREAS
    ]
    assert total(wanted.areas).total_customers + wanted.unassigned.customers == 2_000


def test_the_other_sign_exchanges_credit_and_due(connection: psycopg.Connection) -> None:
    ccb.create(connection, 2_000)
    assert report(connection, -1) == expected(connection, -1).areas
    assert control(connection, -1) == expected(connection, -1).unassigned
    for one, other in zip(report(connection, 1), report(connection, -1), strict=True):
        assert other.total_customers == one.total_customers
        assert (other.positive_qty, other.negative_qty) == (one.negative_qty, one.positive_qty)
        assert other.positive_balance_amt == -one.negative_balance_amt
        assert other.negative_balance_amt == -one.positive_balance_amt
        assert other.net_balance == -one.net_balance


def test_a_first_customer_of_the_area_being_set_up_appears_under_its_bangla_label(
    connection: psycopg.Connection,
) -> None:
    ccb.create(connection, 1_000)
    connection.execute(
        "INSERT INTO ci_acct (acct_id, mailing_prem_id, setup_dt)"
        " SELECT '8', min(prem_id), current_date FROM ci_prem_char WHERE char_val = '018'"
    )
    areas = report(connection)
    assert len(areas) == 18
    assert (areas[-1].nocs_name, areas[-1].total_customers) == ("কামরাঙ্গীরচর", 1)


# The demo itself

ONE_ACCOUNT = "SELECT 1 FROM ci_sa GROUP BY acct_id HAVING"
BALANCE = (
    "SELECT 1 FROM ci_sa JOIN ci_ft USING (sa_id) JOIN ci_acct USING (acct_id)"
    " WHERE freeze_sw = 'Y' AND redundant_sw = 'N'"
    " GROUP BY sa_id, sa_status_flg, cust_cl_cd HAVING sum(tot_amt)"
)
CANCELLED = (
    "SELECT 1 FROM ci_ft a JOIN ci_ft b USING (sa_id)"
    " WHERE a.redundant_sw = 'Y' AND b.redundant_sw = 'Y' AND a.tot_amt = -b.tot_amt"
    " AND a.ft_type_flg || b.ft_type_flg ="
)
ENTRY = "SELECT 1 FROM ci_ft WHERE"
PREMISE = "SELECT prem_id FROM ci_prem_char WHERE char_type_cd = 'CM_NOCS'"
LABEL = "SELECT char_val FROM ci_char_val_l WHERE language_cd ="
NAME = "SELECT 1 FROM ci_per_name WHERE entity_name ~ '[ক-হ]' AND entity_name"
CASES = {
    "account without agreement": "SELECT acct_id FROM ci_acct EXCEPT SELECT acct_id FROM ci_sa",
    "prepaid agreement without entry": "SELECT sa_id FROM ci_sa WHERE sa_type_cd = 'PPD'"
    " EXCEPT SELECT sa_id FROM ci_ft",
    "two prepaid agreements": f"{ONE_ACCOUNT} string_agg(sa_type_cd::text, '+') = 'PPD+PPD'",
    "prepaid plus postpaid": f"{ONE_ACCOUNT} count(DISTINCT sa_type_cd) = 2",
    "stopped with a balance": f"{BALANCE} <> 0 AND sa_status_flg = '40'",
    "closed with a balance": f"{BALANCE} <> 0 AND sa_status_flg = '60'",
    "blank mailing premise": "SELECT 1 FROM ci_acct WHERE mailing_prem_id = ' '",
    "premise without NOCS": "SELECT mailing_prem_id FROM ci_acct WHERE mailing_prem_id <> ' '"
    f" EXCEPT {PREMISE}",
    "changed NOCS": f"{PREMISE} AND effdt <= current_date GROUP BY prem_id HAVING count(*) = 2",
    "NOCS in the future": f"{PREMISE} AND effdt > current_date",
    "label in both languages": f"{LABEL} 'ENG' INTERSECT {LABEL} 'BEN'",
    "label without English": f"{LABEL} 'BEN' EXCEPT {LABEL} 'ENG'",
    "unfrozen entry": f"{ENTRY} freeze_sw = 'N' AND freeze_dttm IS NULL",
    "cancelled bill": f"{CANCELLED} 'BSBX'",
    "cancelled payment": f"{CANCELLED} 'PSPX'",
    "no ARS date": f"{ENTRY} ars_dt IS NULL AND freeze_sw = 'Y'",
    "CUR_AMT that differs": f"{ENTRY} cur_amt <> tot_amt",
    "0 made of many entries": f"{BALANCE} = 0 AND count(*) >= 20",
    "one paisa of credit": f"{BALANCE} = 0.01",
    "one paisa of due": f"{BALANCE} = -0.01",
    "government in crores of due": f"{BALANCE} <= -10000000 AND cust_cl_cd = 'GOVT'",
    "government in crores of credit": f"{BALANCE} >= 10000000 AND cust_cl_cd = 'GOVT'",
    "Bangla name": f"{NAME} !~ '[A-Za-z]'",
    "name in both scripts": f"{NAME} ~ '[A-Za-z]'",
}


def test_the_demo_has_every_special_case_at_any_size(connection: psycopg.Connection) -> None:
    ccb.create(connection, 1_000)
    missing = [n for n, sql in CASES.items() if not connection.execute(sql.encode()).fetchone()]
    assert missing == []
    special = "SELECT count(*) FROM ci_acct WHERE acct_id >= '9'"
    few = connection.execute(special).fetchone()
    ccb.create(connection, 3_000)
    assert connection.execute(special).fetchone() == few


def test_every_customer_of_the_demo_has_one_person_with_one_name(
    connection: psycopg.Connection,
) -> None:
    ccb.create(connection, 1_000)
    named = connection.execute(
        "SELECT count(*), count(DISTINCT acct_id) FROM ci_acct JOIN ci_acct_per USING (acct_id)"
        " JOIN ci_per USING (per_id) JOIN ci_per_name USING (per_id)"
        " WHERE main_cust_sw = 'Y' AND prim_name_sw = 'Y' AND entity_name <> ''"
    ).fetchone()
    assert named == (1_000, 1_000)


def test_the_demo_has_the_figures_of_a_utility(connection: psycopg.Connection) -> None:
    customers = 20_000
    ccb.create(connection, customers)
    ordinary = connection.execute(
        "SELECT count(*) FILTER (WHERE b > 0), count(*) FILTER (WHERE b < 0),"
        " count(*) FILTER (WHERE b = 0), avg(b) FILTER (WHERE b > 0), avg(b) FILTER (WHERE b < 0)"
        " FROM (SELECT sum(tot_amt) AS b FROM ci_ft JOIN ci_sa USING (sa_id)"
        "  WHERE freeze_sw = 'Y' AND redundant_sw = 'N' AND acct_id < '9' GROUP BY acct_id) x"
    ).fetchone()
    assert ordinary
    credit, due, zero, mean_credit, mean_due = map(float, ordinary)
    assert credit / customers == pytest.approx(0.73, abs=0.01)
    assert due / customers == pytest.approx(0.265, abs=0.01)
    assert zero / customers == pytest.approx(0.005, abs=0.002)
    assert mean_credit == pytest.approx(1330, rel=0.05)
    assert mean_due == pytest.approx(-4090, rel=0.08)
    areas = report(connection)
    assert 1.0 < -total(areas).negative_balance_amt / total(areas).positive_balance_amt < 1.3
    sizes = [area.total_customers * 300_000 / customers for area in areas]
    assert len(sizes) == 17 and 5_500 < min(sizes) < 8_000 and 30_000 < max(sizes) < 36_000
    assert 4 <= entries_of(connection) / customers <= 6


def entries_of(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM ci_ft").fetchone()
    assert row
    return int(row[0])


def test_bills_are_negative_and_payments_positive_and_recharges_round(
    connection: psycopg.Connection,
) -> None:
    ccb.create(connection, 1_000)
    posted = dict(
        connection.execute(
            "SELECT ft_type_flg, sum(tot_amt) FROM ci_ft WHERE freeze_sw = 'Y' GROUP BY 1"
        ).fetchall()
    )
    assert posted["BS"] < 0 < posted["PS"] and set(posted) == {"BS", "BX", "PS", "PX", "AD", "AX"}
    odd = "SELECT 1 FROM ci_ft WHERE ft_type_flg = 'PS' AND tot_amt % 500 <> 0 AND sa_id < '9'"
    assert connection.execute(odd).fetchone() is None


def fingerprint(connection: psycopg.Connection) -> list[str]:
    """One hash a table over all of its rows."""
    hashes = []
    for table in TABLES:
        sql = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM cisadm.{table} t"
        row = connection.execute(sql.encode()).fetchone()
        assert row
        hashes.append(row[0])
    return hashes


def test_the_same_seed_makes_the_same_rows_and_another_seed_others(
    connection: psycopg.Connection,
) -> None:
    made = []
    for seed in (7, 7, 8):
        ccb.create(connection, 1_000, seed=seed)
        made.append(fingerprint(connection))
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_change_of_today_counts_today_wherever_the_server_is(
    connection: psycopg.Connection, zone: str
) -> None:
    """In one of these zones, a day apart, today is not this machine's."""
    connection.execute(f"SET timezone TO '{zone}'".encode())
    ccb.create(connection, 1_000)
    moved_today = f"{PREMISE} AND effdt = current_date"
    assert connection.execute(moved_today.encode()).fetchone()
    assert control(connection).customers == 5
    assert report(connection) == expected(connection).areas


def test_a_demo_that_is_broken_off_leaves_the_one_before(connection: psycopg.Connection) -> None:
    assert not ccb.exists(connection)
    ccb.create(connection, 1_000)
    before = fingerprint(connection)

    def break_off(step: str, _done: float) -> None:
        if step == "indexes":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ccb.create(connection, 2_000, progress=break_off)
    assert ccb.exists(connection) and ccb.customers(connection) == 1_000
    assert fingerprint(connection) == before


def test_progress_grows_from_0_to_1_and_works_inside_a_transaction(database_url: str) -> None:
    told: list[float] = []
    with psycopg.connect(database_url) as connection:
        assert not ccb.exists(connection)  # opens the transaction
        ccb.create(connection, 1_000, progress=lambda _step, done: told.append(done))
    assert told == sorted(told) and (told[0], told[-1]) == (0, 1)
    with psycopg.connect(database_url) as connection:
        assert ccb.exists(connection) and ccb.customers(connection) == 1_000


def test_a_little_moves_between_refreshes(connection: psycopg.Connection) -> None:
    ccb.create(connection, 5_000)
    before = report(connection)
    entries = entries_of(connection)
    added = movement.advance(connection, seed=1)
    assert 5 <= added <= 15
    assert entries_of(connection) == entries + added
    after = report(connection)
    assert after == expected(connection).areas != before
    assert total(after).total_customers == total(before).total_customers
    change = abs(total(after).net_balance - total(before).net_balance)
    assert 0 < change < 2_000 * added


def test_what_moves_follows_its_seed(connection: psycopg.Connection) -> None:
    ccb.create(connection, 2_000)
    moved = []
    for seed in (1, 1, 2):
        with connection.transaction(force_rollback=True):
            movement.advance(connection, seed)
            moved.append(report(connection))
    assert moved[0] == moved[1] != moved[2]


def test_nothing_moves_in_a_ccb_without_customers(connection: psycopg.Connection) -> None:
    ccb.create_empty(connection)
    assert movement.advance(connection) == 0


COLUMNS = {
    "ci_acct": "acct_id char(10), mailing_prem_id char(10), cis_division char(5), cust_cl_cd"
    " char(8), bill_cyc_cd char(4), currency_cd char(3), setup_dt date",
    "ci_sa": "sa_id char(10), acct_id char(10), sa_type_cd char(8), sa_status_flg char(2),"
    " char_prem_id char(10), start_dt date, end_dt date",
    "ci_ft": "ft_id char(12), sibling_id char(12), parent_id char(12), bill_id char(12), sa_id"
    " char(10), ft_type_flg char(2), cur_amt numeric(15,2), tot_amt numeric(15,2), freeze_sw"
    " char(1), redundant_sw char(1), not_in_ars_sw char(1), correction_sw char(1), ars_dt date,"
    " accounting_dt date, cre_dttm timestamp(0), freeze_dttm timestamp(0)",
    "ci_prem_char": "prem_id char(10), char_type_cd char(8), effdt date, char_val char(16),"
    " adhoc_char_val varchar(254)",
    "ci_char_val_l": "char_type_cd char(8), char_val char(16), language_cd char(3), descr"
    " varchar(60)",
    "ci_per": "per_id char(10)",
    "ci_acct_per": "acct_id char(10), per_id char(10), main_cust_sw char(1)",
    "ci_per_name": "per_id char(10), prim_name_sw char(1), entity_name varchar(254)",
}
INDEXES = {
    "ci_acct": {"acct_id", "mailing_prem_id"},
    "ci_sa": {"sa_id", "acct_id, sa_status_flg"},
    "ci_ft": {"ft_id", "sa_id, redundant_sw, bill_id", "accounting_dt, sa_id"},
    "ci_prem_char": {"prem_id, char_type_cd, effdt"},
    "ci_char_val_l": {"char_type_cd, char_val, language_cd"},
}


def test_the_tables_have_ccbs_columns_widths_and_indexes(connection: psycopg.Connection) -> None:
    ccb.create_empty(connection)
    for table, wanted in COLUMNS.items():
        columns = connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
            (table,),
        ).fetchall()
        found = ", ".join(f"{name} {kind}" for name, kind in columns)
        found = found.replace("character varying", "varchar").replace("character", "char")
        assert found.replace(" without time zone", "") == wanted
    for table, wanted_indexes in INDEXES.items():
        rows = connection.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", (table,))
        assert {row[0].split("(")[1].rstrip(")") for row in rows} == wanted_indexes
