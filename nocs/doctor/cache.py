"""Checks of PostgreSQL: version, role, migrations, clock, and what the tables say of the work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from nocs.cache import runs, schedulers
from nocs.cache.database import OLDEST_VERSION, Database, clock
from nocs.cache.revision import newest_revision, require_current
from nocs.doctor.finding import Finding, failed, failure, ok, warning
from nocs.errors import NocsError
from nocs.freshness import Freshness, age, freshness, in_words
from nocs.settings import Settings

CLOCK_WARNS_AFTER = timedelta(seconds=5)
CLOCK_FAILS_AFTER = timedelta(seconds=60)

READS = ("nocs_balance_summary", "nocs_balance_history", "nocs_refresh_run", "nocs_scheduler")
ROLE = f"""
SELECT current_user AS role, r.rolsuper AS super, pg_is_in_recovery() AS standby,
       pg_has_role(c.relowner, 'USAGE') AS owner,
       {" AND ".join(f"has_table_privilege('{name}', 'SELECT')" for name in READS)} AS may_read,
       has_any_column_privilege('nocs_refresh_run', 'INSERT') AS may_queue,
       has_table_privilege('nocs_balance_summary', 'INSERT')
         AND has_table_privilege('nocs_balance_summary', 'DELETE')
         AND has_table_privilege('nocs_refresh_run', 'UPDATE') AS may_publish
FROM pg_roles r, pg_class c
WHERE r.rolname = current_user AND c.oid = to_regclass('nocs_balance_summary')
"""


def examine(database: Database, settings: Settings) -> Iterator[Finding]:
    """Yield the findings; what needs the tables is left out while they are missing."""
    try:
        database.require_version()
        with database.reading() as connection:
            yield _version(database, connection)
            yield _clock(connection)
    except NocsError as error:
        yield failure("postgresql", error)
        return
    try:
        require_current(database)
    except NocsError as error:
        yield failure("migrations", error)
        return
    yield ok("migrations", f"Schema {newest_revision()}, as this program needs it.")
    try:
        with database.reading() as connection:
            role = _role(connection, settings)
            yield role
            if role.grade != "failed":
                yield from _work(connection, settings)
    except NocsError as error:
        yield failure("postgresql", error)


def _version(database: Database, connection: Connection) -> Finding:
    found = connection.execute(text("SHOW server_version")).scalar_one().split()[0]
    return ok("postgresql", f"{found} at {database.where} ({OLDEST_VERSION} or newer is needed).")


def _clock(connection: Connection) -> Finding:
    before = datetime.now(UTC)
    told = clock(connection)
    return clock_grade(told - before)


def clock_grade(difference: timedelta) -> Finding:
    """Ages are PostgreSQL's; a machine apart from it plans its slots at another moment."""
    seconds = difference.total_seconds()
    what = f"PostgreSQL's clock differs from this machine's by {abs(seconds):.1f} s."
    remedy = "Have both machines set their clocks by NTP."
    if abs(difference) > CLOCK_FAILS_AFTER:
        return failed("clock", what, remedy)
    if abs(difference) > CLOCK_WARNS_AFTER:
        return warning("clock", what, remedy)
    return ok("clock", what)


def _role(connection: Connection, settings: Settings) -> Finding:
    found = connection.execute(text(ROLE)).one()
    may = [word for word in ("read", "queue", "publish") if getattr(found, f"may_{word}")]
    what = f"{found.role} may {', '.join(may) or 'not even read'}."
    if not (found.may_read and found.may_queue):
        return failed("role", what, "Grant it what sql/roles.sql lists.")
    if found.standby:
        return warning(
            "role",
            f"{what} This server is a standby: it can be read only.",
            "Name the primary in NOCS_DATABASE_URL, with target_session_attrs=read-write.",
        )
    if settings.is_embedded:
        return ok("role", what)
    if found.super or found.owner:
        power = "is a superuser" if found.super else "owns the tables"
        return warning(
            "role",
            f"{what} It {power}, so a fault of the program could drop them.",
            "Keep it for nocs migrate; give the services the roles of sql/roles.sql.",
        )
    return ok("role", what)


def _work(connection: Connection, settings: Settings) -> Iterator[Finding]:
    now = clock(connection)
    published = runs.last_published(connection)
    living = schedulers.living(connection)
    state = None
    if published is None or published.as_of is None:
        yield warning(
            "figures", "There are none yet.", "Start nocs scheduler, or run nocs refresh."
        )
    else:
        state = freshness(published.as_of, now, settings.interval)
        what = f"{state.capitalize()}, {in_words(age(published.as_of, now))} old."
        if state is Freshness.FRESH:
            yield ok("figures", what)
        else:
            grade = failed if state is Freshness.STALE else warning
            yield grade("figures", what, "See the last runs: nocs status")
    if living:
        told = max(scheduler.heartbeat_at for scheduler in living)
        names = ", ".join(scheduler.name for scheduler in living)
        yield ok("scheduler", f"{names}, heard of {in_words(age(told, now))} ago.")
    else:
        grade = failed if state is Freshness.STALE else warning
        yield grade(
            "scheduler", "None is running, so nothing is refreshed.", "Start: nocs scheduler"
        )
