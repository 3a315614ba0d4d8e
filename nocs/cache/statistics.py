"""Counts over the log of refreshes, for monitoring: the same in every process, for good."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from nocs.model import RunStatus, Trigger


@dataclass(frozen=True, slots=True)
class RefreshStatistics:
    """`ended` counts runs by result and trigger; `within` counts successes by their duration."""

    ended: dict[tuple[RunStatus, Trigger], int]
    within: tuple[tuple[float, int], ...]
    successes: int
    seconds: float


def refresh_statistics(connection: Connection, limits: Sequence[float]) -> RefreshStatistics:
    """Count all runs; `limits` are the upper bounds of the durations in seconds."""
    counts = connection.execute(
        text(
            "SELECT status, trigger, count(*) AS runs FROM nocs_refresh_run"
            " WHERE status NOT IN ('queued', 'running') GROUP BY status, trigger"
        )
    )
    ended = {(RunStatus(row.status), Trigger(row.trigger)): row.runs for row in counts}
    durations = connection.execute(
        text(
            "SELECT count(duration_ms) AS successes, coalesce(sum(duration_ms), 0) / 1000.0 AS"
            " seconds, (SELECT array_agg((SELECT count(*) FROM nocs_refresh_run WHERE status ="
            " 'succeeded' AND duration_ms <= 1000 * bound) ORDER BY bound)"
            " FROM unnest(CAST(:limits AS float8[])) AS bound) AS within"
            " FROM nocs_refresh_run WHERE status = 'succeeded'"
        ),
        {"limits": list(limits)},
    ).one()
    within = tuple(zip(limits, durations.within, strict=True))
    return RefreshStatistics(ended, within, durations.successes, float(durations.seconds))
