"""Bring the cache's tables to a revision.

Several processes may migrate at once: an advisory lock of the transaction lets the first do it
and the others find it done.
"""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from nocs.cache.database import Database
from nocs.cache.revision import MIGRATIONS, known_revisions, revision
from nocs.errors import CacheError

LOCK_KEY = 0x6E6F6373  # "nocs"


def migrate(database: Database, to: str = "head") -> tuple[str, str]:
    """Migrate up or down to `to` ("head", "base" or a revision); returns (before, after)."""
    database.require_version()
    with database.transaction() as connection:
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # others may migrate for long
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        before = revision(connection)
        config = _config(connection)
        try:
            if _is_downgrade(before, to):
                command.downgrade(config, to)
            else:
                command.upgrade(config, to)
        except CommandError as error:
            known = ", ".join(known_revisions())
            raise CacheError(
                f"Cannot migrate to {to}: {error}.", f"Known revisions: {known}, head, base."
            ) from None
        return before, revision(connection)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _is_downgrade(before: str, to: str) -> bool:
    if to == "base":
        return True
    order = known_revisions()
    return to in order and before in order and order.index(to) < order.index(before)
