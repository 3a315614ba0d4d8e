"""The embedded PostgreSQL: kept between starts, shared, and harmless to other folders."""

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
import pytest

from nocs.demo import programs
from nocs.demo.postgres import EmbeddedPostgres
from nocs.errors import SettingsError

as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root runs PostgreSQL as nobody"
)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nocs-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def postmaster(data_dir: Path) -> psutil.Process:
    lines = (data_dir / "postgres/cluster/postmaster.pid").read_text(encoding="utf-8")
    return psutil.Process(int(lines.splitlines()[0]))


def test_a_second_start_finds_the_data_of_the_first(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir).running() as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.commit()
    with EmbeddedPostgres(data_dir).running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_the_server_stops_with_its_user(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir).running():
        server = postmaster(data_dir)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE


def test_the_server_of_a_killed_user_is_joined(data_dir: Path) -> None:
    first = EmbeddedPostgres(data_dir)
    first.start()
    first._users.release_read_lock()  # what the kernel does for a killed process
    pid = postmaster(data_dir).pid
    with EmbeddedPostgres(data_dir).running():
        assert postmaster(data_dir).pid == pid


def test_over_tcp_a_password_is_asked(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, tcp=True).running() as url:
        assert "@127.0.0.1:" in url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("nocs",)
        without = url.replace(url[url.index("nocs:") + 4 : url.index("@")], "")
        with pytest.raises(psycopg.OperationalError, match="no password"):
            psycopg.connect(without)


def test_an_interrupted_first_start_is_made_good(data_dir: Path) -> None:
    (data_dir / "postgres/cluster/base").mkdir(parents=True)
    if os.geteuid() == 0:
        shutil.chown(data_dir / "postgres/cluster", "nobody")
    with EmbeddedPostgres(data_dir).running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(data_dir: Path) -> None:
    file = data_dir / "file"
    file.touch()
    with pytest.raises(SettingsError, match="NOCS_DATA_DIR: cannot write"):
        EmbeddedPostgres(file / "below").start()


@as_root
def test_a_private_data_folder_is_refused_and_stays_private(data_dir: Path) -> None:
    private = data_dir / "home"
    private.mkdir(mode=0o700)
    with pytest.raises(SettingsError, match="cannot enter"):
        EmbeddedPostgres(private / "data").start()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@as_root
def test_programs_in_a_private_home_are_copied_and_the_home_stays_private(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec(programs.PACKAGE)
    assert spec and spec.origin
    home, package = data_dir / "home", data_dir / "home/site" / programs.PACKAGE
    shutil.copytree(Path(spec.origin).parent / programs.INSTALL, package / programs.INSTALL)
    (package / "__init__.py").touch()
    libraries = Path(spec.origin).parent.with_name(f"{programs.PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, home / "site" / libraries.name)
    home.chmod(0o700)
    modes = {path: path.lstat().st_mode for path in home.rglob("*")}
    monkeypatch.syspath_prepend(home / "site")
    monkeypatch.setattr(programs, "ROOT_HOME", data_dir / "ours")

    with EmbeddedPostgres(data_dir).running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert str(data_dir / "ours") in postmaster(data_dir).exe()

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {path: path.lstat().st_mode for path in home.rglob("*")} == modes
