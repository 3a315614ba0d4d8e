"""The areas that the caller may see, by code and name."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from nocs.dashboard import dashboard
from nocs.web.api.answers import NOT_MODIFIED, json_answer, stamp
from nocs.web.api.auth import Authorized

router = APIRouter(tags=["report"])


class AreaName(BaseModel):
    nocs_code: str
    nocs_name: str


class Areas(BaseModel):
    success: bool
    data: list[AreaName]
    count: int
    timestamp: str


@router.get("/areas", response_model=Areas, responses=NOT_MODIFIED)
async def areas(request: Request, caller: Authorized) -> Response:
    """Code and name of every area."""
    found = caller.snapshot().areas
    body = {
        "success": True,
        "data": [{"nocs_code": a.nocs_code, "nocs_name": a.nocs_name} for a in found],
        "count": len(found),
        "timestamp": stamp(dashboard().now()),
    }
    return json_answer(request, body)
