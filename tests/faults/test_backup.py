"""The cache is backed up and restored, onto older servers and from older versions too."""

import stat
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from nocs.cache import balances, runs
from nocs.cache.database import Database
from nocs.cache.revision import newest_revision
from nocs.model import Snapshot
from tests.faults.conftest import Results
from tests.faults.server import Server
from tests.records import area, fail, publish
from tests.test_commands import assert_one_line, nocs

DATA = Path(__file__).resolve().parent.parent / "data"
DUMPS = sorted(DATA.glob("cache-*.dump"))


def tables(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the cache."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'nocs\\_%' ORDER BY 1"
        ).fetchall()
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}".encode()).fetchall(), key=str)
            for (name,) in names
        }


def snapshot_of(url: str) -> Snapshot | None:
    database = Database(url)
    try:
        with database.reading() as connection:
            return balances.read_snapshot(connection)
    finally:
        database.close()


@pytest.fixture
def filled(database: Database, cache_url: str) -> str:
    """A cache with two published runs and a failed one."""
    publish(database, area("001", "9999999999999.99", "-0.01"), area("002"))
    fail(database, "the reason")
    publish(
        database, area("001", "12.34", "-0.01"), area("003", "0", "-7.00"), as_of=datetime.now(UTC)
    )
    return cache_url


def test_a_backup_restored_onto_an_empty_database_is_the_same_to_the_cent(
    filled: str, database_url: str, tmp_path: Path, results: Results
) -> None:
    file = tmp_path / "cache.dump"
    done = nocs("backup", str(file), NOCS_DATABASE_URL=filled)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    done = nocs("restore", str(file), NOCS_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert f"schema {newest_revision()}" in done.stdout
    before, after = tables(filled), tables(database_url)
    assert before == after and len(before) >= 5
    # It works on: ids go on where they were, and a publish finds its constraints.
    restored = Database(database_url)
    following = publish(restored, area("001", "1.00", "0"))
    restored.close()
    with psycopg.connect(filled) as connection:
        row = connection.execute("SELECT max(id) FROM nocs_refresh_run").fetchone()
    assert row and following.id > row[0]
    results.add(
        "nocs backup, nocs restore onto an empty database",
        "every row the same, and it works on",
        f"{sum(map(len, after.values()))} rows in {len(after)} tables equal, next run "
        f"{following.id}",
    )


def test_a_restore_refuses_a_database_that_holds_a_cache(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "cache.dump"
    assert nocs("backup", str(file), NOCS_DATABASE_URL=filled).returncode == 0
    before = tables(filled)
    done = nocs("restore", str(file), NOCS_DATABASE_URL=filled)
    assert_one_line(done, "holds a cache already", "empty database")
    assert tables(filled) == before


@pytest.mark.faults
def test_a_file_that_is_no_backup_leaves_the_database_empty(
    database_url: str, tmp_path: Path
) -> None:
    there = {"NOCS_DATABASE_URL": database_url}
    assert_one_line(nocs("restore", str(tmp_path / "none"), **there), "There is no file")
    (tmp_path / "text").write_text("not a dump", encoding="utf-8")
    assert_one_line(nocs("restore", str(tmp_path / "text"), **there), "pg_restore failed")
    assert tables(database_url) == {}


@pytest.mark.faults
def test_half_a_backup_restores_nothing(filled: str, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "cache.dump"
    assert nocs("backup", str(file), NOCS_DATABASE_URL=filled).returncode == 0
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 3])
    assert nocs("restore", str(file), NOCS_DATABASE_URL=database_url).returncode == 1
    assert tables(database_url) == {}


def test_a_folder_that_cannot_be_written_is_told(filled: str, tmp_path: Path) -> None:
    done = nocs("backup", str(tmp_path / "no" / "x.dump"), NOCS_DATABASE_URL=filled)
    assert_one_line(done, "Cannot write", "Name another file")


def test_there_is_a_dump_of_the_first_revision() -> None:
    assert DATA / "cache-0001.dump" in DUMPS


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_the_dump_of_a_released_revision_upgrades_with_its_data(
    dump: Path, database_url: str, results: Results
) -> None:
    revision = dump.stem.removeprefix("cache-")
    done = nocs("restore", str(dump), NOCS_DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert newest_revision() in done.stdout
    snapshot = snapshot_of(database_url)
    assert snapshot is not None
    found = {
        one.nocs_code: (one.positive_balance_amt, one.negative_balance_amt)
        for one in snapshot.areas
    }
    assert found == {
        "001": (Decimal("12.34"), Decimal("-0.01")),
        "003": (Decimal("0.00"), Decimal("-7.00")),
    }
    assert snapshot.previous and snapshot.previous.positive_balance_amt == Decimal(
        "10000000000099.99"
    )
    database = Database(database_url)
    with database.reading() as connection:
        told = [run.status for run in runs.recent(connection)]
        history = connection.exec_driver_sql(
            "SELECT count(*) FROM nocs_balance_history"
        ).scalar_one()
    database.close()
    assert told == ["succeeded", "failed", "succeeded"] and history == 4
    results.add(
        f"the dump of schema {revision}",
        "restores and upgrades with its data",
        f"now {newest_revision()}, {len(told)} runs, {history} rows of history, net "
        f"{snapshot.totals.net_balance}",
    )


@pytest.fixture
def older_server(servers: Callable[..., Server]) -> Iterator[Server]:
    """PostgreSQL 16, whose programs lie beside the newer ones."""
    server = servers("older")
    server.use_older()
    yield server.create(customers=0)


@pytest.mark.faults
def test_a_backup_moves_to_an_older_server_and_back(
    filled: str, database_url: str, older_server: Server, tmp_path: Path, results: Results
) -> None:
    with psycopg.connect(older_server.url) as connection:
        version = connection.info.server_version // 10_000
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    there, back = tmp_path / "there.dump", tmp_path / "back.dump"
    steps = [
        ("backup", there, filled),
        ("restore", there, older_server.url),
        ("backup", back, older_server.url),
        ("restore", back, database_url),
    ]
    for command, file, url in steps:
        done = nocs(command, str(file), NOCS_DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
    assert tables(filled) == tables(older_server.url) == tables(database_url)
    results.add(
        f"a backup moves to PostgreSQL {version} and back",
        "every row the same",
        f"{sum(map(len, tables(filled).values()))} rows equal on all three",
    )


def test_a_password_is_never_an_argument(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nocs import backup

    seen: list[list[str]] = []
    real = subprocess.run

    def noted(command: list[str], **options: object) -> object:
        seen.append([str(part) for part in command])
        return real(command, **options)

    monkeypatch.setattr("nocs.backup.subprocess.run", noted)
    url = filled.replace("nocs@", "nocs:hunter2-secret@")
    database = Database(url)
    backup.backup(database, url, tmp_path / "x.dump")
    database.close()
    assert seen and "hunter2-secret" not in str(seen)
