"""What several commands share: the open cache, the demo where it is the source, the log."""

import getpass
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from nocs.settings import Settings

WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded PostgreSQL and of the logs.")
]
Customers = Annotated[int | None, typer.Option(help="Customers of the synthetic CC&B.")]
Port = Annotated[int | None, typer.Option(help="Port of the dashboard.")]


@contextmanager
def open_cache(settings: Settings, *, current: bool = True) -> Iterator[tuple[Any, str]]:
    """The cache's database and URL; an embedded one is brought up to date by itself."""
    from nocs.cache.database import Database
    from nocs.cache.revision import require_current
    from nocs.process import cache_url

    with cache_url(settings) as url:
        database = Database(url, name="nocs command")
        try:
            if current and settings.is_embedded:
                from nocs.cache.migrate import migrate

                migrate(database)
            if current:
                require_current(database)
            yield database, url
        finally:
            database.close()


def ensure_demo(settings: Settings, url: str) -> None:
    from rich.console import Console

    from nocs.demo_data import make_demo
    from nocs.model import SourceKind

    if settings.source_kind() is SourceKind.DEMO:
        make_demo(Console(highlight=False, soft_wrap=True), url, settings)


def person() -> str:
    """Who types the command, for the audit; a container may have no name for its user."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return f"{name} at {platform.node()}"


def set_up_logs(settings: Settings) -> None:
    from nocs import log

    log.set_up(settings)
