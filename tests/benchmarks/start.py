"""What an installation weighs and how soon it shows figures, beside a well-known dashboard.

Superset's figures are constants: it was installed and started once on a machine like this one,
and installing it takes longer than all of these measurements.
"""

import importlib.metadata
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from nocs.settings import ROOT
from tests.benchmarks.rows import RUNS, Line, Row
from tests.benchmarks.servers import Cache, free_port

MEBIBYTE = 2**20
SUPERSET_MEBIBYTES = 853
SUPERSET_LOGIN_SECONDS = 4.9
PROJECT = "nocs-balance-summary"


def measure(_cache: Cache) -> Iterator[Line]:
    size = sum(_bytes_of(name) for name in _installed(PROJECT)) / MEBIBYTE
    yield Row(
        "Installed size",
        f"{size:.0f} MiB",
        f"Superset 6.1 {SUPERSET_MEBIBYTES} MiB",
        size / SUPERSET_MEBIBYTES,
        most=1,
    )
    with tempfile.TemporaryDirectory(prefix="nocs-bench-") as folder:
        Path(folder).chmod(0o755)
        first = _seconds_to_figures(folder)
        later = statistics.median(_seconds_to_figures(folder) for _ in range(RUNS))
    yield Row(
        "Start to first figures, data there",
        f"{later:.2f} s",
        f"Superset 6.1 to its login page {SUPERSET_LOGIN_SECONDS} s",
        later / SUPERSET_LOGIN_SECONDS,
        most=1,
    )
    yield Row(
        "First start ever to first figures, 50,000 customers made",
        f"{first:.2f} s", "", first, "s", most=15,
    )  # fmt: skip


def _installed(name: str) -> set[str]:
    """The distribution and everything it requires here, tests left out."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if current in found:
            continue
        found.add(current)
        for text in importlib.metadata.requires(current) or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def _bytes_of(name: str) -> int:
    files = importlib.metadata.files(name) or []
    paths = [Path(str(file.locate())) for file in files]
    return sum(path.stat().st_size for path in paths if path.is_file())


def _seconds_to_figures(folder: str) -> float:
    """One `nocs up` from its start to its line about the figures."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "nocs.cli", "up", "--port", str(free_port()), "--data-dir", folder],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": folder},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        for line in process.stdout:
            if "Figures are on the page" in line:
                return time.perf_counter() - began
        raise AssertionError("nocs up ended without figures")
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        process.wait(30)
        process.stdout.close()
