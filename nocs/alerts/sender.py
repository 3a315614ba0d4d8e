"""Sends through a child process (nocs.alerts.child) and holds each attempt to a deadline."""

import base64
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import IO, Any

from nocs.alerts.addresses import Address
from nocs.alerts.message import Content, Outcome
from nocs.settings import PREFIX, ROOT, Settings

# Less than outbox.CLAIM_LASTS together: a claim must not be settled while its attempt goes on.
START_SECONDS = 60.0
ATTEMPT_SECONDS = 60.0
END_GRACE_SECONDS = 5.0
STOP_GRACE_SECONDS = 5.0
POLL_SECONDS = 0.2
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Sender:
    """A context that has one child for many messages, and makes a new one after a hang.

    `stop` cuts a hanging attempt short after a few seconds.
    """

    def __init__(
        self,
        settings: Settings,
        stop: threading.Event | None = None,
        attempt_seconds: float = ATTEMPT_SECONDS,
    ) -> None:
        self._settings = settings
        self._stop = stop or threading.Event()
        self._attempt_seconds = attempt_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()

    def __enter__(self) -> "Sender":
        self._ready_child()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def send(self, address: Address, content: Content) -> Outcome:
        return self._do(
            address,
            {
                "do": "send",
                "title": content.title,
                "text": content.text,
                "html": content.html,
                "severity": content.severity.value,
                "file": base64.b64encode(content.file).decode() if content.file else "",
                "file_name": content.file_name,
                "file_type": WORKBOOK,
            },
        )

    def ping(self, address: Address) -> Outcome:
        return self._do(address, {"do": "ping"})

    def check(self, address: Address) -> Outcome:
        """Whether apprise knows the address; nothing is sent."""
        return self._do(address, {"do": "check"})

    def _do(self, address: Address, job: dict[str, Any]) -> Outcome:
        job |= {
            "url": address.url,
            "public_url": self._settings.page_url,
            "deadline_seconds": self._attempt_seconds + END_GRACE_SECONDS,
        }
        child = self._ready_child()
        if child is None:
            return Outcome(False, "the process that sends did not start")
        assert child.stdin
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(job).encode() + b"\n")
            child.stdin.flush()
        answer = self._line(self._attempt_seconds)
        if not answer:
            self._end(at_once=True)
        if answer is None and self._stop.is_set():
            return Outcome(False, "cut short because the scheduler stopped", is_doubtful=True)
        if answer is None:
            return Outcome(False, f"no answer within {self._attempt_seconds:.0f} s")
        if not answer:
            return Outcome(False, "the process that sends ended without an answer")
        error = json.loads(answer)["error"]
        return Outcome(not error, error)

    def _line(self, seconds: float) -> bytes | None:
        """The child's next line; empty when it has ended, None when the time is over."""
        deadline = time.monotonic() + seconds
        while (rest := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                return self._answers.get(timeout=min(rest, POLL_SECONDS))
            if self._stop.is_set():
                deadline = min(deadline, time.monotonic() + STOP_GRACE_SECONDS)
        return None

    def _ready_child(self) -> "subprocess.Popen[bytes] | None":
        """The child, started and loaded; None when it does not come up."""
        if self._child is None:
            # The passwords of the other settings are none of its business.
            environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
            self._child = subprocess.Popen(
                [sys.executable, "-m", "nocs.alerts.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=ROOT,
                env=environment,
            )
            assert self._child.stdout
            self._answers = queue.Queue()
            threading.Thread(
                target=_read, args=(self._child.stdout, self._answers), daemon=True
            ).start()
            if not self._line(START_SECONDS):
                self._end(at_once=True)
        return self._child

    def _end(self, *, at_once: bool = False) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if at_once:
            child.kill()
        assert child.stdin and child.stdout
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        try:
            child.wait(timeout=END_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _read(pipe: IO[bytes], answers: "queue.Queue[bytes]") -> None:
    with pipe:
        for line in pipe:
            answers.put(line)
    answers.put(b"")
