"""The past: what earlier runs published, and how it thins out with age.

Every question is answered in two steps: first which runs (a narrow index of the log tells), then
their rows by primary key. So five years of hourly rows cost no more than those that are shown.
`codes` restricts an answer to some areas; None means all of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from nocs.cache.balances import COLUMNS
from nocs.model import FIGURE_NAMES, AreaBalance, Run, SourceKind, Totals
from nocs.past import Grain, Moment, Past, Recent, Span

Codes = frozenset[str] | None

RECENT_DAYS = 30
MOST_AREAS_WITH_DAYS = 1_000  # beyond, nobody reads a small line beside each row
THINNED_AT_ONCE = 2_000
DAY = timedelta(days=1)
_PAST = "status = 'succeeded' AND thinned_at IS NULL"
_NAMES = ", ".join(f"h.{name}" for name in COLUMNS)
_SUMS = ", ".join(f"sum(h.{name}) AS {name}" for name in FIGURE_NAMES)
_RESTRICTED = "(CAST(:codes AS text[]) IS NULL OR h.nocs_code = ANY(:codes))"


def trend(connection: Connection, span: Span, codes: Codes = None) -> tuple[Moment, ...]:
    """The sums at the last run of each hour, day or month of the span, oldest first."""
    ids = _points(connection, span)
    rows = connection.execute(
        text(
            f"SELECT h.run_id, max(h.as_of) AS as_of, count(*) AS areas, {_SUMS}"
            " FROM nocs_balance_history h"
            f" WHERE h.run_id = ANY(:ids) AND {_RESTRICTED} GROUP BY h.run_id ORDER BY h.run_id"
        ),
        {"ids": ids, "codes": _listed(codes)},
    )
    return tuple(
        Moment(run_id=row.run_id, as_of=row.as_of, totals=Totals(**_figures(row), areas=row.areas))
        for row in rows
    )


def trend_by_area(connection: Connection, span: Span, codes: Codes = None) -> tuple[Past, ...]:
    """The same points, area by area."""
    return _pasts(connection, _points(connection, span), codes)


def of_run(connection: Connection, run_id: int, source: SourceKind, codes: Codes) -> Past | None:
    """What a run published; None when it is of another source or its rows are gone."""
    is_there = connection.execute(
        text(f"SELECT 1 FROM nocs_refresh_run WHERE {_PAST} AND id = :id AND source = :source"),
        {"id": run_id, "source": source.value},
    ).scalar()
    found = _pasts(connection, [run_id], codes) if is_there else ()
    return found[0] if found else None


def near(
    connection: Connection,
    source: SourceKind,
    moment: datetime,
    within: timedelta,
    codes: Codes = None,
) -> Past | None:
    """What the run nearest to `moment` published; None when none lies so near."""
    run_id = connection.execute(
        text(
            f"SELECT id FROM (SELECT id, as_of FROM nocs_refresh_run WHERE {_PAST}"
            "  AND source = :source AND as_of BETWEEN CAST(:moment AS timestamptz) - :within"
            "  AND CAST(:moment AS timestamptz) + :within) AS around"
            " ORDER BY abs(extract(epoch FROM as_of - :moment)), id LIMIT 1"
        ),
        {"source": source.value, "moment": moment, "within": within},
    ).scalar()
    return of_run(connection, run_id, source, codes) if run_id is not None else None


def at_or_before(
    connection: Connection, source: SourceKind, moment: datetime, codes: Codes = None
) -> Past | None:
    """What was published at a moment: the last run read by then that still has its rows."""
    run_id = connection.execute(
        text(
            f"SELECT id FROM nocs_refresh_run WHERE {_PAST} AND source = :source"
            " AND as_of <= :moment ORDER BY as_of DESC, id DESC LIMIT 1"
        ),
        {"source": source.value, "moment": moment},
    ).scalar()
    return of_run(connection, run_id, source, codes) if run_id is not None else None


def first_as_of(connection: Connection, source: SourceKind) -> datetime | None:
    """When the history of this source begins."""
    return connection.execute(
        text(f"SELECT min(as_of) FROM nocs_refresh_run WHERE {_PAST} AND source = :source"),
        {"source": source.value},
    ).scalar()


def absences(
    connection: Connection, source: SourceKind, code: str, since: datetime
) -> tuple[tuple[int, datetime], ...]:
    """The runs (id, as of) since a moment in which an area was missing, newest first.

    Runs before the area was seen first are none of them.
    """
    rows = connection.execute(
        text(
            f"SELECT r.id, r.as_of FROM nocs_refresh_run r WHERE {_PAST} AND r.source = :source"
            " AND r.as_of >= :since AND r.as_of > (SELECT min(h.as_of) FROM nocs_balance_history h"
            "  JOIN nocs_refresh_run o ON o.id = h.run_id AND o.source = :source"
            "  WHERE h.nocs_code = :code)"
            " AND NOT EXISTS (SELECT 1 FROM nocs_balance_history h"
            "  WHERE h.run_id = r.id AND h.nocs_code = :code) ORDER BY r.id DESC"
        ),
        {"source": source.value, "since": since, "code": code},
    )
    return tuple((row.id, row.as_of) for row in rows)


def recent(connection: Connection, run: Run, areas: int, zone: ZoneInfo) -> Recent:
    """The near past of a published run; one with very many areas gets no days."""
    assert run.source and run.as_of
    before = connection.execute(
        text(
            f"SELECT max(id) FROM nocs_refresh_run WHERE {_PAST} AND source = :source AND id < :id"
        ),
        {"source": run.source.value, "id": run.id},
    ).scalar()
    days: tuple[Past, ...] = ()
    if areas <= MOST_AREAS_WITH_DAYS:
        start = run.as_of - RECENT_DAYS * DAY
        days = trend_by_area(connection, Span(run.source, start, run.as_of, Grain.DAY, zone))
    return Recent(
        run_id=run.id,
        before=of_run(connection, before, run.source, None) if before is not None else None,
        yesterday=near(connection, run.source, run.as_of - DAY, DAY / 2),
        days=days,
    )


def thin(
    connection: Connection,
    keep_hourly: timedelta | None,
    keep_daily: timedelta | None,
    zone: ZoneInfo,
) -> int:
    """Drop rows that are older than they are kept; returns of how many runs.

    Of each old day the last run stays, whole, until `keep_daily`. The newest published run always
    stays. A very long past is thinned in several calls.
    """
    ids = [
        row.id
        for row in connection.execute(
            text(
                "WITH place AS (SELECT id, as_of, row_number() OVER (PARTITION BY source,"
                "   (as_of AT TIME ZONE :zone)::date ORDER BY id DESC) AS from_last,"
                "   max(id) OVER () AS newest FROM nocs_refresh_run"
                f"  WHERE {_PAST}),"
                # Whole days: none is left with its morning only.
                " today AS (SELECT date_trunc('day', now() AT TIME ZONE :zone) AS midnight)"
                " SELECT id FROM place, today WHERE id <> newest AND ("
                "  (from_last > 1"
                "   AND as_of < (midnight - CAST(:hourly AS interval)) AT TIME ZONE :zone)"
                "  OR as_of < (midnight - CAST(:daily AS interval)) AT TIME ZONE :zone)"
                " ORDER BY as_of LIMIT :most"
            ),
            {
                "zone": str(zone),
                "hourly": keep_hourly,
                "daily": keep_daily,
                "most": THINNED_AT_ONCE,
            },
        )
    ]
    if ids:
        for statement in (
            "UPDATE nocs_refresh_run SET thinned_at = now() WHERE id = ANY(:ids)",
            "DELETE FROM nocs_balance_history WHERE run_id = ANY(:ids)",
        ):
            connection.execute(text(statement), {"ids": ids})
    return len(ids)


def _points(connection: Connection, span: Span) -> list[int]:
    """The last run of each hour, day or month. Runs go one at a time: a later one, a larger id."""
    rows = connection.execute(
        text(
            f"SELECT max(id) AS id FROM nocs_refresh_run WHERE {_PAST} AND source = :source"
            " AND as_of BETWEEN :start AND :end"
            " GROUP BY date_trunc(:grain, as_of AT TIME ZONE :zone)"
        ),
        {
            "source": span.source.value,
            "start": span.start,
            "end": span.end,
            "grain": span.grain.value,
            "zone": str(span.zone),
        },
    )
    return [row.id for row in rows]


def _pasts(connection: Connection, ids: Iterable[int], codes: Codes) -> tuple[Past, ...]:
    rows = connection.execute(
        text(
            f"SELECT h.run_id, h.as_of, {_NAMES} FROM nocs_balance_history h"
            f" WHERE h.run_id = ANY(:ids) AND {_RESTRICTED} ORDER BY h.run_id, h.nocs_code"
        ),
        {"ids": list(ids), "codes": _listed(codes)},
    )
    moments: dict[int, datetime] = {}
    areas: defaultdict[int, list[AreaBalance]] = defaultdict(list)
    for run_id, as_of, *values in rows:
        moments[run_id] = as_of
        areas[run_id].append(AreaBalance(**dict(zip(COLUMNS, values, strict=True))))
    return tuple(
        Past(run_id=run_id, as_of=as_of, areas=tuple(areas[run_id]))
        for run_id, as_of in moments.items()
    )


def _figures(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIGURE_NAMES}


def _listed(codes: Codes) -> list[str] | None:
    return None if codes is None else sorted(codes)
