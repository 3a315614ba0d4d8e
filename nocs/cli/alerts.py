"""The commands of what is sent: try the addresses, list what is wrong, send the report now."""

from typing import TYPE_CHECKING

import typer

from nocs.cli.common import open_cache
from nocs.errors import NocsError
from nocs.settings import load_settings

if TYPE_CHECKING:
    from nocs.alerts.message import Content, Kind
    from nocs.settings import Settings

app = typer.Typer(help="Alerts, and whether they arrive.", no_args_is_help=True)
report = typer.Typer(help="The report by mail.", no_args_is_help=True)


@app.command("test", epilog="Example: nocs alerts test")
def alerts_test() -> None:
    """Send a short test message to every address of the settings; exit status 1 when one fails."""
    from nocs.alerts import letters
    from nocs.alerts.message import Content, Kind

    settings = load_settings()
    settings.require_whole_report()
    text = "This is a test of NOCS balance summary. Nothing is wrong, nothing is to be done."
    content = Content(
        title="NOCS test message", text=letters.lines([text], settings, is_demo=False)
    )
    results = [_send(settings, kind, content) for kind in Kind]
    if not any(results):
        raise NocsError(
            "No address is set.",
            "Set NOCS_ALERT_URLS, NOCS_SUMMARY_URLS, NOCS_REPORT_MAIL_URL or NOCS_PING_URL.",
        )
    if not all(all(result) for result in results):
        raise typer.Exit(1)


@app.command("list", epilog="Example: nocs alerts list")
def alerts_list() -> None:
    """List what is wrong now and which messages have not arrived."""
    from nocs.alerts import outbox
    from nocs.alerts.episodes import open_episodes
    from nocs.cache.database import clock
    from nocs.freshness import age, in_words

    settings = load_settings()
    with open_cache(settings) as (database, _), database.reading() as connection:
        now = clock(connection)
        episodes = open_episodes(connection)
        troubles = outbox.troubles(connection, now)
    for episode in episodes:
        since = in_words(age(episode.opened_at, now))
        typer.echo(f"since {since}, {episode.reminded} reminders: {episode.text}")
    if not episodes:
        typer.echo("No alert is open.")
    for trouble in troubles:
        typer.echo(
            f"{trouble.kind} to {trouble.target}: {trouble.status}, "
            f"attempt {trouble.attempts}: {trouble.error}"
        )


@report.callback()
def _group() -> None:
    """Keeps `send` a command of its own: a group of one would be merged with it."""


@report.command("send", epilog="Example: nocs report send")
def report_send() -> None:
    """Mail the report now, besides its slots; exit status 1 when a mail is not taken."""
    from datetime import UTC, datetime

    from nocs.alerts import report as letter
    from nocs.alerts.message import Kind
    from nocs.cache import balances

    settings = load_settings()
    if not settings.require_whole_report():
        raise NocsError(
            "No report is set.", "Set NOCS_REPORT_MAIL_URL, NOCS_REPORT_TO and NOCS_REPORT_AT."
        )
    with open_cache(settings) as (database, _), database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
    if snapshot is None:
        raise NocsError("The cache is empty.", "Run: nocs refresh")
    content = letter.content(snapshot, settings, datetime.now(UTC))
    if not all(_send(settings, Kind.REPORT, content)):
        raise typer.Exit(1)


def _send(settings: "Settings", kind: "Kind", content: "Content") -> list[bool]:
    """Send to every address of a kind and tell each result; the results."""
    from nocs.alerts.addresses import addresses
    from nocs.alerts.message import Kind
    from nocs.alerts.sender import Sender

    results = []
    with Sender(settings) as sender:
        for address in addresses(settings, kind):
            outcome = sender.ping(address) if kind is Kind.PING else sender.send(address, content)
            told = "sent" if outcome.is_sent else f"not sent: {outcome.error}"
            typer.echo(f"{kind} to {address.name}: {told}")
            results.append(outcome.is_sent)
    return results
