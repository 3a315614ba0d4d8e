"""The newest state of the cache, in memory, shared by every page and API call of this process.

One thread LISTENs to PostgreSQL and re-reads on every notification and every few seconds, so a
page never waits for a query. When PostgreSQL is away, or connected but mute, the last state stays,
with its `problem`.
"""

import logging
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from nocs.cache import balances, history, pauses, runs, schedulers, tokens
from nocs.cache.database import Database, clock
from nocs.cache.revision import require_revision
from nocs.cache.tokens import ApiToken
from nocs.errors import CacheError, NocsError
from nocs.language import ENGLISH, Language
from nocs.model import Pause, Run, RunStatus, Scheduler, Snapshot
from nocs.past import Recent

log = logging.getLogger("nocs.live")

REREAD_SECONDS = 5.0
SLICE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0
MUTE_SECONDS = 20.0
# A standby shows a change a moment after the primary told of it.
STANDBY_LOOKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was known at one moment. Times are PostgreSQL's clock; `version` grows on change.

    `recent` is the near past of the snapshot's run, read once when that run was published.
    """

    version: int = 0
    snapshot: Snapshot | None = None
    recent: Recent | None = None
    open_run: Run | None = None
    last_run: Run | None = None
    typical_duration: timedelta | None = None
    schedulers: tuple[Scheduler, ...] = ()
    pause: Pause | None = None
    cooling_until: datetime | None = None
    problem: str = ""
    problem_since: datetime | None = None
    standby_lag: timedelta | None = None
    tokens: tuple[ApiToken, ...] = field(default=(), repr=False)

    def restricted_to(self, codes: frozenset[str] | None) -> "LiveState":
        """The state as one sees it who may see these areas alone; None: all of them."""
        if codes is None:
            return self
        return replace(
            self,
            snapshot=self.snapshot.restricted_to(codes) if self.snapshot else None,
            recent=self.recent.restricted_to(codes) if self.recent else None,
            last_run=self.last_run and without_figures(self.last_run),
        )


class Live:
    """Keeps `state` fresh from a thread of its own between `start` and `stop`."""

    def __init__(self, database: Database, cooldown: timedelta, zone: ZoneInfo) -> None:
        self._state = LiveState()
        self._reading = threading.Lock()
        self._database = database
        self._cooldown = cooldown
        self._zone = zone  # whose days the near past is made of
        self._stop = threading.Event()
        self._first_read = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nocs-live", daemon=True)
        # PostgreSQL's clock at one reading of this machine's monotonic clock: a jump of the
        # machine's wall clock changes no age.
        self._clock = (datetime.now(UTC), time.monotonic())

    def start(self, wait_seconds: float = 3.0) -> None:
        """Start listening; returns after the first read, or after `wait_seconds` without one."""
        self._thread.start()
        self._first_read.wait(wait_seconds)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=REREAD_SECONDS + 2)

    def now(self) -> datetime:
        """PostgreSQL's clock, carried on by this machine's monotonic one."""
        moment, read_at = self._clock
        return moment + timedelta(seconds=time.monotonic() - read_at)

    @property
    def state(self) -> LiveState:
        """The newest state; one that PostgreSQL has not confirmed for long says so."""
        if not self._state.problem and time.monotonic() - self._clock[1] > MUTE_SECONDS:
            self._trouble(CacheError("PostgreSQL does not answer.", "Look at its server."))
        return self._state

    def read(self, *, unheard: bool = False) -> None:
        """Read the cache once and replace `state` if anything changed.

        `unheard`: from a standby whose primary is away, which stays the problem.
        """
        with self._reading, self._database.reading() as connection:
            moment = clock(connection)
            require_revision(connection, self._database.where)
            fresh = self._fresh_state(connection)
            self._clock = (moment, time.monotonic())
            if unheard:
                old = self._state
                fresh = replace(fresh, problem=old.problem, problem_since=old.problem_since)
            self._replace(fresh)

    def _run(self) -> None:
        pause = 0.2
        while not self._stop.is_set():
            try:
                self._listen()
                pause = 0.2
            except NocsError as error:
                self._trouble(error)
            except Exception:  # this thread is all that reads: pages would stand still for good
                log.exception("Reading the cache broke; it is tried again.")
                self._trouble(CacheError("The cache cannot be read.", "See error.log."))
            self._stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _listen(self) -> None:
        """LISTEN first, then read: a change between the two is heard."""
        if self._database.has_reader:
            self.read(unheard=True)
        with self._database.listening() as connection:
            looks = 0
            while not self._stop.is_set():
                self.read()
                self._first_read.set()
                # Waits in slices, so that `stop` is not held up by a quiet database.
                deadline = time.monotonic() + (SLICE_SECONDS if looks else REREAD_SECONDS)
                looks = max(looks - 1, 0)
                while time.monotonic() < deadline and not self._stop.is_set():
                    with self._database.translated():
                        if list(connection.notifies(timeout=SLICE_SECONDS, stop_after=1)):
                            looks = STANDBY_LOOKS if self._database.has_reader else 0
                            break

    def _fresh_state(self, connection: Connection) -> LiveState:
        old = self._state
        published = runs.last_published(connection)
        is_new = published is None or old.snapshot is None or published.id != old.snapshot.run.id
        snapshot, recent = self._figures(connection) if is_new else (old.snapshot, old.recent)
        last_run = runs.last_finished(connection)
        return LiveState(
            version=old.version,
            snapshot=snapshot,
            recent=recent,
            open_run=runs.open_run(connection),
            last_run=last_run,
            typical_duration=runs.typical_duration(
                connection, published.source if published else None
            ),
            schedulers=schedulers.living(connection),
            pause=pauses.standing(connection),
            cooling_until=cooling_until(last_run, self._cooldown),
            tokens=tokens.living(connection),
            standby_lag=_standby_lag(connection),
        )

    def _figures(self, connection: Connection) -> tuple[Snapshot | None, Recent | None]:
        snapshot = balances.read_snapshot(connection)
        if snapshot is None:
            return None, None
        areas = len(snapshot.areas)
        return snapshot, history.recent(connection, snapshot.run, areas, self._zone)

    def _replace(self, fresh: LiveState) -> None:
        if fresh != self._state:
            self._state = replace(fresh, version=self._state.version + 1)

    def _trouble(self, error: NocsError) -> None:
        self._first_read.set()
        if self._state.problem != str(error):
            log.error("The cache cannot be read; the last figures are kept. %s", error)
        since = self._state.problem_since or self.now()
        self._replace(replace(self._state, problem=str(error), problem_since=since))


def _standby_lag(connection: Connection) -> timedelta | None:
    """How far a standby is behind at most, in whole seconds; None on a primary.

    The schedulers' heartbeats are changes too, so with one running this is never large for want
    of changes.
    """
    seconds = connection.execute(
        text(
            "SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(greatest(0, floor(extract("
            "epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))), 0) END"
        )
    ).scalar()
    return None if seconds is None else timedelta(seconds=int(seconds))


def without_figures(run: Run) -> Run:
    """A run without what it says of areas: totals, warnings, and the gate's words."""
    error = run.error
    if run.status is RunStatus.REJECTED:
        error = "Its figures broke a rule of the publishing gate."
    return replace(
        run, totals=None, row_count=None, warnings=(), unassigned_customers=None, error=error
    )


def cooling_until(last_run: Run | None, cooldown: timedelta) -> datetime | None:
    """A person rests after any refresh that reached its end, not after one cut off."""
    if last_run is None or last_run.finished_at is None or last_run.error_code == "stopped":
        return None
    return last_run.finished_at + cooldown


def refusal(state: LiveState, now: datetime, language: Language = ENGLISH) -> str:
    """Why a refresh may not be asked for now, in words; empty when it may."""
    if state.problem:
        return language.say("The cache cannot be reached.")
    return rest_words(state.cooling_until, now, language)


def rest_words(until: datetime | None, now: datetime, language: Language = ENGLISH) -> str:
    """How long the rest after a refresh still is; empty when it is over."""
    if until is None or now >= until:
        return ""
    seconds = int((until - now).total_seconds()) + 1
    return language.say(
        "The last refresh has just ended. The next may be asked for in {count} s.", count=seconds
    )
