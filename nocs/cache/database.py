"""The connection to the cache's PostgreSQL.

NOCS_DATABASE_URL goes to libpq as it is, so several hosts, `target_session_attrs`, TLS files and
the rest of libpq's options work. Nothing of a session outlives its transaction and no statement is
prepared, so a pooler such as PgBouncer may stand between; only LISTEN needs a direct way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import conninfo
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader
from sqlalchemy import Connection, Engine, create_engine, text

from nocs.cache.faults import translated
from nocs.errors import CacheError, SettingsError

OLDEST_VERSION = 15
CHANNEL = "nocs"
# A page waits for nothing: an empty pool is an error after this time, not after 30 seconds.
POOL_TIMEOUT_SECONDS = 3
LOCK_TIMEOUT_SECONDS = 3
# How long a peer that is gone without a word may stay unnoticed: seconds, not TCP's two hours.
PATIENCE: dict[str, object] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


class Database:
    """Small pools of connections to the cache. Thread-safe; close it with `close`.

    `read_url` names a standby for `reading`, `listen_url` a way to the primary past a pooler;
    without them everything goes to `url`.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "nocs",
        pool_size: int = 4,
        read_url: str | None = None,
        listen_url: str | None = None,
    ) -> None:
        arguments = _parse(url, "NOCS_DATABASE_URL") | {"application_name": name}
        self._listen = (
            _parse(listen_url, "NOCS_DATABASE_LISTEN_URL") | {"application_name": name}
            if listen_url
            else arguments
        )
        self.where = _where(arguments)
        self._engine = _engine(arguments, pool_size)
        self._read_where, self._reader = self.where, self._engine
        self.has_reader = read_url is not None
        if read_url:
            elsewhere = _parse(read_url, "NOCS_DATABASE_READ_URL") | {"application_name": name}
            self._read_where, self._reader = _where(elsewhere), _engine(elsewhere, pool_size)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any error.

        It waits for a lock for a few seconds only: a stop or a deadline must not wait for it.
        """
        with translated(self.where), self._engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Several reads of one moment: a read-only, repeatable-read transaction."""
        with translated(self._read_where), self._reader.connect() as connection:
            # The pool hands back the connection's own level afterwards.
            reader = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with reader.begin():
                yield reader

    @contextmanager
    def listening(self) -> Iterator[psycopg.Connection]:
        """A connection of its own that hears every change of the cache."""
        with (
            self.translated(),
            _connect(self._listen, autocommit=True) as connection,
        ):
            connection.execute(f"LISTEN {CHANNEL}")
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """For what is done with a connection of `listening`."""
        with translated(_where(self._listen)):
            yield

    def require_version(self) -> None:
        """CacheError when the server is older than the program was written for."""
        with self.reading() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            version = driver.info.server_version
        if version < OLDEST_VERSION * 10_000:
            raise CacheError(
                f"PostgreSQL at {self.where} has version {version // 10_000}; "
                f"{OLDEST_VERSION} or newer is needed.",
                "Upgrade it, or set NOCS_DATABASE_URL to another.",
                code="too_old",
            )

    def close(self) -> None:
        self._engine.dispose()
        self._reader.dispose()


class _UtcLoader(TimestamptzLoader):
    """Times in UTC whatever the server's zone: Python subtracts two times of one zone by their
    clock faces, which is an hour wrong across a change of summer time."""

    def load(self, data: Buffer) -> datetime:
        return super().load(data).astimezone(UTC)


def _connect(arguments: dict[str, Any], **more: Any) -> psycopg.Connection:
    connection = psycopg.connect(**arguments, **more)
    connection.adapters.register_loader("timestamptz", _UtcLoader)
    return connection


def _engine(arguments: dict[str, object], pool_size: int) -> Engine:
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connect(arguments),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
    )


def clock(connection: Connection) -> datetime:
    """PostgreSQL's clock at this moment."""
    moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment


def notify(connection: Connection) -> None:
    """Wake every process that listens; delivered when the transaction commits."""
    connection.execute(text(f"SELECT pg_notify('{CHANNEL}', '')"))


def _parse(url: str, setting: str) -> dict[str, object]:
    try:
        given = conninfo.conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://"))
    except psycopg.ProgrammingError:
        # libpq's own message quotes the text, which may hold a password.
        raise SettingsError(
            f"{setting} is not a PostgreSQL URL.",
            "Accepted form: postgresql://user:password@host:5432/nocs "
            "(write special characters of the password as %40 and so on).",
        ) from None
    # A pooler hands one session to many clients: a statement prepared in it is another's.
    return PATIENCE | dict(given) | {"prepare_threshold": None}


def _where(arguments: dict[str, object]) -> str:
    host = arguments.get("host") or "localhost"
    port = arguments.get("port") or "5432"
    return f"{host}:{port}/{arguments.get('dbname') or ''}"
