"""How fast the API answers: against one SELECT, and against the usual endpoint in JavaScript."""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import conninfo

from tests.benchmarks.rows import RUNS, Line, Row, Skipped
from tests.benchmarks.servers import Cache, ours

REPORT = "/api/reports/nocs_balance_summary"
REQUESTS = 300
CONNECTIONS = 32
LOAD_SECONDS = 3
EXPRESS = Path(__file__).parent / "express"


def measure(cache: Cache) -> Iterator[Line]:
    with ours(cache) as (url, _):
        yield _one_connection(cache, url)
        if shutil.which("npm") is None:
            yield Skipped("API, 32 connections", "node and npm are not on this machine")
            return
        with _express(cache) as (express_url, folder):
            yield _many_connections(cache, url, express_url, folder)


def _one_connection(cache: Cache, url: str) -> Row:
    address = urlsplit(url)
    client = http.client.HTTPConnection(address.hostname or "", address.port)
    headers = {"Authorization": f"Bearer {cache.token}"}
    mine, theirs = [], []
    with psycopg.connect(cache.url) as connection:
        for _ in range(REQUESTS):
            began = time.perf_counter()
            client.request("GET", REPORT, headers=headers)
            answer = client.getresponse()
            answer.read()
            mine.append(time.perf_counter() - began)
            assert answer.status == 200
            began = time.perf_counter()
            connection.execute("SELECT * FROM nocs_balance_summary").fetchall()
            theirs.append(time.perf_counter() - began)
    client.close()
    median, select = statistics.median(mine), statistics.median(theirs)
    return Row(
        "API, 1 connection, p50",
        f"{median * 1000:.2f} ms",
        f"SELECT * on an open connection {select * 1000:.2f} ms",
        median / select,
        most=4,
    )


def _many_connections(cache: Cache, url: str, express_url: str, folder: Path) -> Row:
    rates: list[list[float]] = [[], []]
    for number in range(RUNS + 1):
        for side, base in enumerate((url, express_url)):
            rate = _rate(folder, base + REPORT, cache.token)
            if number:
                rates[side].append(rate)
    mine, theirs = (statistics.median(rate) for rate in rates)
    return Row(
        f"API, {CONNECTIONS} connections, requests a second",
        f"{mine:.0f}/s",
        f"express and sequelize {theirs:.0f}/s",
        mine / theirs,
        least=3,
    )


def _rate(folder: Path, url: str, token: str) -> float:
    """Answers a second; an answer that is not 200 is an error."""
    done = subprocess.run(
        ["npx", "autocannon", "--json", "-c", str(CONNECTIONS), "-d", str(LOAD_SECONDS),
         "-H", f"Authorization=Bearer {token}", url],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["non2xx"] == report["errors"] == 0
    return float(report["requests"]["average"])


@contextmanager
def _express(cache: Cache) -> Iterator[tuple[str, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="nocs-express-"))
    shutil.copytree(EXPRESS, folder, dirs_exist_ok=True)
    subprocess.run(["npm", "install", "--silent", "--no-audit"], check=True, cwd=folder)
    parts = conninfo.conninfo_to_dict(cache.url)
    database = {
        "DB_NAME": parts["dbname"],
        "DB_USER": parts["user"],
        "DB_PASSWORD": parts.get("password") or "",
        "DB_HOST": parts["host"],
        "DB_PORT": str(parts["port"]),
    }
    server = subprocess.Popen(
        ["node", "server.js"],
        cwd=folder,
        env={**os.environ, **database, "TOKEN": cache.token},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}", folder
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()
        shutil.rmtree(folder)
