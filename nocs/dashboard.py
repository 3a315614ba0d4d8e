"""What the pages and the API of one dashboard process share: settings, database, live state.

Made once a process, by whichever comes first: the ASGI lifespan or the first script run.
"""

import atexit
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from nocs.access import Action, Entry
from nocs.cache import audit, published, queue, runs, statistics, tokens
from nocs.cache.database import Database, clock
from nocs.errors import NocsError
from nocs.language import ENGLISH, Language
from nocs.live import Live, LiveState, cooling_until, refusal, rest_words
from nocs.model import Run, Trigger
from nocs.past import Past
from nocs.past_reader import PastReader
from nocs.settings import Settings, load_settings

log = logging.getLogger("nocs.dashboard")


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
            # A dashboard with a PostgreSQL of its own needs neither this nor Alembic in memory.
            from nocs.demo.postgres import EmbeddedPostgres

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
            from nocs.cache.migrate import migrate

            migrate(self._database)
        self._live = Live(self._database, settings.cooldown, settings.zone)
        self.past = PastReader(self._database)
        self._live.start()

    def state(self) -> LiveState:
        """The newest state, from memory."""
        return self._live.state

    def now(self) -> datetime:
        """PostgreSQL's clock."""
        return self._live.now()

    def request_refresh(
        self,
        trigger: Trigger,
        requested_by: str,
        address: str = "",
        language: Language = ENGLISH,
    ) -> RefreshAnswer:
        """Queue a refresh or join the open one; refused while cooling down.

        The rest is looked up in PostgreSQL too: memory may be a moment behind another dashboard.
        """
        state = self.state()
        if state.open_run is None and (why := refusal(state, self.now(), language)):
            return RefreshAnswer(None, refused=why)
        with self._database.transaction() as connection:
            until = cooling_until(runs.last_finished(connection), self.settings.cooldown)
            why = rest_words(until, clock(connection), language)
            if why and runs.open_run(connection) is None:
                return RefreshAnswer(None, refused=why)
            answer = queue.request(connection, trigger, requested_by)
            if answer.run:
                word = "joined" if answer.joined else "queued"
                detail = f"refresh {answer.run.id} {word}"
                audit.write(
                    connection, Action.REFRESH, who=requested_by, address=address, detail=detail
                )
        self._live.read()
        return RefreshAnswer(answer.run, joined=answer.joined)

    def recent_runs(self, limit: int = 100, before: int | None = None) -> tuple[Run, ...]:
        """The newest runs (older than run `before`), newest first, from PostgreSQL."""
        with self._database.reading() as connection:
            return runs.recent(connection, limit, before)

    def run(self, run_id: int) -> Run | None:
        """One run from PostgreSQL."""
        with self._database.reading() as connection:
            return runs.get(connection, run_id)

    def history(self, wanted: published.Wanted) -> tuple[Past, ...] | None:
        """What was published over a span of time, oldest first; None when that is too much."""
        with self._database.reading() as connection:
            return published.moments(connection, wanted)

    def audit_entries(self, **search: Any) -> tuple[Entry, ...]:
        """Rows of the audit; see nocs.cache.audit.search."""
        with self._database.reading() as connection:
            return audit.search(connection, **search)

    def note(self, action: Action, *, who: str, address: str = "", detail: str = "") -> None:
        """Add to the audit. Without PostgreSQL the log keeps what the audit could not."""
        try:
            with self._database.transaction() as connection:
                audit.write(connection, action, who=who, address=address, detail=detail)
        except NocsError as error:
            line = "Not in the audit: %s by %s from %s (%s). %s"
            log.error(line, action, who, address, detail, error)

    def note_token_use(self, token_id: int) -> None:
        """Remember when a token was last used; missing it once is no harm."""
        try:
            with self._database.transaction() as connection:
                tokens.note_use(connection, token_id)
        except NocsError as error:
            log.warning("The use of token %d was not noted. %s", token_id, error)

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
    global _current  # noqa: PLW0603 - as above
    with _lock:
        if _current is not None:
            _current.close()
            _current = None
