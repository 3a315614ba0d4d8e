"""What the long-running processes share: where their cache is, and an end with their parent."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nocs.settings import Settings


@contextmanager
def cache_url(settings: Settings) -> Iterator[str]:
    """The libpq URL of the cache; the embedded PostgreSQL runs as long as it is needed."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    from nocs.demo.postgres import EmbeddedPostgres

    with EmbeddedPostgres(settings.data_dir).running() as url:
        yield url


def end_with_parent() -> None:
    """End this process in order when the one that started it is gone (its pipe to us breaks)."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        if sys.platform == "win32":  # where os.kill() runs no handler
            signal.raise_signal(signal.SIGTERM)
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="nocs-parent", daemon=True).start()
