"""The embedded PostgreSQL: the server binaries of a wheel, run on a folder of our own.

PostgreSQL refuses to run as root, so for root it runs as `nobody`. No permission of a folder
that is not ours is ever widened: where `nobody` cannot reach the binaries they are copied to
/var/lib/nocs, and a data folder that it cannot reach is refused.

Several processes may use one server. Each holds a shared lock on a file (the kernel frees it
even after a kill), and the last one to leave stops the server.
"""

import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fasteners
import psutil
import psycopg

from nocs.demo.programs import (
    ROOT_HOME,
    UNPRIVILEGED,
    group_of,
    reachable,
    server_programs,
    unprivileged_user,
)
from nocs.errors import CacheError, SettingsError

DATABASE = "nocs"
SOCKET_PATH_LIMIT = 100
SERVER_SETTINGS = {
    "timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "64MB",
    # A client that was killed frees its backend within this time.
    "client_connection_check_interval": "1s",
}


class EmbeddedPostgres:
    """A server on `data_dir`/postgres. `start` returns its libpq URL; `stop` leaves it."""

    def __init__(self, data_dir: Path, *, tcp: bool = sys.platform == "win32") -> None:
        self.folder = data_dir / "postgres"
        self.cluster = self.folder / "cluster"
        self._log = self.folder / "server.log"
        self._tcp = tcp
        self._as_user = unprivileged_user()
        self._bin = Path()
        self._gate = fasteners.InterProcessLock(str(data_dir / "postgres.lock"))
        self._users = fasteners.InterProcessReaderWriterLock(str(data_dir / "postgres.users.lock"))

    def start(self) -> str:
        """Start the server, or join the one that runs, and return its URL."""
        self._prepare_folder()
        with self._gate:
            self._users.acquire_read_lock()
            try:
                self._bin = server_programs(self._as_user)
                if not (self.cluster / "PG_VERSION").exists():
                    self._initdb()
                if not self._is_running():
                    self._run(
                        "pg_ctl",
                        "-w",
                        "-t",
                        "60",
                        "-D",
                        str(self.cluster),
                        "-l",
                        str(self._log),
                        "-o",
                        self._options(),
                        "start",
                    )
                return self._url()
            except BaseException:
                self._users.release_read_lock()
                raise

    def stop(self) -> None:
        """Leave the server; stop it when no other process uses it."""
        with self._gate:
            self._users.release_read_lock()
            if not self._users.acquire_write_lock(blocking=False):
                return
            try:
                if self._is_running():
                    self._run("pg_ctl", "-w", "-m", "fast", "-D", str(self.cluster), "stop")
            finally:
                self._users.release_write_lock()

    @contextmanager
    def running(self) -> Iterator[str]:
        url = self.start()
        try:
            yield url
        finally:
            self.stop()

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self._as_user:
                shutil.chown(self.folder, UNPRIVILEGED)
            self.folder.chmod(0o700)
        except OSError as error:
            raise SettingsError(
                f"NOCS_DATA_DIR: cannot write {self.folder} ({error.strerror}).",
                "Name a folder that you may write.",
            ) from None
        if self._as_user and not reachable(self.folder.parent):
            raise SettingsError(
                f"NOCS_DATA_DIR: started by root, PostgreSQL runs as {UNPRIVILEGED}, "
                f"which cannot enter {self.folder.parent}.",
                f"Name a folder outside private homes, such as {ROOT_HOME}.",
            )

    def _initdb(self) -> None:
        if self.cluster.exists():  # left half-made by an interrupted first start
            shutil.rmtree(self.cluster)
        arguments = [
            "-D",
            str(self.cluster),
            "-U",
            "nocs",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
        ]
        if self._tcp:
            self._password_file().write_text(secrets.token_urlsafe(24), encoding="utf-8")
            self._give(self._password_file())
            arguments += ["--auth=scram-sha-256", f"--pwfile={self._password_file()}"]
        else:
            # The socket's folder is closed to others, so the folder is the password.
            arguments += ["--auth=trust"]
        self._run("initdb", *arguments)

    def _password_file(self) -> Path:
        return self.folder / "password"

    def _give(self, path: Path) -> None:
        path.chmod(0o600)
        if self._as_user:
            shutil.chown(path, UNPRIVILEGED)

    def _options(self) -> str:
        settings = dict(SERVER_SETTINGS)
        if self._tcp:
            settings |= {
                "listen_addresses": "127.0.0.1",
                "port": str(_free_port()),
                "unix_socket_directories": "",
            }
        else:
            settings |= {
                "listen_addresses": "",
                "port": "5432",
                "unix_socket_directories": str(self._socket_folder()),
            }
        return " ".join(f'-c {name}="{value}"' for name, value in settings.items())

    def _socket_folder(self) -> Path:
        if len(str(self.folder)) < SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432.lock"):
            return self.folder
        folder = Path(tempfile.mkdtemp(prefix="nocs-"))
        if self._as_user:
            shutil.chown(folder, UNPRIVILEGED)
        return folder

    def _postmaster(self) -> list[str]:
        """The lines of postmaster.pid: pid, folder, start, port, socket folder, host, …"""
        try:
            return (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _is_running(self) -> bool:
        lines = self._postmaster()
        if not lines:
            return False
        try:
            # A pid that was given to another program after a power cut is not our server.
            return "postgres" in psutil.Process(int(lines[0])).name()
        except psutil.NoSuchProcess:
            return False

    def _url(self) -> str:
        lines = self._postmaster()
        port, socket_folder = lines[3].strip(), lines[4].strip()
        if self._tcp:
            password = self._password_file().read_text(encoding="utf-8")
            server = f"postgresql://nocs:{password}@127.0.0.1:{port}"
            query = ""
        else:
            server = "postgresql://nocs@"
            query = f"?host={socket_folder}&port={port}"
        with psycopg.connect(f"{server}/postgres{query}", autocommit=True) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        return f"{server}/{DATABASE}{query}"

    def _run(self, program: str, *arguments: str) -> None:
        options: dict[str, Any] = {}
        if self._as_user:
            options = {"user": UNPRIVILEGED, "group": group_of(UNPRIVILEGED), "extra_groups": []}
        # Output goes to a file: the server inherits it, and a pipe would never close.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self._bin / program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                **options,
            )
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if done.returncode:
            reason = text.splitlines()[-1] if text else f"exit status {done.returncode}"
            raise CacheError(
                f"The embedded PostgreSQL did not {program.removeprefix('pg_')}: {reason}",
                f"See {self._log}, or set NOCS_DATABASE_URL to a PostgreSQL of your own.",
            )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
