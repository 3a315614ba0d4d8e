"""The web server's parts beside the pages: routes, and what happens at its start and end."""

import gc
import importlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from fastapi.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from nocs import dashboard
from nocs.errors import NocsError
from nocs.log import quieten
from nocs.settings import load_settings
from nocs.web import static
from nocs.web.api import create_api

log = logging.getLogger("nocs.web")

# Imported by the first page otherwise, in front of the person who waits for it.
HEAVY_MODULES = ("pandas", "pyarrow", "plotly.graph_objects", "nocs.ui.navigation")


@contextmanager
def one_line() -> Iterator[None]:
    """What a person can mend stops the server with one line instead of a traceback."""
    try:
        yield
    except NocsError as error:
        print(f"nocs: {error}", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(error.exit_status)  # an exception would be Starlette's, with its traceback


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Runs once a server: join the cache, import what the pages need, tidy up at the end."""
    with one_line():
        await run_in_threadpool(dashboard.dashboard)
    for module in HEAVY_MODULES:
        importlib.import_module(module)
    # What is alive now stays for good: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    quieten()
    try:
        yield
    finally:
        await run_in_threadpool(dashboard.close)


def routes() -> list[BaseRoute]:
    """Routes beside Streamlit's own."""
    return [Mount("/api", app=create_api())]


def middleware() -> list[Middleware]:
    """What a request passes before it reaches a route, outermost first."""
    with one_line():
        folder = load_settings().data_dir / "static"
    return [Middleware(static.middleware, folder=folder)]


def log_script_error(error: Exception) -> None:
    """A page that broke: the person sees one line, the log gets the traceback."""
    log.error("A page broke.", exc_info=error)
