"""The slots of the schedule: which is due, by PostgreSQL's clock alone.

It is asked again and again and not once at the stroke: so a slot that nobody saw pass (no
scheduler, no PostgreSQL, a clock set forward) is made up for once, and a clock set back, which
lets slots pass a second time, gives them their runs again.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from nocs.cache import queue, runs
from nocs.cache.database import clock
from nocs.model import Trigger

MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)


def slot_of(moment: datetime, interval: timedelta) -> datetime:
    """The start of the slot that `moment` lies in. Counted in UTC: no summer time moves it."""
    moment = moment.astimezone(UTC)
    return moment - (moment - MIDNIGHT) % interval


def request_due(
    connection: Connection, interval: timedelta, requested_by: str
) -> queue.Requested | None:
    """Queue the run of the present slot, or let an open run be it; None when it is not due.

    A slot is not due when it has had its run, or when the source was read since it began.
    """
    now = clock(connection)
    slot = slot_of(now, interval)
    connection.execute(
        text("UPDATE nocs_refresh_run SET slot = NULL WHERE slot > :slot"), {"slot": slot}
    )
    taken = connection.execute(
        text("SELECT EXISTS (SELECT FROM nocs_refresh_run WHERE slot = :slot)"), {"slot": slot}
    ).scalar_one()
    published = runs.last_published(connection)
    if taken or (published and published.as_of and slot <= published.as_of <= now):
        return None
    return queue.request(connection, Trigger.SCHEDULE, requested_by, slot)
