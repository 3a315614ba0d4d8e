"""The web server's parts beside the pages: routes, and what happens at its start and end."""

import gc
import importlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

from fastapi.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from nocs import dashboard
from nocs.errors import NocsError
from nocs.log import quieten
from nocs.settings import exposure, load_settings
from nocs.web import document, health, metrics, sign_in, static
from nocs.web.api import create_api
from nocs.web.guard import Guard

log = logging.getLogger("nocs.web")

# Imported by the first page otherwise, in front of the person who waits for it.
HEAVY_MODULES = ("pandas", "pyarrow", "plotly.graph_objects", "nocs.ui.navigation")

EVERYWHERE = "0.0.0.0"


@contextmanager
def one_line() -> Iterator[None]:
    """What a person can mend stops the server with one line instead of a traceback."""
    try:
        yield
    except NocsError as error:
        sys.stderr.write(f"nocs: {error}\n")
        sys.stderr.flush()
        os._exit(error.exit_status)  # an exception would be Starlette's, with its traceback


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Runs once a server: join the cache, import what the pages need, tidy up at the end."""
    with ExitStack() as stack:
        with one_line():
            board = await run_in_threadpool(dashboard.dashboard)
            stack.enter_context(metrics.serving(board.settings, board))
        _warm_up()
        try:
            yield
        finally:
            await run_in_threadpool(dashboard.close)


def _warm_up() -> None:
    for module in HEAVY_MODULES:
        importlib.import_module(module)
    # What is alive now stays for good: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    quieten()


def base_path() -> str:
    """The path below which a proxy shows all of it; empty for none."""
    with one_line():
        return load_settings().base_path


def routes() -> list[BaseRoute]:
    """Routes beside Streamlit's own, which alone follow `server.baseUrlPath` by themselves."""
    # One Mount of everything at the base path would hide Streamlit's own routes below it.
    base = base_path()
    return [*document.routes(base), *health.routes(base), Mount(f"{base}/api", app=create_api())]


def require_safe_address(address: str | None) -> None:
    """Stop where Streamlit was told to listen for others without sign-in; None is everywhere."""
    with one_line():
        exposure.require_safe_address(load_settings(host=address or EVERYWHERE))


def secrets() -> dict[str, Any] | None:
    """What Streamlit's sign-in is told; None leaves it to .streamlit/secrets.toml."""
    with one_line():
        settings = load_settings()
        sign_in.share_cookie_secret(settings)
        return sign_in.streamlit_secrets(settings)


def middleware() -> list[Middleware]:
    """What a request passes before it reaches a route, outermost first."""
    with one_line():
        settings = load_settings()
    folder = settings.data_dir / "static"
    return [
        Middleware(Guard, settings=settings),
        Middleware(metrics.Measured),
        Middleware(static.middleware, folder=folder, base_path=settings.base_path),
    ]


def log_script_error(error: Exception) -> None:
    """A page that broke: the person sees one line, the log gets the traceback."""
    log.error("A page broke.", exc_info=error)
