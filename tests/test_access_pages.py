"""Pages in process: the warning of an open dashboard, the audit, and what a forged click does."""

from collections.abc import Iterator
from threading import Event

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from nocs import dashboard
from nocs.access import Action, Role, Viewer
from nocs.cache import audit, runs
from nocs.cache.database import Database
from nocs.scheduler import SchedulerProcess
from nocs.settings import ROOT, load_settings
from tests.records import area, publish
from tests.test_pages import PATIENCE_SECONDS, shown, shows


@pytest.fixture
def page(cache_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("NOCS_DATABASE_URL", cache_url)
    monkeypatch.setenv("NOCS_REFRESH_COOLDOWN_MINUTES", "0")
    dashboard.close()
    yield AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_SECONDS)
    dashboard.close()


@pytest.mark.parametrize("is_open", [True, False])
def test_a_dashboard_that_is_open_to_everybody_says_so(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, is_open: bool
) -> None:
    monkeypatch.setenv("NOCS_ALLOW_ANONYMOUS", str(is_open))
    assert ("banner-anonymous" in shown(page)) is is_open


def test_the_audit_page_shows_rows_as_typed_newest_first(page: AppTest, database: Database) -> None:
    with database.transaction() as connection:
        audit.write(connection, Action.REFRESH, who="first", address="10.0.0.7")
        audit.write(connection, Action.DOWNLOAD, who="<b>asha</b>", detail="$x$.xlsx")
    page.run().switch_page("pages/audit.py")
    html = shown(page)
    assert "&lt;b&gt;asha&lt;/b&gt;" in html and "$x$.xlsx" in html and "10.0.0.7" in html
    assert html.index("asha") < html.index("10.0.0.7")
    page.text_input(key="audit_words").set_value("FIRST")
    assert "asha" not in shown(page)
    page.multiselect(key="audit_actions").set_value([Action.DOWNLOAD])
    assert "Nothing was found" in shown(page)


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_a_click_that_a_browser_only_claims_makes_no_refresh(
    page: AppTest, database: Database, monkeypatch: pytest.MonkeyPatch, role: Role | None
) -> None:
    publish(database, area())
    shows(page, 'data-testid="cards"')
    monkeypatch.setattr("nocs.ui.viewer.current", lambda: Viewer("eve", role))
    page.button(key="refresh").click()
    shown(page)
    assert "refresh" not in [button.key for button in page.button]
    with database.transaction() as connection:
        assert runs.open_run(connection) is None


@pytest.mark.parametrize("name", ["refreshes", "audit"])
def test_an_operators_page_draws_nothing_for_a_viewer(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    page.run().switch_page(f"pages/{name}.py")
    assert 'class="nocs-h1"' in shown(page)
    monkeypatch.setattr("nocs.ui.viewer.current", lambda: Viewer("vera", Role.VIEWER))
    assert 'class="nocs-h1"' not in shown(page)


def test_the_scheduler_forgets_what_is_older_than_it_is_kept(
    cache_url: str, database: Database
) -> None:
    with database.transaction() as connection:
        for days in (39, 41):
            connection.execute(
                text(
                    "INSERT INTO nocs_audit (action, at)"
                    " VALUES ('refresh', now() - make_interval(days => :days))"
                ),
                {"days": days},
            )
    settings = load_settings({"NOCS_DATABASE_URL": cache_url, "NOCS_AUDIT_DAYS": "40"})
    scheduler = SchedulerProcess(settings, cache_url, Event())
    scheduler.forget_old_audit()
    scheduler.database.close()
    with database.transaction() as connection:
        assert len(audit.search(connection)) == 1
