"""The JSON API, mounted under /api: the cached report, from memory, for programs with a token.

The answer's fields are the user's contract to the letter; `demo` and `stale` are added only when
there is such a thing to say. Amounts are texts with two decimals, because a JSON number is a
float to most readers.
"""

from datetime import UTC, datetime
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from nocs import __version__
from nocs.cache.tokens import digest
from nocs.dashboard import Dashboard, RefreshAnswer, dashboard
from nocs.errors import NocsError
from nocs.freshness import Freshness, age, freshness
from nocs.live import LiveState
from nocs.model import CachedArea, Trigger

RETRY_EMPTY_SECONDS = 10
bearer = HTTPBearer(auto_error=False, description="A token made with `nocs token create`.")


def token_name(
    credentials: HTTPAuthorizationCredentials | None = Depends(bearer),  # noqa: B008
) -> str:
    """The name of the caller's token; 401 without a valid one."""
    known = dashboard().state().token_names
    name = known.get(digest(credentials.credentials)) if credentials else None
    if name is None:
        raise HTTPException(
            401,
            "Send a valid token as 'Authorization: Bearer TOKEN'.",
            {"WWW-Authenticate": "Bearer"},
        )
    return name


def create_api() -> FastAPI:
    """The API as an ASGI application of its own."""
    api = FastAPI(title="NOCS balance summary", version=__version__, docs_url=None, redoc_url=None)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(RequestValidationError, _bad_request)
    api.add_exception_handler(NocsError, _unavailable)

    @api.get("/reports/nocs_balance_summary")
    async def nocs_balance_summary(
        refresh: bool = False, name: str = Depends(token_name)
    ) -> JSONResponse:
        """All areas as of the last published refresh; `refresh=true` also queues a new one."""
        board = dashboard()
        if not refresh:
            return _report(board)
        answer = await run_in_threadpool(board.request_refresh, Trigger.API, name)
        return _accepted(board, answer)

    return api


def _report(board: Dashboard) -> JSONResponse:
    if board.state().snapshot is None:
        raise HTTPException(
            503, "Data is being calculated.", {"Retry-After": str(RETRY_EMPTY_SECONDS)}
        )
    return JSONResponse(_body(board))


def _accepted(board: Dashboard, answer: RefreshAnswer) -> JSONResponse:
    if answer.run is None:
        cooling = board.state().cooling_until
        rest = max(int((cooling - board.now()).total_seconds()) + 1, 1) if cooling else 5
        raise HTTPException(429, answer.refused, {"Retry-After": str(rest)})
    queued = {"run_id": answer.run.id, "status": answer.run.status, "joined": answer.joined}
    return JSONResponse(_body(board) | {"refresh": queued}, status_code=202)


def _body(board: Dashboard) -> dict[str, Any]:
    state, now = board.state(), board.now()
    snapshot = state.snapshot
    areas = snapshot.areas if snapshot else ()
    body: dict[str, Any] = {
        "success": True,
        "data": [_area(area) for area in areas],
        "count": len(areas),
        "lastUpdated": stamp(snapshot.as_of) if snapshot else None,
        "ageMinutes": int(age(snapshot.as_of, now).total_seconds() // 60) if snapshot else None,
        "source": "postgresql_cache",
        "cached": True,
        "timestamp": stamp(now),
    }
    if snapshot and snapshot.is_demo:
        body["demo"] = "Demo data"
    if snapshot and _is_stale(board, state, now):
        body["stale"] = True
    return body


def _is_stale(board: Dashboard, state: LiveState, now: datetime) -> bool:
    assert state.snapshot
    shown = freshness(state.snapshot.as_of, now, board.settings.interval)
    return bool(state.problem) or shown is Freshness.STALE


def _area(area: CachedArea) -> dict[str, Any]:
    return {
        "id": area.id,
        "nocs_name": area.nocs_name,
        "nocs_code": area.nocs_code,
        "total_customers": area.total_customers,
        "positive_qty": area.positive_qty,
        "positive_balance_amt": str(area.positive_balance_amt),
        "negative_qty": area.negative_qty,
        "negative_balance_amt": str(area.negative_balance_amt),
        "net_balance": str(area.net_balance),
        "refresh_duration": area.refresh_duration,
        "created_at": stamp(area.created_at),
        "updated_at": stamp(area.updated_at),
    }


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _failure(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    body = {"success": False, "error": message, "timestamp": stamp(dashboard().now())}
    return JSONResponse(body, status_code=status, headers=headers)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = f"No such address: {request.url.path}" if error.status_code == 404 else error.detail
    return _failure(error.status_code, message, dict(error.headers or {}))


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    return _failure(422, f"{fault['loc'][-1]}: {fault['msg']}.")


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    return _failure(503, str(error), {"Retry-After": str(RETRY_EMPTY_SECONDS)})
