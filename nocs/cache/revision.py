"""Whether the cache's tables are those that this program was written for.

Apart from migrating, because every process asks it: Alembic alone takes 10 MiB of memory.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from nocs.cache.database import Database
from nocs.errors import CacheError

VERSION_TABLE = "nocs_schema_version"
MIGRATIONS = Path(__file__).parent / "migrations"


def require_current(database: Database) -> None:
    """CacheError when the tables are not at the revision this program was written for."""
    database.require_version()
    with database.reading() as connection:
        require_revision(connection, database.where)


def require_revision(connection: Connection, where: str) -> None:
    """The same within a transaction of the caller, whose server is `where`."""
    found, wanted = revision(connection), newest_revision()
    if found == wanted:
        return
    if found and found not in known_revisions():
        raise CacheError(
            f"The cache at {where} has schema {found}; this program knows {wanted}.",
            "Upgrade this program.",
            code="newer_schema",
        )
    raise CacheError(
        f"The cache at {where} has schema {found or 'none'}, this program needs {wanted}.",
        "Run: nocs migrate",
        code="not_migrated",
    )


def revision(connection: Connection) -> str:
    """The revision of the tables; empty where there are none."""
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": VERSION_TABLE}) is None:
        return ""
    return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) or ""


def newest_revision() -> str:
    """The revision that this program was written for."""
    return known_revisions()[-1]


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions of the migrations, oldest first, by the numbers that their files begin with."""
    files = (MIGRATIONS / "versions").glob("[0-9]*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))
