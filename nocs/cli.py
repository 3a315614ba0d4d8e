"""The commands. Expected failures end as one line on standard error and an exit status."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nocs import __version__
from nocs.errors import NocsError
from nocs.settings import ROOT, Settings, load_settings

app = typer.Typer(
    name="nocs",
    help="Credit and due of every NOCS area, from Oracle CC&B through PostgreSQL to a dashboard.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
demo_commands = typer.Typer(help="The synthetic CC&B.", no_args_is_help=True)
token_commands = typer.Typer(help="Tokens of the JSON API.", no_args_is_help=True)
app.add_typer(demo_commands, name="demo")
app.add_typer(token_commands, name="token")

WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded PostgreSQL and of the logs.")
]
Customers = Annotated[int | None, typer.Option(help="Customers of the synthetic CC&B.")]


@app.command(epilog="Example: nocs up --port 8600 --customers 300000")
def up(
    port: Annotated[int | None, typer.Option(help="Port of the dashboard.")] = None,
    data_dir: DataDir = None,
    customers: Customers = None,
) -> None:
    """Run everything on this machine: PostgreSQL, demo data, scheduler, dashboard."""
    from nocs import up as everything

    settings = load_settings(port=port, data_dir=data_dir, demo_customers=customers)
    raise typer.Exit(everything.up(settings))


@app.command(epilog="Example: nocs migrate --to 0001")
def migrate(
    to: Annotated[str, typer.Option(help="Revision, 'head' or 'base'.")] = "head",
) -> None:
    """Bring the cache's tables to a revision, up or down; running it twice is harmless."""
    from nocs.cache.migrate import migrate as migrate_cache

    with _cache(load_settings(), current=False) as (database, _):
        before, after = migrate_cache(database, to)
        change = "already at" if before == after else f"{before or 'none'} ->"
        typer.echo(f"Schema of {database.where}: {change} {after or 'none'}.")


@app.command(epilog="Example: nocs refresh")
def refresh() -> None:
    """Refresh once, now, and wait for the end; exit status 1 when nothing was published."""
    from nocs.refresh.once import refresh_once

    settings = load_settings()
    settings.source_kind()
    _logs(settings)
    with _cache(settings) as (database, url):
        _ensure_demo(settings, url)
        if not refresh_once(settings, database, url):
            raise typer.Exit(1)


@app.command(epilog="Example: nocs scheduler")
def scheduler(with_parent: WithParent = False) -> None:
    """Refresh every interval, and whenever somebody asks. Runs until stopped."""
    from nocs import scheduler as process
    from nocs.up import end_with_parent

    settings = load_settings()
    _logs(settings)
    if with_parent:
        end_with_parent()
    with _cache(settings) as (_, url):
        _ensure_demo(settings, url)
        process.serve(settings, url)


@app.command(epilog="Example: nocs serve --port 8501")
def serve(
    port: Annotated[int | None, typer.Option(help="Port of the dashboard.")] = None,
    with_parent: WithParent = False,
) -> None:
    """Serve the dashboard and the API. Runs until stopped."""
    from nocs.up import end_with_parent, require_free_port

    settings = load_settings(port=port)
    require_free_port(settings)
    _logs(settings)
    if with_parent:
        end_with_parent()
    with _cache(settings):
        pass  # a cache that cannot be used stops the start with one line
    os.chdir(ROOT)
    sys.argv = [str(ROOT / "app.py")]
    sys.path.insert(0, str(ROOT))
    import app as dashboard_app

    dashboard_app.app.run(
        config={
            "server.port": settings.port,
            "server.address": settings.host,
            "logger.hideWelcomeMessage": True,
            "logger.level": "warning",
        }
    )


@app.command(epilog="Example: nocs status || echo 'figures are old'")
def status() -> None:
    """Tell age, last runs, schedulers and next run; exit status 1 when stale or empty."""
    from nocs.status import status_of

    settings = load_settings()
    with _cache(settings) as (database, _):
        text, healthy = status_of(database, settings)
    typer.echo(text)
    if not healthy:
        raise typer.Exit(1)


@app.command(epilog="Example: nocs export balances.xlsx")
def export(file: Annotated[Path, typer.Argument(help="The workbook to write.")]) -> None:
    """Write the cached figures as an Excel workbook."""
    import getpass

    from nocs import workbook
    from nocs.cache import balances

    settings = load_settings()
    with _cache(settings) as (database, _), database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
    if snapshot is None:
        raise NocsError("The cache is empty.", "Run: nocs refresh")
    content = workbook.build(snapshot, settings, getpass.getuser(), datetime.now(UTC))
    try:
        file.write_bytes(content)
    except OSError as error:
        raise NocsError(f"Cannot write {file} ({error.strerror}).", "Name another file.") from None
    typer.echo(f"{file}: {len(snapshot.areas)} areas as of {snapshot.as_of:%Y-%m-%d %H:%M} UTC.")


@demo_commands.command("reset", epilog="Example: nocs demo reset --customers 300000")
def demo_reset(customers: Customers = None) -> None:
    """Make the demo data anew and forget the figures made of the old."""
    from rich.console import Console

    from nocs.cache import balances
    from nocs.model import SourceKind
    from nocs.up import make_demo

    settings = load_settings(demo_customers=customers)
    if settings.source_kind() is not SourceKind.DEMO:
        raise NocsError("The source is Oracle, not the demo.", "Unset the NOCS_ORACLE_ settings.")
    with _cache(settings) as (database, url):
        with database.transaction() as connection:
            balances.forget_demo(connection)
        make_demo(Console(highlight=False, soft_wrap=True), url, settings.demo_customers, anew=True)


@token_commands.command("create", epilog="Example: nocs token create --name finance-robot")
def token_create(name: Annotated[str, typer.Option(help="Whose token it is.")]) -> None:
    """Make a token of the API and print it; it is shown this once."""
    from nocs.cache import tokens

    with _cache(load_settings()) as (database, _), database.transaction() as connection:
        typer.echo(tokens.create(connection, name))


@token_commands.command("list", epilog="Example: nocs token list")
def token_list() -> None:
    """List tokens by name; the tokens themselves are not kept."""
    from nocs.cache import tokens

    with _cache(load_settings()) as (database, _), database.transaction() as connection:
        for token in tokens.every(connection):
            state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "valid"
            typer.echo(f"{token.name}\tmade {token.created_at:%Y-%m-%d}\t{state}")


@token_commands.command("revoke", epilog="Example: nocs token revoke --name finance-robot")
def token_revoke(name: Annotated[str, typer.Option(help="Name of the token.")]) -> None:
    """Make a token useless at once."""
    from nocs.cache import tokens

    with _cache(load_settings()) as (database, _), database.transaction() as connection:
        if not tokens.revoke(connection, name):
            raise NocsError(f"There is no valid token named {name}.", "See: nocs token list")
    typer.echo(f"Token {name} is revoked.")


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@contextmanager
def _cache(settings: Settings, *, current: bool = True) -> Iterator[tuple[Any, str]]:
    """The cache's database and URL; an embedded one is brought up to date by itself."""
    from nocs.cache import migrate
    from nocs.cache.database import Database
    from nocs.up import cache_url

    with cache_url(settings) as url:
        database = Database(url, name="nocs command")
        try:
            if current and settings.is_embedded:
                migrate.migrate(database)
            if current:
                migrate.require_current(database)
            yield database, url
        finally:
            database.close()


def _ensure_demo(settings: Settings, url: str) -> None:
    from rich.console import Console

    from nocs.model import SourceKind
    from nocs.up import make_demo

    if settings.source_kind() is SourceKind.DEMO:
        make_demo(Console(highlight=False, soft_wrap=True), url, settings.demo_customers)


def _logs(settings: Settings) -> None:
    from nocs import log

    log.set_up(settings)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; a NocsError becomes one line, anything else is a bug with its traceback."""
    try:
        app(args=arguments)
    except NocsError as error:
        print(f"nocs: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
