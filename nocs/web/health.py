"""Whether this dashboard lives, can read the cache, and has figures that are not too old.

The answers hold no address, name or amount: anyone who reaches the dashboard may ask. They come
from memory, so they answer at once whatever PostgreSQL does.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from nocs.dashboard import dashboard
from nocs.freshness import STALE_AFTER_INTERVALS, Freshness, age, freshness


def routes(base_path: str = "") -> list[Route]:
    """`/health/live`, `/health/ready` and `/health/fresh`: 200 for yes, 503 for no."""
    return [
        Route(f"{base_path}/health/live", _live, methods=["GET", "HEAD"]),
        Route(f"{base_path}/health/ready", _ready, methods=["GET", "HEAD"]),
        Route(f"{base_path}/health/fresh", _fresh, methods=["GET", "HEAD"]),
    ]


async def _live(_request: Request) -> JSONResponse:
    """The process answers. Restart it when it does not."""
    return _answer(True)


async def _ready(_request: Request) -> JSONResponse:
    """The cache can be read now. When not, pages go on with the figures that they have."""
    state = dashboard().state()
    return _answer(not state.problem, has_figures=state.snapshot is not None)


async def _fresh(_request: Request) -> JSONResponse:
    """The figures are younger than the limit, three intervals of the refresh."""
    board = dashboard()
    snapshot, now, interval = board.state().snapshot, board.now(), board.settings.interval
    limit = int((interval * STALE_AFTER_INTERVALS).total_seconds())
    if snapshot is None:
        return _answer(False, age_seconds=None, limit_seconds=limit)
    is_fresh = freshness(snapshot.as_of, now, interval) is not Freshness.STALE
    elapsed = int(age(snapshot.as_of, now).total_seconds())
    return _answer(is_fresh, age_seconds=elapsed, limit_seconds=limit)


def _answer(is_well: bool, **details: Any) -> JSONResponse:
    return JSONResponse(
        {"status": "ok" if is_well else "unavailable", **details},
        status_code=200 if is_well else 503,
        headers={"Cache-Control": "no-store"},
    )
