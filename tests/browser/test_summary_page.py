"""What a person sees and does on the page, in a real browser, against what SQL says."""

import re
from decimal import Decimal
from pathlib import Path

import httpx2
import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from nocs.cache import runs
from tests.browser.conftest import OpenPage, Product

pytestmark = pytest.mark.browser

FIGURES = (
    "total_customers", "positive_qty", "positive_balance_amt", "negative_qty",
    "negative_balance_amt", "net_balance",
)  # fmt: skip
REPORT = "/api/reports/nocs_balance_summary"


def sql_areas(product: Product) -> dict[str, dict[str, Decimal]]:
    """The summary by code, straight from SQL."""
    with product.database.transaction() as connection:
        rows = connection.execute(text("SELECT * FROM nocs_balance_summary")).mappings().all()
    return {row["nocs_code"]: {name: Decimal(row[name]) for name in FIGURES} for row in rows}


def sql_totals(product: Product) -> dict[str, Decimal]:
    areas = sql_areas(product).values()
    return {name: sum((area[name] for area in areas), Decimal(0)) for name in FIGURES}


def drawn(page: Page) -> Page:
    """The page once its table and its charts are painted."""
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17)
    expect(page.locator("[data-drawn=yes]")).to_have_count(4)
    return page


def figures_of(element: Locator) -> dict[str, Decimal]:
    values = element.locator("[data-figure][data-value]").evaluate_all(
        "all => all.map(one => [one.dataset.figure, one.dataset.value])"
    )
    return {name: Decimal(value) for name, value in values if name in FIGURES}


def column(page: Page, name: str) -> list[Decimal]:
    values = page.locator(f".nocs-table tbody [data-figure={name}]").evaluate_all(
        "cells => cells.filter(c => c.checkVisibility()).map(c => c.dataset.value)"
    )
    return [Decimal(value) for value in values]


def run_on_page(page: Page) -> int:
    return int(page.get_by_test_id("cards").get_attribute("data-run") or 0)


def test_every_figure_on_the_page_equals_sql_to_the_cent(
    open_page: OpenPage, product: Product
) -> None:
    page = drawn(open_page())
    areas = sql_areas(product)
    assert figures_of(page.get_by_test_id("cards")) == sql_totals(product)
    for row in page.locator(".nocs-table tbody tr").all():
        code = row.locator("[data-figure=nocs_code]").inner_text().strip()
        assert figures_of(row) == areas[code]
    assert figures_of(page.locator(".nocs-table tfoot")) == sql_totals(product)


def test_the_texts_of_the_table_are_the_exact_values_in_indian_grouping(
    open_page: OpenPage,
) -> None:
    page = drawn(open_page())
    for cell in page.locator(
        ".nocs-table [data-figure$=_amt], .nocs-table [data-figure=net_balance]"
    ).all():
        shown = cell.inner_text()
        digits = re.sub(r"[^\d.]", "", shown)
        value = Decimal(cell.get_attribute("data-value") or "")
        assert Decimal(digits) == abs(value)
        assert ("\N{MINUS SIGN}" in shown) is (value < 0)
        assert re.search(r"(\d{1,2},)*\d{1,3}\.\d\d", shown)


def test_page_and_api_agree(open_page: OpenPage, product: Product) -> None:
    page = drawn(open_page())
    answer = httpx2.get(
        product.url + REPORT, headers={"Authorization": f"Bearer {product.token}"}
    ).json()
    assert answer["demo"] == "Demo data"
    api = {
        entry["nocs_code"]: {name: Decimal(str(entry[name])) for name in FIGURES}
        for entry in answer["data"]
    }
    for row in page.locator(".nocs-table tbody tr").all():
        code = row.locator("[data-figure=nocs_code]").inner_text().strip()
        assert figures_of(row) == api[code]


@pytest.mark.parametrize("name", ["total_customers", "negative_balance_amt", "net_balance"])
def test_a_click_on_a_heading_sorts_by_number_and_the_totals_stay_last(
    open_page: OpenPage, name: str
) -> None:
    page = drawn(open_page())
    heading = page.locator(f".nocs-table th[data-column={name}] button")
    heading.click()
    first = column(page, name)
    assert first in (sorted(first), sorted(first, reverse=True))
    heading.click()
    assert column(page, name) == first[::-1]
    assert len(first) == 17
    expect(page.locator(".nocs-table tfoot tr")).to_have_count(1)


def test_search_narrows_the_table_by_name_and_by_code(open_page: OpenPage) -> None:
    page = drawn(open_page())
    search = page.get_by_test_id("search")
    search.fill("dhan")
    expect(page.locator(".nocs-table tbody tr:visible")).to_have_count(1)
    expect(page.locator(".nocs-table tbody tr:visible")).to_contain_text("Dhanmondi")
    search.fill("017")
    expect(page.locator(".nocs-table tbody tr:visible")).to_contain_text("Shitalakhya")
    search.fill("")
    expect(page.locator(".nocs-table tbody tr:visible")).to_have_count(17)


def test_a_refresh_by_click_shows_in_a_second_browser_without_a_click(
    open_page: OpenPage, product: Product
) -> None:
    first, second = drawn(open_page()), drawn(open_page())
    before = run_on_page(first)
    assert run_on_page(second) == before
    first.get_by_role("button", name="Refresh").click()
    for page in (first, second):
        expect(page.get_by_test_id("cards")).not_to_have_attribute("data-run", str(before))
    with product.database.transaction() as connection:
        newest = runs.last_published(connection)
    assert newest is not None
    assert (newest.trigger, newest.id) == ("manual", run_on_page(second))
    for page in (first, second):
        assert figures_of(page.get_by_test_id("cards")) == sql_totals(product)


def test_the_workbook_equals_the_page_to_the_cent(
    open_page: OpenPage, product: Product, tmp_path: Path
) -> None:
    page = drawn(open_page())
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Excel").click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"nocs-balance-summary-\d{8}-\d{4}\.xlsx", name)
    file = tmp_path / name
    download.value.save_as(file)
    sheet = openpyxl.load_workbook(file, data_only=True)["Areas"]
    found = {}
    for row in sheet.iter_rows(values_only=True):
        if len(row) > 7 and isinstance(row[1], str) and row[1].isdigit():
            numbers = [Decimal(repr(value)).quantize(Decimal("0.01")) for value in row[2:8]]
            found[row[1]] = dict(zip(FIGURES, numbers, strict=True))
    shown = {
        row.locator("[data-figure=nocs_code]").inner_text().strip(): figures_of(row)
        for row in page.locator(".nocs-table tbody tr").all()
    }
    assert found == shown == sql_areas(product)


def test_credit_is_green_and_due_is_red_in_light_and_in_dark(open_page: OpenPage) -> None:
    backgrounds = set()
    for scheme in ("light", "dark"):
        page = drawn(open_page(scheme=scheme))
        colours = {}
        for role, name in (("credit", "positive_balance_amt"), ("due", "negative_balance_amt")):
            cell = page.locator(f".nocs-table tbody [data-figure={name}]").first
            colour = cell.evaluate("cell => getComputedStyle(cell).color")
            colours[role] = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
        red, green = 0, 1
        assert colours["credit"][green] > colours["credit"][red]
        assert colours["due"][red] > colours["due"][green]
        backgrounds.add(
            page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
        )
    assert len(backgrounds) == 2


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, width: int) -> None:
    page = drawn(open_page(width=width))
    overflow = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert overflow <= 0


def test_on_a_phone_each_area_is_a_card(open_page: OpenPage) -> None:
    page = drawn(open_page(width=390, height=844))
    tops = (
        page.locator(".nocs-table tbody tr")
        .first.locator("td")
        .evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().top)")
    )
    assert len(set(tops)) > 3
    wide = drawn(open_page(width=1280))
    tops = (
        wide.locator(".nocs-table tbody tr")
        .first.locator("td, th")
        .evaluate_all("cells => cells.map(cell => Math.round(cell.getBoundingClientRect().top))")
    )
    assert len(set(tops)) == 1


def test_the_demo_says_that_it_is_one(open_page: OpenPage) -> None:
    page = drawn(open_page())
    expect(page.get_by_text("Demo data").first).to_be_visible()


def test_the_page_of_refreshes_shows_runs_and_the_scheduler(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/refreshes")
    expect(page.get_by_role("table").first).to_be_visible()
    with product.database.transaction() as connection:
        newest = runs.recent(connection, 1)[0]
    expect(page.get_by_role("row").filter(has_text=str(newest.id)).first).to_be_visible()
    expect(page.get_by_text("Next refresh", exact=False).first).to_be_visible()


def test_an_unknown_address_of_the_api_is_json_and_no_page(product: Product) -> None:
    answer = httpx2.get(product.url + "/api/nothing")
    assert answer.status_code == 404
    assert answer.json()["success"] is False
