"""The pages run in-process, from the script to what it would send to the browser."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from nocs import __version__, dashboard
from nocs.cache import queue, runs, schedulers
from nocs.cache.database import Database, notify
from nocs.model import RunStatus, SourceKind
from nocs.settings import ROOT
from tests.records import AS_OF, area, fail, publish
from tests.waiting import until

PATIENCE_SECONDS = 30
FIXED_PARTS = ("<style>", "<details")  # the style sheet and the help panel


@pytest.fixture
def page(cache_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The dashboard on an empty cache; not run yet."""
    monkeypatch.setenv("NOCS_DATABASE_URL", cache_url)
    monkeypatch.setenv("NOCS_DEMO", "true")
    dashboard.close()
    yield AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_SECONDS)
    dashboard.close()


def shown(page: AppTest) -> str:
    """The HTML of the page's changing parts, after a run that met no exception."""
    page.run()
    assert not page.exception
    bodies = [element.proto.body for element in page.get("html")]
    return "\n".join(body for body in bodies if not body.startswith(FIXED_PARTS))


def shows(page: AppTest, *parts: str) -> str:
    """The page once it shows all of `parts`; what is published reaches it by notification."""
    return until(lambda: shown_with(page, parts), f"{parts} on the page")


def shown_with(page: AppTest, parts: tuple[str, ...]) -> str:
    html = shown(page)
    return html if all(part in html for part in parts) else ""


def test_an_empty_cache_says_that_data_is_being_calculated_and_fills_itself(
    page: AppTest, database: Database
) -> None:
    empty = shown(page)
    assert "Data is being calculated" in empty and "nocs-cards" not in empty
    publish(database, area())
    filled = shows(page, 'data-testid="cards"')
    assert "Data is being calculated" not in filled


def test_a_page_first_opened_while_the_cache_cannot_be_read_shows_the_figures_in_memory(
    page: AppTest, database: Database
) -> None:
    publish(database, area("001", "1500000.10", "-0.01"))
    until(lambda: dashboard.dashboard().state().snapshot, "the figures in memory")
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE nocs_refresh_run RENAME TO out_of_reach"))
    html = shown(page)
    assert 'data-value="1500000.10"' in html and "cannot show its figures" not in html
    page.query_params["compare"] = "week"
    html = shown(page)
    assert 'data-value="1500000.10"' in html
    assert "Earlier figures cannot be read at present, so there is no comparison." in html


def test_the_cards_hold_the_exact_totals_of_the_snapshot(page: AppTest, database: Database) -> None:
    publish(database, area("001", "1500000.10", "-0.01"), area("002", "0.00", "-20000000.25"))
    html = shown(page)
    for name, value in (
        ("total_customers", "6"),
        ("positive_balance_amt", "1500000.10"),
        ("negative_balance_amt", "-20000000.26"),
        ("net_balance", "-18500000.16"),
    ):
        assert f'data-figure="{name}" data-value="{value}"' in html
    assert "−₹ 2.00 Cr" in html and "−₹ 2,00,00,000.26" in html
    assert "overall due" in html and "overall credit" not in html


def test_a_net_above_zero_is_an_overall_credit_and_zero_is_balanced(
    page: AppTest, database: Database
) -> None:
    publish(database, area("001", "40.01", "-40.00"))
    assert "overall credit" in shown(page)
    publish(database, area("001", "40.00", "-40.00"))
    assert "overall" not in shows(page, "balanced")


def test_the_change_since_the_refresh_before_keeps_its_sign_and_says_what_it_means(
    page: AppTest, database: Database
) -> None:
    publish(database, area("001", "100.00", "-40.00"))
    assert "First published refresh" in shown(page)
    publish(database, area("001", "100.00", "-41.00"))
    html = shows(page, 'data-change="-1.00"')
    assert "more due" in html and "towards due" in html and "No change" in html


def test_a_refresh_that_failed_is_told_with_its_reason_and_the_figures_stay(
    page: AppTest, database: Database
) -> None:
    publish(database, area("001", "100.00", "-40.00"))
    fail(database, "ORA-01017: refused <b>x</b>", RunStatus.FAILED)
    html = shown(page)
    assert 'data-testid="banner-failure"' in html and 'data-value="100.00"' in html
    assert "ORA-01017: refused &lt;b&gt;x&lt;/b&gt;" in html
    publish(database, area("001", "101.00", "-40.00"))
    assert "banner-failure" not in shows(page, 'data-value="101.00"')


@pytest.mark.parametrize(
    ("minutes", "state"), [(89, "fresh"), (91, "late"), (179, "late"), (181, "stale")]
)
def test_the_age_is_said_as_fresh_late_or_stale(
    page: AppTest, database: Database, minutes: int, state: str
) -> None:
    publish(database, area())
    with database.transaction() as connection:
        connection.execute(
            text("UPDATE nocs_refresh_run SET as_of = now() - make_interval(mins => :minutes)"),
            {"minutes": minutes},
        )
    assert f'data-badge="{state}"' in shown(page)


@pytest.mark.parametrize("source", SourceKind)
def test_demo_data_are_marked_and_real_ones_are_not(
    page: AppTest, database: Database, source: SourceKind
) -> None:
    publish(database, area(), source=source)
    assert ("Demo data" in shown(page)) is (source is SourceKind.DEMO)


def test_without_a_scheduler_the_page_says_how_to_start_one(
    page: AppTest, database: Database
) -> None:
    assert "<code>nocs scheduler</code>" in shown(page)
    with database.transaction() as connection:
        schedulers.beat(connection, "somewhere:1", None)
        notify(connection)
    until(lambda: "<code>nocs scheduler</code>" not in shown(page), "no banner any more")


def test_a_click_on_refresh_queues_one_run_and_the_button_rests(
    page: AppTest, database: Database
) -> None:
    publish(database, area())
    with database.transaction() as connection:
        connection.execute(text("UPDATE nocs_refresh_run SET finished_at = now() - interval '1 h'"))
    shown(page)
    assert not page.button(key="refresh").disabled
    page.button(key="refresh").click()
    assert "waiting for the scheduler" in shown(page)
    assert page.button(key="refresh").disabled
    with database.transaction() as connection:
        queued = runs.open_run(connection)
        assert queued is not None and queued.trigger == "manual"
        assert queue.request(connection, queued.trigger).run == queued


def test_a_refresh_that_has_just_ended_lets_the_button_cool_down_with_a_reason(
    page: AppTest, database: Database
) -> None:
    publish(database, area())
    html = shown(page)
    assert page.button(key="refresh").disabled
    assert "The next may be asked for in" in html


def test_warnings_of_the_run_are_shown_as_typed(page: AppTest, database: Database) -> None:
    publish(database, area(), warnings=("16 areas instead of 17 <script>",))
    assert "16 areas instead of 17 &lt;script&gt;" in shown(page)


def test_the_page_of_refreshes_lists_runs_with_result_cause_and_reason(
    page: AppTest, database: Database
) -> None:
    publish(database, area())
    fail(database, "the due is positive", RunStatus.REJECTED)
    page.switch_page("pages/refreshes.py")
    html = shown(page)
    assert 'data-status="succeeded"' in html and 'data-status="rejected"' in html
    assert "the due is positive" in html and "No scheduler has been heard of" in html


def test_the_as_of_time_is_in_the_zone_of_the_settings(page: AppTest, database: Database) -> None:
    publish(database, area(), as_of=AS_OF)
    assert "As of 24 Nov 2026, 16:00</time> (Asia/Dhaka)" in shown(page)


def test_every_page_ends_with_the_version(page: AppTest) -> None:
    shows(page, f"NOCS balance summary {__version__}</p>")
