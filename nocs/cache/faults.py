"""The driver's errors as CacheError, each with what to do; the one place that translates them.

`code` tells a passing fault (worth another try by itself) from one that a person must mend.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from nocs.errors import CacheError

PASSING = {"unreachable", "busy", "locked", "standby"}

# The first class that fits decides; the last fits every failure of the server or of the way to it.
_FAULTS: tuple[tuple[type[psycopg.Error], str, str], ...] = (
    (
        errors.InsufficientPrivilege,
        "privilege",
        "Grant the role of NOCS_DATABASE_URL what sql/roles.sql lists.",
    ),
    (errors.DiskFull, "disk_full", "Free space on the disk of the database server."),
    (errors.LockNotAvailable, "locked", "See pg_stat_activity for who holds the lock."),
    (
        errors.ReadOnlySqlTransaction,
        "standby",
        "It is a standby: name all servers and target_session_attrs=read-write in "
        "NOCS_DATABASE_URL.",
    ),
    (
        psycopg.OperationalError,
        "unreachable",
        "Check NOCS_DATABASE_URL and that the server runs.",
    ),
    (
        psycopg.InterfaceError,
        "unreachable",
        "Check NOCS_DATABASE_URL and that the server runs.",
    ),
)


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise CacheError, naming the server `where`, for what a person or time can mend."""
    try:
        yield
    except PoolTimeoutError:
        raise CacheError(
            f"All connections to PostgreSQL at {where} are busy.", "Try again.", code="busy"
        ) from None
    except DBAPIError as error:
        if (meant := _meaning(error.orig, where)) is None:
            raise
        raise meant from error
    except psycopg.Error as error:
        if (meant := _meaning(error, where)) is None:
            raise
        raise meant from error


def _meaning(error: BaseException | None, where: str) -> CacheError | None:
    if isinstance(error, errors.UndefinedTable):
        return CacheError(
            f"The tables of the cache are missing in PostgreSQL at {where}.",
            "Run: nocs migrate",
            code="not_migrated",
        )
    for kind, code, remedy in _FAULTS:
        if isinstance(error, kind):
            verb = "cannot be used" if code == "unreachable" else "refused"
            reason = _first_line(error)
            return CacheError(f"PostgreSQL at {where} {verb}: {reason}.", remedy, code=code)
    return None


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
