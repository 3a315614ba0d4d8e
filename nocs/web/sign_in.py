"""What Streamlit's sign-in is told: the provider of the settings, as its secrets would name it.

A .streamlit/secrets.toml does as well; the NOCS_OIDC_ settings win over it.
"""

import os
import secrets
from pathlib import Path
from typing import Any

from nocs.errors import SettingsError
from nocs.settings import Settings
from nocs.settings.exposure import has_sign_in, secrets_file_section

CALLBACK = "/oauth2callback"
COOKIE_SECRET_FILE = "cookie_secret"
# Streamlit reads it for the cookie that guards the way to the provider and back.
STREAMLIT_COOKIE_SECRET = "STREAMLIT_SERVER_COOKIE_SECRET"


def streamlit_secrets(settings: Settings) -> dict[str, Any] | None:
    """The secrets that turn `st.login` on; None without NOCS_OIDC_ settings."""
    if not has_sign_in(settings) or settings.oidc_client_secret is None:
        return None
    return {
        "auth": {
            "redirect_uri": settings.page_url + CALLBACK,
            "cookie_secret": cookie_secret(settings),
            "client_id": settings.oidc_client_id,
            "client_secret": settings.oidc_client_secret.get_secret_value(),
            "server_metadata_url": settings.oidc_metadata_url,
            # Empty, so that it is not sent: Streamlit would ask for an account at each return.
            "client_kwargs": {"scope": settings.oidc_scope, "prompt": []},
            # To ask the provider, as the person, whether a role still holds.
            "expose_tokens": ["access"],
        }
    }


def share_cookie_secret(settings: Settings) -> None:
    """Give Streamlit the key before it builds its own cookies, the same on every dashboard."""
    if streamlit_secrets(settings):
        os.environ.setdefault(STREAMLIT_COOKIE_SECRET, cookie_secret(settings))


def provider_section(settings: Settings) -> dict[str, Any]:
    """The sign-in that is in force: of the settings, else of secrets.toml."""
    from_settings = streamlit_secrets(settings)
    return from_settings["auth"] if from_settings else dict(secrets_file_section() or {})


def cookie_secret(settings: Settings) -> str:
    """The key of the sign-in cookies: the setting, or one made once and kept in the data folder."""
    if settings.cookie_secret:
        return settings.cookie_secret.get_secret_value()
    path = settings.data_dir / COOKIE_SECRET_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _kept(path)
    except OSError as error:
        raise SettingsError(
            f"NOCS_DATA_DIR: cannot keep {path} ({error.strerror}).",
            "Name a folder that you may write, or set NOCS_COOKIE_SECRET.",
        ) from None


def _kept(path: Path) -> str:
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        # Written beside and linked, so that whoever comes second reads the whole of the first.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text(encoding="utf-8")
