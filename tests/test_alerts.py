"""What is said and when: once for each episode, refresh and slot, however many look."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from nocs.alerts import summary
from nocs.alerts.watch import Watcher
from nocs.cache.database import Database
from nocs.model import Run, RunStatus, SourceKind, Totals, Trigger
from nocs.settings import Settings, load_settings
from tests.records import area, fail, publish

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ORACLE = {
    "NOCS_ORACLE_DSN": "db/CCB",
    "NOCS_ORACLE_USER": "reader",
    "NOCS_ORACLE_PASSWORD": "x",
}
ALERT = {"NOCS_ALERT_URLS": "json://127.0.0.1:9/hook"}
SUMMARY = {"NOCS_SUMMARY_URLS": "json://127.0.0.1:9/hook"}
REPORT = {
    "NOCS_REPORT_MAIL_URL": "mailto://127.0.0.1:9?from=nocs@example.com",
    "NOCS_REPORT_TO": "asha@example.com, rafi@example.com",
    "NOCS_REPORT_AT": "daily 08:00",
}


def settings(*groups: dict[str, str], **more: str) -> Settings:
    values = {f"NOCS_{name}": value for name, value in more.items()}
    return load_settings({k: v for g in (ORACLE, *groups, values) for k, v in g.items()})


Titles = Callable[[], list[str]]


@pytest.fixture
def titles(database: Database) -> Titles:
    def read() -> list[str]:
        with database.reading() as connection:
            rows = connection.execute(text("SELECT title FROM nocs_message ORDER BY id"))
            return list(rows.scalars())

    return read


def messages(database: Database) -> list[str]:
    with database.reading() as connection:
        rows = connection.execute(text("SELECT text FROM nocs_message ORDER BY id"))
        return list(rows.scalars())


def severities(database: Database) -> list[str]:
    with database.reading() as connection:
        rows = connection.execute(text("SELECT severity FROM nocs_message ORDER BY id"))
        return list(rows.scalars())


def at_once(database: Database, values: Settings, now: datetime, many: int = 8) -> None:
    """Eight schedulers look at the same moment, each as its own process would."""
    gate = threading.Barrier(many)

    def one() -> None:
        watcher = Watcher(database, values)
        gate.wait()
        watcher.look(now)

    threads = [threading.Thread(target=one) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Watcher(database, values).look(now)


def test_eight_schedulers_say_a_problem_once(database: Database, titles: Titles) -> None:
    fail(database, "ORA-12514: no listener")
    fail(database, "ORA-12514: no listener")
    at_once(database, settings(ALERT), datetime.now(UTC))
    assert titles() == ["NOCS alert: The refresh fails"]
    assert severities(database) == ["failure"]
    assert "Last reason: ORA-12514: no listener" in messages(database)[0]


def test_a_problem_is_reminded_of_for_as_long_as_it_goes_on_and_its_end_is_told(
    database: Database, titles: Titles
) -> None:
    now = datetime.now(UTC)
    publish(database, area(), as_of=now)
    watcher = Watcher(database, settings(ALERT, ALERT_REMIND_HOURS="24"))

    def look(after: timedelta) -> int:
        return watcher.look(now + after)

    assert look(HOUR) == 0
    assert look(4 * HOUR) == 1
    assert look(5 * HOUR) == 0
    assert look(4 * HOUR + DAY - timedelta(seconds=1)) == 0
    assert look(4 * HOUR + DAY) == 1
    assert look(4 * HOUR + DAY + HOUR) == 0
    assert look(4 * HOUR + 2 * DAY) == 1
    publish(database, area(), as_of=now + 53 * HOUR)
    assert look(53 * HOUR) == 1
    assert look(54 * HOUR) == 0
    assert titles() == [
        "NOCS alert: The figures are stale",
        "NOCS reminder: The figures are stale",
        "NOCS reminder: The figures are stale",
        "NOCS recovered: The figures are stale",
    ]
    told = messages(database)
    assert "The figures are 4 h old" in told[0] and "told again after 1 d" in told[0]
    assert "The figures are 1 d 4 h old" in told[1] and "1 d ago" in told[1]
    assert "It began" in told[3] and "2 d 1 h ago" in told[3]


def test_a_problem_that_comes_back_is_told_again(database: Database, titles: Titles) -> None:
    now = datetime.now(UTC)
    watcher = Watcher(database, settings(ALERT))
    for round_ in range(2):
        fail(database, "no")
        fail(database, "no")
        watcher.look(now + round_ * HOUR)
        publish(database, area(), as_of=now)
        watcher.look(now + round_ * HOUR + timedelta(minutes=1))
    assert titles() == [
        "NOCS alert: The refresh fails", "NOCS recovered: The refresh fails",
    ] * 2  # fmt: skip


def test_what_begins_together_is_one_message(database: Database, titles: Titles) -> None:
    now = datetime.now(UTC)
    areas = [area(f"{n:03}", due="-500.00") for n in range(17)]
    publish(database, *areas, as_of=now)
    Watcher(database, settings(ALERT, ALERT_DUE_ABOVE="any=100")).look(now)
    assert titles() == ["NOCS alert: 17 matters"]
    assert messages(database)[0].count("beyond the limit") == 10
    assert "And 7 more: nocs alerts list" in messages(database)[0]


def test_a_rejection_and_a_gate_warning_are_told_and_end_with_a_clean_success(
    database: Database, titles: Titles
) -> None:
    now = datetime.now(UTC)
    watcher = Watcher(database, settings(ALERT))
    publish(database, area(), as_of=now, warnings=("16 areas instead of 17",))
    watcher.look(now)
    fail(database, "The due is positive.", RunStatus.REJECTED)
    watcher.look(now)
    fail(database, "later", RunStatus.FAILED)
    watcher.look(now)
    publish(database, area(), as_of=now)
    watcher.look(now)
    assert titles() == [
        "NOCS alert: The gate warns",
        "NOCS alert: A refresh was rejected",
        "NOCS recovered: 2 matters",
    ]
    assert severities(database) == ["warning", "failure", "success"]


def test_a_move_is_measured_against_the_figures_of_a_day_ago(
    database: Database, titles: Titles
) -> None:
    now = datetime.now(UTC)
    publish(database, area(due="-100.00"), as_of=now - timedelta(hours=25))
    publish(database, area(due="-100.00"), as_of=now - timedelta(hours=24))
    publish(database, area(due="-119.00"), as_of=now - timedelta(hours=23))
    watcher = Watcher(database, settings(ALERT, ALERT_MOVED_PERCENT="total=20"))
    publish(database, area(due="-120.00"), as_of=now)
    assert watcher.look(now) == 0
    publish(database, area(due="-120.01"), as_of=now)
    assert watcher.look(now) == 1
    assert "−₹ 100.00 to −₹ 120.01" in messages(database)[0]


def test_without_an_address_nothing_is_noted(database: Database, titles: Titles) -> None:
    fail(database, "no")
    fail(database, "no")
    assert Watcher(database, settings()).look() == 0
    assert titles() == []


def known_day(source: SourceKind = SourceKind.ORACLE) -> Run:
    return Run(
        id=7, trigger=Trigger.SCHEDULE, requested_by="", status=RunStatus.SUCCEEDED,
        queued_at=datetime(2026, 11, 24, 10, tzinfo=UTC), source=source,
        as_of=datetime(2026, 11, 24, 10, 5, tzinfo=UTC),
        totals=Totals(
            areas=17, total_customers=231_435, positive_qty=169_070,
            positive_balance_amt=Decimal("224703188.91"), negative_qty=61_324,
            negative_balance_amt=Decimal("-250839233.46"), net_balance=Decimal("-26136044.55"),
        ),
    )  # fmt: skip


def test_the_summary_is_short_exact_and_links_to_the_page() -> None:
    now = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
    told = summary.content(known_day(), settings(PUBLIC_URL="https://nocs.example.com"), now)
    assert told.title == "NOCS balance summary"
    assert told.text.splitlines() == [
        "17 areas, 2,31,435 customers",
        "Credit: +₹ 22,47,03,188.91 (1,69,070 customers)",
        "Due: −₹ 25,08,39,233.46 (61,324 customers)",
        "Net: −₹ 2,61,36,044.55 (overall due)",
        "Last updated: 24 Nov 2026, 16:05 (Asia/Dhaka)",
        "https://nocs.example.com",
    ]


def test_a_summary_of_demo_or_old_figures_says_so() -> None:
    as_of = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)
    told = summary.content(known_day(SourceKind.DEMO), settings(), as_of + 3 * HOUR)
    assert told.title.startswith("[Demo data]") and "made-up figures" in told.text
    assert "old" not in told.text
    told = summary.content(known_day(), settings(), as_of + 9 * HOUR)
    assert "These figures are old: 9 h." in told.text
    assert "emo" not in told.title + told.text


def test_each_published_run_is_summed_up_once_by_eight_schedulers(
    database: Database, titles: Titles
) -> None:
    now = datetime.now(UTC)
    for round_ in range(2):
        publish(database, area(), as_of=now)
        at_once(database, settings(SUMMARY), now)
        assert len(titles()) == round_ + 1
    fail(database, "no")
    at_once(database, settings(SUMMARY), now)
    assert len(titles()) == 2


def test_every_third_run_is_summed_up(database: Database, titles: Titles) -> None:
    now = datetime.now(UTC)
    watcher = Watcher(database, settings(SUMMARY, SUMMARY_EVERY="3"))
    told = []
    for _ in range(7):
        publish(database, area(), as_of=now)
        told.append(watcher.look(now))
    assert told == [1, 0, 0, 1, 0, 0, 1]


def test_a_run_that_was_published_long_ago_is_no_news(database: Database) -> None:
    now = datetime.now(UTC)
    publish(database, area(), as_of=now)
    watcher = Watcher(database, settings(SUMMARY))
    assert watcher.look(now + 61 * timedelta(minutes=1)) == 0
    assert watcher.look(now + 59 * timedelta(minutes=1)) == 1


def finished(run: Run | None, number: int, at: datetime) -> Run:
    assert run is not None
    values = {name: getattr(run, name) for name in Run.__dataclass_fields__}
    return Run(**values | {"id": number, "finished_at": at})


def test_at_set_hours_the_newest_run_is_summed_up_and_never_the_same_twice() -> None:
    hours = settings(SUMMARY, SUMMARY_AT="09:00, 17:00")  # 03:00 and 11:00 UTC
    base, nine = known_day(), datetime(2026, 11, 24, 3, tzinfo=UTC)
    run = finished(base, 5, nine - HOUR)

    def due(last: summary.Said | None, now: datetime, began: datetime = nine - DAY) -> bool:
        return summary.due(run, last, 1, hours, now=now, began_at=began)

    said = summary.Said(4, nine - 10 * HOUR)
    assert not due(said, nine - timedelta(seconds=1))
    assert due(said, nine)
    assert due(said, nine + 6 * HOUR)  # late, as nobody was there to send it
    assert not due(said, nine + 6 * HOUR + timedelta(seconds=1))
    assert not due(summary.Said(4, nine + timedelta(seconds=1)), nine + HOUR)
    assert not due(summary.Said(5, nine - 8 * HOUR), nine)  # the same run: never twice
    assert due(None, nine, began=nine - timedelta(seconds=1))
    assert not due(None, nine + HOUR, began=nine + timedelta(minutes=30))


def slot_today(values: Settings) -> datetime:
    """Today's 08:00 by the wall clock of the settings."""
    local = datetime.now(values.zone)
    return local.replace(hour=8, minute=0, second=0, microsecond=0).astimezone(UTC)


def deliveries(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT m.key, d.target FROM nocs_delivery d"
                " JOIN nocs_message m ON m.id = d.message_id ORDER BY m.id, d.target"
            )
        )
        return [(row.key, row.target) for row in rows]


def test_eight_schedulers_send_the_report_once_a_slot_to_each_reader(database: Database) -> None:
    values = settings(REPORT)
    slot = slot_today(values)
    publish(database, area(), as_of=slot - HOUR)
    watcher = Watcher(database, values)
    watcher.look(slot - timedelta(seconds=1))
    assert deliveries(database) == []
    watcher.look(slot)
    at_once(database, values, slot)
    at_once(database, values, slot + HOUR)
    key = f"slot {slot:%Y-%m-%dT%H:%MZ}"
    assert deliveries(database) == [(key, "asha@example.com"), (key, "rafi@example.com")]
    at_once(database, values, slot + DAY)
    assert len(deliveries(database)) == 4


def test_a_slot_that_passed_while_nobody_ran_is_served_late_but_not_too_late(
    database: Database,
) -> None:
    values = settings(REPORT)
    slot = slot_today(values)
    publish(database, area(), as_of=slot - HOUR)
    # A schedule that was set after its time does not send this morning's report.
    assert Watcher(database, values).look(slot + HOUR) == 0
    began = Watcher(database, values)
    began.look(slot + DAY - HOUR)
    assert began.look(slot + DAY) == 1
    # Where reports went out before, a scheduler that starts late serves the slot.
    assert Watcher(database, values).look(slot + 2 * DAY + 12 * HOUR + HOUR) == 0
    assert Watcher(database, values).look(slot + 2 * DAY + 12 * HOUR) == 1


def test_a_report_waits_for_the_first_figures(database: Database) -> None:
    values = settings(REPORT)
    slot = slot_today(values)
    watcher = Watcher(database, values)
    watcher.look(slot - HOUR)
    assert watcher.look(slot) == 0
    publish(database, area(), as_of=slot)
    assert watcher.look(slot + HOUR) == 1


def test_a_report_that_cannot_be_made_does_not_silence_an_alert(
    database: Database, titles: Titles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("no workbook")

    values = settings(REPORT, ALERT)
    slot = slot_today(values)
    publish(database, area(), as_of=slot - 4 * HOUR)
    watcher = Watcher(database, values)
    watcher.look(slot - timedelta(minutes=59))
    monkeypatch.setattr("nocs.workbook.build", broken)
    publish(database, area(), as_of=slot)
    with pytest.raises(RuntimeError):
        watcher.look(slot)
    assert titles() == [
        "NOCS alert: The figures are stale", "NOCS recovered: The figures are stale",
    ]  # fmt: skip
    monkeypatch.undo()
    assert watcher.look(slot + timedelta(seconds=15)) == 1


def test_a_look_leaves_to_another_what_it_is_doing(database: Database) -> None:
    fail(database, "no")
    fail(database, "no")
    watcher = Watcher(database, settings(ALERT))
    with database.transaction() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x6E6F637361})
        assert watcher.look() == 0
    assert watcher.look() == 1
