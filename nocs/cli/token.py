"""The commands of the API's tokens."""

from typing import Annotated

import typer

from nocs.cli.common import open_cache
from nocs.errors import NocsError
from nocs.settings import load_settings

app = typer.Typer(help="Tokens of the JSON API.", no_args_is_help=True)


@app.command("create", epilog="Example: nocs token create --name finance-robot")
def token_create(name: Annotated[str, typer.Option(help="Whose token it is.")]) -> None:
    """Make a token of the API and print it; it is shown this once."""
    from nocs.cache import tokens

    with open_cache(load_settings()) as (database, _), database.transaction() as connection:
        typer.echo(tokens.create(connection, name))


@app.command("list", epilog="Example: nocs token list")
def token_list() -> None:
    """List tokens by name; the tokens themselves are not kept."""
    from nocs.cache import tokens

    with open_cache(load_settings()) as (database, _), database.transaction() as connection:
        for token in tokens.every(connection):
            state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "valid"
            typer.echo(f"{token.name}\tmade {token.created_at:%Y-%m-%d}\t{state}")


@app.command("revoke", epilog="Example: nocs token revoke --name finance-robot")
def token_revoke(name: Annotated[str, typer.Option(help="Name of the token.")]) -> None:
    """Make a token useless at once."""
    from nocs.cache import tokens

    with open_cache(load_settings()) as (database, _), database.transaction() as connection:
        if not tokens.revoke(connection, name):
            raise NocsError(f"There is no valid token named {name}.", "See: nocs token list")
    typer.echo(f"Token {name} is revoked.")
