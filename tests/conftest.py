"""Fixtures: a real PostgreSQL for the whole run, and a fresh database for each test.

A migrated database is made once and cloned as a template, which takes milliseconds.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo

from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.demo.postgres import EmbeddedPostgres
from tests import oracle
from tests.wire import OracleWire

TEMPLATE = "template_migrated"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The libpq URL of a superuser on a PostgreSQL that lives as long as the test run."""
    folder = Path(tempfile.mkdtemp(prefix="nocs-tests-"))
    folder.chmod(0o755)  # run by root, PostgreSQL works as another user
    with EmbeddedPostgres(folder).running() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    database = Database(url_of(postgres_url, TEMPLATE))
    migrate(database)
    database.close()
    return TEMPLATE


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """The libpq URL of an empty database."""
    yield from _fresh_database(postgres_url, "template1")


@pytest.fixture
def cache_url(postgres_url: str, template: str) -> Iterator[str]:
    """The libpq URL of a migrated, empty cache."""
    yield from _fresh_database(postgres_url, template)


@pytest.fixture
def database(cache_url: str) -> Iterator[Database]:
    """A migrated, empty cache."""
    database = Database(cache_url)
    yield database
    database.close()


@pytest.fixture
def wire(cache_url: str) -> Iterator[OracleWire]:
    """An "Oracle" whose CC&B has three areas; its PostgreSQL is that of the cache."""
    oracle.small_ccb(cache_url)
    with OracleWire(cache_url, {oracle.USER: oracle.PASSWORD}, service=oracle.SERVICE) as wire:
        yield wire


def _fresh_database(postgres_url: str, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield url_of(postgres_url, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def url_of(postgres_url: str, name: str) -> str:
    arguments = conninfo.conninfo_to_dict(postgres_url)
    host, port, user = arguments["host"], arguments["port"], arguments["user"]
    password = f":{arguments['password']}" if "password" in arguments else ""
    if str(host).startswith("/"):
        return f"postgresql://{user}{password}@/{name}?host={host}&port={port}"
    return f"postgresql://{user}{password}@{host}:{port}/{name}"
