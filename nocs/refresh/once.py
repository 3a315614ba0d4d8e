"""`nocs refresh`: one run now, with its progress on the terminal.

The run may be carried out here or, when a scheduler is quicker to claim it, there; either way
this waits for its end.
"""

import platform
import signal
import threading
import time
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from nocs.cache import queue, runs
from nocs.cache.database import Database
from nocs.model import Run, RunStatus, Trigger
from nocs.refresh.job import Refresher
from nocs.settings import Settings

WATCH_SECONDS = 0.2


def refresh_once(settings: Settings, database: Database, url: str) -> bool:
    """Queue a run or join the open one and wait for its end; True when it published."""
    console = Console(highlight=False, soft_wrap=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with database.transaction() as connection:
        queue.abandon_silent(connection)
        asked = queue.request(connection, Trigger.CLI, platform.node())
        run = asked.run
        typical = runs.typical_duration(connection, settings.source_kind())
    assert run is not None  # only a slot can be used up
    if asked.joined:
        console.print(f"Refresh {run.id} is under way already; waiting for it.")
    refresher = Refresher(database, settings, url, platform.node(), stop)
    worker = threading.Thread(target=refresher.run_next, name="nocs-refresh")
    worker.start()
    ended = _watch(database, run, typical, worker, stop)
    worker.join()
    return _tell(console, ended)


def _watch(
    database: Database,
    run: Run,
    typical: timedelta | None,
    worker: threading.Thread,
    stop: threading.Event,
) -> Run:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        expected = typical.total_seconds() if typical else None
        task = progress.add_task("waiting", total=expected)
        began = time.monotonic()
        while run.status.is_open and not (stop.is_set() and not worker.is_alive()):
            stop.wait(WATCH_SECONDS)
            with database.transaction() as connection:
                run = runs.get(connection, run.id) or run
            elapsed = time.monotonic() - began
            progress.update(
                task,
                description=f"Refresh {run.id}: {run.phase or run.status}",
                completed=min(elapsed, expected * 0.99) if expected else elapsed,
            )
    return run


def _tell(console: Console, run: Run) -> bool:
    seconds = (run.duration_ms or 0) / 1000
    if run.status is RunStatus.SUCCEEDED:
        console.print(f"Refresh {run.id} published {run.row_count} areas after {seconds:.1f} s.")
        return True
    console.print(f"Refresh {run.id} {run.status}: {run.error}", markup=False)
    return False
