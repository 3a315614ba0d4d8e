"""`nocs up`: everything on one machine, started in order and stopped together.

The scheduler and the dashboard are the same processes that run in production; here they get an
embedded PostgreSQL and, without an Oracle, a synthetic CC&B. Each holds a pipe to this process
and ends when it breaks, so that not even a kill leaves one behind.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import fasteners
from rich.console import Console

from nocs import __version__
from nocs.cache import balances, tokens
from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.demo_data import make_demo
from nocs.errors import NocsError, SettingsError
from nocs.model import SourceKind
from nocs.process import cache_url
from nocs.settings import PREFIX, ROOT, Settings
from nocs.settings.exposure import require_safe_address
from nocs.web.serving import require_free_port

DEMO_TOKEN = "demo"
SCHEDULER_ONLY = ("NOCS_ORACLE_", "NOCS_ALERT_", "NOCS_SUMMARY_", "NOCS_REPORT_MAIL_", "NOCS_PING_")
END_GRACE_SECONDS = 10.0
LISTEN_PATIENCE_SECONDS = 60.0


def up(settings: Settings) -> int:
    """Run everything until Ctrl-C; returns the exit status."""
    console = Console(highlight=False, soft_wrap=True)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    console.print(f"NOCS balance summary {__version__}. Ctrl-C stops everything.")
    require_safe_address(settings)
    require_free_port(settings)
    with _only_one(settings), cache_url(settings) as url:
        children: list[subprocess.Popen[bytes]] = []
        try:
            return _serve(console, settings, url, children, stop)
        finally:
            console.print("Stopping …")
            _end(children)
            console.print("Stopped. The data is kept for the next start.")


def _serve(
    console: Console,
    settings: Settings,
    url: str,
    children: list["subprocess.Popen[bytes]"],
    stop: threading.Event,
) -> int:
    kind = settings.source_kind()
    database = Database(url)
    try:
        _, revision = migrate(database)
        where = f"embedded, in {settings.data_dir}" if settings.is_embedded else database.where
        console.print(f"PostgreSQL is ready ({where}), schema {revision}.")
        children.append(_start("serve", settings, url))
        token = _demo_token(database) if kind is SourceKind.DEMO else ""
        if kind is SourceKind.DEMO:
            make_demo(console, url, settings)
        children.append(_start("scheduler", settings, url))
        _wait_for_port(settings, children, stop)
        _tell_where(console, settings, token)
        return _watch(console, database, children, stop)
    finally:
        database.close()


def _watch(
    console: Console,
    database: Database,
    children: list["subprocess.Popen[bytes]"],
    stop: threading.Event,
) -> int:
    has_figures = False
    while not stop.wait(0.3):
        for child, name in zip(children, ("dashboard", "scheduler"), strict=True):
            if child.poll() is not None:
                console.print(f"The {name} has ended with exit status {child.returncode}.")
                return 1
        if not has_figures and (has_figures := _first_figures(database)):
            console.print("Figures are on the page.")
    return 0


def _first_figures(database: Database) -> bool:
    try:
        with database.reading() as connection:
            return balances.read_snapshot(connection) is not None
    except NocsError:
        return False


def _demo_token(database: Database) -> str:
    with database.transaction() as connection:
        tokens.revoke(connection, DEMO_TOKEN, revoked_by="nocs up")
        return tokens.create(connection, DEMO_TOKEN, scope=tokens.Scope.REFRESH, made_by="nocs up")


def _tell_where(console: Console, settings: Settings, token: str) -> None:
    address = f"http://{settings.host}:{settings.port}{settings.base_path}"
    console.print(f"Dashboard: [bold]{address}[/bold]")
    if token:
        console.print(f"API token of this demo: {token}")
        console.print(
            f"Try: curl -H 'Authorization: Bearer {token}' "
            f"{address}/api/reports/nocs_balance_summary",
        )


def _start(command: str, settings: Settings, url: str) -> "subprocess.Popen[bytes]":
    environment = dict(os.environ)
    if command == "serve":  # the dashboard holds no credential of the source or of a mail server
        environment = {k: v for k, v in environment.items() if not k.startswith(SCHEDULER_ONLY)}
    for name in ("DATABASE_URL_FILE", "DEMO_CUSTOMERS"):
        environment.pop(PREFIX + name, None)
    environment |= {
        "NOCS_DATABASE_URL": url,
        "NOCS_DATA_DIR": str(settings.data_dir),
        "NOCS_PORT": str(settings.port),
        "NOCS_DEMO": str(settings.demo or settings.source_kind() is SourceKind.DEMO),
    }
    # A session of its own: Ctrl-C reaches this process alone, which then stops them in order.
    return subprocess.Popen(
        [sys.executable, "-m", "nocs.cli", command, "--with-parent"],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _end(children: list["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        _ask_to_end(child)
    deadline = time.monotonic() + END_GRACE_SECONDS
    for child in children:
        try:
            child.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _ask_to_end(child: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":  # where terminate() is a kill, the broken pipe asks
        assert child.stdin
        child.stdin.close()
    else:
        child.terminate()


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock = fasteners.InterProcessLock(str(settings.data_dir / "up.lock"))
        taken = lock.acquire(blocking=False)
    except OSError as error:
        raise SettingsError(
            f"NOCS_DATA_DIR: cannot write {settings.data_dir} ({error.strerror}).",
            "Name a folder that you may write.",
        ) from None
    if not taken:
        raise SettingsError(
            f"NOCS_DATA_DIR: another `nocs up` uses {settings.data_dir}.",
            "Stop it, or name another folder with --data-dir.",
        )
    try:
        yield
    finally:
        lock.release()


def _wait_for_port(
    settings: Settings, children: list["subprocess.Popen[bytes]"], stop: threading.Event
) -> None:
    deadline = time.monotonic() + LISTEN_PATIENCE_SECONDS
    while time.monotonic() < deadline and children[0].poll() is None and not stop.is_set():
        try:
            socket.create_connection((settings.host, settings.port), timeout=1).close()
            return
        except OSError:
            stop.wait(0.1)
