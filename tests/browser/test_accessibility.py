"""What axe-core finds on each page, in a real browser: nothing that it calls serious."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

SERIOUS = ("serious", "critical")
# A page, and what stands there when all of it does.
PAGES = {
    "/": "[data-drawn=yes] >> nth=3",
    "/trends": "[data-drawn=yes] >> nth=2",
    "/area?area=001": "[data-drawn=yes] >> nth=0",
    "/refreshes": "[data-testid=runs]",
    "/audit": "[data-testid=audit]",
}


def serious(page: Page) -> list[str]:
    """Each rule that is broken badly, with the elements that break it."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_serious_barrier(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, scheme=scheme)
    expect(page.locator(PAGES[path])).to_be_visible()
    assert serious(page) == []


def test_the_page_of_a_phone_in_bangla_has_no_serious_barrier(open_page: OpenPage) -> None:
    page = open_page("/?lang=bn", width=390)
    expect(page.locator(PAGES["/"])).to_be_visible()
    assert serious(page) == []


def test_a_serious_barrier_would_be_found(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(PAGES["/"])).to_be_visible()
    page.evaluate("document.querySelector('.stMain').append(new Image())")
    assert any(line.startswith("image-alt") for line in serious(page))
