"""The child process that asks the source: a Job on standard input, Messages on standard output.

It ends as soon as its parent does or wants it to (its standard input closes), and first cancels
its query: a database that works for minutes without sending anything would not notice the hang-up.
"""

import contextlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable

from nocs.errors import SourceError
from nocs.model import SourceKind
from nocs.source.job import Examined, Extract, Failed, Job, Message, Reached

CANCEL_GRACE_SECONDS = 2.0


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for the parent to handle
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the pickles
    job = pickle.load(sys.stdin.buffer)
    query = _Query()
    threading.Thread(target=_end_with_parent, args=[query], daemon=True).start()

    def send(message: Message) -> None:
        with contextlib.suppress(BrokenPipeError):  # the parent has gone
            pickle.dump(message, answers)
            answers.flush()

    try:
        send(_ask(job, send, query))
    except SourceError as error:
        send(
            Failed(what=error.what, remedy=error.remedy, code=error.code, transient=error.transient)
        )


class _Query:
    """What can be cancelled, once there is something."""

    def __init__(self) -> None:
        self.cancel: Callable[[], None] | None = None

    def __call__(self, cancel: Callable[[], None]) -> None:
        self.cancel = cancel


def _ask(job: Job, tell: Callable[[Reached | Examined], None], query: _Query) -> Extract:
    # Only the driver that is needed is imported: it is most of this process's memory.
    if job.kind is SourceKind.ORACLE:
        from nocs.source import oracle

        return oracle.ask(job, tell, query)
    from nocs.source import demo

    return demo.ask(job, tell, query)


def _end_with_parent(query: _Query) -> None:
    # Not through sys.stdin: its lock, held by a waiting thread, breaks an orderly exit.
    while os.read(0, 1024):
        pass
    if query.cancel is None:
        os._exit(1)
    # The main thread ends the process once its call returns; a server that ignores the cancel
    # must not keep it.
    last = threading.Timer(CANCEL_GRACE_SECONDS, os._exit, [1])
    last.daemon = True
    last.start()
    with contextlib.suppress(Exception):  # whatever a dying connection says
        query.cancel()


if __name__ == "__main__":
    main()
