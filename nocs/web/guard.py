"""What stands before every request: who may knock, for which host, and the headers of answers.

Surprise: without sign-in it refuses other machines even when a proxy on this one forwards them,
because the proxy would have opened the figures to everybody.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache, lru_cache

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nocs.settings import Settings
from nocs.settings.exposure import is_loopback, is_open
from nocs.web import document

# Streamlit answers these to anybody; nothing of ours needs them.
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/upload_file", "/_stcore/script-health")
HOST_FORM = re.compile(r"[\w.\-]{1,253}(:\d{1,5})?|\[[\da-fA-F:]{2,45}\](:\d{1,5})?", re.ASCII)
HSTS_SECONDS = 31_536_000
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """The outermost ASGI layer of the dashboard."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._is_open = is_open(settings)
        self._hosts = settings.hosts
        self._is_https = settings.is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        guarded = self._answering(scope, send) if scope["type"] == "http" else send
        if refusal := self._refusal(scope):
            status, reason = refusal
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": reason})
            else:
                await PlainTextResponse(reason, status)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if not self._is_open and not all(_is_here(scope, end) for end in ("client", "server")):
            return 403, "No sign-in is set up: only this machine itself is answered."
        if not self._takes_host(host_of(scope)):
            return 421, "This host name is not served here (NOCS_ALLOWED_HOSTS)."
        if any(closed in scope["path"] for closed in CLOSED):  # below any path of a proxy
            return 404, "Not found."
        return None

    def _takes_host(self, host: str) -> bool:
        """A foreign name that leads here would let a foreign page read what this one shows."""
        name = host_name(host)
        if is_loopback(name) or (self._is_open and not self._hosts):
            return True
        return any(
            name == allowed or (allowed.startswith("*.") and name.endswith(allowed[1:]))
            for allowed in self._hosts
        )

    def _answering(self, scope: Scope, send: Send) -> Send:
        is_https = self._is_https or scope.get("scheme") == "https"
        standing = _headers(host_of(scope), is_https=is_https)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message["headers"]
                names = {name.lower() for name, _ in own}
                added = [header for header in standing if header[0] not in names]
                message["headers"] = [*(_secured(own) if is_https else own), *added]
            await send(message)

        return answer


def host_of(scope: Scope) -> str:
    """The Host header of a request; empty without one."""
    return next(
        (value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), ""
    )


@lru_cache(maxsize=64)
def _headers(host: str, *, is_https: bool) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that an answer gets unless it has them, ready to be sent."""
    headers = HEADERS | {"Content-Security-Policy": policy(host, is_https=is_https)}
    if is_https:
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return tuple(
        (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
    )


def host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0].strip("[]").lower()
    return host.partition(":")[0].lower().rstrip(".")


def policy(host: str, *, is_https: bool) -> str:
    """The content security policy, with the hashes of the page's own inline scripts.

    The page's WebSocket is named beside 'self', which not every browser takes to hold it.
    """
    rules = POLICY | {"script-src": " ".join((POLICY["script-src"], *_inline_hashes()))}
    if HOST_FORM.fullmatch(host):
        rules["connect-src"] += f" {'wss' if is_https else 'ws'}://{host}"
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@cache
def _inline_hashes() -> tuple[str, ...]:
    digests = (hashlib.sha256(text.encode()).digest() for text in document.inline_scripts())
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _is_here(scope: Scope, end: str) -> bool:
    """Whether one end of the connection is this machine; a Unix socket has no address."""
    address = scope.get(end)
    return address is None or address[0] is None or is_loopback(address[0])


def _secured(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    """Streamlit leaves `Secure` off its cookies; behind TLS they never travel without it."""
    for name, value in headers:
        is_bare = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
        yield name, value + b"; Secure" if is_bare else value
