"""How every answer is sent: its times, its tag, 304 for who has it already, HEAD without a body.

Surprise: tags are weak. An answer that differs only in its age or its timestamp has the same tag,
because it holds the same figures.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VOLATILE = {"timestamp", "ageMinutes"}
KEPT = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has it already."}}


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def json_answer(request: Request, body: Mapping[str, Any]) -> Response:
    """The body with its tag; 304 when the caller has that already."""
    return tagged_answer(request, steady(body), lambda: JSONResponse(body))


def json_text(text: str, status: int = 200) -> Response:
    """A body that is written already."""
    return Response(text, status, media_type="application/json")


def steady(body: Mapping[str, Any]) -> str:
    """What of a body tells other figures apart from the same ones a moment later."""
    kept = {name: value for name, value in body.items() if name not in VOLATILE}
    return json.dumps(kept, sort_keys=True)


def file_answer(
    request: Request, version: str, content: Callable[[], bytes], media_type: str, name: str
) -> Response:
    """A download; `content` is made only when the caller does not have it yet."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return tagged_answer(
        request, version, lambda: Response(content(), media_type=media_type, headers=headers)
    )


def tagged_answer(request: Request, version: str, make: Callable[[], Response]) -> Response:
    """The answer that `make` gives, or 304 when the caller has this version already."""
    tag = _tag(version)
    return _with_tag(Response(status_code=304) if _has(request, tag) else make(), tag)


def with_tag(answer: Response, version: str) -> Response:
    """An answer with the tag of its version, for whoever asked without one."""
    return _with_tag(answer, _tag(version))


def _tag(version: str) -> str:
    return f'W/"{hashlib.sha256(version.encode()).hexdigest()[:24]}"'


def _with_tag(answer: Response, tag: str) -> Response:
    answer.headers.update(KEPT | {"ETag": tag})
    return answer


def _has(request: Request, tag: str) -> bool:
    known = request.headers.get("If-None-Match", "")
    opaque = tag.removeprefix("W/")
    return known.strip() == "*" or opaque in {
        part.strip().removeprefix("W/") for part in known.split(",")
    }


class HeadAsGet:
    """Answer HEAD as GET would, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, without_body)
