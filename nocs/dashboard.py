"""What the pages and the API of one dashboard process share: settings, database, live state.

Made once a process, by whichever comes first: the ASGI lifespan or the first script run.
"""

import atexit
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from nocs.cache import queue, runs, statistics
from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.demo.postgres import EmbeddedPostgres
from nocs.live import Live, LiveState, refusal
from nocs.model import Run, Trigger
from nocs.settings import Settings, load_settings


@dataclass(frozen=True)
class RefreshAnswer:
    """What became of a wish to refresh: the queued or joined `run`, or why it was `refused`."""

    run: Run | None
    joined: bool = False
    refused: str = ""


class Dashboard:
    """The cache as one dashboard process sees it. It holds no credential of the source."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._embedded = None
        if settings.database_url is None:
            self._embedded = EmbeddedPostgres(settings.data_dir)
            url = self._embedded.start()
        else:
            url = settings.database_url.get_secret_value()
        self._database = Database(
            url,
            name="nocs dashboard",
            read_url=_secret(settings.database_read_url),
            listen_url=_secret(settings.database_listen_url),
        )
        if self._embedded:
            migrate(self._database)
        self._live = Live(self._database, settings.cooldown)
        self._live.start()

    def state(self) -> LiveState:
        """The newest state, from memory."""
        return self._live.state

    def now(self) -> datetime:
        """PostgreSQL's clock."""
        return self._live.now()

    def request_refresh(self, trigger: Trigger, requested_by: str) -> RefreshAnswer:
        """Queue a refresh or join the open one; refused while cooling down."""
        state = self.state()
        if state.open_run is None and (why := refusal(state, self.now())):
            return RefreshAnswer(None, refused=why)
        with self._database.transaction() as connection:
            answer = queue.request(connection, trigger, requested_by)
        self._live.read()
        return RefreshAnswer(answer.run, joined=answer.joined)

    def recent_runs(self, limit: int = 100) -> tuple[Run, ...]:
        """The newest runs, newest first, from PostgreSQL."""
        with self._database.reading() as connection:
            return runs.recent(connection, limit)

    def refresh_statistics(self, limits: Sequence[float]) -> statistics.RefreshStatistics:
        """Counts of all refreshes, from PostgreSQL."""
        with self._database.reading() as connection:
            return statistics.refresh_statistics(connection, limits)

    def close(self) -> None:
        self._live.stop()
        self._database.close()
        if self._embedded:
            self._embedded.stop()


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None


_lock = threading.Lock()
_current: Dashboard | None = None


def dashboard() -> Dashboard:
    """The dashboard of this process, started on first use."""
    global _current  # noqa: PLW0603 - one process, one dashboard
    with _lock:
        if _current is None:
            _current = Dashboard(load_settings())
            atexit.register(close)
        return _current


def close() -> None:
    """Stop what `dashboard` started; the next call of it starts anew."""
    global _current  # noqa: PLW0603
    with _lock:
        if _current is not None:
            _current.close()
            _current = None
