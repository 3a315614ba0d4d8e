"""Several machines: a primary that fails over to its standby, a pooler, dashboards behind nginx."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from nocs.cache.database import Database
from nocs.demo.programs import UNPRIVILEGED, unprivileged_user
from nocs.model import RunStatus
from nocs.settings import ROOT
from tests.browser.conftest import free_port
from tests.faults import cache
from tests.faults.conftest import Results
from tests.faults.processes import REPORT, Process, Processes, new_token, no_traceback
from tests.faults.server import Server
from tests.faults.steps import held
from tests.faults.test_away import folder_of
from tests.waiting import until

Program = Callable[[str, str], str]
FOLLOW_SECONDS = 30.0
SHOW_SECONDS = 2.0


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.goto(url)
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17, timeout=60_000)
    return page


def token_for(url: str, dashboard: Process) -> dict[str, str]:
    database = Database(url)
    token = new_token(database)
    database.close()
    until(lambda: httpx2.get(dashboard.url + REPORT, headers=token).status_code == 200, "the token")
    return token


def shows(page: Page, run_id: int, seconds: float) -> None:
    expect(page.get_by_test_id("cards")).to_have_attribute(
        "data-run", str(run_id), timeout=seconds * 1000
    )


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_a_primary_killed_under_pages_and_a_refresh_is_followed_to_its_standby(
    servers: Callable[[str], Server], processes: Processes, browser: Browser, results: Results
) -> None:
    primary = servers("one").create()
    standby = primary.copy_to(servers("two"))
    url = (
        f"postgresql://nocs@/nocs?host={primary.folder},{standby.folder}"
        "&target_session_attrs=read-write"
    )
    scheduler, dashboard = processes.scheduler(url), processes.dashboard(url)
    first = cache.first_figures(url)
    page = opened(browser, dashboard.url)
    with held(primary.url, "gated") as place:
        run_id = cache.ask(url)
        place.wait()
        until(lambda: cache.newest_run(standby.url), "the standby to stream")
        primary.kill()
        began = time.monotonic()
        standby.promote()
        run = cache.ended(url, run_id)
        run_took = time.monotonic() - began
    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 1)
    shows(page, run_id, FOLLOW_SECONDS)
    expect(page.get_by_test_id("banner-problem")).to_have_count(0)
    page_took = time.monotonic() - began
    assert cache.truth(standby.url).run_id == run_id != first.run_id
    following = cache.asked_and_published(url)
    shows(page, following.id, 10)
    no_traceback(scheduler, dashboard)
    assert max(run_took, page_took) <= FOLLOW_SECONDS
    page.context.close()
    results.add(
        "the primary is killed under a page and a refresh, its standby promoted",
        "followed within 30 s, nothing doubled or lost",
        f"the same run {run.status} at try {run.attempt} after {run_took:.1f} s, on the page after "
        f"{page_took:.1f} s; the next run {following.status}",
    )


@pytest.mark.faults
def test_a_dashboard_reads_from_a_standby_says_its_lag_and_outlives_the_primary(
    servers: Callable[[str], Server], processes: Processes, browser: Browser, results: Results
) -> None:
    primary = servers("one").create()
    standby = primary.copy_to(servers("two"))
    processes.scheduler(primary.url)
    cache.first_figures(primary.url)
    dashboard = processes.dashboard(primary.url, NOCS_DATABASE_READ_URL=standby.url)
    page = opened(browser, dashboard.url)
    expect(page.get_by_test_id("refresh-line")).to_contain_text(
        re.compile(r"Read from a standby, at most \d+ s behind")
    )
    said = page.get_by_test_id("refresh-line").inner_text().split(". ")[-1]
    run = cache.asked_and_published(primary.url)
    shows(page, run.id, 5)
    primary.kill()
    expect(page.get_by_test_id("banner-problem")).to_be_visible(timeout=20_000)
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17)
    page.reload()
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17, timeout=20_000)
    shows(page, run.id, 5)
    no_traceback(dashboard)
    page.context.close()
    results.add(
        "a dashboard that reads from a standby, then the primary is killed",
        "says its lag, shows new figures, keeps them with a banner",
        f"“{said}”, run {run.id} seen and kept",
    )


@contextmanager
def pgbouncer(binary: str, demo_url: str, folder: Path) -> Iterator[str]:
    port = free_port()
    name = cache_name(demo_url)
    folder.chmod(0o777)
    config = folder / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n{name} = host={folder_of(demo_url)} port=5432 dbname={name} user=nocs\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n"
        f"logfile = {folder}/pgbouncer.log\n",
        encoding="utf-8",
    )
    for parent in config.parents:
        assert parent.exists()
    owner = {"user": UNPRIVILEGED, "extra_groups": []} if unprivileged_user() else {}
    process = subprocess.Popen(
        [binary, str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **owner,
    )
    try:
        yield f"postgresql://nocs@127.0.0.1:{port}/{name}"
    finally:
        process.terminate()
        process.wait(10)


def cache_name(url: str) -> str:
    return url.split("@/")[1].split("?", maxsplit=1)[0]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the user of a Debian service can enter."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="nocs-service-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_behind_pgbouncer_in_transaction_mode_everything_works(
    demo_url: str, processes: Processes, program: Program, open_folder: Path, results: Results
) -> None:
    binary = program("pgbouncer", "pgbouncer")
    with pgbouncer(binary, demo_url, open_folder) as url:
        direct = {"NOCS_DATABASE_LISTEN_URL": demo_url}
        scheduler = processes.scheduler(url, **direct)
        dashboard = processes.dashboard(url, **direct)
        cache.first_figures(demo_url)
        token = token_for(url, dashboard)
        slowest = 0.0
        for _ in range(6):  # more often than a driver waits before it prepares a statement
            run = cache.asked_and_published(url)
            began = time.monotonic()
            until(
                lambda r=run: _published(dashboard, token) >= r.as_of.timestamp() - 0.001,
                "the API to show it",
            )
            slowest = max(slowest, time.monotonic() - began)
        no_traceback(scheduler, dashboard)
        log = (open_folder / "pgbouncer.log").read_text(encoding="utf-8")
    assert slowest <= SHOW_SECONDS
    assert "prepared statement" not in scheduler.text + dashboard.text
    results.add(
        "PgBouncer in transaction mode between all and PostgreSQL",
        "refreshes and pages work, LISTEN by a direct URL: shown within 2 s",
        f"6 runs, shown at most {slowest:.2f} s after their commit, "
        f"{log.count('login attempt')} logins at the pooler",
    )


def _published(dashboard: Process, token: dict[str, str]) -> float:
    from datetime import datetime

    body = httpx2.get(dashboard.url + REPORT, headers=token).json()
    return datetime.fromisoformat(body["lastUpdated"]).timestamp()


# The browser notes by itself when its page shows another run: asking it takes time.
NOTE_CHANGE = """() => {
    const run = () => document.querySelector("[data-testid=cards]")?.dataset.run;
    const before = run();
    const timer = setInterval(() => {
        if (run() && run() !== before) {
            window.changedAt = Date.now();
            clearInterval(timer);
        }
    }, 20);
}"""
NGINX_CONF = ROOT / "deploy" / "nginx" / "nocs.conf"


@contextmanager
def nginx(binary: str, folder: Path, dashboards: list[Process]) -> Iterator[str]:
    """nginx with the project's own configuration; only its ports and folders are the test's."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-keyout", folder / "nocs.key", "-out", folder / "nocs.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    plain, port = free_port(), free_port()
    conf = NGINX_CONF.read_text(encoding="utf-8")
    for number, dashboard in enumerate(dashboards):
        conf = conf.replace(f"127.0.0.1:{8501 + number}", dashboard.url.removeprefix("http://"))
    conf = re.sub(r"\n\s*listen \[::\][^\n]*", "", conf)
    conf = conf.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    conf = conf.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    conf = conf.replace("/etc/nginx/tls", str(folder))
    conf = re.sub(r"/var/(log|cache)/nginx", str(folder), conf)
    whole = folder / "nginx.conf"
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    owner = f"user {UNPRIVILEGED} nogroup;\n" if unprivileged_user() else ""
    folder.chmod(0o777)
    whole.write_text(
        f"{owner}daemon off;\npid {folder}/pid;\nerror_log {folder}/start.log;\n"
        f"events {{}}\nhttp {{\n{temporary}\n{conf}\n}}\n",
        encoding="utf-8",
    )
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen([binary, "-c", str(whole)], stdout=output, stderr=output)
    try:
        until(lambda: _nginx_listens(process, port, folder), "nginx")
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _nginx_listens(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> bool:
    import socket

    assert process.poll() is None, (folder / "output").read_text(encoding="utf-8")
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def sessions_of(dashboard: Process) -> int:
    text = httpx2.get(dashboard.metrics_url).text
    found = re.search(r"^nocs_sessions (\d+)", text, re.MULTILINE)
    assert found, text
    return int(found[1])


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_three_dashboards_behind_nginx_all_show_a_refresh_asked_on_one(
    demo_url: str,
    processes: Processes,
    browser: Browser,
    program: Program,
    open_folder: Path,
    results: Results,
) -> None:
    assert NGINX_CONF.exists(), f"{NGINX_CONF} is missing"
    binary = program("nginx", "nginx")
    secret = {"NOCS_COOKIE_SECRET": "x" * 40} if _knows_cookie_secret() else {}
    processes.scheduler(demo_url)
    dashboards = [processes.dashboard(demo_url, **secret) for _ in range(3)]
    cache.first_figures(demo_url)
    pages: list[Page] = []
    with nginx(binary, open_folder, dashboards) as url:
        while not all(sessions_of(dashboard) for dashboard in dashboards):
            assert len(pages) < 15, "sticky sessions leave a dashboard without any"
            pages.append(opened(browser, url))
        spread = [sessions_of(dashboard) for dashboard in dashboards]
        before = pages[0].get_by_test_id("cards").get_attribute("data-run")
        for page in pages:
            page.evaluate(NOTE_CHANGE)
        pages[0].get_by_role("button", name="Refresh").click()
        run_id = until(lambda: _published_after(demo_url, int(before or 0)), "the refresh", 60)
        for page in pages:
            shows(page, run_id, 20)
        committed = cache.run_of(demo_url, run_id).finished_at
        assert committed
        seen = [page.evaluate("window.changedAt") / 1000 for page in pages]
        took = max(seen) - committed.timestamp()
        for page in pages:
            page.context.close()
    no_traceback(*dashboards)
    assert took <= SHOW_SECONDS
    results.add(
        "3 dashboards behind nginx with sticky sessions, a refresh asked on one page",
        "all pages show it within 2 s",
        f"{len(pages)} pages spread {spread}, all showed run {run_id} {took:.2f} s after COMMIT",
    )


def _knows_cookie_secret() -> bool:
    from nocs.settings import Settings

    return "cookie_secret" in Settings.model_fields


def _published_after(url: str, run_id: int) -> int:
    run = cache.newest_run(url)
    return run.id if run and run.id > run_id and run.status is RunStatus.SUCCEEDED else 0
