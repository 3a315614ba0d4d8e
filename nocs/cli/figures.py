"""The commands about the figures themselves: migrate, refresh, status, export."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nocs.cli.common import ensure_demo, open_cache, person, set_up_logs
from nocs.errors import NocsError
from nocs.settings import load_settings

app = typer.Typer()


@app.command(epilog="Example: nocs migrate --to 0001")
def migrate(
    to: Annotated[str, typer.Option(help="Revision, 'head' or 'base'.")] = "head",
) -> None:
    """Bring the cache's tables to a revision, up or down; running it twice is harmless."""
    from nocs.cache.migrate import migrate as migrate_cache

    with open_cache(load_settings(), current=False) as (database, _):
        before, after = migrate_cache(database, to)
        change = "already at" if before == after else f"{before or 'none'} ->"
        typer.echo(f"Schema of {database.where}: {change} {after or 'none'}.")


@app.command(epilog="Example: nocs refresh")
def refresh() -> None:
    """Refresh once, now, and wait for the end; exit status 1 when nothing was published."""
    from nocs.refresh.once import refresh_once

    settings = load_settings()
    settings.source_kind()
    set_up_logs(settings)
    with open_cache(settings) as (database, url):
        ensure_demo(settings, url)
        if not refresh_once(settings, database, url):
            raise typer.Exit(1)


@app.command(epilog="Example: nocs status || echo 'figures are old'")
def status() -> None:
    """Tell age, last runs, schedulers and next run; exit status 1 when stale or empty."""
    from nocs.status import status_of

    settings = load_settings()
    with open_cache(settings) as (database, _):
        text, healthy = status_of(database, settings)
    typer.echo(text)
    if not healthy:
        raise typer.Exit(1)


@app.command(epilog="Example: nocs export balances.xlsx")
def export(file: Annotated[Path, typer.Argument(help="The workbook to write.")]) -> None:
    """Write the cached figures as an Excel workbook."""
    from nocs import workbook
    from nocs.access import Action
    from nocs.cache import audit, balances, history

    settings, who = load_settings(), person()
    with open_cache(settings) as (database, _):
        with database.reading() as connection:
            snapshot = balances.read_snapshot(connection)
            if snapshot is None:
                raise NocsError("The cache is empty.", "Run: nocs refresh")
            recent = history.recent(connection, snapshot.run, len(snapshot.areas), settings.zone)
            trend = history.trend(connection, workbook.trend_span(snapshot, settings))
        extras = workbook.Extras(earlier=recent.yesterday, trend=trend)
        content = workbook.build(snapshot, settings, who, datetime.now(UTC), extras)
        try:
            file.write_bytes(content)
        except OSError as error:
            raise NocsError(
                f"Cannot write {file} ({error.strerror}).", "Name another file."
            ) from None
        with database.transaction() as connection:
            audit.write(connection, Action.DOWNLOAD, who=who, detail=f"command: {file.name}")
    typer.echo(f"{file}: {len(snapshot.areas)} areas as of {snapshot.as_of:%Y-%m-%d %H:%M} UTC.")
