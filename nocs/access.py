"""Who is looking and may do what: claims of a sign-in turned into a role and areas; and the audit.

Nothing here knows how the sign-in came about. A person without a role is refused; a person whose
areas are limited sees those alone, on every page, in every total and in every file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from nocs.settings import Settings
from nocs.settings.access import EVERYONE

ANONYMOUS = "anonymous"
ROLE_PREFIX = "role:"


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person at a page. `role` is None for who may not look; `areas` None is all of them."""

    name: str
    role: Role | None
    areas: frozenset[str] | None = None

    @property
    def is_operator(self) -> bool:
        return self.role is Role.OPERATOR


class Action(StrEnum):
    """What the audit tells of."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    REFUSAL = "refusal"
    REFRESH = "refresh"
    DOWNLOAD = "download"
    TOKEN_MADE = "token_made"
    TOKEN_REVOKED = "token_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the audit. `at` is PostgreSQL's clock, `address` where it was asked from."""

    id: int
    at: datetime
    who: str
    action: Action
    address: str
    detail: str


EVERYBODY = Viewer(ANONYMOUS, Role.OPERATOR)


def viewer_of(claims: Mapping[str, Any], settings: Settings) -> Viewer:
    """The person whom the provider's claims describe."""
    name = _name(claims, settings)
    roles = _texts(claim(claims, settings.oidc_roles_claim))
    # A role is listed with its prefix, so that nobody gets one by taking its name for his own.
    known_as = {f"{ROLE_PREFIX}{role}".casefold() for role in roles}
    if name and not name.startswith(ROLE_PREFIX):
        known_as.add(name.casefold())

    def among(listed: tuple[str, ...]) -> bool:
        return not known_as.isdisjoint(entry.casefold() for entry in listed)

    role = None
    if among(settings.operators):
        role = Role.OPERATOR
    elif EVERYONE in settings.viewers or among(settings.viewers):
        role = Role.VIEWER
    return Viewer(name or str(claims.get("sub", "")), role, _areas(claims, known_as, settings))


def may_see(areas: frozenset[str] | None, code: str) -> bool:
    return areas is None or code in areas


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, which may hold dots itself or lead into one: realm_access.roles."""
    if not path:
        return None
    if path in claims:
        return claims[path]
    first, _, rest = path.partition(".")
    below = claims.get(first)
    return claim(below, rest) if rest and isinstance(below, Mapping) else None


def _name(claims: Mapping[str, Any], settings: Settings) -> str:
    """What the lists know a person by; an address that the provider did not verify is no name."""
    if settings.oidc_name_claim == "email" and claims.get("email_verified") is False:
        return ""
    name = claim(claims, settings.oidc_name_claim)
    return name.strip() if isinstance(name, str) else ""


def _areas(
    claims: Mapping[str, Any], known_as: set[str], settings: Settings
) -> frozenset[str] | None:
    """All limits that apply to a person, together; None without any."""
    allowed: frozenset[str] | None = None
    limits = [codes for who, codes in settings.area_limits if who.casefold() in known_as]
    if limits:
        allowed = frozenset().union(*limits)
    if settings.oidc_areas_claim:
        codes = _texts(claim(claims, settings.oidc_areas_claim))
        if EVERYONE not in codes:
            allowed = codes if allowed is None else allowed & codes
    return allowed


def _texts(value: Any) -> frozenset[str]:
    """A claim's values, whether it is one text, several in one, or a list."""
    if isinstance(value, str):
        return frozenset(value.replace(",", " ").split())
    if isinstance(value, list | tuple):
        return frozenset(str(entry).strip() for entry in value if isinstance(entry, str | int))
    return frozenset()
