"""Whether the dashboard may listen where it is asked to: without sign-in, on loopback alone."""

import ipaddress
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from nocs.errors import SettingsError
from nocs.settings.source import ROOT
from nocs.settings.together import PREFIX, Settings


def has_sign_in(settings: Settings) -> bool:
    """Whether people sign in; SettingsError when only half of it is set."""
    given = {
        "OIDC_METADATA_URL": bool(settings.oidc_metadata_url),
        "OIDC_CLIENT_ID": bool(settings.oidc_client_id),
        "OIDC_CLIENT_SECRET": settings.oidc_client_secret is not None,
        "PUBLIC_URL": bool(settings.public_url),
    }
    by_settings = any(given[name] for name in given if name.startswith("OIDC_"))
    if by_settings and (missing := [name for name, there in given.items() if not there]):
        raise SettingsError(
            f"{PREFIX}{missing[0]} is missing while other {PREFIX}OIDC_ settings are there.",
            f"Set {PREFIX}{missing[0]}, or unset all of them.",
        )
    signs_in = by_settings or secrets_file_section() is not None
    if signs_in and not (settings.operators or settings.viewers):
        raise SettingsError(
            f"Sign-in is set up, but neither {PREFIX}OPERATORS nor {PREFIX}VIEWERS names anybody.",
            f"Name persons or roles, or set {PREFIX}VIEWERS='*' for all who can sign in.",
        )
    return signs_in


def secrets_file_section() -> Mapping[str, Any] | None:
    """The table [auth] of Streamlit's secrets.toml: of this folder, else of the user's home."""
    for folder in (ROOT, Path.home()):
        path = folder / ".streamlit" / "secrets.toml"
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            raise SettingsError(
                f"{path} cannot be read as TOML.", "See .streamlit/secrets.toml.example."
            ) from None
        section = content.get("auth")
        if isinstance(section, dict):
            return section
    return None


def is_open(settings: Settings) -> bool:
    """Whether other machines may be answered."""
    return settings.allow_anonymous or has_sign_in(settings)


def require_safe_address(settings: Settings) -> None:
    """SettingsError when NOCS_HOST would show the figures to whoever reaches the port."""
    if is_open(settings) or is_loopback(settings.host):
        return
    raise SettingsError(
        f"{PREFIX}HOST: without sign-in the dashboard listens on the loopback address only, "
        f"not on {settings.host}.",
        f"Set up sign-in ({PREFIX}OIDC_…, see README.md), or {PREFIX}ALLOW_ANONYMOUS=true to let "
        "everybody in.",
    )


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    host = host.strip("[]").lower()
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
