"""The whole product, started once by `nocs up`, and a real Chromium to look at it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from nocs.cache.database import Database
from nocs.settings import ROOT
from tests.tools import tool
from tests.waiting import until

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MILLISECONDS = 20_000


@dataclass(frozen=True)
class Product:
    """A running `nocs up`: where it is, its cache, and the token that it printed, if any."""

    url: str
    database: Database
    token: str
    log: Path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = tool(*BROWSERS, package="chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def running(**environment: str) -> Iterator[Product]:
    """`nocs up` with these settings and no rest between refreshes, until its figures are there."""
    folder = Path(tempfile.mkdtemp(prefix="nocs-product-"))
    folder.chmod(0o755)
    log = folder / "up.log"
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "nocs.cli", "up", "--port", str(port)),
                *("--data-dir", str(folder), "--customers", "3000"),
            ],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "NOCS_REFRESH_COOLDOWN_MINUTES": "0",
                **environment,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        told = until(lambda: _figures(log, process), "the first figures", seconds=60)
        token = re.search(r"nocs_[\w-]{43}", told)
        database = Database(f"postgresql://nocs@/nocs?host={folder}/postgres")
        yield Product(f"http://127.0.0.1:{port}", database, token.group() if token else "", log)
        database.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
    text = log.read_text(encoding="utf-8")
    assert process.returncode == 0, text
    assert "Traceback" not in text, text
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The demo."""
    with running() as product:
        assert product.token
        yield product


def _figures(log: Path, process: "subprocess.Popen[bytes]") -> str:
    text = log.read_text(encoding="utf-8")
    assert process.poll() is None, text
    return text if "Figures are on the page" in text else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def error_of(message: ConsoleMessage) -> list[str]:
    url = message.location["url"]
    # Streamlit looks for its server below the page's address first; it is not an error of ours.
    if message.type != "error" or re.search(r"/(refreshes|trends|area|audit)/_stcore/", url):
        return []
    return [f"{message.text} {url}"]


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[OpenPage]:
    """Open a page of the product in a browser of its own; an error on its console is a failure."""
    contexts, errors = [], []

    def open_(path: str = "/", width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.extend(error_of(message)))
        page.goto(product.url + path)
        return page

    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    yield open_
    for context in contexts:
        context.close()
    assert errors == []
