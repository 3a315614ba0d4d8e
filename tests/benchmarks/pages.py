"""How fast a page paints, in a real browser: this project's against the naive one."""

import shutil
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.benchmarks.rows import RUNS, Line, Row, Skipped, milliseconds
from tests.benchmarks.servers import Cache, naive, ours
from tests.browser.conftest import BROWSERS, FLAGS
from tests.browser.test_first_paint import OPENED
from tests.waiting import until

# The figures stand in the document first, behind a closed door that only a page's own script opens.
# They are painted there; "live" is when Streamlit's page has taken over and takes clicks.
OURS = {
    "cards": "(window.first ?? document).querySelectorAll('.nocs-card .nocs-big').length === 4",
    "table": "(window.first ?? document).querySelectorAll('.nocs-table tbody tr').length === 17",
    "everything": "[window.first, document].some("
    "(it) => it?.querySelectorAll('[data-drawn=yes]').length === 4)",
    "live": "document.querySelectorAll('[data-drawn=yes]').length === 4"
    " && !document.querySelector('nocs-first')",
}
NAIVE = {
    "cards": "document.querySelectorAll('[data-testid=stMetricValue]').length === 4",
    "table": "!!document.querySelector('[data-testid=stDataFrame] canvas')",
    "everything": "document.querySelectorAll('.js-plotly-plot .barlayer .point').length === 20",
}
# Looks once a frame and notes the first frame after each moment, so after it was painted.
WATCH = """
const conditions = CONDITIONS;
window.moments = {};
(function look() {
  for (const [name, test] of Object.entries(conditions)) {
    if (!(name in window.moments) && document.body && test()) {
      window.moments[name] = null;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        window.moments[name] = performance.now();
      }));
    }
  }
  requestAnimationFrame(look);
})();
"""
MEGABIT = 1_000_000 / 8
SLOW_LINE = {
    "offline": False,
    "latency": 40,
    "downloadThroughput": 20 * MEGABIT,
    "uploadThroughput": 20 * MEGABIT,
}


@dataclass(frozen=True)
class Side:
    """A page to measure: where it is and how to see that a part of it is there."""

    url: str
    conditions: dict[str, str]


def measure(cache: Cache) -> Iterator[Line]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        yield Skipped("Page", "no Chromium on this machine")
        return
    with (
        ours(cache) as (our_url, _),
        naive(cache) as (naive_url, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        sides = (Side(our_url, OURS), Side(naive_url, NAIVE))
        yield from _warm(browser, sides)
        yield from _cold(browser, sides)
        yield from _slow(browser, sides)
        browser.close()
    yield from _first_session(cache, path)


def _warm(browser: Browser, sides: tuple[Side, Side]) -> Iterator[Line]:
    contexts = [browser.new_context() for _ in sides]
    found: list[list[dict[str, float]]] = [[], []]
    for number in range(RUNS + 1):
        for side, context, moments in zip(sides, contexts, found, strict=True):
            times = _visit(context, side)
            if number:
                moments.append(times)
    mine, theirs = (_medians(moments) for moments in found)
    for context in contexts:
        context.close()
    for moment, most in (("cards", 0.65), ("table", 0.45), ("everything", 0.50)):
        yield _row(f"Page, warm: {moment} painted", mine[moment], theirs[moment], most)
    yield _row("Page, warm: every part works", mine["live"], theirs["everything"])


def _cold(browser: Browser, sides: tuple[Side, Side]) -> Iterator[Line]:
    mine, theirs, weight = _cold_visits(browser, sides)
    yield _row("Page, cold: everything painted", mine["everything"], theirs["everything"], 0.45)
    yield _row("Page, cold: every part works", mine["live"], theirs["everything"])
    yield Row(
        "Page, cold: bytes", f"{weight[0] / 1e6:.2f} MB", f"naive page {weight[1] / 1e6:.2f} MB",
        weight[0] / 1e6, "MB", most=1.8,
    )  # fmt: skip


def _slow(browser: Browser, sides: tuple[Side, Side]) -> Iterator[Line]:
    mine, theirs, _ = _cold_visits(browser, sides, SLOW_LINE)
    page = "Page, cold, 20 Mbit/s and 40 ms"
    yield _row(f"{page}: everything painted", mine["everything"], theirs["everything"], 0.35)
    yield _row(f"{page}: every part works", mine["live"], theirs["everything"])


def _cold_visits(
    browser: Browser, sides: tuple[Side, Side], line: dict[str, Any] | None = None
) -> tuple[dict[str, float], dict[str, float], list[float]]:
    """Medians of both sides, each visit in a new profile, and the median of the bytes."""
    found: list[list[dict[str, float]]] = [[], []]
    sizes: list[list[float]] = [[], []]
    for number in range(RUNS + 1):
        for position, side in enumerate(sides):
            context = browser.new_context()
            page, weight = _weighed(context, line)
            times = _visit(context, side, page)
            context.close()
            if number:
                found[position].append(times)
                sizes[position].append(sum(weight))
    return _medians(found[0]), _medians(found[1]), [statistics.median(size) for size in sizes]


def _first_session(cache: Cache, path: str) -> Iterator[Line]:
    """The very first visitor after a start against the next one, both with empty profiles."""
    firsts, seconds = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for _ in range(RUNS):
            with ours(cache) as (url, _process):
                for times in (firsts, seconds):
                    context = browser.new_context()
                    times.append(_visit(context, Side(url, OURS))["live"])
                    context.close()
        browser.close()
    first, second = statistics.median(firsts), statistics.median(seconds)
    yield Row(
        "First session after a start",
        milliseconds(first),
        f"second session {milliseconds(second)}",
        first / second,
        most=1.5,
    )


def _visit(context: BrowserContext, side: Side, page: Page | None = None) -> dict[str, float]:
    """Seconds from the navigation to each moment, in a new tab."""
    page = context.new_page() if page is None else page
    tests = ", ".join(f"{name}: () => {test}" for name, test in side.conditions.items())
    page.add_init_script(OPENED + WATCH.replace("CONDITIONS", f"{{{tests}}}"))
    page.goto(side.url)
    # Asked from outside: the page's policy forbids what Playwright's own wait would evaluate.
    done = f"Object.values(window.moments).filter(Boolean).length === {len(side.conditions)}"
    until(lambda: page.evaluate(done), "all of the page", seconds=60, pause=0.1)
    moments: dict[str, float] = page.evaluate("window.moments")
    page.close()
    return {name: value / 1000 for name, value in moments.items()}


def _weighed(context: BrowserContext, line: dict[str, Any] | None) -> tuple[Page, list[float]]:
    """A tab that collects the bytes it is sent, as on the wire; `line` slows the network down."""
    weight: list[float] = []
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    if line is not None:
        session.send("Network.emulateNetworkConditions", line)
    session.on("Network.loadingFinished", lambda event: weight.append(event["encodedDataLength"]))
    session.on(
        "Network.webSocketFrameReceived",
        # Binary frames are told as base64.
        lambda event: weight.append(len(event["response"]["payloadData"]) * 3 / 4),
    )
    return page, weight


def _medians(times: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(time[name] for time in times) for name in times[0]}


def _row(what: str, mine: float, theirs: float, most: float | None = None) -> Row:
    return Row(
        what, milliseconds(mine), f"naive page {milliseconds(theirs)}", mine / theirs, most=most
    )
