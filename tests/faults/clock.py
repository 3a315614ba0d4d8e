"""A clock of PostgreSQL that a test can set.

Every statement of the program takes the time from `clock_timestamp()`; here a function of that
name in the schema `public` stands before PostgreSQL's own. Machine and server keep their clocks.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import psycopg

FIRST_HOUR = datetime.fromisoformat("2026-11-24T10:10:00+00:00")
CLOCK = """
CREATE TABLE IF NOT EXISTS public.test_clock (ahead interval NOT NULL, after_restart interval,
                                started_at timestamptz NOT NULL);
TRUNCATE public.test_clock;
INSERT INTO public.test_clock VALUES ('0', NULL, pg_postmaster_start_time());
CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT pg_catalog.clock_timestamp() + ahead + CASE
        WHEN pg_postmaster_start_time() > started_at THEN coalesce(after_restart, '0')
        ELSE '0' END FROM public.test_clock
$$;
ALTER TABLE nocs_refresh_run ALTER queued_at SET DEFAULT public.clock_timestamp();
"""


def pin_clock(url: str, moment: datetime) -> None:
    """From the next connection on, the clock stands at `moment` and goes on from there."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CLOCK.encode())
        connection.execute(f"ALTER DATABASE {name} SET search_path = public, pg_catalog".encode())
    set_clock(url, moment)


def set_clock(url: str, moment: datetime) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE test_clock SET ahead = %s - pg_catalog.clock_timestamp()", (moment,)
        )
        connection.execute("SELECT pg_notify('nocs', '')")


def move_clock(url: str, by: timedelta) -> None:
    """Set the clock forward or back, and wake everyone."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE test_clock SET ahead = ahead + %s", (by,))
        connection.execute("SELECT pg_notify('nocs', '')")


def move_clock_at_restart(url: str, hours: int) -> None:
    """Let the next start of the server find the clock `hours` later."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE test_clock SET after_restart = %s", (timedelta(hours=hours),))


def read_clock(url: str) -> datetime:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row
    return row[0]
