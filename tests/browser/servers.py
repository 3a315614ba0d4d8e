"""Processes that a browser test starts for itself."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nocs.settings import ROOT
from tests.waiting import until


@contextmanager
def process(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Path]:
    """Run a module until the end of the block; yields its log once the port is open."""
    folder = Path(tempfile.mkdtemp(prefix="nocs-sign-in-"))
    log = folder / "log"
    with log.open("w") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                "NOCS_DATA_DIR": str(folder),
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
    shutil.rmtree(folder)
