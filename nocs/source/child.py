"""Run the extraction in a child process and hold it to its deadline.

Nothing inside the driver bounds a listener that accepts and says nothing, so the deadline is
kept from outside: the child is ended and reaped.
"""

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from nocs.errors import SourceError
from nocs.model import Phase
from nocs.settings import PREFIX, ROOT
from nocs.source.job import Examined, Extract, Failed, Job, Message, Reached

TICK_SECONDS = 1.0
END_GRACE_SECONDS = 3.0


class StoppedError(SourceError):
    """The extraction was ended because the program is stopping."""


def extract(
    job: Job,
    *,
    deadline_seconds: float,
    reached: Callable[[Phase], None],
    tick: Callable[[], None],
    stop: threading.Event,
    examined: Callable[[Examined], None] = lambda _: None,
) -> Extract:
    """Ask the source in a child process.

    `tick` is called about once a second while waiting (an error in it ends the child too).
    `examined` is given what an examining job saw, before its report runs.
    SourceError on failure, on the deadline (code "deadline") and when `stop` is set.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "nocs.source.extract"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        # It is told all it needs; what the settings hold is no business of its environment.
        env={name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
    )
    assert child.stdin and child.stdout
    inbox: queue.Queue[Message | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child.stdout, inbox), daemon=True)
    reader.start()
    try:
        _give(child.stdin, job)
        told = _Told(reached, examined)
        return _wait(inbox, time.monotonic() + deadline_seconds, told, tick, stop)
    finally:
        _end(child)
        reader.join()
        child.stdout.close()


@dataclass(frozen=True)
class _Told:
    reached: Callable[[Phase], None]
    examined: Callable[[Examined], None]


def _give(pipe: IO[bytes], job: Job) -> None:
    # A child that died at its start is reported by its silence.
    with contextlib.suppress(BrokenPipeError):
        pickle.dump(job, pipe)
        pipe.flush()


def _wait(
    inbox: "queue.Queue[Message | None]",
    deadline: float,
    told: _Told,
    tick: Callable[[], None],
    stop: threading.Event,
) -> Extract:
    while True:
        if stop.is_set():
            raise StoppedError(
                "The refresh was ended because the scheduler stops.",
                "The figures of the last success are kept.",
                code="stopped",
            )
        if time.monotonic() >= deadline:
            raise SourceError(
                "The source did not answer by the deadline; its query was ended. "
                "The figures of the last success are kept.",
                "Have the source looked at, or raise NOCS_REFRESH_DEADLINE_MINUTES.",
                code="deadline",
            )
        try:
            message = inbox.get(timeout=min(TICK_SECONDS, max(deadline - time.monotonic(), 0.01)))
        except queue.Empty:
            tick()
            continue
        match message:
            case Reached(phase):
                told.reached(phase)
            case Examined():
                told.examined(message)
            case Extract():
                return message
            case Failed():
                raise SourceError(
                    message.what, message.remedy, code=message.code, transient=message.transient
                )
            case None:
                raise SourceError(
                    "The process that asked the source ended without an answer. "
                    "The figures of the last success are kept.",
                    "See error.log for its last words.",
                    code="child_died",
                    transient=True,
                )


def _read(pipe: IO[bytes], inbox: "queue.Queue[Message | None]") -> None:
    try:
        while True:
            inbox.put(pickle.load(pipe))
    except (EOFError, pickle.UnpicklingError, OSError):
        inbox.put(None)


def _end(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdin
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()  # asks it to end
    try:
        child.wait(timeout=END_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
