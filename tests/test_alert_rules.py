"""What counts as wrong: each rule on both sides of its boundary."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from nocs.alerts.message import Kind
from nocs.alerts.outbox import Trouble
from nocs.alerts.rules import Problem, problems
from nocs.alerts.state import State
from nocs.model import AreaBalance, Run, RunStatus, SourceKind, Trigger
from nocs.settings import Settings, load_settings
from tests.records import AS_OF, area

NOW = AS_OF + timedelta(minutes=30)
HOUR = timedelta(hours=1)


def run(
    status: RunStatus, number: int = 1, error: str = "no route", warnings: tuple[str, ...] = ()
) -> Run:
    return Run(
        id=number, trigger=Trigger.SCHEDULE, requested_by="", status=status, queued_at=AS_OF,
        finished_at=AS_OF, error=error, as_of=AS_OF, source=SourceKind.ORACLE, warnings=warnings,
    )  # fmt: skip


OK, FAILED, REJECTED, ABANDONED = (
    RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.REJECTED, RunStatus.ABANDONED,
)  # fmt: skip


def found(state: State, now: datetime = NOW, **settings: str) -> tuple[Problem, ...]:
    return problems(state, _settings(**settings), now)


def _settings(**values: str) -> Settings:
    return load_settings({f"NOCS_{name}": value for name, value in values.items()})


def keys(state: State, now: datetime = NOW, **settings: str) -> list[str]:
    return [problem.key for problem in found(state, now, **settings)]


def after(*newest_first: RunStatus) -> State:
    runs = [run(status, number) for number, status in enumerate(reversed(newest_first), start=2)]
    return State(published=run(OK, 1), unpublished=tuple(reversed(runs)))


@pytest.mark.parametrize(
    ("newest_first", "is_wrong"),
    [
        ((), False),
        ((FAILED,), False),
        ((ABANDONED,), False),
        ((FAILED, FAILED), True),
        ((FAILED, ABANDONED), True),
        ((FAILED, REJECTED), False),
        ((FAILED, REJECTED, FAILED), False),
        ((REJECTED, FAILED, FAILED), True),  # it goes on until a success
    ],
)
def test_a_refresh_that_fails_twice_in_a_row_is_a_problem_until_the_next_success(
    newest_first: tuple[RunStatus, ...], is_wrong: bool
) -> None:
    assert ("failing" in keys(after(*newest_first))) is is_wrong


def test_a_rejected_refresh_is_a_problem_at_once_and_tells_its_reason() -> None:
    state = State(published=run(OK), rejected=run(REJECTED, 2, "The due is positive."))
    (problem,) = found(state)
    assert problem.key == "rejected" and "The due is positive." in problem.text


@pytest.mark.parametrize(
    ("old", "is_wrong"), [(3 * HOUR, False), (3 * HOUR + timedelta(seconds=1), True)]
)
def test_figures_are_stale_beyond_three_intervals(old: timedelta, is_wrong: bool) -> None:
    assert (keys(State(published=run(OK)), AS_OF + old) == ["stale"]) is is_wrong


@pytest.mark.parametrize(
    ("waited", "is_wrong"), [(3 * HOUR, False), (3 * HOUR + timedelta(seconds=1), True)]
)
def test_an_empty_cache_is_a_problem_when_no_refresh_ever_publishes(
    waited: timedelta, is_wrong: bool
) -> None:
    state = State(published=None, first_queued_at=AS_OF)
    assert (keys(state, AS_OF + waited) == ["stale"]) is is_wrong


def test_a_cache_without_any_run_is_no_problem() -> None:
    assert keys(State(published=None)) == []


def test_a_gate_warning_is_the_same_problem_while_only_its_figures_change() -> None:
    def of(*warnings: str) -> list[str]:
        return keys(State(published=run(OK, warnings=warnings)))

    first = of("1,204 customers reach no NOCS area and are in no figure")
    assert first == of("1,231 customers reach no NOCS area and are in no figure")
    assert of("16 areas instead of 17") != first
    moved = "Adabor ({}): due went from −4,20,000.10 to {}"
    assert of(moved.format("001", "−9.00")) == of(moved.format("001", "1,00,000.00"))
    assert of(moved.format("001", "−9.00")) != of(moved.format("002", "−9.00"))


def test_a_flood_of_warnings_is_cut_and_says_so() -> None:
    warnings = tuple(f"area X{chr(97 + n)} vanished" for n in range(25))
    problems = found(State(published=run(OK, warnings=warnings)))
    assert len(problems) == 21 and "and 5 more" in problems[-1].text


def figures(*areas: AreaBalance, before: tuple[AreaBalance, ...] | None = None) -> State:
    return State(published=run(OK), areas=areas, day_ago=before)


@pytest.mark.parametrize(("limit", "is_wrong"), [("40.00", False), ("39.99", True)])
def test_a_due_above_its_limit_is_a_problem_and_at_the_limit_it_is_not(
    limit: str, is_wrong: bool
) -> None:
    state = figures(area("001", due="-40.00"))
    for where in ("total", "any", "001"):
        assert bool(keys(state, ALERT_DUE_ABOVE=f"{where}={limit}")) is is_wrong


def test_a_limit_of_one_area_replaces_that_of_any_area() -> None:
    state = figures(area("001", due="-40.00"), area("002", due="-50.00"))
    assert keys(state, ALERT_DUE_ABOVE="any=10; 002=60") == ["due_above:area 001"]
    assert keys(state, ALERT_DUE_ABOVE="any=60; 002=10") == ["due_above:area 002"]


def test_the_limit_of_the_total_is_not_that_of_an_area_whatever_its_code() -> None:
    state = figures(area("total", due="-40.00"), area("002", due="-50.00"))
    assert keys(state, ALERT_DUE_ABOVE="total=80; any=1000") == ["due_above:total"]


def test_a_limit_that_names_no_area_is_told() -> None:
    state = figures(area("001"))
    assert "names area 099" in found(state, ALERT_DUE_ABOVE="099=1")[0].text


def test_the_due_is_told_to_the_cent_with_indian_grouping_and_its_sign() -> None:
    state = figures(area("001", due="-250839233.46", name="Adabor"))
    (problem,) = found(state, ALERT_DUE_ABOVE="001=25,00,00,000")
    assert problem.text == (
        "Due of Adabor (001): −₹ 25,08,39,233.46, beyond the limit of ₹ 25,00,00,000.00."
    )


@pytest.mark.parametrize(
    ("due", "is_wrong"),
    [("-110.00", False), ("-110.01", True), ("-90.00", False), ("-89.99", True)],
)
def test_a_move_in_a_day_is_a_problem_beyond_its_share(due: str, is_wrong: bool) -> None:
    state = figures(area("001", due=due), before=(area("001", due="-100.00"),))
    for where in ("total", "any", "001"):
        assert keys(state, ALERT_MOVED_PERCENT=f"{where}=10") == (
            [f"moved:{'total' if where == 'total' else 'area 001'}:due"] if is_wrong else []
        )


def test_a_move_says_how_far_and_that_a_larger_due_went_up() -> None:
    state = figures(area("001", due="-150.00"), before=(area("001", due="-100.00"),))
    (problem,) = found(state, ALERT_MOVED_PERCENT="total=12.5")
    assert "−₹ 100.00 to −₹ 150.00 in a day (up 50.00 %), more than 12.50 %" in problem.text


def test_an_area_that_is_new_or_came_from_nothing_and_a_day_without_figures() -> None:
    new = figures(area("001"), area("002"), before=(area("001"),))
    assert keys(new, ALERT_MOVED_PERCENT="any=10") == []
    from_nothing = figures(area("001"), before=(area("001", due="0.00"),))
    assert keys(from_nothing, ALERT_MOVED_PERCENT="any=10") == ["moved:area 001:due"]
    assert keys(figures(area("001")), ALERT_MOVED_PERCENT="any=10") == []


def test_a_message_that_does_not_arrive_is_a_problem() -> None:
    trouble = Trouble(Kind.REPORT, "asha@example.com", "failed", 9, "mailbox busy")
    (problem,) = found(State(published=run(OK), troubles=(trouble,)))
    assert "report to asha@example.com is failed after 9 tries: mailbox busy" in problem.text


def test_amounts_stay_decimal_however_large() -> None:
    huge = "-9999999999999.99"
    state = figures(area("001", due=huge))
    limit = str(-Decimal(huge) - Decimal("0.01"))
    assert "99,99,99,99,99,999.99" in found(state, ALERT_DUE_ABOVE=f"001={limit}")[0].text
    assert keys(state, ALERT_DUE_ABOVE=f"001={-Decimal(huge)}") == []


def test_now_is_the_only_clock() -> None:
    assert keys(State(published=run(OK)), datetime(2030, 1, 1, tzinfo=UTC)) == ["stale"]
