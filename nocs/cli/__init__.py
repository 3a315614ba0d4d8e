"""The commands. Expected failures end as one line on standard error and an exit status.

What a command needs is imported when it runs: `nocs --help` must not wait for a database driver.
"""

import io
import sys
from typing import Annotated

import typer

from nocs import __version__
from nocs.cli import alerts, backup, demo, doctor, figures, services, source, token
from nocs.errors import NocsError

app = typer.Typer(
    name="nocs",
    help="Credit and due of every NOCS area, from Oracle CC&B through PostgreSQL to a dashboard.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for commands in (services, figures, backup, doctor):
    app.add_typer(commands.app)
app.add_typer(demo.app, name="demo")
app.add_typer(source.app, name="source")
app.add_typer(token.app, name="token")
app.add_typer(alerts.app, name="alerts")
app.add_typer(alerts.report, name="report")


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


def main(arguments: list[str] | None = None) -> None:
    """Run a command; a NocsError becomes one line, anything else is a bug with its traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a log of Windows may lack ₹ and −
            stream.reconfigure(errors="replace")
    try:
        app(args=arguments)
    except NocsError as error:
        typer.echo(f"nocs: {error}", err=True)
        sys.exit(error.exit_status)
