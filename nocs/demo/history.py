"""120 days of hourly history for the demo, so that a newcomer sees the trends alive.

It is made backwards from the present figures, in one statement inside PostgreSQL, and is marked
as demo data like every refresh of the demo.
"""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from nocs.model import DEMO_HISTORY, AreaBalance

DAYS = 120
NIGHT_DAYS_AGO = 38
NIGHT_BEGINS = time(21)
NAMES = tuple(field.name for field in fields(AreaBalance))


def create(connection: psycopg.Connection, present: Sequence[AreaBalance], zone: ZoneInfo) -> int:
    """Fill the history of a cache that has published nothing yet; returns the number of runs.

    Its last run is more than an hour old, so the first refresh is due at once.
    """
    with connection.transaction():
        counted = connection.execute(
            "SELECT count(*), clock_timestamp() FROM nocs_refresh_run WHERE status = 'succeeded'"
        ).fetchone()
        assert counted
        published, now = counted
        if published:
            return 0
        _hand_over(connection, present)
        psycopg.ClientCursor(connection).execute(
            Path(__file__).with_name("history.sql").read_bytes(),
            {
                "now": now,
                "days": DAYS,
                "zone": str(zone),
                "night": _night(now, zone),
                "requested_by": DEMO_HISTORY,
            },
        )
        runs = connection.execute(
            "SELECT count(*) FROM nocs_refresh_run WHERE requested_by = %s", (DEMO_HISTORY,)
        ).fetchone()
    # The planner would otherwise believe both tables empty until the next autovacuum.
    connection.execute("ANALYZE nocs_refresh_run, nocs_balance_history")
    assert runs
    return int(runs[0])


def _hand_over(connection: psycopg.Connection, present: Sequence[AreaBalance]) -> None:
    """The present figures as a temporary table."""
    connection.execute(
        "CREATE TEMP TABLE now_published ON COMMIT DROP AS"
        " SELECT nocs_code, nocs_name, total_customers, positive_qty, positive_balance_amt,"
        " negative_qty, negative_balance_amt, net_balance FROM nocs_balance_summary WHERE false"
    )
    copied = f"COPY now_published ({', '.join(NAMES)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copied.encode()) as copy:
        for area in present:
            copy.write_row(astuple(area))


def _night(now: datetime, zone: ZoneInfo) -> datetime:
    day = now.astimezone(zone).date() - timedelta(days=NIGHT_DAYS_AGO)
    return datetime.combine(day, NIGHT_BEGINS, zone)
