"""A PostgreSQL server that a test may stop, kill, restart, copy to a standby and promote."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import psycopg

from nocs.cache.database import Database
from nocs.cache.migrate import migrate
from nocs.demo import ccb
from nocs.demo.postgres import SERVER_SETTINGS
from nocs.demo.programs import UNPRIVILEGED, group_of, server_programs, unprivileged_user

CUSTOMERS = 1_000
SETTINGS = {**SERVER_SETTINGS, "fsync": "off", "listen_addresses": "", "port": "5432"}


class Server:
    """A server on `folder`, reached by a socket in it. Started on entry, with an empty cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = folder / "cluster"
        self.url = f"postgresql://nocs@/nocs?host={folder}"
        self._as_user = unprivileged_user()
        self._bin = server_programs(self._as_user)

    def __enter__(self) -> "Server":
        self.folder.mkdir(mode=0o700)
        if self._as_user:
            shutil.chown(self.folder, UNPRIVILEGED)
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_running():
            self.stop("immediate")

    def use_older(self) -> None:
        """Run the oldest PostgreSQL that the package of the embedded one brings."""
        self._bin = self._bin.parent.with_name("pginstall") / "bin"

    def create(self, customers: int = CUSTOMERS) -> "Server":
        """Make the cluster with a migrated cache and a small CC&B, and start it."""
        self.run("initdb", "-D", self.cluster, "-U", "nocs", "--auth=trust", "--encoding=UTF8",
                 "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        self.start()
        with psycopg.connect(self._maintenance(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE nocs")
        database = Database(self.url)
        migrate(database)
        database.close()
        if customers:
            with psycopg.connect(self.url) as connection:
                ccb.create(connection, customers)
        return self

    def copy_to(self, standby: "Server") -> "Server":
        """Make `standby` a streaming standby of this server and start it."""
        standby.run("pg_basebackup", "-D", standby.cluster, "-R", "-X", "stream", "-c", "fast",
                    "--no-sync", "-h", self.folder, "-U", "nocs")  # fmt: skip
        standby.start()
        return standby

    def start(self) -> None:
        settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
        options = " ".join(f'-c {name}="{value}"' for name, value in settings.items())
        self.run("pg_ctl", "-w", "-t", "60", "-D", self.cluster, "-l", self.folder / "server.log",
                 "-o", options, "start")  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-w", "-m", mode, "-D", self.cluster, "stop")

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        """kill -9, as a machine that loses its power."""
        postmaster = psutil.Process(self._pid())
        everyone = [postmaster, *postmaster.children()]
        os.kill(postmaster.pid, signal.SIGKILL)
        psutil.wait_procs(everyone, timeout=20)
        (self.cluster / "postmaster.pid").unlink()

    def promote(self) -> None:
        self.run("pg_ctl", "-w", "-D", self.cluster, "promote")

    def is_running(self) -> bool:
        try:
            return psutil.pid_exists(self._pid())
        except FileNotFoundError:
            return False

    def run(self, program: str, *arguments: object) -> None:
        owner = (
            {"user": UNPRIVILEGED, "group": group_of(UNPRIVILEGED), "extra_groups": []}
            if self._as_user
            else {}
        )
        with (self.folder / "programs.log").open("ab") as output:
            subprocess.run(
                [str(self._bin / program), *map(str, arguments)],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                **owner,
            )

    def _pid(self) -> int:
        lines = (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(lines[0])

    def _maintenance(self) -> str:
        return self.url.replace("/nocs?", "/postgres?")
