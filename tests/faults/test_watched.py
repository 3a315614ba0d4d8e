"""What monitoring asks: health, metrics, alert rules, the Grafana dashboard, the monitoring SQL."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest
from psycopg.rows import dict_row

from nocs.cache import schedulers
from nocs.cache.database import Database, notify
from nocs.model import RunStatus, SourceKind
from nocs.settings import ROOT
from tests.faults.conftest import Results
from tests.faults.processes import REPORT, Process, Processes, new_token
from tests.faults.proxy import Proxy
from tests.faults.test_away import folder_of
from tests.records import area, fail, publish
from tests.waiting import until

RULES = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana" / "nocs-dashboard.json"
MONITORING = ROOT / "sql" / "monitoring"


@pytest.fixture
def proxy(demo_url: str) -> Iterator[Proxy]:
    with Proxy(folder_of(demo_url)) as proxy:
        proxy.url += urlsplit(demo_url).path.removeprefix("/")
        yield proxy


def health(dashboard: Process, name: str) -> tuple[int, dict[str, Any]]:
    answer = httpx2.get(f"{dashboard.url}/health/{name}")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()


def is_(dashboard: Process, name: str, status: int) -> None:
    until(lambda: health(dashboard, name)[0] == status, f"/health/{name} to be {status}")


def metrics(dashboard: Process) -> dict[str, float]:
    text = httpx2.get(dashboard.metrics_url).text
    found = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ([-+.\deInf]+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_health_and_metrics_tell_the_truth_through_the_life_of_a_cache(
    demo_url: str, demo_database: Database, proxy: Proxy, processes: Processes, results: Results
) -> None:
    dashboard = processes.dashboard(proxy.url)
    assert health(dashboard, "live") == (200, {"status": "ok"})
    assert health(dashboard, "ready") == (200, {"status": "ok", "has_figures": False})
    empty = health(dashboard, "fresh")
    assert empty == (503, {"status": "unavailable", "age_seconds": None, "limit_seconds": 10_800})
    assert "nocs_cache_age_seconds" not in metrics(dashboard)

    now = datetime.now(UTC)
    publish(demo_database, area(), as_of=now - timedelta(hours=3, seconds=5))
    until(lambda: health(dashboard, "ready")[1]["has_figures"], "the figures")
    stale, body = health(dashboard, "fresh")
    assert stale == 503 and body["age_seconds"] >= 10_805

    run = publish(demo_database, area(), as_of=now - timedelta(minutes=2), source=SourceKind.DEMO)
    fail(demo_database, "no", RunStatus.REJECTED)
    is_(dashboard, "fresh", 200)
    with demo_database.transaction() as connection:
        schedulers.beat(connection, "first:1", None)
        schedulers.beat(connection, "second:2", None)
        notify(connection)
    leader = 'nocs_scheduler_leader{scheduler="first:1"}'
    until(lambda: metrics(dashboard).get(leader) == 1, "the leader")
    token = new_token(demo_database)
    until(lambda: httpx2.get(dashboard.url + REPORT, headers=token).status_code == 200, "the token")
    told = metrics(dashboard)
    assert 120 <= told["nocs_cache_age_seconds"] < 300
    assert told["nocs_cache_age_limit_seconds"] == 10_800
    assert told['nocs_refresh_total{result="succeeded",trigger="cli"}'] == 2
    assert told['nocs_refresh_total{result="rejected",trigger="cli"}'] == 1
    assert told["nocs_refresh_duration_seconds_count"] == 2
    assert told['nocs_refresh_duration_seconds_bucket{le="+Inf"}'] == 2
    assert told['nocs_scheduler_leader{scheduler="second:2"}'] == 0
    assert told["nocs_sessions"] == 0
    assert told['nocs_api_latency_seconds_count{status="200"}'] >= 1
    assert told["process_resident_memory_bytes"] > 1e6
    with psycopg.connect(demo_url) as connection:
        row = connection.execute(
            "SELECT extract(epoch FROM finished_at) FROM nocs_refresh_run WHERE id = %s", (run.id,)
        ).fetchone()
    assert row
    assert told["nocs_last_success_timestamp_seconds"] == pytest.approx(float(row[0]), abs=0.01)
    before = told

    proxy.closed = True
    proxy.cut()
    is_(dashboard, "ready", 503)
    assert health(dashboard, "live")[0] == 200
    assert health(dashboard, "fresh")[0] == 200  # the figures in memory are still young
    away = metrics(dashboard)
    assert away["nocs_cache_up"] == 0
    same = 'nocs_refresh_total{result="succeeded",trigger="cli"}'
    assert away[same] == before[same]
    proxy.closed = False
    is_(dashboard, "ready", 200)
    assert metrics(dashboard)["nocs_cache_up"] == 1
    results.add(
        "an empty, an old, a fresh and an unreachable cache",
        "/health and /metrics say so",
        f"fresh {empty[0]}, {stale}, 200, 200 from memory; ready 200, 503, 200; "
        f"{len(before)} series",
    )


@pytest.mark.faults
def test_metrics_are_not_on_the_port_that_others_reach(demo_url: str, processes: Processes) -> None:
    import psutil

    dashboard = processes.dashboard(demo_url)
    answer = httpx2.get(dashboard.url + "/metrics")
    assert "nocs_cache_up" not in answer.text
    port = urlsplit(dashboard.metrics_url).port
    listening = [
        c.laddr.ip
        for c in psutil.Process(dashboard.pid).net_connections("tcp")
        if c.status == psutil.CONN_LISTEN and c.laddr.port == port
    ]
    assert listening == ["127.0.0.1"]


@pytest.mark.faults
def test_a_taken_metrics_port_costs_the_numbers_and_not_the_dashboard(
    demo_url: str, processes: Processes
) -> None:
    first = processes.dashboard(demo_url)
    port = str(urlsplit(first.metrics_url).port)
    second = processes.dashboard(demo_url, NOCS_METRICS_PORT=port)
    assert health(second, "live")[0] == 200
    assert "Metrics are not served" in second.text and "Traceback" not in second.text


def named_metrics() -> set[str]:
    """Every metric that the alert rules and the Grafana dashboard ask for."""
    texts = [RULES.joinpath("nocs.rules.yml").read_text(encoding="utf-8")]
    for panel in json.loads(GRAFANA.read_text(encoding="utf-8"))["panels"]:
        texts += [target["expr"] for target in panel["targets"]]
    names = re.findall(r"\b(?:nocs|process)_[a-z_]+\b", " ".join(texts))
    return set(names)


@pytest.mark.faults
def test_alert_rules_and_grafana_ask_only_for_metrics_that_are_told(
    demo_database: Database, demo_url: str, processes: Processes, results: Results
) -> None:
    publish(demo_database, area(), as_of=datetime.now(UTC))
    with demo_database.transaction() as connection:
        schedulers.beat(connection, "first:1", None)
    dashboard = processes.dashboard(demo_url)
    httpx2.get(dashboard.url + REPORT)
    until(lambda: "nocs_cache_age_seconds" in metrics(dashboard), "the figures")
    told = {name.split("{")[0] for name in metrics(dashboard)}
    asked = named_metrics()
    assert len(asked) >= 10
    # A dashboard that reads the primary has no standby to tell of.
    missing = asked - told - {"nocs_standby_lag_seconds"}
    assert missing == set()
    results.add(
        "alert rules and Grafana dashboard",
        "ask only for metrics that are told",
        f"{len(asked)} asked, {len(told)} told, missing {len(missing)}",
    )


def test_promtool_accepts_the_configuration_and_the_rules_alert_as_meant(
    program: Callable[[str, str], str], results: Results
) -> None:
    promtool = program("promtool", "prometheus")
    for arguments in (
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "nocs.rules.test.yml"),
    ):
        done = subprocess.run(
            [promtool, *arguments], check=False, cwd=RULES, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "SUCCESS" in done.stdout
    results.add("promtool", "rules load and alert when they must", "SUCCESS of both checks")


def ask_sql(url: str, name: str) -> list[dict[str, Any]]:
    sql = MONITORING.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.read_only = True
        return connection.execute(sql.encode()).fetchall()


def figures(database: Database) -> None:
    areas = [
        area(f"{n:03}", f"{100 * n}.25", f"-{10 * (9 - n)}.50", name=f"Area {n}") for n in range(9)
    ]
    publish(database, *areas, as_of=datetime.now(UTC) - timedelta(minutes=12))


def test_every_monitoring_query_has_a_test_and_a_head() -> None:
    files = {file.stem for file in MONITORING.glob("*.sql")}
    assert files == {"all_areas", "age", "most_due", "most_credit", "totals", "growth"}
    for file in MONITORING.glob("*.sql"):
        text = file.read_text(encoding="utf-8")
        for word in ("PURPOSE", "COLUMNS", "COST"):
            assert word in text


def test_monitoring_all_areas(demo_url: str, demo_database: Database) -> None:
    assert ask_sql(demo_url, "all_areas") == []
    figures(demo_database)
    rows = ask_sql(demo_url, "all_areas")
    assert [row["nocs_code"] for row in rows] == [f"{n:03}" for n in range(9)]
    for row in rows:
        assert row["net_balance"] == row["positive_balance_amt"] + row["negative_balance_amt"]


def test_monitoring_age(demo_url: str, demo_database: Database) -> None:
    (empty,) = ask_sql(demo_url, "age")
    assert empty["as_of"] is None and empty["last_run"] is None
    figures(demo_database)
    failed = fail(demo_database, "the reason")
    (row,) = ask_sql(demo_url, "age")
    assert timedelta(minutes=12) <= row["age"] < timedelta(minutes=14)
    assert (row["last_run"], row["last_status"], row["last_error"]) == (
        failed.id, "failed", "the reason",
    )  # fmt: skip
    assert row["published_run"] < failed.id


def test_monitoring_most_due(demo_url: str, demo_database: Database) -> None:
    figures(demo_database)
    rows = ask_sql(demo_url, "most_due")
    assert [row["nocs_code"] for row in rows] == ["000", "001", "002", "003", "004"]
    assert rows[0]["due"] == rows[0]["due_per_customer"] == Decimal("-90.50")
    assert all(row["due"] < 0 for row in rows)


def test_monitoring_most_credit(demo_url: str, demo_database: Database) -> None:
    figures(demo_database)
    rows = ask_sql(demo_url, "most_credit")
    assert [row["nocs_code"] for row in rows] == ["008", "007", "006", "005", "004"]
    assert rows[0]["credit"] == Decimal("800.25")


def test_monitoring_totals(demo_url: str, demo_database: Database) -> None:
    (empty,) = ask_sql(demo_url, "totals")
    assert (empty["areas"], empty["net"], empty["standing"]) == (0, 0, "even")
    figures(demo_database)
    (row,) = ask_sql(demo_url, "totals")
    assert (row["areas"], row["credit"], row["due"]) == (9, Decimal("3602.25"), Decimal("-454.50"))
    assert row["net"] == Decimal("3147.75") and row["standing"] == "overall credit"


def test_monitoring_growth(demo_url: str, demo_database: Database) -> None:
    figures(demo_database)
    with psycopg.connect(demo_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE nocs_balance_history")
    rows = {row["table_name"]: row for row in ask_sql(demo_url, "growth")}
    assert rows["nocs_balance_history"]["rows_last_day"] == 9
    assert rows["nocs_refresh_run"]["rows_last_day"] == 1
    assert rows["nocs_balance_history"]["bytes_now"] >= 8192
    history = rows["nocs_balance_history"]
    assert history["rows_now"] == 9
    assert history["bytes_a_year"] == 365 * history["bytes_now"]
