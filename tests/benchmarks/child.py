"""What the extracting child of a refresh weighs at most."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil


@contextlib.contextmanager
def watched() -> Iterator[list[int]]:
    """The peak memory of the extracting child in KB, as its own kernel counter tells it."""
    peaks, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            for child in psutil.Process().children():
                with contextlib.suppress(OSError, psutil.Error):
                    if "nocs.source.extract" in child.cmdline():
                        status = Path(f"/proc/{child.pid}/status").read_text(encoding="utf-8")
                        peaks.extend(
                            int(line.split()[1])
                            for line in status.splitlines()
                            if line.startswith("VmHWM")
                        )

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peaks
    finally:
        done.set()
        watcher.join()
