"""The report's history: what was published between two moments, at every run, hour or day."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator
from starlette.exceptions import HTTPException

from nocs.cache.published import Interval, Wanted
from nocs.dashboard import dashboard
from nocs.model import total
from nocs.past import Past
from nocs.web.api.answers import NOT_MODIFIED, json_answer, stamp
from nocs.web.api.auth import Authorized
from nocs.web.api.errors import NOT_FOUND
from nocs.web.api.listed import figures
from nocs.web.api.report import AreaCodes, chosen

router = APIRouter(tags=["report"])

DEFAULT_SPAN = timedelta(days=7)
MOST_MOMENTS = 1_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def _as_text(value: Any) -> Any:
    """A bare number would be read as seconds since 1970."""
    if isinstance(value, str) and value.replace(".", "", 1).lstrip("+-").isdigit():
        raise ValueError("must be like 2026-11-24T10:00:00Z")
    return value


ZonedTime = Annotated[AwareDatetime, BeforeValidator(_as_text)]


class PastArea(BaseModel):
    nocs_name: str
    nocs_code: str
    total_customers: int
    positive_qty: int
    positive_balance_amt: str
    negative_qty: int
    negative_balance_amt: str
    net_balance: str


class PastMoment(BaseModel):
    """What one run published; `net_balance` is of the areas listed."""

    run_id: int
    as_of: str
    net_balance: str
    areas: list[PastArea]


class History(BaseModel):
    success: bool
    data: list[PastMoment]
    count: int
    interval: Interval
    timestamp: str


@router.get(
    "/reports/nocs_balance_summary/history",
    response_model=History,
    responses=NOT_MODIFIED | NOT_FOUND,
)
async def history(
    *,
    request: Request,
    caller: Authorized,
    area: AreaCodes = None,
    start: Annotated[
        ZonedTime | None,
        Query(alias="from", description="ISO 8601 with a zone; 7 days before `to` without it."),
    ] = None,
    end: Annotated[
        ZonedTime | None, Query(alias="to", description="ISO 8601 with a zone; now without it.")
    ] = None,
    interval: Annotated[
        Interval, Query(description="Every run, or the last of each hour or day.")
    ] = Interval.HOUR,
) -> Response:
    """What was published from `from` to `to`, both included, oldest first."""
    board = dashboard()
    snapshot = chosen(caller.snapshot(), area)
    assert snapshot.run.source
    codes = frozenset(area) if area else caller.token.areas
    until = _utc(end, "to") if end else board.now()
    since = _utc(start, "from") if start else max(until - DEFAULT_SPAN, EARLIEST)
    if since > until and end:
        raise HTTPException(422, "from: must not be after to.")
    wanted = Wanted(
        source=snapshot.run.source,
        start=since,
        end=until,
        interval=interval,
        zone=board.settings.zone,
        codes=codes,
        most=MOST_MOMENTS,
    )
    moments = await run_in_threadpool(board.history, wanted)
    if moments is None:
        raise HTTPException(
            422, f"from: more than {MOST_MOMENTS} moments; ask for less time or a longer interval."
        )
    body = {
        "success": True,
        "data": [_moment(moment) for moment in moments],
        "count": len(moments),
        "interval": interval.value,
        "timestamp": stamp(board.now()),
    }
    return json_answer(request, body)


def _moment(moment: Past) -> dict[str, Any]:
    return {
        "run_id": moment.run_id,
        "as_of": stamp(moment.as_of),
        "net_balance": str(total(moment.areas).net_balance),
        "areas": [figures(area) for area in moment.areas],
    }


def _utc(moment: datetime, name: str) -> datetime:
    """A zone can push the first and the last day out of the calendar."""
    try:
        return max(moment.astimezone(UTC), EARLIEST)
    except OverflowError:
        raise HTTPException(422, f"{name}: is out of the calendar.") from None
