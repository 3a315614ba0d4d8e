"""The figures that stand in the document: where they stand, and how the live page takes over."""

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, Product
from tests.waiting import until

# What moves when anything above it has another size.
PARTS = (".nocs-h1", ".nocs-language", ".nocs-status", ".nocs-choose", ".nocs-cards", ".nocs-tools",
         ".nocs-table tbody tr:nth-child(9)", ".nocs-table tfoot", ".nocs-h2", ".nocs-charts",
         ".nocs-charts figure:nth-child(2) > div", ".nocs-charts figure:nth-child(4) > div",
         ".nocs-help")  # fmt: skip
PLACES = """parts => parts.map((part) => {
  const root = document.querySelector("nocs-first")?.shadowRoot ?? document;
  const { x, y, width, height } = root.querySelector(part).getBoundingClientRect();
  return [x, y, width, height].map(Math.round);
})"""


# Keeps the root that the document closes to everybody else.
OPENED = """
const attach = HTMLElement.prototype.attachInternals;
HTMLElement.prototype.attachInternals = function () {
  const internals = attach.call(this);
  window.first = internals.shadowRoot;
  return internals;
};
"""
ENTRY = re.compile(r"/static/js/index\.[^.]+\.js")


def opened_without_scripts(page: Page, url: str) -> None:
    """The document without Streamlit's scripts; its figures can be found as the live page's."""

    def look_into(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace('shadowrootmode="closed"', 'shadowrootmode="open"')
        route.fulfill(response=answer, body=body)

    page.route(ENTRY, lambda route: route.abort())
    page.route(re.compile(r"/(\?.*)?$"), look_into)
    page.goto(url)


def holding(page: Page, url: re.Pattern[str]) -> list[Route]:
    """What the page asks for first at this address, held until a test lets it go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(url, hold, times=1)
    return held


def places(page: Page, parts: Sequence[str] = PARTS) -> list[list[int]]:
    """Where the parts of the page stand: x, y, width and height in pixels."""
    found: list[list[int]] = page.evaluate(PLACES, list(parts))
    return found


@pytest.mark.parametrize("language", ["en", "bn"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900), (1920, 1080)])
def test_nothing_moves_when_the_live_page_takes_over(
    open_page: OpenPage, product: Product, width: int, height: int, language: str
) -> None:
    live = open_page(f"/?lang={language}", width, height)
    expect(live.locator("nocs-first")).to_have_count(0)
    first = live.context.new_page()
    opened_without_scripts(first, f"{product.url}/?lang={language}")
    expect(first.get_by_test_id("cards")).to_be_visible()
    assert places(first) == places(live)


def test_the_charts_are_drawn_before_the_live_page_and_not_again_by_it(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/refreshes").context.new_page()
    held = holding(page, ENTRY)
    page.add_init_script(OPENED)
    page.goto(product.url)
    count = "() => window.first.querySelectorAll('[data-drawn=yes]').length"
    until(lambda: page.evaluate(count) == 4 and held, "the charts of the document")
    assert page.locator(".stApp").count() == 0
    # Another drawing would make another layout.
    layouts = "[...from.querySelectorAll('[data-drawn=yes]')].map((box) => box._fullLayout)"
    page.evaluate(f"from => {{ from = window.first; window.layouts = {layouts}; }}")
    held[0].continue_()
    expect(page.locator("nocs-first")).to_have_count(0)
    expect(page.locator(".nocs-charts [data-drawn=yes]")).to_have_count(4)
    assert page.evaluate(
        f"from => {{ from = document; return {layouts}"
        ".every((it, at) => it && it === window.layouts[at]); }"
    )


def test_a_page_that_cannot_draw_its_charts_takes_over_too(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/refreshes").context.new_page()
    page.route("**/plotly-basic.min.js", lambda route: route.abort())
    page.goto(product.url)
    expect(page.locator("nocs-first")).to_have_count(0)
    expect(page.get_by_text("The charts could not be loaded.")).to_have_count(4)


def test_charts_that_never_come_keep_no_live_page_away(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/refreshes").context.new_page()
    held = holding(page, re.compile("plotly-basic"))
    page.goto(product.url)
    expect(page.locator("nocs-first")).to_have_count(0)
    expect(page.locator(".nocs-card .nocs-big")).to_have_count(4)
    assert held and page.locator("[data-drawn=yes]").count() == 0
    for route in held:
        route.continue_()
    expect(page.locator(".nocs-charts [data-drawn=yes]")).to_have_count(4)


def test_a_first_paint_that_breaks_in_the_browser_leaves_the_page_to_the_live_one(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/refreshes").context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.add_init_script("ShadowRoot.prototype.querySelector = () => { throw Error('broken'); };")
    page.goto(product.url)
    expect(page.locator(".nocs-card .nocs-big")).to_have_count(4)
    expect(page.locator("nocs-first")).to_have_count(0)
    expect(page.locator(".nocs-charts [data-drawn=yes]")).to_have_count(4)
    assert broken == ["broken"]


def test_the_figures_stay_readable_where_no_live_page_comes(
    open_page: OpenPage, product: Product
) -> None:
    live = open_page("/")
    expect(live.locator("nocs-first")).to_have_count(0)
    alone = live.context.new_page()
    alone.clock.install()
    opened_without_scripts(alone, product.url)
    late = alone.locator(".nocs-late")
    expect(alone.get_by_test_id("card-due")).to_be_visible()
    alone.clock.run_for(14_000)
    expect(late).to_be_hidden()
    alone.clock.run_for(2_000)
    expect(late).to_be_visible()
    expect(late).to_contain_text("The live page has not opened yet")


def test_the_figures_show_in_the_theme_that_was_chosen(
    open_page: OpenPage, product: Product
) -> None:
    live = open_page("/", scheme="light")
    expect(live.locator("nocs-first")).to_have_count(0)
    live.evaluate("localStorage.setItem('stActiveTheme-/-v2', JSON.stringify({ name: 'Dark' }))")
    page = live.context.new_page()
    opened_without_scripts(page, product.url)
    ink = "getComputedStyle(document.querySelector('nocs-first')).backgroundColor"
    assert page.evaluate(ink) == "rgb(18, 22, 28)"
    page.evaluate("localStorage.clear()")
    page.reload()
    assert page.evaluate(ink) == "rgb(246, 247, 249)"
