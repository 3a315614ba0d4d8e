"""A shell that keeps its variables from one command to the next, as a person's does."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

MARK = "--- end of the output, status "


class Shell:
    """bash with an environment of its own; what it left running is stopped at the end."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._background: list[int] = []
        self._bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def run(self, command: str) -> list[str]:
        """Run a command to its end; the lines that it wrote."""
        assert self._bash.stdin and self._bash.stdout
        self._bash.stdin.write(f"{command}\necho; echo '{MARK}'$?\n")
        self._bash.stdin.flush()
        lines = []
        for line in self._bash.stdout:
            if line.startswith(MARK):
                return "".join(lines).removesuffix("\n").splitlines()
            lines.append(line)
        raise AssertionError(f"the shell ended in: {command}")

    def start(self, command: str) -> Path:
        """Start a command that goes on; the file of its output."""
        log = self._folder / f"background-{len(self._background)}.log"
        log.touch()  # a reader may be quicker than the command
        self._background.append(int(self.run(f"{command} > '{log}' 2>&1 & echo $!")[-1]))
        return log

    def __enter__(self) -> "Shell":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pid in self._background:
            os.kill(pid, signal.SIGTERM)
        self.run("wait")
        assert self._bash.stdin and self._bash.stdout
        self._bash.stdin.close()
        self._bash.wait(20)
        self._bash.stdout.close()
