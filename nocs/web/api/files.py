"""The figures as files: the workbook, and the same rows as CSV.

Surprise: a spreadsheet reads a CSV text that begins with = + - or @ as a formula. Such a name gets
an apostrophe in front, which makes it a text there; the workbook and the JSON need none.
"""

import csv
import io
import json

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from nocs import workbook
from nocs.access import Action
from nocs.dashboard import dashboard
from nocs.model import Snapshot
from nocs.web.api.answers import NOT_MODIFIED, file_answer
from nocs.web.api.auth import Authorized, Caller
from nocs.web.api.errors import NOT_FOUND
from nocs.web.api.listed import cached_figures
from nocs.web.api.report import AreaCodes, chosen

router = APIRouter(tags=["files"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Excel takes a CSV for the local code page unless this mark says UTF-8.
BYTE_ORDER_MARK = "\ufeff"


@router.get(
    "/reports/nocs_balance_summary.xlsx",
    response_class=Response,
    responses={
        200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}},
        **NOT_MODIFIED,
        **NOT_FOUND,
    },
)
async def xlsx(
    request: Request, background: BackgroundTasks, caller: Authorized, area: AreaCodes = None
) -> Response:
    """The workbook of the snapshot."""
    board = dashboard()
    snapshot, recent = chosen(caller.snapshot(), area), caller.state().recent
    earlier = recent.yesterday if recent else None
    if earlier and snapshot.only is not None:
        earlier = earlier.restricted_to(snapshot.only)

    def build() -> bytes:
        span = workbook.trend_span(snapshot, board.settings)
        trend = board.past.trend(snapshot.run.id, span, snapshot.only)
        extras = workbook.Extras(earlier=earlier, trend=trend)
        return workbook.build(snapshot, board.settings, caller.name, board.now(), extras)

    name = workbook.file_name(snapshot, board.settings)
    _note(background, caller, name)
    return await run_in_threadpool(
        file_answer, request, _version(snapshot, "xlsx"), build, XLSX, name
    )


@router.get(
    "/reports/nocs_balance_summary.csv",
    response_class=Response,
    responses={
        200: {"content": {CSV: {"schema": {"type": "string"}}}},
        **NOT_MODIFIED,
        **NOT_FOUND,
    },
)
async def csv_file(
    request: Request, background: BackgroundTasks, caller: Authorized, area: AreaCodes = None
) -> Response:
    """The rows of the report as CSV, in UTF-8, with a last column that names the source."""
    snapshot = chosen(caller.snapshot(), area)
    name = workbook.file_name(snapshot, dashboard().settings).replace(".xlsx", ".csv")
    _note(background, caller, name)
    return file_answer(
        request, _version(snapshot, "csv"), lambda: csv_of(snapshot).encode(), CSV, name
    )


def csv_of(snapshot: Snapshot) -> str:
    """All areas, one a line, the columns of the contract and `source`."""
    rows = [cached_figures(area) | {"source": snapshot.run.source} for area in snapshot.areas]
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow(rows[0] if rows else ())
    for row in rows:
        writer.writerow(
            _harmless(value) if name in ("nocs_name", "nocs_code") else value
            for name, value in row.items()
        )
    return text.getvalue()


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def _version(snapshot: Snapshot, kind: str) -> str:
    return json.dumps([kind, snapshot.run.id, [area.nocs_code for area in snapshot.areas]])


def _note(background: BackgroundTasks, caller: Caller, name: str) -> None:
    background.add_task(
        dashboard().note,
        Action.DOWNLOAD,
        who=caller.name,
        address=caller.address,
        detail=f"API: {name}",
    )
