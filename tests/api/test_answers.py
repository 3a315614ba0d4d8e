"""Every address: filters, ages, tags, compression, HEAD, files, runs, history."""

import csv
import io
import threading
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from nocs import dashboard
from nocs.cache import runs, tokens
from nocs.cache.database import Database
from nocs.model import RunStatus, SourceKind, Trigger
from nocs.settings import ROOT
from tests.api.conftest import REPORT, MakeToken, ago, cool, seen
from tests.records import area, fail, publish, running

HISTORY = f"{REPORT}/history"
FIGURES = (REPORT, HISTORY, f"{REPORT}.csv", f"{REPORT}.xlsx", "/api/areas")


def test_the_report_can_be_narrowed_to_areas(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    one = client.get(REPORT, params={"area": "002"}, headers=reader).json()
    assert (one["count"], one["data"][0]["nocs_code"]) == (1, "002")
    two = client.get(REPORT, params={"area": ["003", "001"]}, headers=reader).json()
    assert [entry["nocs_code"] for entry in two["data"]] == ["001", "003"]


def test_an_unknown_area_is_404_and_named(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    answer = client.get(REPORT, params={"area": ["001", "x"]}, headers=reader)
    assert answer.status_code == 404 and answer.json()["error"] == "There is no area x."


@pytest.mark.parametrize(("limit", "status"), [(3600, 200), (451, 200), (449, 409), (0, 409)])
def test_figures_older_than_asked_for_are_409(
    client: TestClient, figures: None, reader: dict[str, str], limit: int, status: int
) -> None:
    # The figures are 450 s old; the test itself takes a little of the second above.
    with_slack = limit + 30 if status == 200 else limit
    answer = client.get(REPORT, params={"max_age_seconds": with_slack}, headers=reader)
    assert answer.status_code == status
    if status == 409:
        assert f"older than {limit} s" in answer.json()["error"]


def test_who_has_the_answer_already_gets_304_without_a_body(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    for path in (*FIGURES, "/api/runs"):
        first = client.get(path, headers=reader)
        tag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "private, no-cache"
        assert "Authorization" in first.headers["Vary"]
        for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
            again = client.get(path, headers=reader | {"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert client.get(path, headers=reader | {"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_changes_with_the_figures_and_with_the_filter(
    client: TestClient, database: Database, figures: None, reader: dict[str, str]
) -> None:
    before = client.get(REPORT, headers=reader).headers["ETag"]
    filtered = client.get(REPORT, params={"area": "001"}, headers=reader).headers["ETag"]
    new = publish(database, area("001"), as_of=ago(minutes=1))
    seen(lambda: (now := dashboard.dashboard().state().snapshot) and now.run.id == new.id)
    after = client.get(REPORT, headers=reader).headers["ETag"]
    assert len({before, filtered, after}) == 3


def test_head_answers_like_get_without_a_body(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    plain = reader | {"Accept-Encoding": "identity"}
    for path in (REPORT, HISTORY, f"{REPORT}.csv", "/api/areas", "/api/runs"):
        full, head = client.get(path, headers=plain), client.head(path, headers=plain)
        assert head.status_code == 200 and head.content == b""
        for name in ("ETag", "Content-Type", "Content-Length"):
            assert head.headers[name] == full.headers[name]


def test_an_answer_is_compressed_for_who_can_read_that(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    assert client.get(REPORT, headers=reader).headers["Content-Encoding"] == "gzip"
    plain = client.get(REPORT, headers=reader | {"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json()["data"] == client.get(REPORT, headers=reader).json()["data"]


def test_workbook_csv_and_report_agree_to_the_cent(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    report = client.get(REPORT, headers=reader).json()["data"]
    answer = client.get(f"{REPORT}.csv", headers=reader)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [list(row) for row in rows] == [[*report[0], "source"]] * 3
    assert [{**row, "source": None} for row in rows] == [
        {**{name: str(value) for name, value in entry.items()}, "source": None} for entry in report
    ]
    book = client.get(f"{REPORT}.xlsx", headers=reader)
    assert book.headers["Content-Disposition"].endswith('.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(book.content), data_only=True)["Areas"]
    nets = {
        row[1]: Decimal(repr(row[7])).quantize(Decimal("0.01"))
        for row in sheet.iter_rows(values_only=True)
        if len(row) > 7 and isinstance(row[1], str) and row[1].isdigit()
    }
    assert nets == {entry["nocs_code"]: Decimal(entry["net_balance"]) for entry in report}


def test_without_figures_every_address_of_them_is_503(
    client: TestClient, reader: dict[str, str]
) -> None:
    for path in FIGURES:
        answer = client.get(path, headers=reader)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def test_a_run_is_queued_with_202_and_its_location(
    client: TestClient, database: Database, figures: None, operator: dict[str, str]
) -> None:
    cool(database)
    answer = client.post("/api/runs", headers=operator)
    assert answer.status_code == 202
    body = answer.json()
    assert body["joined"] is False and body["run"]["requested_by"] == "operator"
    where = answer.headers["Location"]
    assert where == f"/api/runs/{body['run']['id']}"
    assert client.get(where, headers=operator).json()["run"] == body["run"]


def test_a_hundred_wishes_at_once_make_one_run(
    client: TestClient, database: Database, figures: None, operator: dict[str, str]
) -> None:
    cool(database)
    board = dashboard.dashboard()
    answers: list[int] = []

    def ask() -> None:
        for _ in range(10):
            answer = board.request_refresh(Trigger.MANUAL, "asha")
            answers.append(answer.run.id if answer.run else 0)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 100 and len(set(answers)) == 1
    with database.transaction() as connection:
        open_runs = [r for r in runs.recent(connection) if r.status is RunStatus.QUEUED]
    assert [(r.id, r.requested_by) for r in open_runs] == [(answers[0], "asha")]


def test_inside_the_cool_down_a_wish_is_429_with_the_rest_in_seconds(
    client: TestClient, figures: None, operator: dict[str, str]
) -> None:
    answer = client.post("/api/runs", headers=operator)
    assert answer.status_code == 429
    assert 290 <= int(answer.headers["Retry-After"]) <= 300


def test_the_cool_down_holds_even_before_this_dashboard_has_heard_of_the_run(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = dashboard.dashboard()
    monkeypatch.setattr("nocs.dashboard.refusal", lambda *_: "")
    publish(database, area(), as_of=ago(minutes=1))
    answer = board.request_refresh(Trigger.MANUAL, "asha")
    assert answer.run is None and "just ended" in answer.refused


def test_an_open_run_is_joined(
    client: TestClient, database: Database, figures: None, operator: dict[str, str]
) -> None:
    run = running(database)
    seen(lambda: dashboard.dashboard().state().open_run)
    body = client.post("/api/runs", headers=operator).json()
    assert (body["run"]["id"], body["joined"]) == (run.id, True)


def test_runs_are_listed_newest_first_in_pages(
    client: TestClient, database: Database, figures: None, reader: dict[str, str]
) -> None:
    failed = fail(database, "Oracle: ORA-01555: snapshot too old.")
    first = client.get("/api/runs", params={"limit": 2}, headers=reader).json()
    assert [run["id"] for run in first["data"]] == [failed.id, failed.id - 1]
    assert first["data"][0]["error"] == "Oracle: ORA-01555: snapshot too old."
    rest = client.get("/api/runs", params={"before": failed.id - 1}, headers=reader).json()
    assert [run["id"] for run in rest["data"]] == [failed.id - 2]


def test_who_asked_for_a_run_is_told_to_who_may_ask(
    client: TestClient,
    database: Database,
    figures: None,
    reader: dict[str, str],
    operator: dict[str, str],
) -> None:
    cool(database)
    where = client.post("/api/runs", headers=operator).headers["Location"]
    assert client.get(where, headers=operator).json()["run"]["requested_by"] == "operator"
    assert client.get(where, headers=reader).json()["run"]["requested_by"] == ""


@pytest.mark.parametrize(("run_id", "status"), [("999", 404), ("0", 422), ("9" * 19, 422)])
def test_a_run_that_is_not_there(
    client: TestClient, reader: dict[str, str], run_id: str, status: int
) -> None:
    assert client.get(f"/api/runs/{run_id}", headers=reader).status_code == status


def test_the_history_is_of_the_span_asked_for_with_both_ends(
    client: TestClient, database: Database, reader: dict[str, str]
) -> None:
    times = [ago(days=3), ago(days=2), ago(days=1)]
    ids = [publish(database, area("001"), as_of=moment).id for moment in times]
    seen(lambda: (now := dashboard.dashboard().state().snapshot) and now.run.id == ids[-1])

    def found(**span: str) -> list[int]:
        params = {"interval": "run", **span}
        return [
            m["run_id"] for m in client.get(HISTORY, params=params, headers=reader).json()["data"]
        ]

    assert found() == ids
    with database.transaction() as connection:
        exact = connection.execute(
            text("SELECT as_of FROM nocs_refresh_run WHERE id = :id"), {"id": ids[1]}
        ).scalar_one()
    one = timedelta(microseconds=1)
    assert found(**{"from": exact.isoformat(), "to": exact.isoformat()}) == [ids[1]]
    assert found(**{"from": (exact + one).isoformat()}) == [ids[2]]
    assert found(**{"to": (exact - one).isoformat()}) == [ids[0]]


def test_the_history_of_an_interval_is_the_last_run_of_each(
    client: TestClient, database: Database, reader: dict[str, str]
) -> None:
    start = ago(days=2).replace(hour=3, minute=0, second=0, microsecond=0)
    ids = [
        publish(database, area("001"), as_of=start + timedelta(minutes=minutes)).id
        for minutes in (0, 30, 60, 60 * 24)
    ]
    seen(lambda: (now := dashboard.dashboard().state().snapshot) and now.run.id == ids[-1])

    def found(interval: str) -> list[int]:
        answer = client.get(HISTORY, params={"interval": interval}, headers=reader)
        return [moment["run_id"] for moment in answer.json()["data"]]

    assert found("run") == ids
    assert found("hour") == ids[1:]
    assert found("day") == ids[2:]


def test_demo_and_real_figures_are_not_mixed_in_the_history(
    client: TestClient, database: Database, reader: dict[str, str]
) -> None:
    publish(database, area("001"), as_of=ago(hours=2), source=SourceKind.DEMO)
    real = publish(database, area("001"), as_of=ago(hours=1))
    seen(lambda: (now := dashboard.dashboard().state().snapshot) and now.run.id == real.id)
    data = client.get(HISTORY, params={"interval": "run"}, headers=reader).json()["data"]
    assert [moment["run_id"] for moment in data] == [real.id]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"from": "2026-11-24T10:00:00"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "to"),
        ({"from": "2026-11-25T00:00:00Z", "to": "2026-11-24T00:00:00Z"}, "from"),
        ({"interval": "week"}, "interval"),
    ],
)
def test_a_wrong_span_is_422_and_named(
    client: TestClient,
    figures: None,
    reader: dict[str, str],
    params: dict[str, str],
    names: str,
) -> None:
    answer = client.get(HISTORY, params=params, headers=reader)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(f"{names}: ")


def test_too_long_a_history_is_refused_instead_of_cut(
    client: TestClient,
    figures: None,
    reader: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nocs.web.api.history.MOST_MOMENTS", 2)
    assert client.get(HISTORY, params={"interval": "run"}, headers=reader).status_code == 200
    monkeypatch.setattr("nocs.web.api.history.MOST_MOMENTS", 1)
    answer = client.get(HISTORY, params={"interval": "run"}, headers=reader)
    assert answer.status_code == 422 and "more than 1 moments" in answer.json()["error"]


def test_a_fault_of_the_program_is_told_without_its_inside(
    cache_url: str, client: TestClient, monkeypatch: pytest.MonkeyPatch, make_token: MakeToken
) -> None:
    header = make_token()

    def broken(*_: object) -> None:
        raise RuntimeError("hunter2-secret")

    monkeypatch.setattr("nocs.dashboard.Dashboard.recent_runs", broken)
    quiet = TestClient(client.app, raise_server_exceptions=False)
    answer = quiet.get("/api/runs", headers=header)
    assert answer.status_code == 500
    assert answer.json()["success"] is False and "hunter2" not in answer.text


def test_the_docs_page_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    assert "/api/reports/nocs_balance_summary/history" in page.text
    assert "<script" not in page.text and "src=" not in page.text and "https://" not in page.text


def test_every_address_is_in_the_openapi_on_the_docs_page_and_in_the_readme(
    client: TestClient,
) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    page = client.get("/api/docs").text
    assert set(paths) == {
        "/reports/nocs_balance_summary",
        "/reports/nocs_balance_summary/history",
        "/reports/nocs_balance_summary.xlsx",
        "/reports/nocs_balance_summary.csv",
        "/areas",
        "/runs",
        "/runs/{run_id}",
    }
    assert all(f"/api{path}<" in page for path in paths)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{method.upper()} {path}`" in readme for path in paths for method in paths[path])


def test_a_misspelt_parameter_is_refused_with_the_ones_there_are(
    client: TestClient, figures: None, reader: dict[str, str]
) -> None:
    answer = client.get(REPORT, params={"areas": "001"}, headers=reader)
    assert answer.status_code == 422
    assert answer.json()["error"] == (
        "areas: no such parameter; there are: area, max_age_seconds, refresh."
    )


def test_the_plain_report_is_the_same_whichever_way_it_is_answered(
    client: TestClient, reader: dict[str, str], database: Database
) -> None:
    """The first call of a token notes its use, the second is answered without the framework."""
    publish(database, area("001", "100.00", "-40.00"), area("002", "0.10", "0.00"))
    seen(lambda: dashboard.dashboard().state().snapshot)
    first, second = (client.get(REPORT, headers=reader) for _ in range(2))
    asked = client.get(REPORT, headers=reader, params={"refresh": "false"})
    for answer in (first, second, asked):
        assert answer.status_code == 200
        assert answer.headers["ETag"] == first.headers["ETag"]
        assert answer.headers["Cache-Control"] == "private, no-cache"
        kept = {k: v for k, v in answer.json().items() if k not in ("timestamp", "ageMinutes")}
        assert kept == {k: v for k, v in first.json().items() if k in kept}
        assert list(answer.json()) == list(first.json())


def test_a_token_that_was_revoked_or_ran_out_is_refused_on_the_quick_way_too(
    client: TestClient, make_token: MakeToken, database: Database
) -> None:
    reader = make_token("robot")
    publish(database, area("001"))
    seen(lambda: dashboard.dashboard().state().snapshot)
    assert [client.get(REPORT, headers=reader).status_code for _ in range(2)] == [200, 200]
    with database.transaction() as connection:
        assert tokens.revoke(connection, "robot")
    seen(lambda: not dashboard.dashboard().state().tokens)
    assert client.get(REPORT, headers=reader).status_code == 401
