"""The pause after a refused login: nocs_source_pause, at most one row, outliving every process."""

from sqlalchemy import Connection, text

from nocs.cache.database import notify
from nocs.model import Pause


def begin(connection: Connection, error_code: str, fingerprint: str) -> None:
    """Pause; with the same settings refused before, since then."""
    connection.execute(
        text(
            "INSERT INTO nocs_source_pause AS old (error_code, fingerprint)"
            " VALUES (:error_code, :fingerprint)"
            " ON CONFLICT (one) DO UPDATE SET error_code = excluded.error_code,"
            " fingerprint = excluded.fingerprint, since = CASE"
            " WHEN old.fingerprint = excluded.fingerprint THEN old.since ELSE excluded.since END"
        ),
        {"error_code": error_code, "fingerprint": fingerprint},
    )
    notify(connection)


def end(connection: Connection) -> None:
    """A login has succeeded."""
    connection.execute(text("DELETE FROM nocs_source_pause"))


def standing(connection: Connection) -> Pause | None:
    """The pause, whoever's settings were refused."""
    row = connection.execute(
        text("SELECT since, error_code, fingerprint FROM nocs_source_pause")
    ).one_or_none()
    return Pause(**row._mapping) if row else None
