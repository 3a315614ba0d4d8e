"""The identity provider, asked about one person in that person's name.

Its HTTP client takes 10 MiB of memory, so only a dashboard with sign-in imports this.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from nocs.web.identity import ProviderSilentError

TIMEOUT_SECONDS = 5.0


class Provider:
    """A provider by the address of its OpenID Connect metadata."""

    def __init__(self, metadata_url: str) -> None:
        self._metadata_url = metadata_url
        self._userinfo_url = ""

    def userinfo(self, access_token: str) -> Mapping[str, Any] | None:
        """What it says of the person now; None when the token is no longer good."""
        if not access_token:
            return None
        try:
            return self._ask(access_token)
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderSilentError(_words(error)) from None

    def _ask(self, access_token: str) -> Mapping[str, Any] | None:
        with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            if not self._userinfo_url:
                metadata = client.get(self._metadata_url).raise_for_status().json()
                self._userinfo_url = metadata.get("userinfo_endpoint", "")
            if not self._userinfo_url:
                return None
            answer = client.get(
                self._userinfo_url, headers={"Authorization": f"Bearer {access_token}"}
            )
        # A token that is no longer good is 401 by the standard, and 400 or 403 at some.
        if answer.is_client_error and answer.status_code not in (408, 429):
            return None
        said = answer.raise_for_status().json()
        return said if isinstance(said, dict) else None


def _words(error: Exception) -> str:
    """An error without the address's query, which is nobody's business."""
    return f"{type(error).__name__}: {str(error).partition('?')[0]}"
