"""Names of areas that would be a formula, markup, a script or SQL elsewhere show as typed."""

import csv
import io
from pathlib import Path

import httpx2
import openpyxl
import pytest
from playwright.sync_api import Browser, Dialog, expect

from nocs.cache import tokens
from nocs.cache.database import Database
from nocs.web.api.files import FORMULA_STARTS
from tests.browser.conftest import PATIENCE_MILLISECONDS, free_port
from tests.browser.servers import process
from tests.records import area, publish

pytestmark = pytest.mark.browser

NAMES = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2",
    "@SUM(A1:A9)",
    '=HYPERLINK("http://evil.example","x")',
    "**bold** _it_ $x^2$ :red[x] [a](http://evil.example)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b onmouseover="alert(1)">x</b>',
    "'; DROP TABLE nocs_balance_summary; --",
    "<r><t>x</t></r>",
    "{{7*7}} %(x)s ${x} \\n",
    "আদাবর & শেরেবাংলা &amp; &lt;b&gt;",
    "https://evil.example/x",
)
REPORT = "/api/reports/nocs_balance_summary"


def test_a_nasty_name_shows_as_typed_in_page_workbook_csv_and_api(
    browser: Browser, database: Database, cache_url: str, tmp_path: Path
) -> None:
    codes = {f"{number:02} {name}"[:50]: name for number, name in enumerate(NAMES)}
    publish(database, *(area(code, name=name) for code, name in codes.items()))
    with database.transaction() as connection:
        token = tokens.create(connection, "<b>robot</b>")
    port = free_port()
    environment = {"NOCS_DATABASE_URL": cache_url, "NOCS_PORT": str(port)}
    with process(["nocs.cli", "serve"], port, environment):
        address = f"http://127.0.0.1:{port}"
        shown, book = on_the_page(browser, address, tmp_path / "all.xlsx")
        header = {"Authorization": f"Bearer {token}"}
        report = httpx2.get(address + REPORT, headers=header).json()["data"]
        text = httpx2.get(f"{address}{REPORT}.csv", headers=header).content.decode("utf-8-sig")
    assert shown == codes
    assert in_the_workbook(book) == codes
    assert {entry["nocs_code"]: entry["nocs_name"] for entry in report} == codes
    rows = list(csv.DictReader(io.StringIO(text)))
    assert not any(row["nocs_name"].startswith(FORMULA_STARTS) for row in rows)
    typed = {row["nocs_code"]: row["nocs_name"].removeprefix("'") for row in rows}
    assert typed == {code: name.removeprefix("'") for code, name in codes.items()}


def on_the_page(browser: Browser, address: str, file: Path) -> tuple[dict[str, str], Path]:
    """Code and name of each row as a person reads them; nothing in them may have run."""
    ran: list[Dialog] = []
    page = browser.new_page(accept_downloads=True)
    page.on("dialog", lambda dialog: (ran.append(dialog), dialog.dismiss()))
    page.goto(address)
    rows = page.locator(".nocs-table tbody tr")
    expect(rows).to_have_count(len(NAMES), timeout=PATIENCE_MILLISECONDS)
    expect(page.locator("[data-drawn=yes]")).to_have_count(4, timeout=PATIENCE_MILLISECONDS)
    shown = {
        row.locator("[data-figure=nocs_code]").inner_text().strip(): row.locator(
            "[data-figure=nocs_name]"
        )
        .inner_text()
        .strip()
        for row in rows.all()
    }
    labels = page.locator("[data-drawn=yes] .ytick text").all_text_contents()
    assert any("<script>" in label for label in labels)
    assert page.locator(".nocs-table script, img[src=x]").count() == 0
    # The link of an area to its own page holds its code; none leads elsewhere.
    leads = "links => links.filter(link => link.origin !== location.origin).length"
    assert page.locator(".stMain a[href]").evaluate_all(leads) == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Excel").click()
    download.value.save_as(file)
    page.close()
    assert ran == []
    return shown, file


def in_the_workbook(file: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(file)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or "evil" not in str(cell.value)
                assert cell.hyperlink is None
    found = {}
    for row in book["Areas"].iter_rows():
        name, code = row[0], row[1]
        if name.value in NAMES:
            assert name.data_type == "s"
            found[str(code.value)] = str(name.value)
    return found
