"""Back up the cache into a file and restore it onto an empty database.

PostgreSQL's own programs do the work, the embedded server's where there are none of the right
version. Passwords go to them through the environment, never as an argument that others can list.
"""

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from psycopg import conninfo
from sqlalchemy import text

from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.cache.revision import VERSION_TABLE
from nocs.demo.programs import server_programs
from nocs.errors import CacheError, NocsError

TABLES = "nocs_*"
CONTENT = re.compile(r"\d+; \d+ \d+ (?P<kind>TABLE DATA|SEQUENCE SET) \S+ (?P<name>\S+) ")
# pg_restore sets what servers before 17 do not know.
UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def backup(database: Database, url: str, file: Path) -> int:
    """Write all tables of the cache to `file`, as one moment; returns its size in bytes.

    The file is private and appears only when it is whole.
    """
    pg_dump = _program("pg_dump", _server_version(database))
    try:
        handle, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    except OSError as error:
        raise _cannot_write(file, error) from None
    try:
        with os.fdopen(handle, "wb") as output:
            _run(
                [pg_dump, "--format=custom", "--no-owner", "--no-privileges", f"--table={TABLES}"],
                url,
                stdout=output,
            )
        size = Path(part).stat().st_size
        Path(part).replace(file)
    except OSError as error:
        raise _cannot_write(file, error) from None
    finally:
        with suppress(FileNotFoundError):
            Path(part).unlink()
    return size


def restore(database: Database, url: str, file: Path) -> tuple[str, str]:
    """Load `file` into an empty database, all or nothing, and bring its schema up to date.

    The tables are made by the migrations of the file's revision, so that triggers and functions
    are there too; the file gives their rows. Returns the file's revision and the one it has now.
    """
    if not file.is_file():
        raise NocsError(f"There is no file {file}.", "Name a file made by: nocs backup FILE")
    _require_empty(database)
    version = _server_version(database)
    pg_restore, psql = _program("pg_restore", version), _program("psql", version)
    revision = _revision_in(file, pg_restore)
    migrate(database, revision)
    try:
        with TemporaryFile() as rows:
            _write_rows(database, file, pg_restore, version, rows)
            _run(
                [psql, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"],
                url,
                stdin=rows,
            )
    except NocsError:
        _unmake(database)
        raise
    return revision, migrate(database)[1]


def _require_empty(database: Database) -> None:
    with database.transaction() as connection:
        taken = connection.execute(
            text(
                "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
                " AND tablename LIKE 'nocs\\_%'"
            )
        ).scalar_one()
    if taken:
        raise NocsError(
            f"The database {database.where} holds a cache already.",
            "Restore onto an empty database, then point NOCS_DATABASE_URL to it.",
        )


def _revision_in(file: Path, pg_restore: str) -> str:
    """The revision of the schema that a file was made from."""
    with TemporaryFile() as rows:
        only = ["--data-only", f"--table={VERSION_TABLE}"]
        _run([pg_restore, *only, "--file=-", str(file)], "", stdout=rows)
        rows.seek(0)
        found = re.search(rb"^COPY [^\n]*\n(\w+)\n\\\.$", rows.read(), re.MULTILINE)
    if found is None:
        raise NocsError(
            f"{file} is no backup of the cache.", "Name a file made by: nocs backup FILE"
        )
    return found[1].decode()


def _write_rows(
    database: Database, file: Path, pg_restore: str, version: int, rows: IO[bytes]
) -> None:
    """The rows of a file as a script that a server of this version understands."""
    with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted, TemporaryFile() as script:
        wanted.writelines(_in_order(database, _contents(file, pg_restore)))
        wanted.flush()
        options = ["--data-only", f"--use-list={wanted.name}", "--file=-"]
        _run([pg_restore, *options, str(file)], "", stdout=script)
        script.seek(0)
        for line in script:
            if version >= 17 or line != UNKNOWN_BEFORE_17:
                rows.write(line)
    rows.seek(0)


def _contents(file: Path, pg_restore: str) -> list[str]:
    with TemporaryFile() as listed:
        _run([pg_restore, "--list", str(file)], "", stdout=listed)
        listed.seek(0)
        return listed.read().decode().splitlines(keepends=True)


def _in_order(database: Database, contents: list[str]) -> list[str]:
    """The rows of each table after those that they refer to, then the counters.

    A table is made after those that it refers to; the migrations have noted the revision already.
    """
    with database.transaction() as connection:
        made = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'nocs\\_%'"
                " ORDER BY oid"
            )
        ).scalars()
        place = {name: number for number, name in enumerate(made)}
    found = [(match, line) for line in contents if (match := CONTENT.match(line))]
    rows = [(m["name"], line) for m, line in found if m["kind"] == "TABLE DATA"]
    counters = [line for m, line in found if m["kind"] == "SEQUENCE SET"]
    rows.sort(key=lambda row: place.get(row[0], len(place)))
    return [line for name, line in rows if name != VERSION_TABLE] + counters


def _unmake(database: Database) -> None:
    """Leave the database as empty as it was."""
    migrate(database, "base")
    with database.transaction() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))


def _server_version(database: Database) -> int:
    with database.reading() as connection:
        number = connection.execute(text("SHOW server_version_num")).scalar_one()
    return int(number) // 10_000


def _program(name: str, version: int) -> str:
    """The program, not older than the server: older ones refuse."""
    places = []
    with suppress(CacheError):
        places.append(str(server_programs(as_user=False) / name))
    if found := shutil.which(name):
        places.append(found)
    for place in places:
        told = subprocess.run([place, "--version"], check=False, capture_output=True, text=True)
        if (number := re.search(r"(\d+)", told.stdout)) and int(number[1]) >= version:
            return place
    raise NocsError(
        f"{name} of PostgreSQL {version} or newer is not on this machine.",
        f"Install PostgreSQL's client programs: apt-get install postgresql-client-{version}",
    )


def _run(
    command: list[str],
    url: str,
    *,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
) -> None:
    environment = dict(os.environ)
    if url:
        arguments = conninfo.conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://"))
        if password := arguments.pop("password", None):
            environment["PGPASSWORD"] = str(password)
        command = [*command, f"--dbname={conninfo.make_conninfo('', **arguments)}"]
    done = subprocess.run(
        command,
        check=False,
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[0] if lines else f"exit status {done.returncode}"
        raise NocsError(f"{Path(command[0]).name} failed: {reason.rstrip('.')}.")


def _cannot_write(file: Path, error: OSError) -> NocsError:
    return NocsError(f"Cannot write {file} ({error.strerror}).", "Name another file.")
