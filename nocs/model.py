"""The records that travel through the house, all frozen.

Field names are the columns of the user's contract. `positive_*` is CREDIT (paid in advance,
amount >= 0) and `negative_*` is DUE (owed, amount <= 0, stored negative): nothing in this
program turns a sign around after the report has been read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from nocs.language import later

ZERO = Decimal("0.00")
# Who asked for the runs that never were: the demo's own 120 days of past.
DEMO_HISTORY = "demo history"


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    FAILED = "failed"
    ABANDONED = "abandoned"

    @property
    def is_open(self) -> bool:
        return self in (RunStatus.QUEUED, RunStatus.RUNNING)


class Trigger(StrEnum):
    STARTUP = "startup"
    SCHEDULE = "schedule"
    MANUAL = "manual"
    API = "api"
    CLI = "cli"


class Phase(StrEnum):
    CONNECTING = "connecting"
    QUERYING = "querying"
    CHECKING = "checking"
    PUBLISHING = "publishing"
    WAITING = "waiting to retry"


class SourceKind(StrEnum):
    ORACLE = "oracle"
    DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Customers and amounts of an area or of all areas together.

    Customers with balance 0 count in `total_customers` and in neither quantity.
    """

    total_customers: int
    positive_qty: int
    positive_balance_amt: Decimal
    negative_qty: int
    negative_balance_amt: Decimal
    net_balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaBalance(Figures):
    """One row of the report: an area as the source gave it."""

    nocs_code: str
    nocs_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedArea(AreaBalance):
    """One row of nocs_balance_summary. `refresh_duration` is in milliseconds."""

    id: int
    refresh_duration: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaName:
    """The name of an area in one language, "en" or "bn", beside that of the report."""

    nocs_code: str
    language: str
    nocs_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Figures):
    """The sums of one published run."""

    areas: int


FIGURE_NAMES = tuple(field.name for field in fields(Figures))


def total(areas: Sequence[AreaBalance]) -> Totals:
    """Sum areas exactly; no area gives zeros."""
    return Totals(
        areas=len(areas),
        total_customers=sum(a.total_customers for a in areas),
        positive_qty=sum(a.positive_qty for a in areas),
        positive_balance_amt=sum((a.positive_balance_amt for a in areas), ZERO),
        negative_qty=sum(a.negative_qty for a in areas),
        negative_balance_amt=sum((a.negative_balance_amt for a in areas), ZERO),
        net_balance=sum((a.net_balance for a in areas), ZERO),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One row of nocs_refresh_run, queue and log in one. Times are aware, durations ms."""

    id: int
    trigger: Trigger
    requested_by: str
    status: RunStatus
    queued_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: int | None = None
    phase: Phase | None = None
    attempt: int = 0
    row_count: int | None = None
    error_code: str = ""
    error: str = ""
    warnings: tuple[str, ...] = ()
    source: SourceKind | None = None
    host: str = ""
    as_of: datetime | None = None
    totals: Totals | None = None
    unassigned_customers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The source refused the login: it is not asked by itself until a setting changes.

    `fingerprint` tells whether the settings are still those that were refused.
    """

    since: datetime
    error_code: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """One scheduler process, as its last heartbeat told."""

    name: str
    started_at: datetime
    heartbeat_at: datetime
    next_run_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one published run left in the cache: everything a page shows comes from one of these.

    `as_of` is the moment at which the source was read; it changes only when a run is committed.
    `previous` are the totals of the run published before it from the same kind of source, and
    `previous_areas` its areas. `only` names the areas that a person may see; None is all of them.
    `names` are those of the source in several languages.
    """

    run: Run
    as_of: datetime
    areas: tuple[CachedArea, ...]
    totals: Totals
    previous: Totals | None
    previous_areas: tuple[AreaBalance, ...] = ()
    only: frozenset[str] | None = None
    names: tuple[AreaName, ...] = ()

    def restricted_to(self, codes: frozenset[str] | None) -> "Snapshot":
        """The same moment as one sees it who may see these areas alone; None: all of them.

        Totals, the earlier ones too, are of these areas. What the run says of all areas goes.
        """
        if codes is None:
            return self
        areas = tuple(area for area in self.areas if area.nocs_code in codes)
        before = tuple(area for area in self.previous_areas if area.nocs_code in codes)
        totals = total(areas)
        run = replace(
            self.run,
            row_count=len(areas),
            totals=totals,
            warnings=(),
            unassigned_customers=None,
        )
        return replace(
            self,
            run=run,
            areas=areas,
            totals=totals,
            previous=total(before) if self.previous_areas else None,
            previous_areas=before,
            only=codes if self.only is None else codes & self.only,
            names=tuple(name for name in self.names if name.nocs_code in codes),
        )

    @property
    def is_partial(self) -> bool:
        """Whether there are areas that the person may not see."""
        return self.only is not None

    @property
    def title(self) -> str:
        """What the areas together are called, to whom they are not all of them; in English."""
        return later("Your areas") if self.is_partial else later("All areas")

    @property
    def is_demo(self) -> bool:
        return self.run.source is SourceKind.DEMO
