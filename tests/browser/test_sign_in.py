"""Sign-in against a real OIDC provider, in a real browser: who gets in, and sees what."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from nocs.cache import audit
from nocs.cache.database import Database
from nocs.settings import ROOT
from tests.browser.conftest import PATIENCE_MILLISECONDS, free_port
from tests.browser.servers import process
from tests.browser.test_first_paint import opened_without_scripts, places
from tests.conftest import _fresh_database
from tests.records import area, publish
from tests.waiting import until

pytestmark = pytest.mark.browser

ROLES = {
    "NOCS_OIDC_ROLES_CLAIM": "roles",
    "NOCS_OPERATORS": "role:nocs-operator",
    "NOCS_VIEWERS": "role:nocs-viewer",
    "NOCS_AREA_LIMITS": "role:office-2=002, role:office-9=009",
}
RECHECK_SECONDS = 3


@dataclass(frozen=True)
class Dashboard:
    """A dashboard with sign-in, its cache, and the provider behind it."""

    url: str
    database: Database
    provider: str

    def set_user(self, name: str, *roles: str) -> str:
        """Make a user at the provider, or change his roles; returns the name."""
        claims = {"email": f"{name}@example.com", "email_verified": True, "roles": list(roles)}
        answer = httpx2.put(f"{self.provider}/users/{name}", json=claims)
        assert answer.status_code == 204
        return name

    def audited(self) -> list[tuple[str, str]]:
        with self.database.transaction() as connection:
            return [(entry.action, entry.who) for entry in audit.search(connection)]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    port = free_port()
    with process(["oidc_provider_mock", "--port", str(port)], port, {}):
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def serve(provider: str, postgres_url: str, template: str) -> Callable[..., Any]:
    """Start a dashboard with figures of three areas, and settings of its own."""

    @contextmanager
    def start(port: int = 0, **extra: str) -> Iterator[Dashboard]:
        fresh = _fresh_database(postgres_url, template)
        url, port = next(fresh), port or free_port()
        database = Database(url)
        publish(database, area("001", "100.00"), area("002", "5.00", "-7.00"), area("003", "0.10"))
        environment = {
            "NOCS_DATABASE_URL": url,
            "NOCS_PORT": str(port),
            "NOCS_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "NOCS_OIDC_METADATA_URL": f"{provider}/.well-known/openid-configuration",
            "NOCS_OIDC_CLIENT_ID": "nocs",
            "NOCS_OIDC_CLIENT_SECRET": "hunter2-secret",
            "AUTHLIB_INSECURE_TRANSPORT": "1",
            **ROLES,
            **extra,
        }
        with process(["nocs.cli", "serve"], port, environment) as log:
            yield Dashboard(f"http://127.0.0.1:{port}", database, provider)
            assert "hunter2" not in log.read_text(encoding="utf-8")
        database.close()
        next(fresh, None)

    return start


@pytest.fixture(scope="module")
def dashboard(serve: Callable[..., Any]) -> Iterator[Dashboard]:
    with serve(NOCS_RECHECK_MINUTES=str(RECHECK_SECONDS / 60)) as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    # The provider's pages ask another host for their looks.
    context.route(re.compile(r"^https://"), lambda route: route.abort())
    yield context
    context.close()


def sign_in(context: BrowserContext, dashboard: Dashboard, name: str, path: str = "/") -> Page:
    page = context.new_page()
    page.goto(dashboard.url + path)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize").click()
    return page


def in_(page: Page) -> Page:
    expect(page.get_by_test_id("cards")).to_be_visible()
    return page


@pytest.mark.parametrize("path", ["/refreshes", "/", "/audit"])
def test_who_is_not_signed_in_sees_a_door_and_nothing_else(
    context: BrowserContext, dashboard: Dashboard, path: str
) -> None:
    page = context.new_page()
    page.goto(dashboard.url + path)
    expect(page.get_by_test_id("door")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    for name in ("cards", "runs", "audit", "schedulers"):
        expect(page.get_by_test_id(name)).to_have_count(0)


def test_a_viewer_reads_and_downloads_but_does_not_refresh(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    name = dashboard.set_user("vera", "nocs-viewer")
    page = in_(sign_in(context, dashboard, name))
    expect(page.get_by_test_id("who")).to_have_text("vera@example.com · viewer")
    expect(page.locator(".nocs-table tbody tr")).to_have_count(3)
    expect(page.get_by_role("button", name="Refresh")).to_have_count(0)
    expect(page.get_by_role("link", name="Audit")).to_have_count(0)
    with page.expect_download():
        page.get_by_role("button", name="Download Excel").click()
    assert {("sign_in", "vera@example.com"), ("download", "vera@example.com")} <= set(
        dashboard.audited()
    )
    page.goto(dashboard.url + "/audit")
    expect(in_(page).get_by_test_id("audit")).to_have_count(0)


def test_an_operator_also_refreshes_and_sees_runs_and_audit(
    context: BrowserContext, dashboard: Dashboard, tmp_path: Path
) -> None:
    name = dashboard.set_user("omar", "nocs-operator")
    page = in_(sign_in(context, dashboard, name))
    expect(page.get_by_role("button", name="Refresh")).to_be_visible()
    page.get_by_role("link", name="Refreshes").click()
    expect(page.get_by_test_id("runs")).to_be_visible()
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_test_id("audit")).to_contain_text("Signed in")
    page.get_by_placeholder("Person, address or detail").fill("nobody-of-this-name")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("audit-empty")).to_be_visible()
    page.get_by_placeholder("Person, address or detail").fill("OMAR@")
    page.keyboard.press("Enter")
    rows = page.get_by_test_id("audit").locator("tbody tr")
    expect(rows.first).to_contain_text("omar@example.com")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Excel").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    sheet = openpyxl.load_workbook(file)["Audit"]
    people = {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert people == {"omar@example.com"}


def test_who_may_see_one_area_sees_its_figures_alone_in_page_and_workbook(
    context: BrowserContext, dashboard: Dashboard, tmp_path: Path
) -> None:
    name = dashboard.set_user("asha", "nocs-viewer", "office-2")
    page = in_(sign_in(context, dashboard, name))
    expect(page.get_by_test_id("who")).to_have_text("asha@example.com · viewer · 1 area")
    expect(page.locator(".nocs-table tbody tr")).to_have_count(1)
    cards = page.get_by_test_id("cards")
    for figure, value in (("net_balance", "-2.00"), ("positive_balance_amt", "5.00")):
        expect(cards.locator(f"[data-figure={figure}]").first).to_have_attribute(
            "data-value", value
        )
    text = page.locator("body").inner_text()
    assert "Your areas" in text and "All areas" not in text
    assert "Area 002" in text and "Area 001" not in text and "Area 003" not in text
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Excel").click()
    file = tmp_path / "one.xlsx"
    download.value.save_as(file)
    cells = [
        str(cell)
        for sheet in openpyxl.load_workbook(file)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    assert any(cell.endswith("selected areas only") for cell in cells)
    assert "Area 002" in cells and not {"Area 001", "Area 003", "001", "003"} & set(cells)


def document(context: BrowserContext, dashboard: Dashboard) -> str:
    """What the browser of this person gets before any script has run."""
    return context.request.get(dashboard.url).text()


def test_who_comes_back_finds_the_own_figures_in_the_document_until_signed_out(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    assert "<nocs-first" not in document(context, dashboard)
    name = dashboard.set_user("anik", "nocs-viewer", "office-2")
    page = in_(sign_in(context, dashboard, name))
    text = document(context, dashboard)
    assert "anik@example.com · viewer · 1 area" in text and ">Refresh<" not in text
    assert 'data-value="-7.00"' in text and "Area 002" in text
    figures = re.findall(r'positive_balance_amt" data-value="([^"]*)"', text)
    assert set(figures) == {"5.00"} and "Area 001" not in text and "Area 003" not in text
    kept = [c for c in context.cookies() if c["name"].startswith("_streamlit_user")]
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(re.escape(dashboard.provider) + "/oauth2/end_session"))
    assert "<nocs-first" not in document(context, dashboard)
    context.add_cookies(kept)
    assert "<nocs-first" not in document(context, dashboard)


def test_the_document_follows_the_role_at_the_provider(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    name = dashboard.set_user("nila", "nocs-operator")
    page = in_(sign_in(context, dashboard, name))
    assert ">Refresh<" in document(context, dashboard)
    dashboard.set_user(name, "nocs-viewer", "office-2")
    expect(page.get_by_test_id("who")).to_have_text("nila@example.com · viewer · 1 area")
    text = document(context, dashboard)
    assert "Area 002" in text and "Area 001" not in text and ">Refresh<" not in text
    dashboard.set_user(name, "none")
    expect(page.get_by_test_id("door")).to_contain_text("You have no access")
    assert "<nocs-first" not in document(context, dashboard)


def test_the_page_of_who_may_see_an_area_that_is_gone_opens_too(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    name = dashboard.set_user("gopa", "nocs-viewer", "office-9")
    page = in_(sign_in(context, dashboard, name))
    assert "0 areas" in document(context, dashboard)
    page.reload()
    expect(page.locator("nocs-first")).to_have_count(0)
    expect(page.get_by_test_id("cards")).to_be_visible()


@pytest.mark.parametrize("cookie", ["_streamlit_user", "_streamlit_user_tokens"])
def test_a_forged_or_borrowed_cookie_finds_no_figures_in_the_document(
    context: BrowserContext, dashboard: Dashboard, cookie: str
) -> None:
    name = dashboard.set_user("tuli", "nocs-viewer")
    in_(sign_in(context, dashboard, name))
    cookies = {c["name"]: c["value"] for c in context.cookies() if "_streamlit" in c["name"]}

    def answer(url: str, cookies: dict[str, str]) -> str:
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return httpx2.get(url, headers={"Cookie": header}).text

    assert "<nocs-first" in answer(dashboard.url, cookies)
    value = cookies[cookie]
    middle = len(value) // 2
    forged = value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
    for changed in (cookies | {cookie: forged}, cookies | {cookie: ""}, {cookie: value}):
        assert "<nocs-first" not in answer(dashboard.url, changed)
    # It was made for another name of this machine.
    assert "<nocs-first" not in answer(dashboard.url.replace("127.0.0.1", "localhost"), cookies)


@pytest.mark.parametrize("role", ["nocs-viewer", "nocs-operator"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_the_page_of_a_person_takes_over(
    context: BrowserContext, dashboard: Dashboard, width: int, role: str
) -> None:
    name = dashboard.set_user("piu", role)
    live = in_(sign_in(context, dashboard, name))
    live.set_viewport_size({"width": width, "height": 900})
    expect(live.locator("[data-drawn=yes]")).to_have_count(4)
    first = context.new_page()
    first.set_viewport_size({"width": width, "height": 900})
    opened_without_scripts(first, dashboard.url)
    expect(first.get_by_test_id("cards")).to_be_visible()
    parts = (".nocs-who", ".nocs-language", ".nocs-h1", ".nocs-status", ".nocs-cards",
             ".nocs-table tfoot", ".nocs-charts", ".nocs-help")  # fmt: skip
    assert places(first, parts) == places(live, parts)


def test_who_has_no_role_is_refused_by_name(context: BrowserContext, dashboard: Dashboard) -> None:
    name = dashboard.set_user("rolf", "some-other-role")
    page = sign_in(context, dashboard, name)
    expect(page.get_by_test_id("door")).to_contain_text("rolf@example.com: signed in, but without")
    expect(page.get_by_test_id("cards")).to_have_count(0)
    assert ("refusal", "rolf@example.com") in dashboard.audited()


def test_who_is_denied_at_the_provider_is_back_at_the_door(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    page = context.new_page()
    page.goto(dashboard.url)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_test_id("door")).to_be_visible()


def test_a_tampered_cookie_is_no_sign_in(context: BrowserContext, dashboard: Dashboard) -> None:
    name = dashboard.set_user("tara", "nocs-viewer")
    in_(sign_in(context, dashboard, name)).close()
    (cookie,) = [c for c in context.cookies() if c["name"] == "_streamlit_user"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    value = cookie["value"]
    middle = len(value) // 2
    forged = value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
    context.add_cookies([{**cookie, "value": forged}])
    page = context.new_page()
    page.goto(dashboard.url)
    expect(page.get_by_test_id("door")).to_be_visible()
    until(lambda: ("refusal", "") in dashboard.audited(), "the refusal in the audit")


def test_a_role_removed_at_the_provider_is_gone_without_a_click(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    name = dashboard.set_user("rita", "nocs-operator")
    page = in_(sign_in(context, dashboard, name))
    audit_page = context.new_page()
    audit_page.goto(dashboard.url + "/audit")
    expect(audit_page.get_by_test_id("audit")).to_be_visible()
    dashboard.set_user(name, "nocs-viewer")
    expect(audit_page.get_by_test_id("audit")).to_have_count(0)
    expect(page.get_by_test_id("who")).to_have_text("rita@example.com · viewer")
    expect(page.get_by_role("button", name="Refresh")).to_have_count(0)
    dashboard.set_user(name, "none")
    expect(page.get_by_test_id("door")).to_contain_text("You have no access")
    expect(page.get_by_test_id("cards")).to_have_count(0)


def test_a_sign_in_that_the_provider_ended_goes_through_it_again(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    name = dashboard.set_user("ravi", "nocs-viewer")
    page = in_(sign_in(context, dashboard, name))
    httpx2.post(f"{dashboard.provider}/users/{name}/revoke-tokens")
    expect(page.get_by_placeholder("sub")).to_be_visible()
    assert page.url.startswith(dashboard.provider)
    assert "prompt=" not in page.url
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize").click()
    in_(page)


def test_signing_out_ends_it_here_in_every_tab_and_at_the_provider(
    context: BrowserContext, dashboard: Dashboard
) -> None:
    name = dashboard.set_user("otto", "nocs-viewer")
    page = in_(sign_in(context, dashboard, name))
    other = context.new_page()
    other.goto(dashboard.url)
    in_(other)
    kept = [c for c in context.cookies() if c["name"].startswith("_streamlit_user")]
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(re.escape(dashboard.provider) + "/oauth2/end_session"))
    assert "id_token_hint=" in page.url and "post_logout_redirect_uri=" in page.url
    expect(other.get_by_test_id("door")).to_be_visible()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_test_id("door")).to_be_visible()
    assert ("sign_out", "otto@example.com") in dashboard.audited()
    context.add_cookies(kept)
    page.goto(dashboard.url)
    expect(page.get_by_test_id("door")).to_contain_text("You have signed out")


def test_the_server_itself_closes_doors_and_sends_the_headers(dashboard: Dashboard) -> None:
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json"):
        assert httpx2.get(dashboard.url + path).status_code == 404
    assert httpx2.get(dashboard.url + "/api/runs").status_code == 401
    for path in ("/", "/_stcore/health", "/api/nothing", "/auth/login"):
        headers = httpx2.get(dashboard.url + path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    foreign = httpx2.get(dashboard.url, headers={"Host": "rebound.evil.com"})
    assert foreign.status_code == 421


def test_a_secrets_file_of_streamlit_signs_in_too(
    context: BrowserContext, serve: Callable[..., Any], provider: str, tmp_path: Path
) -> None:
    port = free_port()
    example = (ROOT / ".streamlit" / "secrets.toml.example").read_text(encoding="utf-8")
    for was, now in (
        ("https://nocs.example.com", f"http://127.0.0.1:{port}"),
        ("https://login.example.com", provider),
        ('cookie_secret = ""', f'cookie_secret = "{"k" * 32}"'),
        ('client_id = ""', 'client_id = "nocs"'),
        ('client_secret = ""', 'client_secret = "hunter2"'),
    ):
        assert was in example
        example = example.replace(was, now)
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(example, encoding="utf-8")
    unset = dict.fromkeys(
        ("NOCS_PUBLIC_URL", "NOCS_OIDC_METADATA_URL", "NOCS_OIDC_CLIENT_ID",
         "NOCS_OIDC_CLIENT_SECRET"), "",
    )  # fmt: skip
    own = {"NOCS_PORT": str(port), "HOME": str(tmp_path), "NOCS_RECHECK_MINUTES": "0.05"}
    with serve(port, **unset, **own) as dashboard:
        name = dashboard.set_user("sita", "nocs-viewer")
        page = in_(sign_in(context, dashboard, name))
        dashboard.set_user(name, "none")
        expect(page.get_by_test_id("door")).to_contain_text("You have no access")


def test_a_sign_in_that_nobody_uses_ends(
    context: BrowserContext, serve: Callable[..., Any]
) -> None:
    with serve(NOCS_IDLE_MINUTES="0.1") as dashboard:
        page = in_(sign_in(context, dashboard, dashboard.set_user("ida", "nocs-viewer")))
        expect(page.get_by_test_id("door")).to_contain_text("after 0.1 min without use")
        page.reload()
        expect(page.get_by_test_id("door")).to_contain_text("after 0.1 min without use")
        expect(page.get_by_test_id("cards")).to_have_count(0)
