"""The commands of the API's tokens."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from nocs.cli.common import open_cache, person
from nocs.errors import NocsError
from nocs.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="Tokens of the JSON API.", no_args_is_help=True)

UNITS = {"h": "hours", "d": "days", "w": "weeks"}
NEVER = "never"


@app.command(
    "create",
    epilog="Example: nocs token create --name finance-robot --scope read --area 001 --expires 90d",
)
def token_create(
    name: Annotated[str, typer.Option(help="Whose token it is.")],
    scope: Annotated[
        str, typer.Option(help="read, or refresh: may also ask for a refresh.")
    ] = "read",
    area: Annotated[
        list[str] | None, typer.Option(help="Code of an area it may see; may be repeated.")
    ] = None,
    expires: Annotated[str, typer.Option(help="Its life, such as 90d, 12h or never.")] = "90d",
) -> None:
    """Make a token of the API and print it; it is shown this once."""
    from nocs.cache import tokens

    if not name.strip():
        raise NocsError("--name: must not be empty.", "Name who will use the token.")
    if scope not in list(tokens.Scope):
        raise NocsError(f"--scope: {scope} is not one of {', '.join(tokens.Scope)}.")
    life = _life(expires)
    with open_cache(load_settings()) as (database, _), database.transaction() as connection:
        areas = _known_areas(connection, area or [])
        typer.echo(
            tokens.create(
                connection,
                name.strip(),
                scope=tokens.Scope(scope),
                areas=areas,
                expires_after=life,
                made_by=person(),
            )
        )


@app.command("list", epilog="Example: nocs token list")
def token_list() -> None:
    """List tokens by name; the tokens themselves are not kept."""
    from nocs.cache import tokens
    from nocs.cache.database import clock

    with open_cache(load_settings()) as (database, _), database.transaction() as connection:
        now = clock(connection)
        for token in tokens.every(connection):
            if token.revoked_at:
                state = f"revoked {_day(token.revoked_at)}"
            else:
                word = "valid" if token.is_valid(now) else "expired"
                state = f"{word}, expires {_day(token.expires_at) if token.expires_at else NEVER}"
            used = _minute(token.last_used_at) if token.last_used_at else NEVER
            areas = " ".join(sorted(token.areas)) if token.areas else "all areas"
            typer.echo(
                f"{token.name}\t{token.scope}\t{areas}\tmade {_day(token.created_at)}\t{state}"
                f"\tlast used {used}"
            )


@app.command("revoke", epilog="Example: nocs token revoke --name finance-robot")
def token_revoke(name: Annotated[str, typer.Option(help="Name of the token.")]) -> None:
    """Make a token useless at once."""
    from nocs.cache import tokens

    with open_cache(load_settings()) as (database, _), database.transaction() as connection:
        if not tokens.revoke(connection, name, revoked_by=person()):
            raise NocsError(f"There is no valid token named {name}.", "See: nocs token list")
    typer.echo(f"Token {name} is revoked.")


def _life(text: str) -> timedelta | None:
    if text == NEVER:
        return None
    found = re.fullmatch(r"([1-9]\d{0,4})([hdw])", text)
    if found is None:
        raise NocsError(f"--expires: {text} is no span of time.", "Write 90d, 12h, 4w or never.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _known_areas(connection: "Connection", codes: list[str]) -> frozenset[str] | None:
    """The codes as given; a misspelt one would make a token that sees nothing."""
    from nocs.cache import balances

    if not codes:
        return None
    snapshot = balances.read_snapshot(connection)
    known = {area.nocs_code for area in snapshot.areas} if snapshot else set(codes)
    if unknown := sorted(set(codes) - known):
        raise NocsError(
            f"--area: there is no area {unknown[0]}.", f"Known codes: {', '.join(sorted(known))}."
        )
    return frozenset(codes)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
