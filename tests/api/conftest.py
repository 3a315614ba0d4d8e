"""A client of the API over HTTP messages, on a real cache, and tokens for it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from nocs import dashboard
from nocs.cache import tokens
from nocs.cache.database import Database, notify
from nocs.cache.tokens import Scope
from nocs.web.api import create_api
from nocs.web.api.limits import failures
from tests.records import area, publish
from tests.waiting import until

REPORT = "/api/reports/nocs_balance_summary"
COOLDOWN_MINUTES = "5"

MakeToken = Callable[..., dict[str, str]]


@pytest.fixture
def client(
    database: Database, cache_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """A client without a token of its own."""
    monkeypatch.setenv("NOCS_DATABASE_URL", cache_url)
    monkeypatch.setenv("NOCS_REFRESH_COOLDOWN_MINUTES", COOLDOWN_MINUTES)
    failures.forget()
    dashboard.dashboard()
    with TestClient(Starlette(routes=[Mount("/api", create_api())])) as client:
        yield client
    dashboard.close()


@pytest.fixture
def make_token(database: Database, client: TestClient) -> MakeToken:
    """Make a token and wait until the dashboard knows it; returns the header that sends it."""

    def make(
        name: str = "robot",
        scope: Scope = Scope.READ,
        areas: frozenset[str] | None = None,
        life: timedelta | None = None,
    ) -> dict[str, str]:
        with database.transaction() as connection:
            token = tokens.create(connection, name, scope=scope, areas=areas, expires_after=life)
        seen(lambda: any(known.name == name for known in dashboard.dashboard().state().tokens))
        return {"Authorization": f"Bearer {token}"}

    return make


@pytest.fixture
def reader(make_token: MakeToken) -> dict[str, str]:
    return make_token("reader")


@pytest.fixture
def operator(make_token: MakeToken) -> dict[str, str]:
    return make_token("operator", Scope.REFRESH)


@pytest.fixture
def figures(database: Database, client: TestClient) -> None:
    """Three areas, published twice."""
    publish(
        database, area("001", "90.00", "-40.00"), area("002", "1.00", "-1.00"), as_of=ago(hours=1)
    )
    newest = publish(
        database,
        area("001", "100.00", "-40.00"),
        area("002", "5000.00", "-0.01"),
        area("003", "0.00", "-9999999.99"),
        as_of=ago(minutes=7, seconds=30),
        warnings=("Area 003 is new.",),
    )
    seen(lambda: (now := dashboard.dashboard().state().snapshot) and now.run.id == newest.id)


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def seen(condition: Callable[[], object]) -> None:
    until(condition, "the live state to follow the cache")


def cool(database: Database) -> None:
    """Let the rest after the last refresh be over."""
    with database.transaction() as connection:
        connection.execute(
            text(
                "UPDATE nocs_refresh_run SET finished_at = finished_at - interval '6 minutes'"
                " WHERE finished_at IS NOT NULL"
            )
        )
        notify(connection)
    board = dashboard.dashboard()
    seen(lambda: (until_ := board.state().cooling_until) is None or until_ < board.now())
