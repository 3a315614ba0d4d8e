"""Amounts as people read them."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from nocs.money import MINUS, amount_text, cents, count_text, short_text, signed

AMOUNTS = st.decimals(
    min_value=Decimal("-9999999999999.99"), max_value=Decimal("9999999999999.99"), places=2
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("0.01", "0.01"),
        ("-0.01", f"{MINUS}0.01"),
        ("999.99", "999.99"),
        ("1000", "1,000.00"),
        ("99999.99", "99,999.99"),
        ("100000", "1,00,000.00"),
        ("-250839233.46", f"{MINUS}25,08,39,233.46"),
        ("9999999999999.99", "99,99,99,99,99,999.99"),
    ],
)
def test_amounts_are_grouped_the_indian_way(value: str, text: str) -> None:
    assert amount_text(Decimal(value)) == text


def test_western_grouping_is_a_choice() -> None:
    assert amount_text(Decimal("1234567.5"), "western") == "1,234,567.50"
    assert count_text(231435, "western") == "231,435"
    assert count_text(231435) == "2,31,435"


@given(AMOUNTS, st.sampled_from([("indian", "#,##,##0"), ("western", "#,##0")]))
def test_commas_stand_where_a_library_of_locales_puts_them(
    value: Decimal, way: tuple[str, str]
) -> None:
    grouping, pattern = way
    theirs = format_decimal(abs(value), f"{pattern}.00", locale="en")
    assert amount_text(abs(value), grouping) == theirs
    assert count_text(int(abs(value)), grouping) == theirs.partition(".")[0]


@given(AMOUNTS)
def test_no_digit_of_an_amount_is_lost(value: Decimal) -> None:
    text = amount_text(value).replace(",", "").replace(MINUS, "-")
    assert Decimal(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("99999.99", "99,999.99"),
        ("100000", "1.00 L"),
        ("9999499.99", "99.99 L"),
        # Rounded to lakh it would read 100.00 L: the larger unit is chosen by what is shown.
        ("9999999.99", "1.00 Cr"),
        ("10000000", "1.00 Cr"),
        ("-69712345.67", f"{MINUS}6.97 Cr"),
        ("99999999999.99", "10,000.00 Cr"),
    ],
)
def test_a_short_figure_chooses_lakh_or_crore(value: str, text: str) -> None:
    assert short_text(Decimal(value)) == text


def test_a_short_figure_in_western_units() -> None:
    assert short_text(Decimal("1500000"), "western") == "1.50 M"
    assert short_text(Decimal("1500000000"), "western") == "1.50 B"


def test_a_change_carries_its_sign_and_zero_carries_none() -> None:
    assert signed("5.00") == "+5.00"
    assert signed(f"{MINUS}5.00") == f"{MINUS}5.00"
    assert signed("0.00") == "0.00"


def test_half_a_cent_is_rounded_away_from_zero() -> None:
    assert cents(Decimal("1.005")) == Decimal("1.01")
    assert cents(Decimal("-1.005")) == Decimal("-1.01")
    assert cents(Decimal("1.0049")) == Decimal("1.00")
