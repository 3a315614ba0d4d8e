"""The child process that asks the source: a Job on standard input, Messages on standard output.

It ends as soon as its parent does (its standard input closes), so a killed scheduler leaves no
query behind.
"""

import os
import pickle
import sys
import threading
from collections.abc import Callable

from nocs.errors import SourceError
from nocs.model import Phase, SourceKind
from nocs.source.job import Extract, Failed, Job, Message, Reached


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the pickles
    job = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def send(message: Message) -> None:
        pickle.dump(message, answers)
        answers.flush()

    try:
        send(_ask(job, lambda phase: send(Reached(phase))))
    except SourceError as error:
        send(
            Failed(what=error.what, remedy=error.remedy, code=error.code, transient=error.transient)
        )


def _ask(job: Job, reached: Callable[[Phase], None]) -> Extract:
    # Only the driver that is needed is imported: it is most of this process's memory.
    if job.kind is SourceKind.ORACLE:
        from nocs.source import oracle

        return oracle.ask(job, reached)
    from nocs.source import demo

    return demo.ask(job, reached)


def _end_with_parent() -> None:
    # Not through sys.stdin: its lock, held by a waiting thread, breaks an orderly exit.
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
