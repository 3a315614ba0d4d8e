"""The product's processes as an operator starts them: schedulers and dashboards."""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from nocs.cache import tokens
from nocs.cache.database import Database
from nocs.settings import ROOT
from tests.browser.conftest import free_port
from tests.waiting import until

REPORT = "/api/reports/nocs_balance_summary"


@dataclass(frozen=True)
class Process:
    """A started process with its log; `url` is a dashboard's."""

    popen: "subprocess.Popen[bytes]"
    log: Path
    url: str = ""
    metrics_url: str = ""

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    def cpu_seconds(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def megabytes(self) -> float:
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6


class Processes:
    """What one test has started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Process] = []

    def scheduler(self, url: str, **changed: str) -> Process:
        return self._start(["-m", "nocs.scheduler"], url, changed)

    def dashboard(self, url: str, **changed: str) -> Process:
        """A dashboard that listens already."""
        port, metrics = free_port(), free_port()
        changed = {"NOCS_METRICS_PORT": str(metrics), **changed}
        started = self._start(
            ["-m", "nocs.cli", "serve", "--port", str(port)],
            url,
            {**changed, "NOCS_REFRESH_COOLDOWN_MINUTES": "0"},
            f"http://127.0.0.1:{port}",
            f"http://127.0.0.1:{metrics}/metrics",
        )
        until(lambda: _listens(started), "the dashboard to listen", seconds=60)
        return started

    def end(self) -> None:
        for process in self._started:
            if process.popen.poll() is None:
                process.popen.terminate()
        for process in self._started:
            try:
                process.popen.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(
        self, arguments: list[str], url: str, changed: dict[str, str], *urls: str
    ) -> Process:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        log = folder / "output.log"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "NOCS_DATABASE_URL": url,
            "NOCS_DEMO": "true",
            "NOCS_DATA_DIR": str(folder),
            **changed,
        }
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, *arguments],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        process = Process(popen, log, *urls)
        self._started.append(process)
        return process


def _listens(process: Process) -> bool:
    assert process.popen.poll() is None, process.text
    try:
        return httpx2.get(process.url + "/_stcore/health").status_code == 200
    except httpx2.TransportError:
        return False


def new_token(database: Database, name: str = "robot") -> dict[str, str]:
    """The header that lets a program in."""
    with database.transaction() as connection:
        return {"Authorization": f"Bearer {tokens.create(connection, name)}"}


def no_traceback(*processes: Process) -> None:
    for process in processes:
        assert not re.search(r"Traceback|ERROR\s+nocs\.web", process.text), process.text
