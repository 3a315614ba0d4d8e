"""What the tests of faults share, and the table of what they saw.

Each test says through `results` which fault it made, what must hold, and what it measured; the
table stands at the end of the run. A test that fails before it could say so is listed as broken.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from nocs.cache.database import Database
from nocs.demo import ccb
from tests.browser.conftest import browser  # noqa: F401 - a fixture
from tests.conftest import _fresh_database, url_of
from tests.faults.processes import Processes
from tests.faults.server import Server

DEMO_TEMPLATE = "template_demo"
CUSTOMERS = 1_000


@dataclass
class Results:
    """The lines of one test: fault, what must hold, what was seen."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, fault: str, must_hold: str, seen: str) -> None:
        self.lines.append((fault, must_hold, seen))


_table = pytest.StashKey[list[tuple[str, str, str, str]]]()
_broken = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_table] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_broken] = True
    if report.when == "call" and "results" in getattr(item, "fixturenames", ()):
        results: Results = item.funcargs["results"]
        verdict = "BROKEN" if report.failed else "holds"
        lines = results.lines or [(item.name, "see the test", f"{report.outcome}, nothing told")]
        item.config.stash[_table] += [(verdict, *line) for line in lines]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    table = terminalreporter.config.stash.get(_table, [])
    if not table:
        return
    terminalreporter.section("faults")
    widths = [max(len(row[column]) for row in table) for column in (1, 2)]
    for verdict, fault, must, seen in sorted(table, key=lambda row: row[1]):
        terminalreporter.write_line(
            f"{verdict:<6} | {fault:<{widths[0]}} | {must:<{widths[1]}} | {seen}"
        )


@pytest.fixture
def results() -> Results:
    return Results()


@pytest.fixture
def demo_urls(postgres_url: str, template: str) -> Iterator[Callable[[], str]]:
    """Makes databases with a migrated, empty cache and a small CC&B."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (DEMO_TEMPLATE,)
        ).fetchone()
        if not known:
            connection.execute(f"CREATE DATABASE {DEMO_TEMPLATE} TEMPLATE {template}")
    if not known:
        with psycopg.connect(url_of(postgres_url, DEMO_TEMPLATE)) as connection:
            ccb.create(connection, CUSTOMERS)
    made: list[Iterator[str]] = []

    def make() -> str:
        made.append(_fresh_database(postgres_url, DEMO_TEMPLATE))
        return next(made[-1])

    yield make
    for one in made:
        next(one, None)


@pytest.fixture
def demo_url(demo_urls: Callable[[], str]) -> str:
    return demo_urls()


@pytest.fixture
def demo_database(demo_url: str) -> Iterator[Database]:
    database = Database(demo_url, name="nocs test")
    yield database
    database.close()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Starts schedulers and dashboards as processes, and ends them with the test."""
    started = Processes(tmp_path)
    yield started
    started.end()


@pytest.fixture
def servers() -> Iterator[Callable[..., Server]]:
    """Makes PostgreSQL servers of the test's own, which it may stop, kill and promote."""
    folder = Path(tempfile.mkdtemp(prefix="nocs-faults-"))
    folder.chmod(0o755)
    with ExitStack() as stack:

        def make(name: str = "one") -> Server:
            return stack.enter_context(Server(folder / name))

        yield make
    shutil.rmtree(folder)


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    return servers()


@pytest.fixture
def program() -> Callable[[str, str], str]:
    """The path of a program of Debian's; without it CI fails and a person's run skips."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
        if path is None:
            message = f"no {name} on this machine: apt-get install {package}"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)  # a person without the program runs the other tests
        return path

    return find
