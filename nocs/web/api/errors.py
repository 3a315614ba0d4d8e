"""Every failure of the API as the same JSON: {"success": false, "error": …, "timestamp": …}."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from nocs.dashboard import dashboard
from nocs.errors import NocsError
from nocs.web.api.answers import stamp

log = logging.getLogger("nocs.api")

RETRY_SECONDS = 10


class Failure(BaseModel):
    """What went wrong."""

    success: bool = False
    error: str
    timestamp: str


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    401: {"model": Failure, "description": "No valid token was sent."},
    403: {"model": Failure, "description": "The token may not do this."},
    422: {"model": Failure, "description": "A parameter is wrong; the error names it."},
    429: {"model": Failure, "description": "Too early; Retry-After tells when."},
    503: {"model": Failure, "description": "There are no figures, or the cache is away."},
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Failure, "description": "There is no such thing."}
}


def install(api: FastAPI) -> None:
    """Let every error leave as JSON; a bug is logged with its traceback and told without it."""
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(RequestValidationError, _bad_request)
    api.add_exception_handler(NocsError, _unavailable)
    api.add_exception_handler(Exception, _bug)


def empty_cache() -> HTTPException:
    return HTTPException(503, "Data is being calculated.", {"Retry-After": str(RETRY_SECONDS)})


def failure(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    body = {"success": False, "error": message, "timestamp": stamp(dashboard().now())}
    return JSONResponse(body, status_code=status, headers=headers)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message, headers = error.detail, dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    if error.status_code == 404 and message == "Not Found":
        message = f"No such address: {request.url.path}"
    return failure(error.status_code, message, headers)


def _methods(request: Request) -> set[str]:
    """Every method of this address: several routes may share it."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found: set[str] = set()
    for template, operations in request.app.openapi()["paths"].items():
        if compile_path(template)[0].match(path):
            found |= {method.upper() for method in operations}
    return found | {"GET", "HEAD"} if "GET" in found or not found else found


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    return failure(422, f"{fault['loc'][-1]}: {fault['msg']}.")


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    return failure(503, str(error), {"Retry-After": str(RETRY_SECONDS)})


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s broke.", request.method, request.url.path, exc_info=error)
    return failure(500, "This is a fault of the program; its log tells more.")
