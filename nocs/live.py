"""The newest state of the cache, in memory, shared by every page and API call of this process.

One thread LISTENs to PostgreSQL and re-reads on every notification and every few seconds, so a
page never waits for a query. When PostgreSQL is away the last state stays, with its `problem`.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nocs.freshness import Freshness, freshness
from nocs.model import Run, Scheduler, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What was known at one moment. Times are PostgreSQL's clock; `version` grows on change."""

    version: int = 0
    snapshot: Snapshot | None = None
    open_run: Run | None = None
    last_run: Run | None = None
    typical_duration: timedelta | None = None
    schedulers: tuple[Scheduler, ...] = ()
    cooling_until: datetime | None = None
    problem: str = ""
    problem_since: datetime | None = None
