"""Bring the cache's tables to a revision, or say that they are not there yet.

Several processes may migrate at once: an advisory lock of the transaction lets the first do it
and the others find it done.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from nocs.cache.database import Database
from nocs.errors import CacheError

LOCK_KEY = 0x6E6F6373  # "nocs"
VERSION_TABLE = "nocs_schema_version"


def migrate(database: Database, to: str = "head") -> tuple[str, str]:
    """Migrate up or down to `to` ("head", "base" or a revision); returns (before, after)."""
    database.require_version()
    with database.transaction() as connection:
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # others may migrate for long
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        before = _revision(connection)
        config = _config(connection)
        try:
            if _is_downgrade(before, to):
                command.downgrade(config, to)
            else:
                command.upgrade(config, to)
        except CommandError as error:
            known = ", ".join(sorted(r.revision for r in _script().walk_revisions()))
            raise CacheError(
                f"Cannot migrate to {to}: {error}.", f"Known revisions: {known}, head, base."
            ) from None
        return before, _revision(connection)


def require_current(database: Database) -> None:
    """CacheError when the tables are not at the revision this program was written for."""
    database.require_version()
    with database.reading() as connection:
        require_revision(connection, database.where)


def require_revision(connection: Connection, where: str) -> None:
    """The same within a transaction of the caller, whose server is `where`."""
    found, wanted = _revision(connection), newest_revision()
    if found == wanted:
        return
    known = {revision.revision for revision in _script().walk_revisions()}
    if found and found not in known:
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


@cache
def newest_revision() -> str:
    """The revision that this program was written for."""
    return _script().get_current_head() or ""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _revision(connection: Connection) -> str:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision() or ""


def _is_downgrade(before: str, to: str) -> bool:
    if to == "base":
        return True
    order = [revision.revision for revision in reversed(list(_script().walk_revisions()))]
    return to in order and before in order and order.index(to) < order.index(before)
