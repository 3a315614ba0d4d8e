"""The figures that stand in the document: where they stand, and how the live page takes over."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, Product

# What moves when anything above it has another size.
PARTS = (".nocs-h1", ".nocs-status", ".nocs-choose", ".nocs-cards", ".nocs-tools",
         ".nocs-table tbody tr:nth-child(9)", ".nocs-table tfoot")  # fmt: skip
PLACES = """parts => parts.map((part) => {
  const { x, y, width, height } = document.querySelector(part).getBoundingClientRect();
  return [x, y, width, height].map(Math.round);
})"""


def opened_without_scripts(page: Page, url: str) -> None:
    """Only the document; its figures can be looked into, as those of the live page."""

    def look_into(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace('shadowrootmode="closed"', 'shadowrootmode="open"')
        route.fulfill(response=answer, body=body)

    empty = {"body": "", "content_type": "text/javascript"}
    page.route("**/static/js/**", lambda route: route.fulfill(**empty))
    page.route(re.compile(r"/(\?.*)?$"), look_into)
    page.goto(url)


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
    inside = PLACES.replace("document.", "document.querySelector('nocs-first').shadowRoot.")
    assert first.evaluate(inside, list(PARTS)) == live.evaluate(PLACES, list(PARTS))


def test_the_live_page_takes_over_once_it_has_drawn_everything(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(page.locator("nocs-first")).to_have_count(0)
    expect(page.locator(".nocs-card .nocs-big")).to_have_count(4)
    assert page.locator("[data-drawn=yes]").count() == 4


def test_a_page_that_cannot_draw_its_charts_takes_over_too(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/refreshes").context.new_page()
    page.route("**/plotly-basic.min.js", lambda route: route.abort())
    page.goto(product.url)
    expect(page.locator("nocs-first")).to_have_count(0)
    expect(page.get_by_text("The charts could not be loaded.")).to_have_count(4)


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
