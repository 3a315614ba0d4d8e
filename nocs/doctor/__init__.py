"""`nocs doctor`: looks at everything a running installation needs, and changes no figure.

A check that cannot be made because an earlier one failed is left out, so that one fault is one
line; the order is the order in which faults are worth mending.
"""

from collections.abc import Iterator, Mapping

from nocs.cache.database import Database
from nocs.doctor import cache, machine, source
from nocs.doctor.finding import Finding, failure
from nocs.errors import NocsError
from nocs.process import cache_url
from nocs.settings import Settings, load_settings

__all__ = ["Finding", "examine"]


def examine(environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Yield findings as they are made; NocsError never leaves here."""
    try:
        settings = load_settings(environment)
    except NocsError as error:
        yield failure("settings", error)
        return
    yield machine.settings_read(settings)
    yield machine.time_zone(settings)
    yield machine.disk(settings)
    yield machine.port(settings)
    yield machine.sign_in(settings)
    try:
        with cache_url(settings) as url:
            yield from _with_cache(settings, url)
    except NocsError as error:  # the embedded PostgreSQL did not start
        yield failure("postgresql", error)


def _with_cache(settings: Settings, url: str) -> Iterator[Finding]:
    database = Database(url, name="nocs doctor")
    try:
        yield from cache.examine(database, settings)
        yield source.examine(settings, url)
    finally:
        database.close()
