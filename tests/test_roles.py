"""The least-privilege roles of sql/roles.sql, on a real PostgreSQL, and the audit's own guard."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from psycopg import conninfo, errors
from sqlalchemy import text

from nocs import dashboard
from nocs.access import Action
from nocs.cache import audit, balances, queue, runs, schedulers, tokens
from nocs.cache.database import Database
from nocs.model import RunStatus, SourceKind, Trigger
from nocs.settings import ROOT
from tests.records import AS_OF, area, publish
from tests.waiting import until

ROLES_SQL = (ROOT / "sql" / "roles.sql").read_text(encoding="utf-8")
DASHBOARD_CANNOT = (
    "UPDATE nocs_balance_summary SET net_balance = 0",
    "INSERT INTO nocs_balance_summary SELECT * FROM nocs_balance_summary",
    "DELETE FROM nocs_balance_summary",
    "TRUNCATE nocs_balance_summary",
    "UPDATE nocs_balance_history SET nocs_name = 'x'",
    "DELETE FROM nocs_balance_history",
    "UPDATE nocs_refresh_run SET status = 'queued'",
    "INSERT INTO nocs_refresh_run (trigger, status) VALUES ('manual', 'succeeded')",
    "DELETE FROM nocs_refresh_run",
    "INSERT INTO nocs_api_token (name, token_hash) VALUES ('x', 'x')",
    "UPDATE nocs_api_token SET revoked_at = NULL",
    "UPDATE nocs_api_token SET scope = 'refresh'",
    "DELETE FROM nocs_audit",
    "UPDATE nocs_audit SET who = 'x'",
    "TRUNCATE nocs_audit",
    "INSERT INTO nocs_audit (action, at) VALUES ('refresh', '2000-01-01')",
    "DROP TABLE nocs_balance_summary",
    "CREATE TABLE x (y integer)",
    "ALTER TABLE nocs_audit DISABLE TRIGGER ALL",
)
SCHEDULER_CANNOT = (
    "DROP TABLE nocs_balance_summary",
    "ALTER TABLE nocs_balance_summary DROP COLUMN net_balance",
    "TRUNCATE nocs_balance_summary",
    "CREATE TABLE x (y integer)",
    "SELECT * FROM nocs_api_token",
    "INSERT INTO nocs_api_token (name, token_hash) VALUES ('x', 'x')",
    "UPDATE nocs_audit SET who = 'x'",
    "TRUNCATE nocs_audit",
)


@pytest.fixture
def url_of(cache_url: str, database: Database) -> Callable[[str], str]:
    """The URL of the cache for one of the roles, which sql/roles.sql has made, twice."""
    publish(database, area("001"))
    with psycopg.connect(cache_url, autocommit=True) as connection:
        for _ in range(2):
            connection.execute(ROLES_SQL)
        for role in ("nocs_dashboard", "nocs_scheduler"):
            connection.execute(f"ALTER ROLE {role} PASSWORD 'x'")

    def url(role: str) -> str:
        return conninfo.make_conninfo(cache_url, user=role, password="x")

    return url


@pytest.fixture
def as_dashboard(url_of: Callable[[str], str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url_of("nocs_dashboard"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def as_scheduler(url_of: Callable[[str], str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url_of("nocs_scheduler"), autocommit=True) as connection:
        yield connection


def test_the_dashboard_cannot_write_a_balance_nor_anything_else_of_others(
    as_dashboard: psycopg.Connection,
) -> None:
    for statement in DASHBOARD_CANNOT:
        with pytest.raises(errors.InsufficientPrivilege):
            as_dashboard.execute(statement)


def test_the_scheduler_cannot_drop_a_table_nor_touch_tokens_or_audit(
    as_scheduler: psycopg.Connection,
) -> None:
    for statement in SCHEDULER_CANNOT:
        with pytest.raises(errors.InsufficientPrivilege):
            as_scheduler.execute(statement)


def test_the_dashboard_process_works_with_its_role(
    url_of: Callable[[str], str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as connection:
        tokens.create(connection, "robot")
        token = tokens.every(connection)[0]
    monkeypatch.setenv("NOCS_DATABASE_URL", url_of("nocs_dashboard"))
    monkeypatch.setenv("NOCS_REFRESH_COOLDOWN_MINUTES", "0")
    board = dashboard.dashboard()
    try:
        assert until(lambda: board.state().snapshot, "the figures")
        answer = board.request_refresh(Trigger.MANUAL, "asha", "10.0.0.7")
        assert answer.run and answer.run.requested_by == "asha"
        board.note(Action.DOWNLOAD, who="asha", address="10.0.0.7", detail="x.xlsx")
        board.note_token_use(token.id)
        entries = board.audit_entries()
    finally:
        dashboard.close()
    assert [entry.action for entry in entries[:2]] == [Action.DOWNLOAD, Action.REFRESH]
    with database.transaction() as connection:
        assert tokens.every(connection)[0].last_used_at is not None


def test_a_refresh_works_with_the_schedulers_role(url_of: Callable[[str], str]) -> None:
    own = Database(url_of("nocs_scheduler"))
    try:
        with own.transaction() as connection:
            schedulers.beat(connection, "here", None)
            queue.request(connection, Trigger.SCHEDULE, "here")
            run = queue.claim(connection, "here", SourceKind.ORACLE)
        assert run is not None
        with own.transaction() as connection:
            balances.publish(connection, run, [area("001"), area("002")], as_of=AS_OF)
        with own.transaction() as connection:
            published = runs.get(connection, run.id)
            assert published and published.status is RunStatus.SUCCEEDED
            queue.abandon_silent(connection)
            audit.forget(connection, timedelta(days=400))
    finally:
        own.close()


def add(database: Database, days: int) -> None:
    """A row of the audit that is so old; only a superuser without triggers can make one."""
    with database.transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO nocs_audit (action, at)"
                " VALUES ('refresh', clock_timestamp() - make_interval(days => :days))"
            ),
            {"days": days},
        )


def test_not_even_the_owner_changes_a_row_of_the_audit(cache_url: str, database: Database) -> None:
    add(database, days=29)
    with psycopg.connect(cache_url, autocommit=True) as connection:
        for statement in (
            "UPDATE nocs_audit SET who = 'x'",
            "DELETE FROM nocs_audit",
            "TRUNCATE nocs_audit",
        ):
            with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
                connection.execute(statement)


def test_rows_go_after_the_days_of_the_setting(database: Database) -> None:
    for days in (1, 399, 401):
        add(database, days)
    with database.transaction() as connection:
        assert audit.forget(connection, timedelta(days=400)) == 1
        assert len(audit.search(connection)) == 2


def test_the_audit_is_searched_as_typed(database: Database) -> None:
    with database.transaction() as connection:
        for who in ("100%", "a_b", "Asha", "x\0y'; DROP TABLE nocs_audit; --"):
            audit.write(connection, Action.REFRESH, who=who)
        audit.write(connection, Action.DOWNLOAD, who="Omar", detail="asha.xlsx")

        def found(words: str, *actions: Action) -> list[str]:
            return [entry.who for entry in audit.search(connection, words=words, actions=actions)]

        assert found("%") == ["100%"]
        assert found("a_") == ["a_b"]
        assert found("ASHA") == ["Omar", "Asha"]
        assert found("asha", Action.REFRESH) == ["Asha"]
        assert found("'; DROP") == ["xy'; DROP TABLE nocs_audit; --"]
        assert len(audit.search(connection, limit=2)) == 2
