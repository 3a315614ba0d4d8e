"""README.md is true: its commands run with the output it shows, its SQL, settings and links exist.

The walk from demo to production is gone from the empty database to the first figures, with the
Oracle wire of the tests in the place of CC&B.
"""

import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import typer
from psycopg import sql

from nocs.cli import app
from nocs.demo import ccb
from nocs.demo.programs import server_programs
from nocs.settings import PREFIX, ROOT, Settings
from nocs.web.api import create_api
from tests.conftest import url_of
from tests.readme import README, Block, blocks, is_as_expected, with_generated_parts
from tests.shell import Shell
from tests.tools import tool
from tests.waiting import until
from tests.wire import OracleWire

TEXT = README.read_text(encoding="utf-8")
BLOCKS = blocks()
DATABASE, OWNER = "nocs_cache", "nocs_owner"


@dataclass(frozen=True)
class Walk:
    """What is left of the walk: the shell in which it was gone, its cache, and what was wrong."""

    shell: Shell
    places: dict[str, str]
    cache_url: str
    wrong: list[str]

    def here(self, text: str) -> str:
        """The README's examples replaced by the places of this machine."""
        for example, place in self.places.items():
            text = text.replace(example, place)
        return text


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def ccb_url(postgres_url: str) -> Iterator[str]:
    """A database that holds CC&B's tables, for the Oracle wire."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE readme_ccb")
        url = url_of(postgres_url, "readme_ccb")
        with psycopg.connect(url) as connection:
            ccb.create(connection, 1_000)
        yield url
        admin.execute("DROP DATABASE readme_ccb WITH (FORCE)")


@pytest.fixture(scope="module")
def walk(
    postgres_url: str, ccb_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """Every console block of the README, gone through in its order."""
    tool("curl", package="curl")
    folder = tmp_path_factory.mktemp("walk")
    password, port = folder / "oracle_password", free_port()
    password.write_text("secret\n", encoding="utf-8")
    cache_url = _as_owner(postgres_url)
    path = [str(Path(sys.executable).parent), str(server_programs(False)), os.environ["PATH"]]
    environment = {
        "PATH": os.pathsep.join(path),
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "NOCS_DATA_DIR": str(folder / "data"),
        "NOCS_PORT": port,
    }
    with (
        OracleWire(conninfo=ccb_url, users={"nocs_reader": "secret"}, service="CCB") as wire,
        Shell(folder, environment) as shell,
    ):
        places = {
            "postgresql://postgres@db.example:5432/postgres": f"'{postgres_url}'",
            "postgresql://nocs_owner:change-me@db.example:5432/nocs_cache": f"'{cache_url}'",
            "ccb.example:1521/CCB": wire.dsn,
            "/etc/nocs/oracle_password": str(password),
            "127.0.0.1:8501": f"127.0.0.1:{port}",
            "/opt/nocs/": f"{ROOT}/",
        }
        walk = Walk(shell, places, cache_url, [])
        for block in BLOCKS:
            _go(walk, block, int(port))
        yield walk
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        admin.execute(f"DROP ROLE {OWNER}")


def _as_owner(postgres_url: str) -> str:
    return url_of(postgres_url, DATABASE).replace("//nocs@", f"//{OWNER}:change-me@", 1)


def _go(walk: Walk, block: Block, port: int) -> None:
    if block.kind == "console":
        for command, expected in block.commands():
            seen = walk.shell.run(walk.here(command))
            wanted = [walk.here(line) for line in expected]
            same = len(seen) == len(wanted) and all(map(is_as_expected, wanted, seen))
            if not same:
                walk.wrong.append(f"$ {command}\nexpected {wanted}\nseen     {seen}")
    if block.kind == "console background":
        for command, expected in block.commands():
            log = walk.shell.start(walk.here(command))
            if not expected:
                until(lambda: _listens(port), f"an answer of: {command}", seconds=60)
            for line in expected:
                until(
                    lambda log=log, line=line: _is_in(log, line),
                    f"{line!r} of: {command}",
                    seconds=60,
                )


def _is_in(log: Path, line: str) -> bool:
    return any(is_as_expected(line, seen) for seen in log.read_text("utf-8").splitlines())


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_every_command_shown_with_its_output_has_that_output(walk: Walk) -> None:
    assert walk.wrong == [], "\n".join(walk.wrong)


def test_the_walk_shows_something_of_every_step() -> None:
    shown = [c for block in BLOCKS if block.kind.startswith("console") for c, _ in block.commands()]
    for part in ("migrate", "doctor", "scheduler", "serve", "status", "token create", "export"):
        assert any(f"nocs {part}" in command for command in shown), part


@pytest.mark.parametrize(
    "query", [block.text for block in BLOCKS if block.kind == "sql"], ids=lambda text: text[:40]
)
def test_every_query_runs_and_finds_rows(walk: Walk, query: str) -> None:
    with psycopg.connect(walk.cache_url) as connection:
        rows = connection.execute(sql.SQL(query)).fetchall()
    assert rows


def test_the_answer_of_the_api_has_the_fields_that_are_shown(walk: Walk) -> None:
    (shown,) = (json.loads(b.text) for b in BLOCKS if (b.section, b.kind) == ("The API", "json"))
    (command,) = (b.text for b in BLOCKS if b.section == "The API" and b.text.startswith("curl"))
    answer = json.loads("\n".join(walk.shell.run(walk.here(command).replace("curl", "curl -s"))))
    assert list(answer) == list(shown)
    assert list(answer["data"][0]) == list(shown["data"][0])
    kinds = [type(value) for value in shown["data"][0].values()]
    assert [type(value) for value in answer["data"][0].values()] == kinds
    assert answer["count"] == len(answer["data"]) == shown["count"]


def test_the_summary_is_as_small_as_is_said(walk: Walk) -> None:
    with psycopg.connect(walk.cache_url) as connection:
        rows, everything = connection.execute(
            "SELECT pg_table_size('nocs_balance_summary'),"
            " pg_total_relation_size('nocs_balance_summary')"
        ).fetchone() or (0, 0)
    assert (
        "| Size of `nocs_balance_summary` | 10 to 20 KB of rows, 100 KB with its indexes |" in TEXT
    )
    assert 8_000 <= rows <= 20_480
    assert everything <= 102_400


def test_the_parts_made_of_code_are_as_the_code_makes_them() -> None:
    assert with_generated_parts(TEXT) == TEXT, "run: python -m tests.readme"


def test_every_setting_named_is_one() -> None:
    named = set(re.findall(rf"\b{PREFIX}([A-Z][A-Z_]*[A-Z])\b", TEXT))
    fields = {field.upper() for field in Settings.model_fields}
    assert "DATABASE_URL" in named
    secrets = {f"{field}_FILE" for field in fields}
    assert named - fields - secrets - {"ORACLE"} == set()


def test_every_command_and_option_named_exists() -> None:
    root = typer.main.get_command(app)
    named = set(re.findall(r"(?:`|\$ |bin/|\\|^)nocs ((?:[a-z]+ ?)+)", TEXT, re.M))
    assert len(named) > 8
    for words in named:
        command = root
        for word in words.split():
            children = getattr(command, "commands", {})
            if not children:
                break
            assert word in children, f"nocs {words}"
            command = children[word]


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)", TEXT, re.M))
    assert {"".join(pair) for pair in named} <= targets
    assert ("run", "") in named


def test_every_file_linked_or_copied_exists() -> None:
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    copied = re.findall(r"^cp (\S+) ", TEXT, re.M)
    assert linked and copied
    for path in (*linked, *copied):
        assert list(ROOT.glob(path)), path


def test_every_address_of_the_api_exists() -> None:
    named = {address.split("?")[0] for address in re.findall(r"/api(/[\w/?=.-]+)", TEXT)}
    assert "/reports/nocs_balance_summary" in named
    assert named <= set(create_api().openapi()["paths"]) | {"/openapi.json", "/docs"}
