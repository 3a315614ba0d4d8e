"""The publishing gate: both sides of each rule."""

from decimal import Decimal
from typing import Any

import pytest

from nocs.errors import RejectedError
from nocs.model import AreaBalance, SourceKind
from nocs.refresh.gate import Accepted, check
from nocs.settings import Settings, load_settings
from nocs.source.job import Extract

COLUMNS = (
    "NOCS_CODE", "NOCS_NAME", "TOTAL_CUSTOMERS", "POSITIVE_QTY", "POSITIVE_BALANCE_AMT",
    "NEGATIVE_QTY", "NEGATIVE_BALANCE_AMT", "NET_BALANCE",
)  # fmt: skip
ONE_AREA = load_settings({"NOCS_EXPECTED_AREAS": "1"})


def row(**changed: Any) -> dict[str, Any]:
    return {
        "NOCS_CODE": "001",
        "NOCS_NAME": "Adabor",
        "TOTAL_CUSTOMERS": 10,
        "POSITIVE_QTY": 6,
        "POSITIVE_BALANCE_AMT": Decimal("100.00"),
        "NEGATIVE_QTY": 4,
        "NEGATIVE_BALANCE_AMT": Decimal("-40.00"),
        "NET_BALANCE": Decimal("60.00"),
    } | changed


def judge(
    *rows: dict[str, Any],
    columns: tuple[str, ...] = COLUMNS,
    settings: Settings = ONE_AREA,
    previous: tuple[AreaBalance, ...] = (),
    source: SourceKind = SourceKind.ORACLE,
    previous_source: SourceKind | None = SourceKind.ORACLE,
    unassigned: int = 0,
) -> Accepted:
    extract = Extract(
        columns=columns,
        rows=tuple(tuple(values.get(name) for name in columns) for values in rows),
        unassigned_customers=unassigned,
    )
    return check(extract, settings, previous, source=source, previous_source=previous_source)


def test_good_figures_pass_unchanged() -> None:
    accepted = judge(row())
    assert accepted.warnings == ()
    assert accepted.areas[0].negative_balance_amt == Decimal("-40.00")
    assert accepted.areas[0].nocs_name == "Adabor"


def test_oracle_numbers_that_arrive_as_decimal_become_counts() -> None:
    accepted = judge(row(TOTAL_CUSTOMERS=Decimal(10), POSITIVE_QTY=Decimal("6.0")))
    assert accepted.areas[0].total_customers == 10
    assert type(accepted.areas[0].positive_qty) is int


def test_blanks_around_a_label_are_cut() -> None:
    assert judge(row(NOCS_CODE="001   ")).areas[0].nocs_code == "001"


def test_the_order_of_columns_does_not_matter() -> None:
    assert judge(row(), columns=COLUMNS[::-1]).areas == judge(row()).areas


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"NOCS_CODE": " "}, r"row 1 \(no code\): NOCS_CODE is blank"),
        ({"NOCS_CODE": None}, "NOCS_CODE is blank"),
        ({"NOCS_CODE": 7}, "NOCS_CODE is not a text"),
        ({"NOCS_CODE": "x" * 51}, "more than 50"),
        ({"NOCS_NAME": ""}, "NOCS_NAME is blank"),
        ({"NOCS_NAME": "x" * 201}, "more than 200"),
        ({"TOTAL_CUSTOMERS": Decimal("10.5")}, "not a whole number"),
        ({"TOTAL_CUSTOMERS": -1}, "outside 0"),
        ({"TOTAL_CUSTOMERS": 2**31}, "outside 0"),
        ({"TOTAL_CUSTOMERS": None}, "is missing"),
        ({"TOTAL_CUSTOMERS": "10"}, "not an exact number"),
        ({"TOTAL_CUSTOMERS": 9}, "more customers in credit and due"),
        ({"POSITIVE_BALANCE_AMT": 100.0}, "not an exact number"),
        ({"POSITIVE_BALANCE_AMT": Decimal("NaN")}, "not a finite number"),
        ({"POSITIVE_BALANCE_AMT": Decimal("Infinity")}, "not a finite number"),
        ({"POSITIVE_BALANCE_AMT": Decimal("100.001")}, "finer than a cent"),
        ({"POSITIVE_BALANCE_AMT": Decimal("10000000000000.00")}, "does not fit"),
        ({"NET_BALANCE": Decimal("60.01")}, "net is not credit plus due"),
        ({"NET_BALANCE": Decimal("59.99")}, "net is not credit plus due"),
        (
            {"POSITIVE_BALANCE_AMT": Decimal("-0.01"), "NET_BALANCE": Decimal("-40.01")},
            "the credit is negative",
        ),
        (
            {"NEGATIVE_BALANCE_AMT": Decimal("0.01"), "NET_BALANCE": Decimal("100.01")},
            "the due is positive",
        ),
        ({"POSITIVE_QTY": 0}, "a credit without a customer"),
        ({"NEGATIVE_QTY": 0}, "a due without a customer"),
    ],
)
def test_figures_that_break_a_hard_rule_are_rejected_with_the_reason(
    changed: dict[str, Any], reason: str
) -> None:
    with pytest.raises(RejectedError, match=reason):
        judge(row(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"TOTAL_CUSTOMERS": 10},
        {"TOTAL_CUSTOMERS": 2**31 - 1},
        {"NOCS_CODE": "x" * 50},
        {"NOCS_NAME": "শ" * 200},
        {
            "POSITIVE_BALANCE_AMT": Decimal("9999999999999.99"),
            "NET_BALANCE": Decimal("9999999999959.99"),
        },
        {
            "POSITIVE_QTY": 0,
            "POSITIVE_BALANCE_AMT": Decimal("0"),
            "NET_BALANCE": Decimal("-40"),
        },
    ],
)
def test_figures_at_the_edge_of_a_hard_rule_pass(changed: dict[str, Any]) -> None:
    assert len(judge(row(**changed)).areas) == 1


def test_credit_and_due_exchanged_is_rejected() -> None:
    exchanged = row(POSITIVE_BALANCE_AMT=Decimal("-40.00"), NEGATIVE_BALANCE_AMT=Decimal("100.00"))
    with pytest.raises(RejectedError, match="the credit is negative"):
        judge(exchanged)


def test_no_row_is_rejected() -> None:
    with pytest.raises(RejectedError, match="no row"):
        judge()


def test_a_code_that_comes_twice_is_rejected() -> None:
    with pytest.raises(RejectedError, match="code 001 comes twice"):
        judge(row(), row(NOCS_NAME="Other"))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(RejectedError, match="column NET_BALANCE is missing"):
        judge(row(), columns=COLUMNS[:-1])


def test_an_extra_column_is_named() -> None:
    with pytest.raises(RejectedError, match="column REGION is not in the contract"):
        judge(row(), columns=(*COLUMNS, "REGION"))


def test_many_faults_are_counted_but_not_all_listed() -> None:
    with pytest.raises(RejectedError, match="and 2 more"):
        judge(*[row(NOCS_CODE=str(i), NOCS_NAME=" ") for i in range(7)])


def test_demo_figures_never_replace_real_ones() -> None:
    with pytest.raises(RejectedError, match="these are demo data"):
        judge(row(), source=SourceKind.DEMO, previous_source=SourceKind.ORACLE)


def test_real_figures_replace_demo_ones_without_a_comparison() -> None:
    demo = judge(row(NOCS_CODE="999", TOTAL_CUSTOMERS=99)).areas
    assert judge(row(), previous=demo, previous_source=SourceKind.DEMO).warnings == ()


def test_another_number_of_areas_warns() -> None:
    settings = load_settings({"NOCS_EXPECTED_AREAS": "2"})
    assert judge(row(), settings=settings).warnings == ("1 areas instead of 2",)
    assert judge(row(), row(NOCS_CODE="002"), settings=settings).warnings == ()


def test_a_soft_rule_made_hard_rejects() -> None:
    settings = load_settings({"NOCS_EXPECTED_AREAS": "2", "NOCS_HARD_RULES": "area_count"})
    with pytest.raises(RejectedError, match="1 areas instead of 2"):
        judge(row(), settings=settings)


def test_an_area_that_vanished_warns_by_name() -> None:
    before = judge(row(), row(NOCS_CODE="002", NOCS_NAME="Kazla")).areas
    assert judge(row(), previous=before).warnings == (
        "area Kazla (002) is no longer in the report",
    )


@pytest.mark.parametrize(
    ("credit", "warns"), [("120.00", False), ("120.01", True), ("80.00", False), ("79.99", True)]
)
def test_an_amount_that_moved_more_than_the_limit_warns(credit: str, warns: bool) -> None:
    before = judge(row()).areas
    now = row(POSITIVE_BALANCE_AMT=Decimal(credit), NET_BALANCE=Decimal(credit) - 40)
    warnings = judge(now, previous=before).warnings
    assert any("credit went from 100.00" in text for text in warnings) is warns


def test_customers_that_moved_more_than_the_limit_warn() -> None:
    before = judge(row()).areas
    assert judge(row(TOTAL_CUSTOMERS=12), previous=before).warnings == ()
    warnings = judge(row(TOTAL_CUSTOMERS=13), previous=before).warnings
    assert warnings == ("Adabor (001): customers went from 10 to 13",)


def test_customers_without_an_area_are_told() -> None:
    assert judge(row(), unassigned=0).warnings == ()
    warning = judge(row(), unassigned=1234).warnings[0]
    assert warning == "1,234 customers reach no NOCS area and are in no figure"
