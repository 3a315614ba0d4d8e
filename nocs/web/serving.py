"""Listen and serve: uvicorn on a socket of our own.

Surprise: the socket that Streamlit makes has no protocol number, by which asyncio recognises TCP,
so small answers wait up to 40 ms for the client's acknowledgement (Nagle's algorithm). Every
answer of the API and every message to a page is small.
"""

import ctypes
import platform
import socket
import sys
from typing import Any

import uvicorn

from nocs.errors import SettingsError
from nocs.settings import Settings

CLOSING_SECONDS = 5
# glibc keeps pools of freed memory for its threads, up to eight a core. Python code asks for memory
# one thread at a time, so two pools are enough; they save 4 MiB after twenty sessions.
POOLS = 2
M_ARENA_MAX = -8


def serve(settings: Settings) -> None:
    """Serve the dashboard on the address of the settings until SIGTERM or Ctrl-C."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, POOLS)
    config = uvicorn.Config(
        _application(),
        access_log=False,
        log_config=None,
        log_level="warning",
        ws="websockets-sansio",
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    with listening(settings.host, settings.port) as listener:
        uvicorn.Server(config).run(sockets=[listener])


def listening(host: str, port: int) -> socket.socket:
    """A TCP socket bound to the address; OSError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would share the port with another program
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def require_free_port(settings: Settings) -> None:
    """SettingsError when something else listens on the dashboard's port."""
    try:
        listening(settings.host, settings.port).close()
    except OSError as error:
        raise SettingsError(
            f"NOCS_PORT: cannot listen on {settings.host}:{settings.port} ({error.strerror}).",
            "Choose another port with --port, or end what uses it.",
        ) from None


def _application() -> Any:
    import app

    return app.app
