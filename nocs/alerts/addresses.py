"""The addresses of apprise that messages go to, and how one is spoken of without its secrets.

A mail address with several people becomes one address a person: when one mailbox refuses, only
that person's mail is tried again. An address is named by its place and its kind, because with
some kinds even the host is a token.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from nocs.alerts.message import Kind
from nocs.settings import Settings
from nocs.settings.alerts import split_addresses

MAIL_SCHEMES = ("mailto", "mailtos")
# With these the host is no secret, and telling it helps.
OPEN_HOSTS = (*MAIL_SCHEMES, "http", "https", "json", "jsons", "xml", "xmls", "form", "forms")
SHORTEST_SECRET = 3


@dataclass(frozen=True, slots=True)
class Address:
    """One address: its name for logs and tables, and the URL, which is secret."""

    name: str
    url: str = field(repr=False)


def addresses(settings: Settings, kind: Kind) -> tuple[Address, ...]:
    """Where messages of a kind go; none when it is not set."""
    match kind:
        case Kind.ALERT:
            return _named(split_addresses(settings.alert_urls))
        case Kind.SUMMARY:
            return _named(split_addresses(settings.summary_urls))
        case Kind.REPORT:
            if settings.report_mail_url is None:
                return ()
            server = settings.report_mail_url.get_secret_value()
            return tuple(Address(who, _mail_to(server, who)) for who in settings.report_to)
        case Kind.PING:
            url = settings.ping_url
            return (Address("ping", url.get_secret_value()),) if url else ()


def _named(urls: list[str]) -> tuple[Address, ...]:
    found = []
    for number, url in enumerate(urls, start=1):
        people = _people(url)
        if len(people) < 2:
            found.append(Address(f"{number} ({scheme(url)})", url))
        for who in people if len(people) > 1 else ():
            found.append(Address(f"{number} ({scheme(url)} {who})", _mail_to(url, who)))
    return tuple(found)


def scheme(url: str) -> str:
    return url.partition("://")[0].lower()


def _people(url: str) -> list[str]:
    """The people a mail address names, in its path or as to=a,b."""
    if scheme(url) not in MAIL_SCHEMES:
        return []
    base, _, query = url.partition("?")
    path = base.partition("://")[2].partition("/")[2]
    found = [unquote(part) for part in path.split("/") if "@" in unquote(part)]
    for part in query.split("&"):
        if part.startswith("to="):
            found += re.split(r"[\s,;]+", unquote(part.removeprefix("to=")))
    return list(dict.fromkeys(who for who in found if who))


def _mail_to(url: str, who: str) -> str:
    """The mail address with `who` as its only reader."""
    base, _, query = url.partition("?")
    start, _, rest = base.partition("://")
    parts = [part for part in query.split("&") if part and not part.startswith("to=")]
    return f"{start}://{rest.partition('/')[0]}?" + "&".join([*parts, f"to={quote(who, safe='@')}"])


def without_secrets(text: str, url: str) -> str:
    """`text` with every part of the address blotted out that may be a secret."""
    base, _, query = url.partition("://")[2].partition("?")
    if scheme(url) in OPEN_HOSTS:
        user, _, behind = base.rpartition("@")
        base = f"{user}/{behind.partition('/')[2]}"
    parts = re.split(r"[:/@]", base) + [part.partition("=")[2] for part in query.split("&")]
    secrets = {form for part in parts for form in (part, unquote(part), quote(unquote(part)))}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text
