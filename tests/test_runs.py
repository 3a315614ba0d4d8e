"""The queue and the publishing transaction, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from nocs.cache import balances, queue, runs
from nocs.cache.database import Database
from nocs.errors import TakenOverError
from nocs.model import RunStatus, SourceKind, Trigger, total
from tests.records import AS_OF, area, publish, running


def test_a_second_request_joins_the_open_run(database: Database) -> None:
    with database.transaction() as connection:
        first = queue.request(connection, Trigger.MANUAL, "amina")
        second = queue.request(connection, Trigger.API, "robot")
    assert first.run is not None and second.run is not None
    assert (first.joined, second.joined) == (False, True)
    assert second.run.id == first.run.id
    assert second.run.requested_by == "amina"


def test_a_request_after_the_end_of_a_run_makes_a_new_one(database: Database) -> None:
    first = publish(database, area())
    with database.transaction() as connection:
        second = queue.request(connection, Trigger.MANUAL)
    assert second.run is not None and second.run.id != first.id and not second.joined


def test_a_slot_runs_once_however_many_schedulers_ask(database: Database) -> None:
    def ask(_: int) -> bool:
        with database.transaction() as connection:
            return not queue.request(connection, Trigger.SCHEDULE, slot=AS_OF).joined

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(8))) == 1
    with database.transaction() as connection:
        run = queue.claim(connection, "here", SourceKind.ORACLE)
        assert run is not None
        queue.fail(connection, run.id, RunStatus.FAILED, code="x", error="no")
        again = queue.request(connection, Trigger.SCHEDULE, slot=AS_OF)
    assert again.run is None


def test_a_queued_run_is_claimed_by_one_of_many(database: Database) -> None:
    with database.transaction() as connection:
        queue.request(connection, Trigger.MANUAL)

    def take(number: int) -> bool:
        with database.transaction() as connection:
            return queue.claim(connection, f"host{number}", SourceKind.ORACLE) is not None

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_a_run_silent_for_longer_than_the_limit_is_abandoned(database: Database) -> None:
    run = running(database)
    with database.transaction() as connection:
        assert queue.abandon_silent(connection, timedelta(minutes=1)) == []
        assert queue.abandon_silent(connection, timedelta(0)) == [run.id]
        found = runs.get(connection, run.id)
    assert found is not None and found.status is RunStatus.ABANDONED


def test_an_abandoned_run_cannot_publish(database: Database) -> None:
    publish(database, area(credit="1.00"))
    late = running(database)
    with database.transaction() as connection:
        queue.abandon_silent(connection, timedelta(0))
    with pytest.raises(TakenOverError), database.transaction() as connection:
        balances.publish(connection, late, [area(credit="999.00")], as_of=AS_OF)
    with database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
    assert snapshot is not None
    assert snapshot.totals.positive_balance_amt == Decimal("1.00")


def test_a_publish_keeps_ids_replaces_figures_and_drops_vanished_areas(database: Database) -> None:
    publish(database, area("001"), area("002"))
    with database.reading() as connection:
        first = balances.read_snapshot(connection)
    publish(database, area("002", credit="7.50"), as_of=AS_OF + timedelta(hours=1))
    with database.reading() as connection:
        second = balances.read_snapshot(connection)
    assert first is not None and second is not None
    assert [a.nocs_code for a in second.areas] == ["002"]
    assert second.areas[0].id == first.areas[1].id
    assert second.areas[0].created_at == AS_OF
    assert second.areas[0].updated_at == second.as_of == AS_OF + timedelta(hours=1)
    assert second.totals.positive_balance_amt == Decimal("7.50")
    assert second.previous == first.totals == total(first.areas)


def test_an_error_inside_the_publish_leaves_the_old_figures_and_the_old_stamp(
    database: Database,
) -> None:
    publish(database, area())
    run = running(database)
    wrong_sign = area(credit="-5.00", due="0.00")
    with pytest.raises(Exception, match="positive_balance_amt"), database.transaction() as c:
        balances.publish(c, run, [wrong_sign], as_of=AS_OF + timedelta(hours=1))
    with database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
        still_open = runs.open_run(connection)
    assert snapshot is not None and snapshot.as_of == AS_OF
    assert snapshot.totals == total([area()])
    assert still_open is not None and still_open.id == run.id


def test_the_previous_totals_come_from_the_same_kind_of_source(database: Database) -> None:
    demo = running(database, SourceKind.DEMO)
    with database.transaction() as connection:
        balances.publish(connection, demo, [area()], as_of=AS_OF)
    publish(database, area())
    with database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
    assert snapshot is not None and snapshot.previous is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("positive_balance_amt", "-0.01"),
        ("negative_balance_amt", "0.01"),
        ("net_balance", "60.01"),
        ("positive_qty", "3"),
        ("total_customers", "1"),
        ("nocs_name", "' '"),
    ],
)
def test_the_table_itself_refuses_figures_that_cannot_be(
    database: Database, column: str, value: str
) -> None:
    publish(database, area())
    with pytest.raises(Exception, match="violates check"), database.transaction() as connection:
        connection.execute(text(f"UPDATE nocs_balance_summary SET {column} = {value}"))


def test_an_empty_cache_has_no_snapshot(database: Database) -> None:
    with database.reading() as connection:
        assert balances.read_snapshot(connection) is None


def test_the_typical_duration_is_the_median_of_the_successes(database: Database) -> None:
    for milliseconds in (100, 300, 5000):
        run = publish(database, area())
        with database.transaction() as connection:
            connection.execute(
                text("UPDATE nocs_refresh_run SET duration_ms = :ms WHERE id = :id"),
                {"ms": milliseconds, "id": run.id},
            )
    with database.reading() as connection:
        assert runs.typical_duration(connection, SourceKind.ORACLE) == timedelta(milliseconds=300)
        assert runs.typical_duration(connection, SourceKind.DEMO) is None
