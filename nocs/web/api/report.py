"""The report: all areas as of the last published refresh.

The answer's fields are the user's contract to the letter; `demo` and `stale` are added only when
there is such a thing to say.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from nocs.dashboard import dashboard
from nocs.freshness import Freshness, age, freshness
from nocs.live import LiveState
from nocs.model import Snapshot
from nocs.web.api.answers import NOT_MODIFIED, json_text, stamp, steady, tagged_answer, with_tag
from nocs.web.api.auth import Authorized
from nocs.web.api.errors import NOT_FOUND, Failure, empty_cache
from nocs.web.api.listed import Listed, compact, listed
from nocs.web.api.runs import queue_refresh

router = APIRouter(tags=["report"])

LONGEST_CODE = 50
NOTHING = Listed("[]", "")


class Area(BaseModel):
    """An area; amounts have two decimals, the due is negative."""

    id: int
    nocs_name: str
    nocs_code: str
    total_customers: int
    positive_qty: int
    positive_balance_amt: str
    negative_qty: int
    negative_balance_amt: str
    net_balance: str
    refresh_duration: int
    created_at: str
    updated_at: str


class Queued(BaseModel):
    run_id: int
    status: str
    joined: bool


class Report(BaseModel):
    """The report. `refresh` is there when one was asked for, `demo` and `stale` when they apply."""

    success: bool
    data: list[Area]
    count: int
    lastUpdated: str | None
    ageMinutes: int | None
    source: str
    cached: bool
    timestamp: str
    demo: str | None = None
    stale: bool | None = None
    refresh: Queued | None = None


AreaCodes = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=LONGEST_CODE)]] | None,
    Query(description="Codes of the areas wanted; without any, all of them."),
]


@router.get(
    "/reports/nocs_balance_summary",
    response_model=Report,
    responses={
        202: {"model": Report, "description": "A refresh is queued; the figures are the present."},
        409: {"model": Failure, "description": "The figures are older than max_age_seconds."},
        **NOT_MODIFIED,
        **NOT_FOUND,
    },
)
async def nocs_balance_summary(
    request: Request,
    caller: Authorized,
    area: AreaCodes = None,
    max_age_seconds: Annotated[
        int | None, Query(ge=0, description="Answer 409 when the figures are older.")
    ] = None,
    refresh: Annotated[
        bool, Query(description="Also queue a refresh; needs a token of scope refresh.")
    ] = False,
) -> Response:
    """All areas as of the last published refresh."""
    queued = None
    if refresh:
        await caller.require_refresh()
        queued = await queue_refresh(caller)
    state = caller.state()
    if state.snapshot is None and not refresh:
        raise empty_cache()
    snapshot = chosen(state.snapshot, area) if state.snapshot else None
    if snapshot:
        require_young(snapshot, max_age_seconds)
    data, rest = listed(snapshot) if snapshot else NOTHING, _rest(state, snapshot)
    if queued is not None:
        return json_text(_written(data, rest | {"refresh": queued}), 202)
    return tagged_answer(request, _version(data, rest), lambda: json_text(_written(data, rest)))


def whole(state: LiveState, snapshot: Snapshot) -> Response:
    """The answer to whoever may see all and asks for nothing else."""
    data, rest = listed(snapshot), _rest(state, snapshot)
    return with_tag(json_text(_written(data, rest)), _version(data, rest))


def chosen(snapshot: Snapshot, codes: list[str] | None) -> Snapshot:
    """The areas asked for; 404 names one that is not there, or not for this token."""
    if not codes:
        return snapshot
    known = {area.nocs_code for area in snapshot.areas}
    if unknown := [code for code in codes if code not in known]:
        raise HTTPException(404, f"There is no area {unknown[0]}.")
    return snapshot.restricted_to(frozenset(codes))


def require_young(snapshot: Snapshot, max_age_seconds: int | None) -> None:
    """409 when the figures are older than the caller takes."""
    seconds = int(age(snapshot.as_of, dashboard().now()).total_seconds())
    if max_age_seconds is not None and seconds > max_age_seconds:
        raise HTTPException(
            409, f"The figures are {seconds} s old, older than {max_age_seconds} s."
        )


def _rest(state: LiveState, snapshot: Snapshot | None) -> dict[str, Any]:
    """The answer's fields behind its data."""
    now = dashboard().now()
    rest: dict[str, Any] = {
        "count": len(snapshot.areas) if snapshot else 0,
        "lastUpdated": stamp(snapshot.as_of) if snapshot else None,
        "ageMinutes": int(age(snapshot.as_of, now).total_seconds() // 60) if snapshot else None,
        "source": "postgresql_cache",
        "cached": True,
        "timestamp": stamp(now),
    }
    if snapshot and snapshot.is_demo:
        rest["demo"] = "Demo data"
    if snapshot and _is_stale(state, snapshot):
        rest["stale"] = True
    return rest


def _version(data: Listed, rest: dict[str, Any]) -> str:
    return data.digest + steady(rest)


def _written(data: Listed, rest: dict[str, Any]) -> str:
    """The whole answer: the areas are written already."""
    return f'{{"success":true,"data":{data.text},{compact(rest)[1:]}'


def _is_stale(state: LiveState, snapshot: Snapshot) -> bool:
    board = dashboard()
    shown = freshness(snapshot.as_of, board.now(), board.settings.interval)
    return bool(state.problem) or shown is Freshness.STALE
