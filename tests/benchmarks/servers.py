"""What is measured: a cache with figures, this project's dashboard on it, and the naive page."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import psycopg

from nocs.cache import tokens
from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.demo import ccb
from nocs.demo.postgres import EmbeddedPostgres
from nocs.settings import ROOT
from tests.waiting import until

CUSTOMERS = 50_000


@dataclass(frozen=True)
class Cache:
    """An embedded PostgreSQL with a migrated cache, a demo and one published refresh."""

    url: str
    folder: Path
    database: Database
    token: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "NOCS_DATABASE_URL": self.url,
            "NOCS_DATA_DIR": str(self.folder),
            "NOCS_DEMO": "true",
            "NOCS_REFRESH_COOLDOWN_MINUTES": "0",
            "NAIVE_DATABASE_URL": self.url.replace("postgresql://", "postgresql+psycopg://"),
        }


@contextmanager
def cache(customers: int = CUSTOMERS) -> Iterator[Cache]:
    folder = Path(tempfile.mkdtemp(prefix="nocs-bench-"))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder).running() as url:
            database = Database(url)
            migrate(database)
            with psycopg.connect(url) as connection:
                ccb.create(connection, customers)
            with database.transaction() as connection:
                token = tokens.create(connection, "benchmark")
            made = Cache(url, folder, database, token)
            refresh(made)
            yield made
            database.close()
    finally:
        shutil.rmtree(folder)


def refresh(cache: Cache) -> None:
    """One refresh, as the command does it."""
    subprocess.run(
        [sys.executable, "-m", "nocs.cli", "refresh"],
        check=True,
        cwd=ROOT,
        env=cache.environment,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def ours(cache: Cache) -> Iterator[tuple[str, psutil.Process]]:
    """The dashboard as it runs in production; its address and its process."""
    with _server([sys.executable, "-m", "nocs.cli", "serve", "--port"], cache) as server:
        until(lambda: any((cache.folder / "static").glob("[0-9a-f]*")), "compressed files")
        yield server


@contextmanager
def naive(cache: Cache) -> Iterator[tuple[str, psutil.Process]]:
    """The naive page under `streamlit run`, with Streamlit's own settings."""
    page = str(Path(__file__).parent / "naive" / "app.py")
    command = [sys.executable, "-m", "streamlit", "run", page, "--server.headless=true",
               "--browser.gatherUsageStats=false", "--server.address=127.0.0.1",
               "--server.port"]  # fmt: skip
    with _server(command, cache, folder=Path(page).parent) as server:
        yield server


@contextmanager
def _server(
    command: list[str], cache: Cache, folder: Path = ROOT
) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    process = subprocess.Popen(
        [*command, str(port)],
        cwd=folder,
        env=cache.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_up(url), "the server", seconds=60)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _is_up(url: str) -> bool:
    with contextlib.suppress(httpx2.HTTPError):
        return httpx2.get(f"{url}/_stcore/health").status_code == 200
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
