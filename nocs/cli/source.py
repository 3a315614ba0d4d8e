"""The commands of the source."""

import typer

from nocs.cli.common import ensure_demo, open_cache
from nocs.errors import CacheError
from nocs.settings import load_settings

app = typer.Typer(help="Oracle CC&B, the source.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `check` a command of its own: a group of one would be merged with it."""


@app.command("check", epilog="Example: nocs source check")
def check() -> None:
    """Ask the source everything, judge it, publish nothing; exit status 1 when a check failed."""
    import signal
    import threading

    from nocs.refresh.rehearsal import Rehearsal
    from nocs.source.check import Finding, Level

    def show(finding: Finding) -> None:
        mark = f"{finding.level:<5}" if finding.level is not Level.PLAIN else " " * 5
        typer.echo(mark + finding.text)

    settings = load_settings()
    settings.source_kind()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    rehearsal = Rehearsal(settings, show, stop)
    try:
        with open_cache(settings) as (database, url):
            ensure_demo(settings, url)
            is_good = rehearsal.run(database, url)
    except CacheError as error:
        if settings.demo:
            raise
        show(Finding(Level.WARN, f"The figures are not compared. {error}"))
        is_good = rehearsal.run(None, "")
    warnings = f" Warnings: {rehearsal.warnings}." if rehearsal.warnings else ""
    typer.echo(("A refresh would publish." if is_good else "No refresh would publish.") + warnings)
    if not is_good:
        raise typer.Exit(1)
