"""What a workbook may tell beyond its snapshot: filter, comparison, and the way here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nocs.model import Snapshot
from nocs.past import Grain, Moment, Past, Span
from nocs.settings import Settings

TREND_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """`filtered` says in words which areas the snapshot holds, out of `all_areas`; empty: all.

    `earlier` is the run that the sheet Movers compares with; `is_compared` when a person chose
    it, so that the snapshot's `previous` are its totals too. `trend` are the sums of its days.
    """

    filtered: str = ""
    all_areas: int = 0
    earlier: Past | None = None
    is_compared: bool = False
    trend: tuple[Moment, ...] = ()

    def with_trend(self, trend: tuple[Moment, ...]) -> "Extras":
        return replace(self, trend=trend)


def trend_span(snapshot: Snapshot, settings: Settings) -> Span:
    """The days that the sheet Trend shows."""
    assert snapshot.run.source
    start = snapshot.as_of - timedelta(days=TREND_DAYS)
    return Span(snapshot.run.source, start, snapshot.as_of, Grain.DAY, settings.zone)


def file_name(snapshot: Snapshot, settings: Settings, extras: Extras | None = None) -> str:
    """The name of the download: as of when, which part of the areas, compared with when."""

    def stamp(moment: datetime) -> str:
        return f"{moment.astimezone(settings.zone):%Y%m%d-%H%M}"

    name = f"nocs-balance-summary-{stamp(snapshot.as_of)}"
    if extras and extras.filtered:
        name += f"-{len(snapshot.areas)}-of-{extras.all_areas}-areas"
    if extras and extras.is_compared and extras.earlier:
        name += f"-against-{stamp(extras.earlier.as_of)}"
    return f"{name}.xlsx"
