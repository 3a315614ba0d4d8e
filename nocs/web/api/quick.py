"""The plain report, answered before the framework looks at the request.

Nearly every call is this one: a valid token that may see all, and no parameter. Finding its route
and reading its parameters would take twice as long as the answer itself. Whatever is not plain
(a tag, a limited token, a use to be noted, a refusal) goes on to the framework.
"""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from nocs.cache.tokens import find
from nocs.dashboard import dashboard
from nocs.web.api import report
from nocs.web.api.auth import use_is_noted

REPORT = "/reports/nocs_balance_summary"


class Quick:
    """ASGI middleware of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _plain_report(scope) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)


def _plain_report(scope: Scope) -> Response | None:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if path != REPORT or scope["method"] != "GET" or scope["query_string"]:
        return None
    headers = dict(scope["headers"])
    scheme, _, sent = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if b"if-none-match" in headers or scheme.lower() != "bearer":
        return None
    board = dashboard()
    state = board.state()
    token = find(state.tokens, sent)
    if state.snapshot is None or token is None or token.areas is not None:
        return None
    if not token.is_valid(board.now()) or not use_is_noted(token):
        return None
    return report.whole(state, state.snapshot)
