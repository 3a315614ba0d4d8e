"""Who asks for a document, by the cookie of a sign-in, before there is a session.

It answers only for a sign-in that a page has met before, in this process, and that holds now.
So nobody gets in by it: the door is Streamlit's, and what happens there is written in the audit.

Surprise: a page of Streamlit takes a cookie for the address alone that it was made for, which it
knows from the browser's Origin header. A navigation has none; the Host header stands in for it.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from nocs.access import Viewer, viewer_of
from nocs.dashboard import dashboard
from nocs.ui import viewer

PERSON = "_streamlit_user"
TOKENS = "_streamlit_user_tokens"


def returning(request: Request) -> Viewer | None:
    """The person of the request's sign-in; None without one that surely holds and has a role."""
    from streamlit.auth_util import get_expose_tokens_config

    claims = _read(request.cookies, PERSON)
    if not claims.get("is_logged_in"):
        return None
    if urlsplit(str(claims.pop("origin", ""))).netloc != request.headers.get("host"):
        return None
    tokens = _read(request.cookies, TOKENS)
    access = tokens.get("access_token") if "access" in get_expose_tokens_config() else None
    settings = dashboard().settings
    sign_in = viewer.sign_ins(settings).known(claims, access or "")
    person = viewer_of(sign_in.claims, settings) if sign_in else None
    return person if person and person.role else None


def _read(cookies: Mapping[str, str], name: str) -> dict[str, Any]:
    """What a signed cookie holds; nothing where it is missing, forged or too old."""
    # Not Streamlit's public API: where a release moves it, the first paint is left out, no more.
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

    def part(of: str) -> bytes | None:
        value = cookies.get(of)
        if value is None:
            return None
        return decode_signed_value(get_cookie_secret(), of, value.encode("latin-1"))

    text = get_cookie_with_chunks(part, name)
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}
