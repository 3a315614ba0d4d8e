"""The refreshes: their log, one of them, and the wish for a new one."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from nocs.dashboard import RefreshAnswer, dashboard
from nocs.live import without_figures
from nocs.model import Run, Trigger
from nocs.web.api.answers import NOT_MODIFIED, json_answer, stamp
from nocs.web.api.auth import Authorized, Caller
from nocs.web.api.errors import NOT_FOUND, RETRY_SECONDS

router = APIRouter(tags=["runs"])

LARGEST_ID = 2**63 - 1


class RunRecord(BaseModel):
    """A refresh. `error` and `warnings` are sentences; durations are milliseconds."""

    id: int
    trigger: str
    requested_by: str
    status: str
    queued_at: str
    started_at: str | None
    finished_at: str | None
    duration_ms: int | None
    phase: str | None
    row_count: int | None
    error_code: str
    error: str
    warnings: list[str]
    source: str | None
    as_of: str | None


class OneRun(BaseModel):
    success: bool
    run: RunRecord
    timestamp: str


class QueuedRun(OneRun):
    """`joined` tells that the run was there before the wish."""

    joined: bool


class Runs(BaseModel):
    success: bool
    data: list[RunRecord]
    count: int
    timestamp: str


@router.get("/runs", response_model=Runs, responses=NOT_MODIFIED)
async def runs(
    request: Request,
    caller: Authorized,
    limit: Annotated[int, Query(ge=1, le=200, description="Most runs in the answer.")] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="Only runs older than this one.")
    ] = None,
) -> Response:
    """The newest runs, newest first."""
    found = await run_in_threadpool(dashboard().recent_runs, limit, before)
    body = {
        "success": True,
        "data": [record(run, caller) for run in found],
        "count": len(found),
        "timestamp": stamp(dashboard().now()),
    }
    return json_answer(request, body)


@router.get("/runs/{run_id}", response_model=OneRun, responses=NOT_MODIFIED | NOT_FOUND)
async def run(
    request: Request,
    caller: Authorized,
    run_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
) -> Response:
    """One run."""
    found = await run_in_threadpool(dashboard().run, run_id)
    if found is None:
        raise HTTPException(404, f"There is no run {run_id}.")
    body = {"success": True, "run": record(found, caller), "timestamp": stamp(dashboard().now())}
    return json_answer(request, body)


@router.post(
    "/runs",
    status_code=202,
    response_model=QueuedRun,
    responses={
        202: {
            "description": "Queued, or joined the run in progress.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        }
    },
)
async def queue_run(request: Request, caller: Authorized) -> Response:
    """Queue a refresh, or join the one in progress. Needs a token of scope refresh."""
    await caller.require_refresh()
    answer = await asked(caller)
    assert answer.run
    body = {
        "success": True,
        "run": record(answer.run, caller),
        "joined": answer.joined,
        "timestamp": stamp(dashboard().now()),
    }
    where = request.scope.get("root_path", "") + f"/runs/{answer.run.id}"
    return JSONResponse(body, status_code=202, headers={"Location": where})


async def queue_refresh(caller: Caller) -> dict[str, Any]:
    """Queue or join a refresh, for the report's own answer."""
    answer = await asked(caller)
    assert answer.run
    return {"run_id": answer.run.id, "status": answer.run.status, "joined": answer.joined}


async def asked(caller: Caller) -> RefreshAnswer:
    """The answer to a wish to refresh; 429 while the last one cools down."""
    board = dashboard()
    answer = await run_in_threadpool(
        board.request_refresh, Trigger.API, caller.name, caller.address
    )
    if answer.run is None:
        until = board.state().cooling_until
        rest = int((until - board.now()).total_seconds()) + 1 if until else RETRY_SECONDS
        raise HTTPException(429, answer.refused, {"Retry-After": str(max(rest, 1))})
    return answer


def record(run: Run, caller: Caller) -> dict[str, Any]:
    """A run as this caller may see it: who asked is for those who may ask."""
    if caller.token.areas is not None:
        run = without_figures(run)
    return {
        "id": run.id,
        "trigger": run.trigger.value,
        "requested_by": run.requested_by if caller.token.may_refresh else "",
        "status": run.status.value,
        "queued_at": stamp(run.queued_at),
        "started_at": stamp(run.started_at) if run.started_at else None,
        "finished_at": stamp(run.finished_at) if run.finished_at else None,
        "duration_ms": run.duration_ms,
        "phase": run.phase.value if run.phase else None,
        "row_count": run.row_count,
        "error_code": run.error_code,
        "error": run.error,
        "warnings": list(run.warnings),
        "source": run.source.value if run.source else None,
        "as_of": stamp(run.as_of) if run.as_of else None,
    }
