"""Settings of access: who signs in where, who may do what, what the audit keeps."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

SHORTEST_COOKIE_SECRET = 32
EVERYONE = "*"


class AccessSettings(BaseModel):
    """Access"""

    allow_anonymous: bool = Field(
        False,
        description="Serve other machines without sign-in. Whoever reaches the port sees all.",
    )
    public_url: str = Field(
        "",
        description="Address that people type, such as https://nocs.example.com. "
        "Sign-in returns to it, every message links to it; https makes cookies secure.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Host names that may be asked for, besides that of NOCS_PUBLIC_URL: "
        "a comma-separated list; *.example.com takes every name below.",
    )
    oidc_metadata_url: str = Field(
        "",
        description="The identity provider's address that ends in "
        "/.well-known/openid-configuration.",
    )
    oidc_client_id: str = Field("", description="Client ID of this program at the provider.")
    oidc_client_secret: SecretStr | None = Field(None, description="Client secret of it.")
    oidc_scope: str = Field("openid email profile", description="Scopes asked of the provider.")
    oidc_name_claim: str = Field(
        "email", description="Claim that names a person: email, preferred_username …"
    )
    oidc_roles_claim: str = Field(
        "", description="Claim with a person's roles or groups, such as realm_access.roles."
    )
    oidc_areas_claim: str = Field(
        "",
        description="Claim with the codes of the areas that a person may see; * for all of them. "
        "Who has no such claim sees none.",
    )
    operators: tuple[str, ...] = Field(
        (),
        description="Who may also refresh and see runs and audit: a comma-separated list of "
        "persons and of roles, a value of NOCS_OIDC_ROLES_CLAIM written as role:VALUE.",
    )
    viewers: tuple[str, ...] = Field(
        (), description="Who may read and download: such a list, or * for all who can sign in."
    )
    area_limits: tuple[tuple[str, frozenset[str]], ...] = Field(
        (),
        description="Who sees only some areas, as WHO=CODES separated by commas: "
        "asha@example.com=001 006, role:dhanmondi=006.",
    )
    cookie_secret: SecretStr | None = Field(
        None,
        description="Key of the sign-in cookies, 32 characters or more, the same on every "
        "dashboard. Empty: one is made and kept in NOCS_DATA_DIR.",
    )
    idle_minutes: float = Field(
        60, ge=0, le=10_080, description="A sign-in unused for so long ends; 0: never."
    )
    recheck_minutes: float = Field(
        5,
        gt=0,
        le=5,
        description="The longest time without asking the provider whether a role still holds.",
    )
    audit_days: int = Field(400, ge=30, le=3650, description="Days that the audit is kept.")

    @field_validator("allowed_hosts", "operators", "viewers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(part.strip() for part in parts if part.strip())

    @field_validator("area_limits", mode="before")
    @classmethod
    def _limits(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        limits = []
        for part in filter(None, (part.strip() for part in value.split(","))):
            who, sign, codes = part.rpartition("=")
            if not (sign and who.strip() and codes.strip()):
                raise ValueError("must be like asha@example.com=001 006, role:dhanmondi=006")
            limits.append((who.strip(), frozenset(codes.split())))
        return tuple(limits)

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        value = value.rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path):
            raise ValueError("must be like https://nocs.example.com, without a path")
        return value

    @field_validator("oidc_metadata_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("must begin with https://")
        return value

    @field_validator("cookie_secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < SHORTEST_COOKIE_SECRET:
            raise ValueError(f"must have {SHORTEST_COOKIE_SECRET} characters or more")
        return value

    @property
    def audit_kept(self) -> timedelta:
        return timedelta(days=self.audit_days)

    @property
    def is_https(self) -> bool:
        """Whether people reach the dashboard by TLS, here or at a proxy before it."""
        return self.public_url.startswith("https:")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that may be asked for; empty when none was named."""
        own = (urlsplit(self.public_url).hostname or "",) if self.public_url else ()
        return tuple(host.lower() for host in (*own, *self.allowed_hosts))
