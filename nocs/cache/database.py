"""The connection to the cache's PostgreSQL; driver errors are translated here and nowhere else.

NOCS_DATABASE_URL goes to libpq as it is, so several hosts, `target_session_attrs`, TLS files and
the rest of libpq's options work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from psycopg import conninfo
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from nocs.errors import CacheError, SettingsError

OLDEST_VERSION = 15
CHANNEL = "nocs"
CONNECT_TIMEOUT_SECONDS = 5
# A page waits for nothing: an empty pool is an error after this time, not after 30 seconds.
POOL_TIMEOUT_SECONDS = 3


class Database:
    """A small pool of connections to the cache. Thread-safe; close it with `close`."""

    def __init__(self, url: str, *, name: str = "nocs", pool_size: int = 4) -> None:
        self._arguments = _parse(url) | {
            "application_name": name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        }
        self.where = _where(self._arguments)
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(**self._arguments),  # type: ignore[arg-type]
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_pre_ping=True,
        )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any error."""
        with self.translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Several reads of one moment: a read-only, repeatable-read transaction."""
        with self.translated(), self._engine.connect() as connection:
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
            psycopg.connect(**self._arguments, autocommit=True) as connection,  # type: ignore[arg-type]
        ):
            connection.execute(f"LISTEN {CHANNEL}")
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeoutError:
            raise CacheError(
                f"All connections to PostgreSQL at {self.where} are busy.",
                "Try again.",
                code="busy",
            ) from None
        except (OperationalError, psycopg.OperationalError) as error:
            raise self._unreachable(error) from error
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.errors.UndefinedTable):
                raise CacheError(
                    f"The tables of the cache are missing in PostgreSQL at {self.where}.",
                    "Run: nocs migrate",
                    code="not_migrated",
                ) from error
            if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                raise CacheError(
                    f"PostgreSQL at {self.where} refused: {_first_line(error.orig)}.",
                    "Grant the role of NOCS_DATABASE_URL what sql/roles.sql lists.",
                    code="privilege",
                ) from error
            raise

    def _unreachable(self, error: Exception) -> CacheError:
        reason = _first_line(getattr(error, "orig", None) or error)
        return CacheError(
            f"PostgreSQL at {self.where} cannot be used: {reason}.",
            "Check NOCS_DATABASE_URL and that the server runs.",
            code="unreachable",
        )

    def require_version(self) -> None:
        """CacheError when the server is older than the program was written for."""
        with self.transaction() as connection:
            version = connection.connection.driver_connection.info.server_version  # type: ignore[union-attr]
        if version < OLDEST_VERSION * 10_000:
            raise CacheError(
                f"PostgreSQL at {self.where} has version {version // 10_000}; "
                f"{OLDEST_VERSION} or newer is needed.",
                "Upgrade it, or set NOCS_DATABASE_URL to another.",
                code="too_old",
            )

    def close(self) -> None:
        self._engine.dispose()


def clock(connection: Connection) -> datetime:
    """PostgreSQL's clock at this moment."""
    return connection.execute(text("SELECT clock_timestamp()")).scalar_one()  # type: ignore[no-any-return]


def notify(connection: Connection) -> None:
    """Wake every process that listens; delivered when the transaction commits."""
    connection.execute(text(f"SELECT pg_notify('{CHANNEL}', '')"))


def _parse(url: str) -> dict[str, object]:
    try:
        return dict(
            conninfo.conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://"))
        )
    except psycopg.ProgrammingError:
        # libpq's own message quotes the text, which may hold a password.
        raise SettingsError(
            "NOCS_DATABASE_URL is not a PostgreSQL URL.",
            "Accepted form: postgresql://user:password@host:5432/nocs "
            "(write special characters of the password as %40 and so on).",
        ) from None


def _where(arguments: dict[str, object]) -> str:
    host = arguments.get("host") or "localhost"
    port = arguments.get("port") or "5432"
    return f"{host}:{port}/{arguments.get('dbname') or ''}"


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
