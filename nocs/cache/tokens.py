"""Tokens of the API: shown once, kept only as a hash.

A token carries 256 random bits, so a plain SHA-256 is enough: there is no password to guess.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from nocs.cache.database import notify
from nocs.errors import NocsError

PREFIX = "nocs_"


@dataclass(frozen=True, slots=True)
class ApiToken:
    name: str
    created_at: datetime
    revoked_at: datetime | None


def create(connection: Connection, name: str) -> str:
    """Make a token and return it; NocsError when a living one has the name."""
    token = PREFIX + secrets.token_urlsafe(32)
    try:
        with connection.begin_nested():
            connection.execute(
                text("INSERT INTO nocs_api_token (name, token_hash) VALUES (:name, :hash)"),
                {"name": name, "hash": digest(token)},
            )
    except IntegrityError:
        raise NocsError(
            f"A token named {name} exists.", "Choose another name, or revoke it first."
        ) from None
    notify(connection)
    return token


def revoke(connection: Connection, name: str) -> bool:
    """Revoke the living token of that name; False when there is none."""
    done = connection.execute(
        text("UPDATE nocs_api_token SET revoked_at = now() WHERE name = :n AND revoked_at IS NULL"),
        {"n": name},
    )
    notify(connection)
    return bool(done.rowcount)


def every(connection: Connection) -> list[ApiToken]:
    """All tokens, newest first; revoked ones too."""
    rows = connection.execute(
        text("SELECT name, created_at, revoked_at FROM nocs_api_token ORDER BY id DESC")
    )
    return [ApiToken(**row._mapping) for row in rows]


def living(connection: Connection) -> dict[bytes, str]:
    """Hash to name of every token that may be used."""
    rows = connection.execute(
        text("SELECT token_hash, name FROM nocs_api_token WHERE revoked_at IS NULL")
    )
    return {bytes(row.token_hash): row.name for row in rows}


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
