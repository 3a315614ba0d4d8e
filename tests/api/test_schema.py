"""The API against its own OpenAPI: schemathesis invents requests and finds no violation."""

import os
import secrets
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import positive_data_acceptance
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount

from nocs import dashboard
from nocs.cache import tokens
from nocs.cache.database import Database
from nocs.web.api import create_api
from tests.api.conftest import ago, seen
from tests.records import area, publish

APP = Starlette(routes=[Mount("/api", create_api())])
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "15"))

schema = schemathesis.openapi.from_asgi("/api/openapi.json", APP)


TOKEN = tokens.PREFIX + secrets.token_urlsafe(32)  # invented before there is a cache


@schema.auth()
class Token:
    """Sends the token, except where a request without one is what is tried."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:
        return TOKEN

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@pytest.fixture(scope="module")
def board(postgres_url: str, template: str) -> Iterator[None]:
    """A dashboard with figures, and a token that may do everything."""
    from tests.conftest import _fresh_database

    fresh = _fresh_database(postgres_url, template)
    url = next(fresh)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOCS_DATABASE_URL", url)
        patch.setenv("NOCS_REFRESH_COOLDOWN_MINUTES", "0")
        # Wrong tokens by the hundred are a part of it; that they are limited is tried elsewhere.
        patch.setattr("nocs.web.api.limits.MOST_FAILURES", 1_000_000)
        database = Database(url)
        publish(database, area("001"), area("002"), as_of=ago(minutes=5))
        with database.transaction() as connection:
            tokens.create(connection, "robot", scope=tokens.Scope.REFRESH)
            connection.execute(
                text("UPDATE nocs_api_token SET token_hash = :hash"),
                {"hash": tokens.digest(TOKEN)},
            )
        database.close()
        dashboard.dashboard()
        seen(lambda: dashboard.dashboard().state().snapshot)
        yield
        dashboard.close()
    next(fresh, None)


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None)
def test_invented_requests_find_no_violation(case: schemathesis.Case, board: None) -> None:
    # That `from` is not after `to` a schema cannot say, so a valid request may be refused there.
    unsayable = [positive_data_acceptance] if case.path.endswith("/history") else []
    case.call_and_validate(excluded_checks=unsayable)
