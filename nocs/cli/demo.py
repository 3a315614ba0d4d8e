"""The commands of the synthetic CC&B."""

import typer

from nocs.cli.common import Customers, open_cache
from nocs.errors import NocsError
from nocs.settings import load_settings

app = typer.Typer(help="The synthetic CC&B.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `reset` a command of its own: a group of one would be merged with it."""


@app.command("reset", epilog="Example: nocs demo reset --customers 300000")
def demo_reset(customers: Customers = None) -> None:
    """Make the demo data anew and forget the figures made of the old."""
    from rich.console import Console

    from nocs.cache import balances
    from nocs.demo_data import make_demo
    from nocs.model import SourceKind

    settings = load_settings(demo_customers=customers)
    if settings.source_kind() is not SourceKind.DEMO:
        raise NocsError("The source is Oracle, not the demo.", "Unset the NOCS_ORACLE_ settings.")
    with open_cache(settings) as (database, url):
        with database.transaction() as connection:
            balances.forget_demo(connection)
        make_demo(Console(highlight=False, soft_wrap=True), url, settings, anew=True)
