"""`streamlit run app.py` alone: the dashboard with a PostgreSQL of its own and no scheduler."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from nocs.settings import ROOT
from tests.browser.conftest import PATIENCE_MILLISECONDS, free_port
from tests.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture
def address() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="nocs-streamlit-"))
    folder.chmod(0o755)
    port = free_port()
    log = folder / "streamlit.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "NOCS_DATA_DIR": str(folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: _answers(port), "the server to listen", seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert "Traceback" not in log.read_text(encoding="utf-8")
    shutil.rmtree(folder)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_streamlit_run_alone_shows_the_page_and_says_how_to_start_a_scheduler(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.goto(address)
    waiting = page.get_by_text("Data is being calculated").first
    expect(waiting).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_test_id("banner-scheduler")).to_contain_text("nocs scheduler")
    page.close()
    assert httpx2.get(address + "/api/reports/nocs_balance_summary").status_code == 401
