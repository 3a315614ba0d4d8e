"""Figures that must not be published, as they come through the real driver."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from nocs.cache.database import Database
from nocs.model import Run, RunStatus
from nocs.refresh import job
from tests.oracle import CONTRACT, answer, in_process, refresh, row, settings_for, snapshot_of
from tests.records import area, publish
from tests.wire import Answer, OracleWire

Judge = Callable[..., Run]


@pytest.fixture
def judged(database: Database, wire: OracleWire, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Publish figures, let the report answer something else, refresh, and see what was kept."""
    monkeypatch.setattr(job, "extract", in_process)
    publish(database, area("100"))
    before = snapshot_of(database)

    def judge(told: Answer, **changed: str) -> Run:
        wire.fail_with(told, sql="NOCS_CODE")
        run = refresh(database, settings_for(wire, **changed))
        if run.status is not RunStatus.SUCCEEDED:
            assert snapshot_of(database) == before
            assert "The figures of the last success are kept." in run.error
            assert run.attempt == 1  # the source answered: asking again would not help
        return run

    return judge


def test_good_figures_pass(judged: Judge) -> None:
    assert judged(answer(row(1), row(2), row(3))).status is RunStatus.SUCCEEDED


MISSING = [column for column in CONTRACT if column[0] != "NET_BALANCE"]
RENAMED = [("NET" if name == "NET_BALANCE" else name, kind) for name, kind in CONTRACT]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (answer(row()[:-1], columns=MISSING), "column NET_BALANCE is missing"),
        (answer(row(), columns=RENAMED), "column NET_BALANCE is missing; column NET is not in"),
        (
            answer((*row(), "x"), columns=[*CONTRACT, ("REGION", "VARCHAR2(9)")]),
            "column REGION is not in the contract",
        ),
        (
            answer((*row(), 1), columns=[*CONTRACT, ("NET_BALANCE", "NUMBER")]),
            "column NET_BALANCE comes twice",
        ),
        # Retyped: a float may have lost a cent, a text is no number, a number is no code.
        (
            answer(row(POSITIVE_BALANCE_AMT=500.0), POSITIVE_BALANCE_AMT="BINARY_DOUBLE"),
            "POSITIVE_BALANCE_AMT is not an exact number",
        ),
        (
            answer(row(NET_BALANCE="479.75"), NET_BALANCE="VARCHAR2(20)"),
            "NET_BALANCE is not an exact number",
        ),
        (answer(row(NOCS_CODE=1), NOCS_CODE="NUMBER(3)"), "NOCS_CODE is not a text"),
        (
            answer(row(POSITIVE_BALANCE_AMT=float("nan")), POSITIVE_BALANCE_AMT="BINARY_DOUBLE"),
            "POSITIVE_BALANCE_AMT is not an exact number",
        ),
        # Oracle's NUMBER has an infinity; the driver reads it as 1E+126.
        (
            answer(row(NET_BALANCE=Decimal("Infinity")), NET_BALANCE="NUMBER"),
            "NET_BALANCE does not fit numeric(15,2)",
        ),
        (
            answer(row(NET_BALANCE=Decimal("1E13")), NET_BALANCE="NUMBER"),
            "NET_BALANCE does not fit numeric(15,2)",
        ),
        (answer(row(NET_BALANCE=Decimal("479.755")), NET_BALANCE="NUMBER"), "finer than a cent"),
        (answer(row(TOTAL_CUSTOMERS=Decimal("2.5"))), "not a whole number"),
        (answer(row(TOTAL_CUSTOMERS=2**31)), "outside 0 to 2147483647"),
        (answer(row(TOTAL_CUSTOMERS=-2)), "outside 0 to 2147483647"),
        (answer(row(NET_BALANCE=None)), "NET_BALANCE is missing"),
        # CHAR comes blank-padded, and an empty text is NULL.
        (answer(row(NOCS_CODE=" ")), "NOCS_CODE is blank"),
        (answer(row(NOCS_CODE=None)), "NOCS_CODE is blank"),
        (answer(row(NOCS_NAME="")), "NOCS_NAME is blank"),
        (answer(row(1), row(1), row(2)), "code 001 comes twice"),
        (answer(), "the report returned no row"),
        (
            answer(
                row(POSITIVE_BALANCE_AMT=Decimal("-20.25"), NEGATIVE_BALANCE_AMT=Decimal("500.00"))
            ),
            "the credit is negative; area 001: the due is positive",
        ),
    ],
)
def test_figures_that_break_a_rule_are_rejected_and_the_old_ones_stay(
    judged: Judge, told: Answer, reason: str
) -> None:
    run = judged(told)
    assert (run.status, run.error_code) == (RunStatus.REJECTED, "rejected")
    assert reason in run.error


@pytest.mark.parametrize("count", [16, 17, 18])
def test_another_number_of_areas_than_17_is_told_and_published(judged: Judge, count: int) -> None:
    told = answer(*[row(number) for number in range(1, count + 1)])
    run = judged(told, NOCS_EXPECTED_AREAS="17")
    assert (run.status, run.row_count) == (RunStatus.SUCCEEDED, count)
    assert (f"{count} areas instead of 17" in run.warnings) is (count != 17)


@pytest.mark.parametrize("count", [16, 18])
def test_another_number_of_areas_is_rejected_where_the_rule_is_hard(
    judged: Judge, count: int
) -> None:
    told = answer(*[row(number) for number in range(1, count + 1)])
    run = judged(told, NOCS_EXPECTED_AREAS="17", NOCS_HARD_RULES="area_count")
    assert run.status is RunStatus.REJECTED
    assert f"{count} areas instead of 17" in run.error


def test_a_number_that_the_driver_cannot_read_is_a_failure(
    judged: Judge,
) -> None:
    run = judged(answer(row(NET_BALANCE=bytes(25))), NOCS_REFRESH_ATTEMPTS="1")
    assert (run.status, run.error_code) == (RunStatus.FAILED, "DPY-5015")
