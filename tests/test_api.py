"""The JSON API, over HTTP messages, on a real cache."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from nocs import __version__, dashboard
from nocs.cache import runs, tokens
from nocs.cache.database import Database, notify
from nocs.model import RunStatus, SourceKind
from nocs.web.api import create_api
from nocs.web.api.limits import failures
from tests.records import area, fail, publish, running
from tests.waiting import until

REPORT = "/api/reports/nocs_balance_summary"
CONTRACT = [
    "id", "nocs_name", "nocs_code", "total_customers", "positive_qty", "positive_balance_amt",
    "negative_qty", "negative_balance_amt", "net_balance", "refresh_duration", "created_at",
    "updated_at",
]  # fmt: skip
ENVELOPE = [
    "success", "data", "count", "lastUpdated", "ageMinutes", "source", "cached", "timestamp",
]  # fmt: skip


@pytest.fixture
def token(database: Database) -> str:
    with database.transaction() as connection:
        return tokens.create(connection, "robot", scope=tokens.Scope.REFRESH)


@pytest.fixture
def client(
    database: Database, cache_url: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setenv("NOCS_DATABASE_URL", cache_url)
    monkeypatch.setenv("NOCS_REFRESH_COOLDOWN_MINUTES", "5")
    failures.forget()
    dashboard.dashboard()
    with TestClient(
        Starlette(routes=[Mount("/api", create_api())]),
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client
    dashboard.close()


def recently() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=7, seconds=30)


def seen(condition: Callable[[], object]) -> None:
    until(condition, "the live state to follow the cache")


def test_the_report_has_the_fields_of_the_contract_in_order(
    client: TestClient, database: Database
) -> None:
    as_of = recently()
    publish(database, area("001", "9999999999999.99", "-0.01"), area("002"), as_of=as_of)
    seen(lambda: dashboard.dashboard().state().snapshot)
    answer = client.get(REPORT)
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ENVELOPE
    assert [list(entry) for entry in body["data"]] == [CONTRACT, CONTRACT]
    assert body["success"] is True and body["cached"] is True
    assert body["source"] == "postgresql_cache"
    assert body["count"] == 2
    assert body["ageMinutes"] == 7
    assert body["lastUpdated"] == as_of.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert body["data"][0]["updated_at"] == body["lastUpdated"]


def test_amounts_are_texts_with_two_decimals_to_the_cent(
    client: TestClient, database: Database
) -> None:
    publish(database, area("001", "9999999999999.99", "-0.01"), as_of=recently())
    seen(lambda: dashboard.dashboard().state().snapshot)
    entry = client.get(REPORT).json()["data"][0]
    assert entry["positive_balance_amt"] == "9999999999999.99"
    assert entry["negative_balance_amt"] == "-0.01"
    assert entry["net_balance"] == "9999999999999.98"


def test_an_empty_cache_is_503_with_a_time_to_come_back(client: TestClient) -> None:
    answer = client.get(REPORT)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["success"] is False
    assert answer.json()["error"] == "Data is being calculated."


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic cm9ib3Q6eA=="])
def test_without_a_valid_token_nothing_is_told(
    client: TestClient, database: Database, header: str
) -> None:
    publish(database, area(), as_of=recently())
    seen(lambda: dashboard.dashboard().state().snapshot)
    answer = client.get(REPORT, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "data" not in answer.json()


def test_a_revoked_token_is_refused(client: TestClient, database: Database) -> None:
    assert client.get(REPORT).status_code == 503
    with database.transaction() as connection:
        tokens.revoke(connection, "robot")
    seen(lambda: not dashboard.dashboard().state().tokens)
    assert client.get(REPORT).status_code == 401


def test_asking_for_a_refresh_queues_one_and_answers_with_the_present_figures(
    client: TestClient, database: Database
) -> None:
    publish(database, area(), as_of=recently())
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE nocs_refresh_run SET finished_at = now() - interval '6 minutes'"
        )
        notify(connection)
    cooled = lambda: dashboard.dashboard().state().cooling_until or recently()  # noqa: E731
    seen(lambda: dashboard.dashboard().state().snapshot and cooled() < datetime.now(UTC))
    answer = client.get(REPORT, params={"refresh": "true"})
    assert answer.status_code == 202
    assert answer.json()["count"] == 1
    with database.transaction() as connection:
        queued = runs.open_run(connection)
    assert queued is not None and queued.requested_by == "robot"
    assert answer.json()["refresh"] == {
        "run_id": queued.id, "status": "queued", "joined": False,
    }  # fmt: skip
    again = client.get(REPORT, params={"refresh": "true"}).json()["refresh"]
    assert again == {"run_id": queued.id, "status": "queued", "joined": True}


def test_a_refresh_is_refused_with_429_while_cooling_down(
    client: TestClient, database: Database
) -> None:
    publish(database, area(), as_of=recently())
    seen(lambda: dashboard.dashboard().state().cooling_until)
    answer = client.get(REPORT, params={"refresh": "true"})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300


def test_a_refresh_of_an_empty_cache_is_accepted(client: TestClient) -> None:
    answer = client.get(REPORT, params={"refresh": "true"})
    assert answer.status_code == 202
    assert answer.json()["data"] == [] and answer.json()["lastUpdated"] is None


def test_demo_figures_say_so(client: TestClient, database: Database) -> None:
    publish(database, area(), as_of=recently(), source=SourceKind.DEMO)
    seen(lambda: dashboard.dashboard().state().snapshot)
    assert client.get(REPORT).json()["demo"] == "Demo data"


def test_old_figures_are_marked_stale(client: TestClient, database: Database) -> None:
    publish(database, area(), as_of=datetime.now(UTC) - timedelta(hours=3, minutes=1))
    seen(lambda: dashboard.dashboard().state().snapshot)
    assert client.get(REPORT).json()["stale"] is True


def test_a_failed_refresh_leaves_the_figures_readable(
    client: TestClient, database: Database
) -> None:
    publish(database, area(), as_of=recently())
    failed = fail(database, "Oracle: ORA-01555: snapshot too old.")
    seen(lambda: (last := dashboard.dashboard().state().last_run) and last.id == failed.id)
    assert client.get(REPORT).json()["count"] == 1


def test_an_open_run_is_joined_even_while_cooling_down(
    client: TestClient, database: Database
) -> None:
    publish(database, area(), as_of=recently())
    run = running(database)
    seen(lambda: (now := dashboard.dashboard().state().open_run) and now.id == run.id)
    refresh = client.get(REPORT, params={"refresh": "true"}).json()["refresh"]
    assert refresh == {"run_id": run.id, "status": str(RunStatus.RUNNING), "joined": True}


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/reports/other"])
def test_an_unknown_address_is_a_json_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["success"] is False


def test_a_wrong_parameter_is_a_json_422_that_names_it(client: TestClient) -> None:
    answer = client.get(REPORT, params={"refresh": "perhaps"})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("refresh: ")


def test_the_api_tells_the_version_in_its_description(client: TestClient) -> None:
    assert client.get("/api/openapi.json").json()["info"]["version"] == __version__
