"""Pictures of every page and state, from the running product: `python -m tests.screenshots`.

It starts `nocs up` with demo data in a folder of its own, looks at each page in light and dark and
at three widths, and then lets the cache fail, age and become empty. Three of the pictures stand in
README.md.
"""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import text

from nocs.cache import balances
from nocs.cache.database import Database, notify
from nocs.model import AreaBalance, CachedArea, SourceKind
from nocs.settings import ROOT
from tests.browser.conftest import BROWSERS, FLAGS
from tests.records import publish, running
from tests.waiting import until

FOLDER = ROOT / "README.assets"
CUSTOMERS = 300_000
TALLEST = 6_000
FAIL = (
    "UPDATE nocs_refresh_run SET status = 'failed', finished_at = now(), error_code = 'ORA-12170',"
    " error = 'Oracle does not answer at ccb.example:1521/CCB (ORA-12170). Tried 3 times.'"
    " WHERE id = :run"
)
EMPTY = "DELETE FROM nocs_balance_summary"


@dataclass(frozen=True)
class Shot:
    """One picture: its name, the page's address, and an element that must be there first."""

    name: str
    path: str = "/"
    width: int = 1280
    scheme: str = "light"
    ready: str = "[data-drawn=yes]"
    whole: bool = True


PAGES = (
    Shot("summary", whole=False),
    Shot("summary-whole"),
    Shot("summary-dark", scheme="dark"),
    Shot("summary-phone", width=390),
    Shot("summary-wide", width=1920),
    Shot("filtered-and-compared", "/?areas=003&areas=007&areas=012&compare=week"),
    Shot("trends", "/trends?range=All"),
    Shot("trends-by-area", "/trends?show=Overlay&range=All"),
    Shot("trends-small-multiples", "/trends?show=Small+multiples&range=All", scheme="dark"),
    Shot("area", "/area?area=007"),
    Shot("area-dark", "/area?area=007", scheme="dark", whole=False),
    Shot("area-phone", "/area?area=013", width=390),
    Shot("refreshes", "/refreshes", ready=".nocs-log"),
)


def main(folder: Path = FOLDER) -> None:
    """Write all pictures into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with product() as (url, database), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for shot in PAGES:
            take(browser, url, shot, folder)
        with database.reading() as connection:
            shown = balances.read_snapshot(connection)
        assert shown
        old = shown.as_of - timedelta(hours=5)
        publish(database, *map(plain, shown.areas), as_of=old, source=SourceKind.DEMO)
        take(browser, url, Shot("state-stale", ready="[data-badge=stale]", whole=False), folder)
        run = running(database, SourceKind.DEMO).id
        change(database, FAIL, run=run)
        ready = "[data-testid=banner-failure]"
        take(browser, url, Shot("state-failed", ready=ready, whole=False), folder)
        change(database, EMPTY)
        take(browser, url, Shot("state-empty", ready="[data-testid=empty]", whole=False), folder)
        browser.close()


def plain(area: CachedArea) -> AreaBalance:
    """The area as the report gave it."""
    return AreaBalance(**{field.name: getattr(area, field.name) for field in fields(AreaBalance)})


def change(database: Database, statement: str, **values: object) -> None:
    """Carry out a statement and tell every page."""
    with database.transaction() as connection:
        connection.execute(text(statement), values)
        notify(connection)


def take(browser: Browser, url: str, shot: Shot, folder: Path) -> None:
    """Take one picture, once everything in it is drawn."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": 900},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        bypass_csp=True,  # for the waits below, which evaluate text
    )
    page = context.new_page()
    page.goto(url + shot.path)
    page.locator(shot.ready).first.wait_for(state="attached", timeout=30_000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.nocs-charts figure > div')]"
        ".every(box => box.dataset.drawn)"
    )
    if shot.whole:
        height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
        page.set_viewport_size({"width": shot.width, "height": min(int(height), TALLEST)})
    page.wait_for_function("() => !document.querySelector('[data-stale=true]')")
    page.screenshot(path=folder / f"{shot.name}.png")
    context.close()
    print(folder / f"{shot.name}.png")


@contextmanager
def product() -> Iterator[tuple[str, Database]]:
    """The whole product with demo data; its address and its cache."""
    folder = Path(tempfile.mkdtemp(prefix="nocs-screenshots-"))
    folder.chmod(0o755)  # run by root, PostgreSQL works as another user
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "up.log"
    command = [sys.executable, "-m", "nocs.cli", "up", "--port", str(port)]
    command += ["--data-dir", str(folder), "--customers", str(CUSTOMERS)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        until(lambda: "Figures are on the page" in log.read_text("utf-8"), "figures", seconds=180)
        database = Database(f"postgresql://nocs@/nocs?host={folder}/postgres")
        yield f"http://127.0.0.1:{port}", database
        database.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
