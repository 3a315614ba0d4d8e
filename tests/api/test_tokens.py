"""What a token opens, what it does not, and what is said to who has none."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from nocs import dashboard
from nocs.access import Action
from nocs.cache import audit, tokens
from nocs.cache.database import Database
from nocs.cache.tokens import Scope
from nocs.web.api import limits
from tests.api.conftest import REPORT, MakeToken, cool, seen
from tests.waiting import until

READS = (
    REPORT,
    f"{REPORT}/history",
    f"{REPORT}.xlsx",
    f"{REPORT}.csv",
    "/api/areas",
    "/api/runs",
    "/api/runs/1",
)


def expire(database: Database, name: str, seconds: int) -> None:
    with database.transaction() as connection:
        connection.execute(
            text(
                "UPDATE nocs_api_token SET expires_at = clock_timestamp()"
                " + make_interval(secs => :seconds) WHERE name = :name"
            ),
            {"seconds": seconds, "name": name},
        )
    dashboard.dashboard()._live.read()


def test_nothing_is_told_without_a_token(client: TestClient, figures: None) -> None:
    for path in READS:
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert list(answer.json()) == ["success", "error", "timestamp"]


def test_a_token_of_scope_read_opens_every_reading_address(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    for path in READS:
        assert client.get(path, headers=reader).status_code == 200, path


def test_a_wrong_token_is_told_to_be_invalid(client: TestClient) -> None:
    answer = client.get(REPORT, headers={"Authorization": "Bearer nocs_wrong"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(("seconds", "status"), [(60, 200), (-1, 401)])
def test_a_token_ends_at_its_end(
    client: TestClient,
    database: Database,
    figures: None,
    make_token: MakeToken,
    seconds: int,
    status: int,
) -> None:
    header = make_token("robot", life=timedelta(days=90))
    expire(database, "robot", seconds)
    assert client.get(REPORT, headers=header).status_code == status


def test_an_expired_token_gives_its_name_up(database: Database, client: TestClient) -> None:
    with database.transaction() as connection:
        tokens.create(connection, "robot", expires_after=timedelta(days=1))
    expire(database, "robot", -1)
    with database.transaction() as connection:
        tokens.create(connection, "robot")
        assert [token.revoked_at is None for token in tokens.every(connection)] == [True, False]


def test_a_token_of_scope_read_may_not_refresh(
    client: TestClient, database: Database, figures: None, reader: dict[str, str]
) -> None:
    cool(database)
    for answer in (
        client.get(REPORT, params={"refresh": "true"}, headers=reader),
        client.post("/api/runs", headers=reader),
    ):
        assert answer.status_code == 403
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
        assert answer.json()["success"] is False
    assert dashboard.dashboard().state().open_run is None


def test_a_token_of_some_areas_sees_these_alone_everywhere(
    client: TestClient, figures: None, make_token: MakeToken
) -> None:
    header = make_token("office", areas=frozenset({"002"}))
    assert [a["nocs_code"] for a in client.get(REPORT, headers=header).json()["data"]] == ["002"]
    assert client.get("/api/areas", headers=header).json()["count"] == 1
    past = client.get(f"{REPORT}/history", params={"interval": "run"}, headers=header).json()
    assert [[a["nocs_code"] for a in moment["areas"]] for moment in past["data"]] == [
        ["002"],
        ["002"],
    ]
    assert [moment["net_balance"] for moment in past["data"]] == ["0.00", "4999.99"]
    text_ = client.get(f"{REPORT}.csv", headers=header).text
    assert "Area 002" in text_ and "001" not in text_ and "003" not in text_
    run = client.get("/api/runs", headers=header).json()["data"][0]
    assert run["warnings"] == [] and run["row_count"] is None


def test_an_area_that_is_not_the_tokens_is_as_if_it_were_not_there(
    client: TestClient, figures: None, make_token: MakeToken
) -> None:
    header = make_token("office", areas=frozenset({"002"}))
    hidden = client.get(REPORT, params={"area": "001"}, headers=header)
    absent = client.get(REPORT, params={"area": "999"}, headers=header)
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json()["error"].replace("001", "") == absent.json()["error"].replace("999", "")


def test_a_token_is_kept_as_a_hash_only(
    database: Database, client: TestClient, make_token: MakeToken
) -> None:
    token = make_token()["Authorization"].split()[1]
    with database.transaction() as connection:
        row = connection.execute(text("SELECT * FROM nocs_api_token")).one()
    assert token not in str(row) and token.encode() not in bytes(row.token_hash)
    assert bytes(row.token_hash) == tokens.digest(token)


def test_the_last_use_of_a_token_is_remembered(
    client: TestClient, database: Database, figures: None, reader: dict[str, str]
) -> None:
    def last_use() -> object:
        with database.transaction() as connection:
            return tokens.every(connection)[0].last_used_at

    assert last_use() is None
    client.get(REPORT, headers=reader)
    assert until(last_use, "the use to be noted")


def test_failures_beyond_the_limit_are_429_with_a_time_to_come_back(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    wrong = {"Authorization": "Bearer nocs_wrong"}
    for _ in range(limits.MOST_FAILURES):
        assert client.get(REPORT, headers=wrong).status_code == 401
    blocked = client.get(REPORT, headers=wrong)
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["Retry-After"]) <= limits.WINDOW_SECONDS + 1
    assert client.get(REPORT, headers=reader).status_code == 200


def test_one_wrong_token_is_limited_from_every_address() -> None:
    failures = limits.Failures()
    for number in range(limits.MOST_FAILURES):
        assert failures.count(f"address {number}", "token x")[1] == 0
    assert failures.count("address other", "token x")[1] > 0
    assert failures.count("address other", "token y")[1] == 0


def test_failures_are_forgotten_after_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    failures = limits.Failures()
    for _ in range(limits.MOST_FAILURES):
        failures.count("address a")
    now += limits.WINDOW_SECONDS - 0.01
    assert failures.count("address a")[1] > 0
    now += 0.01
    assert failures.count("address a") == (True, 0.0)


def test_the_memory_of_failures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 50)
    failures = limits.Failures()
    for number in range(500):
        failures.count(f"address {number}")
    assert len(failures._moments) == 50


def test_refusals_downloads_and_refreshes_are_in_the_audit(
    client: TestClient,
    database: Database,
    figures: None,
    reader: dict[str, str],
    operator: dict[str, str],
) -> None:
    cool(database)
    client.get(REPORT, headers={"Authorization": "Bearer nocs_wrong"})
    client.post("/api/runs", headers=reader)
    client.get(f"{REPORT}.csv", headers=reader)
    client.post("/api/runs", headers=operator)

    def rows() -> list[tuple[str, Action, str]]:
        with database.transaction() as connection:
            entries = audit.search(connection)
        return [(e.who, e.action, e.address) for e in reversed(entries) if "token_" not in e.action]

    seen(lambda: len(rows()) == 4)
    assert rows() == [
        ("", Action.REFUSAL, "testclient"),
        ("reader", Action.REFUSAL, "testclient"),
        ("reader", Action.DOWNLOAD, "testclient"),
        ("operator", Action.REFRESH, "testclient"),
    ]


def test_making_and_revoking_a_token_is_in_the_audit_without_the_token(database: Database) -> None:
    with database.transaction() as connection:
        token = tokens.create(
            connection, "robot", scope=Scope.REFRESH, areas=frozenset({"001"}), made_by="asha"
        )
        tokens.revoke(connection, "robot", revoked_by="asha")
        entries = audit.search(connection)
    assert [(e.who, e.action) for e in entries] == [
        ("asha", Action.TOKEN_REVOKED),
        ("asha", Action.TOKEN_MADE),
    ]
    assert entries[1].detail == "robot: scope refresh, areas 001, without an end"
    assert token not in str(entries)
