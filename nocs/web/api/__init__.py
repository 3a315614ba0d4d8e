"""The JSON API, mounted under /api: the cached report, from memory, for programs with a token.

Amounts are texts with two decimals, because a JSON number is a float to most readers.
"""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from nocs import __version__
from nocs.web.api import areas, docs, errors, files, history, report, runs
from nocs.web.api.answers import HeadAsGet
from nocs.web.api.quick import Quick

SMALLEST_COMPRESSED_BYTES = 1_000
ABOUT = (
    "Credit and due of every NOCS area as of the last published refresh. A credit is a positive "
    "balance, paid in advance; a due is a negative one, stored negative. Amounts are texts with "
    "two decimals, times are UTC. Send a token of `nocs token create` as "
    "`Authorization: Bearer TOKEN`. Every GET answers HEAD too, and If-None-Match with 304."
)


def create_api() -> FastAPI:
    """The API as an ASGI application of its own."""
    api = FastAPI(
        title="NOCS balance summary",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        responses=errors.DOCUMENTED,
    )
    errors.install(api)
    for part in (report, history, files, areas, runs, docs):
        api.include_router(part.router)
    api.add_middleware(Quick)
    api.add_middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED_BYTES)
    api.add_middleware(HeadAsGet)
    return api
