"""What earlier runs published, for programs that ask for a span of time.

The runs are found first (their log is narrow), then their rows by primary key.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from nocs.cache.balances import COLUMNS
from nocs.model import AreaBalance, SourceKind
from nocs.past import Past

_NAMES = ", ".join(COLUMNS)


class Interval(StrEnum):
    """Every run, or the last of each hour or day in the zone of the settings."""

    RUN = "run"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The question. `codes` None is all areas; `source` keeps demo and real figures apart."""

    source: SourceKind
    start: datetime
    end: datetime
    interval: Interval
    zone: ZoneInfo
    codes: frozenset[str] | None
    most: int


def moments(connection: Connection, wanted: Wanted) -> tuple[Past, ...] | None:
    """What was published, oldest first; None when there are more than `most` moments."""
    ids = _run_ids(connection, wanted)
    if len(ids) > wanted.most:
        return None
    rows = connection.execute(
        text(
            f"SELECT run_id, as_of, {_NAMES} FROM nocs_balance_history WHERE run_id = ANY(:ids)"
            " AND (CAST(:codes AS text[]) IS NULL OR nocs_code = ANY(:codes))"
            " ORDER BY run_id, nocs_code"
        ),
        {"ids": ids, "codes": None if wanted.codes is None else sorted(wanted.codes)},
    )
    times: dict[int, datetime] = {}
    areas: dict[int, list[AreaBalance]] = {}
    for run_id, as_of, *values in rows:
        times[run_id] = as_of
        record = AreaBalance(**dict(zip(COLUMNS, values, strict=True)))
        areas.setdefault(run_id, []).append(record)
    return tuple(
        Past(run_id=run_id, as_of=as_of, areas=tuple(areas[run_id]))
        for run_id, as_of in times.items()
    )


def _run_ids(connection: Connection, wanted: Wanted) -> list[int]:
    of_each = (
        "id"
        if wanted.interval is Interval.RUN
        else f"date_trunc('{wanted.interval}', as_of AT TIME ZONE :zone)"
    )
    rows = connection.execute(
        text(
            "SELECT max(id) AS id FROM nocs_refresh_run WHERE status = 'succeeded'"
            " AND thinned_at IS NULL AND source = :source AND as_of >= :start AND as_of <= :end"
            f" GROUP BY {of_each} ORDER BY 1 LIMIT :most"
        ),
        {
            "source": wanted.source.value,
            "start": wanted.start,
            "end": wanted.end,
            "zone": str(wanted.zone),
            "most": wanted.most + 1,
        },
    )
    return [row.id for row in rows]
