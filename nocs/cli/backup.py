"""The commands that keep the cache safe: backup and restore."""

from pathlib import Path
from typing import Annotated

import typer

from nocs.cli.common import open_cache
from nocs.settings import load_settings

app = typer.Typer()


@app.command(epilog="Example: nocs backup /backup/nocs-$(date +%F).dump")
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write all tables of the cache to a file, while everything runs on."""
    from nocs import backup as backups

    with open_cache(load_settings()) as (database, url):
        size = backups.backup(database, url, file)
        typer.echo(f"{file}: the cache at {database.where}, {size / 1000:,.0f} kB.")


@app.command(epilog="Example: nocs restore /backup/nocs-2026-11-24.dump")
def restore(file: Annotated[Path, typer.Argument(help="A file made by nocs backup.")]) -> None:
    """Load a backup into an empty database and bring its schema up to date."""
    from nocs import backup as backups

    with open_cache(load_settings(), current=False) as (database, url):
        before, after = backups.restore(database, url, file)
        change = f"schema {after}" if before == after else f"schema {before} -> {after}"
        typer.echo(f"The cache at {database.where} is restored, {change}.")
