"""The switch of languages, pressed in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

CUT = """() => [...document.querySelectorAll('.stMain :is(h1, h2, p, button, span, th, td)')]
  .filter((one) => one.checkVisibility() && one.clientWidth
    && !one.closest('.nocs-scroll, .nocs-hidden')
    && getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent)"""


def is_whole(page: Page) -> bool:
    """Whether nothing is wider than its place, nor the page than the window."""
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    main = "(one => one.scrollWidth <= one.clientWidth)(document.querySelector('.stMain'))"
    return page.evaluate(wide) and page.evaluate(main) and page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_switch_turns_every_page_to_bangla_and_back(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    switch = page.get_by_test_id("language")
    expect(switch).to_have_text("বাংলা")
    expect(switch).to_have_attribute("lang", "bn")
    expect(page.locator("[data-drawn=yes]")).to_have_count(4)
    values = "all => all.map(one => one.dataset.value)"
    figures = page.locator("[data-testid=cards] [data-value]")
    before = figures.evaluate_all(values)
    switch.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("ব্যালেন্স সারসংক্ষেপ")
    expect(page.get_by_test_id("card-due").locator("h2")).to_have_text("বকেয়া")
    expect(page.locator("html")).to_have_attribute("lang", "bn")
    expect(page.get_by_placeholder("নাম বা কোড খুঁজুন")).to_be_visible()
    expect(page.locator("[data-testid=chart-top-credit] h3")).to_have_text("শীর্ষ জমা")
    assert figures.evaluate_all(values) == before and is_whole(page)
    # A link loads the page anew; the language comes along.
    page.get_by_test_id("movers").locator("a").first.click()
    expect(page.get_by_role("heading", name="প্রবণতা")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "bn")
    expect(page.locator("[data-drawn=yes]")).to_have_count(3)
    assert is_whole(page)
    page.get_by_test_id("language").click()
    expect(page.get_by_role("heading", name="Trend", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "lang=" not in page.url


def test_the_pages_of_the_menu_keep_the_language_and_write_it_into_their_address(
    open_page: OpenPage,
) -> None:
    page = open_page("/?lang=bn")
    page.get_by_role("link", name="প্রবণতা").click()
    expect(page.locator("h1")).to_have_text("প্রবণতা")
    page.get_by_text("বছর", exact=True).click()
    expect(page.get_by_test_id("points")).to_contain_text("প্রতিদিনের শেষ হালনাগাদ")
    page.wait_for_url("**/trends?*range=Year*")
    assert "lang=bn" in page.url
    page.reload()
    expect(page.locator("h1")).to_have_text("প্রবণতা")
    expect(page.get_by_test_id("points")).to_be_visible()


def test_what_is_no_language_in_the_address_leaves_the_page_as_it_was(open_page: OpenPage) -> None:
    page = open_page("/?lang=xx")
    expect(page.locator("h1")).to_have_text("Balance summary")
    expect(page.locator("html")).to_have_attribute("lang", "en")
