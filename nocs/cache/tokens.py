"""Tokens of the API: shown once, kept only as a hash.

A token carries 256 random bits, so a plain SHA-256 is enough: there is no password to guess.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from nocs.access import Action
from nocs.cache import audit
from nocs.cache.database import notify
from nocs.errors import NocsError

PREFIX = "nocs_"
# How exact "last used" is; a busy program does not make a write of each of its reads.
USE_NOTED_EVERY = timedelta(minutes=1)
_COLUMNS = "id, name, token_hash, scope, areas, created_at, expires_at, last_used_at, revoked_at"


class Scope(StrEnum):
    READ = "read"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What a token may do: `areas` None is all of them, `expires_at` None is never."""

    id: int
    name: str
    hash: bytes
    scope: Scope
    areas: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def may_refresh(self) -> bool:
        return self.scope is Scope.REFRESH

    def is_valid(self, now: datetime) -> bool:
        has_expired = self.expires_at is not None and now >= self.expires_at
        return self.revoked_at is None and not has_expired


def create(
    connection: Connection,
    name: str,
    *,
    scope: Scope = Scope.READ,
    areas: frozenset[str] | None = None,
    expires_after: timedelta | None = None,
    made_by: str = "",
) -> str:
    """Make a token and return it; NocsError when a living one has the name.

    One that has expired gives its name up.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        text(
            "UPDATE nocs_api_token SET revoked_at = expires_at WHERE name = :name"
            " AND revoked_at IS NULL AND expires_at <= clock_timestamp()"
        ),
        {"name": name},
    )
    try:
        with connection.begin_nested():
            connection.execute(
                text(
                    "INSERT INTO nocs_api_token (name, token_hash, scope, areas, expires_at)"
                    " VALUES (:name, :hash, :scope, :areas,"
                    " clock_timestamp() + CAST(:expires_after AS interval))"
                ),
                {
                    "name": name,
                    "hash": digest(token),
                    "scope": scope.value,
                    "areas": sorted(areas) if areas else None,
                    "expires_after": expires_after,
                },
            )
    except IntegrityError:
        raise NocsError(
            f"A token named {name} exists.", "Choose another name, or revoke it first."
        ) from None
    limits = f"areas {', '.join(sorted(areas))}" if areas else "all areas"
    life = f"for {expires_after}" if expires_after else "without an end"
    detail = f"{name}: scope {scope}, {limits}, {life}"
    audit.write(connection, Action.TOKEN_MADE, who=made_by, detail=detail)
    notify(connection)
    return token


def revoke(connection: Connection, name: str, *, revoked_by: str = "") -> bool:
    """Revoke the living token of that name; False when there is none."""
    done = connection.execute(
        text("UPDATE nocs_api_token SET revoked_at = now() WHERE name = :n AND revoked_at IS NULL"),
        {"n": name},
    )
    if done.rowcount:
        audit.write(connection, Action.TOKEN_REVOKED, who=revoked_by, detail=name)
        notify(connection)
    return bool(done.rowcount)


def every(connection: Connection) -> tuple[ApiToken, ...]:
    """All tokens, newest first; revoked ones too."""
    return _read(connection, "ORDER BY id DESC")


def living(connection: Connection) -> tuple[ApiToken, ...]:
    """Every token that was not revoked; whether one has expired is asked at each use."""
    return _read(connection, "WHERE revoked_at IS NULL ORDER BY id")


def note_use(connection: Connection, token_id: int) -> None:
    """Remember that a token was used, at most once a minute."""
    connection.execute(
        text(
            "UPDATE nocs_api_token SET last_used_at = clock_timestamp() WHERE id = :id AND"
            " (last_used_at IS NULL OR last_used_at < clock_timestamp() - :every)"
        ),
        {"id": token_id, "every": USE_NOTED_EVERY},
    )


def find(known: Iterable[ApiToken], token: str) -> ApiToken | None:
    """The record of a token. Every hash is compared whole, so that time tells nothing."""
    wanted, found = digest(token), None
    for candidate in known:
        if hmac.compare_digest(candidate.hash, wanted):
            found = candidate
    return found


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _read(connection: Connection, which: str) -> tuple[ApiToken, ...]:
    rows = connection.execute(text(f"SELECT {_COLUMNS} FROM nocs_api_token {which}"))
    return tuple(
        ApiToken(
            id=row.id,
            name=row.name,
            hash=bytes(row.token_hash),
            scope=Scope(row.scope),
            areas=None if row.areas is None else frozenset(row.areas),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    )
