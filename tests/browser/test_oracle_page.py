"""From Oracle's wire format to the page: `nocs up` with an Oracle instead of the demo."""

from decimal import Decimal

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from nocs.demo import ccb
from tests.browser.conftest import PATIENCE_MILLISECONDS, running
from tests.expected import expected
from tests.oracle import PASSWORD, SERVICE, USER
from tests.wire import OracleWire

pytestmark = pytest.mark.browser


def test_figures_of_oracle_reach_the_page_to_the_cent_and_a_locked_account_is_told(
    browser: Browser, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        ccb.create(connection, 1_000)
        truth = {area.nocs_code: area for area in expected(connection).areas}
    with (
        OracleWire(database_url, {USER: PASSWORD}, SERVICE) as wire,
        running(
            NOCS_ORACLE_DSN=wire.dsn,
            NOCS_ORACLE_USER=USER,
            NOCS_ORACLE_PASSWORD=PASSWORD,
        ) as product,
    ):
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.goto(product.url)
        rows = page.locator(".nocs-table tbody tr")
        expect(rows).to_have_count(17)
        expect(page.get_by_text("Demo data")).to_have_count(0)
        for row in rows.all():
            code = row.locator("[data-figure=nocs_code]").inner_text().strip()
            for name in ("total_customers", "positive_balance_amt", "negative_balance_amt"):
                shown = row.locator(f"[data-figure={name}]").get_attribute("data-value")
                assert Decimal(shown or "") == getattr(truth[code], name), (code, name)
        assert len(wire.sessions) == 1

        wire.set_account(USER, status="locked")
        page.get_by_role("button", name="Refresh").click()
        banner = page.get_by_test_id("banner-failure")
        expect(banner).to_contain_text("ORA-28000")
        expect(banner).to_contain_text("The scheduler does not try again by itself")
        expect(rows).to_have_count(17)  # the last good figures stay
        expect(page.get_by_text(PASSWORD)).to_have_count(0)

        wire.set_account(USER, status="open")
        page.get_by_role("button", name="Refresh").click()
        expect(banner).to_have_count(0)
        page.close()
