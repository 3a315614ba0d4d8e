"""Processes that a browser test starts for itself."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from nocs.settings import ROOT
from tests.waiting import until


@cache
def data_dir() -> Path:
    """One for all of them: the first compresses the static files, the others find them."""
    folder = Path(tempfile.mkdtemp(prefix="nocs-servers-"))
    atexit.register(_remove, folder)
    return folder


def _remove(folder: Path) -> None:
    """A compression under way may still write into it."""
    until(lambda: shutil.rmtree(folder, ignore_errors=True) or not folder.exists(), "its removal")


@contextmanager
def process(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Path]:
    """Run a module until the end of the block; yields its log once the port is open."""
    log = data_dir() / f"{command[0]}-{port}.log"
    with log.open("w") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                "NOCS_DATA_DIR": str(data_dir()),
                **environment,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def answers() -> bool:
        assert started.poll() is None, log.read_text(encoding="utf-8")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(answers, f"{command[0]} to listen", seconds=60)
        yield log
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(20)
    assert "Traceback" not in log.read_text(encoding="utf-8")
