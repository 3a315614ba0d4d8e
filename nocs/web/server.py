"""The web server's parts beside the pages: routes, and what happens at its start and end."""

import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from nocs import dashboard
from nocs.web import assets, health, metrics
from nocs.web.api import create_api

log = logging.getLogger("nocs.web")

# Imported by the first page otherwise, in front of the person who waits for it.
HEAVY_MODULES = ("pandas", "pyarrow", "plotly.graph_objects", "nocs.ui.navigation")


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Runs once a server: join the cache, import what the pages need, tidy up at the end."""
    board = await run_in_threadpool(dashboard.dashboard)
    for module in HEAVY_MODULES:
        importlib.import_module(module)
    # What is alive now stays for good: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    try:
        with metrics.serving(board.settings, board):
            yield
    finally:
        await run_in_threadpool(dashboard.close)


def routes() -> list[BaseRoute]:
    """Routes beside Streamlit's own."""
    return [*assets.routes(), *health.routes(), Mount("/api", app=create_api())]


def middleware() -> list[Middleware]:
    """What every request passes on its way in."""
    return [Middleware(metrics.Measured)]


def log_script_error(error: Exception) -> None:
    """A page that broke: the person sees one line, the log gets the traceback."""
    log.error("A page broke.", exc_info=error)
