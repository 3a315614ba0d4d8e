"""The pages Trends and Area run in-process, above all with little or no past."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from nocs import dashboard
from nocs.cache.database import Database
from nocs.settings import ROOT
from tests.records import AS_OF, area, publish
from tests.waiting import until

DAY = timedelta(days=1)


@pytest.fixture
def app(cache_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The dashboard on an empty cache; not run yet."""
    monkeypatch.setenv("NOCS_DATABASE_URL", cache_url)
    monkeypatch.setenv("NOCS_DEMO", "true")
    dashboard.close()
    yield AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    dashboard.close()


def html_of(app: AppTest, page: str, **query: str) -> str:
    app.switch_page(f"pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def shows(app: AppTest, page: str, part: str, **query: str) -> str:
    """The page once it shows `part`; what is published reaches it by notification."""

    def html() -> str:
        found = html_of(app, page, **query)
        return found if part in found else ""

    return until(html, f"{part} on {page}")


@pytest.mark.parametrize("page", ["trends", "area"])
def test_without_figures_a_page_of_the_past_waits_for_them(app: AppTest, page: str) -> None:
    app.run()
    assert "Data is being calculated" in html_of(app, page, area="001")


def test_the_first_run_is_a_trend_of_one_point_without_a_change(
    app: AppTest, database: Database
) -> None:
    publish(database, area())
    app.run()
    html = shows(app, "trends", "1 point")
    assert "no figures" in html and "data-change" not in html


@pytest.mark.parametrize("name", ["Day", "Week", "Month", "Year", "All"])
@pytest.mark.parametrize("shown", ["Total", "Overlay", "Small multiples"])
def test_every_range_can_be_shown_in_every_way(
    app: AppTest, database: Database, name: str, shown: str
) -> None:
    for day in (400, 30, 7, 1, 0):
        publish(database, area("001"), area("002"), as_of=AS_OF - day * DAY)
    app.run()
    html = shows(app, "trends", "Change since", range=name, show=shown)
    assert "There are no figures" not in html


def test_an_area_that_vanished_still_tells_the_runs_without_it(
    app: AppTest, database: Database
) -> None:
    publish(database, area("001"), area("002"), as_of=AS_OF - DAY)
    publish(database, area("001"), as_of=AS_OF)
    app.run()
    html = shows(app, "area", 'data-count="1"', area="002")
    assert "Area 002 is not in the figures of this refresh" in html


def test_the_summary_has_movers_once_there_is_a_yesterday(app: AppTest, database: Database) -> None:
    publish(database, area("001", due="-40.00"), as_of=AS_OF - DAY)
    app.run()
    assert "once there are figures of a day before" in html_of(app, "balance_summary")
    publish(database, area("001", due="-41.50"), as_of=AS_OF)
    shows(app, "balance_summary", 'data-change="-1.50"')


def test_a_name_from_the_source_never_becomes_markup(app: AppTest, database: Database) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    publish(database, area("<c>", due="-40.00", name=nasty), as_of=AS_OF - DAY)
    publish(database, area("<c>", due="-50.00", name=nasty), as_of=AS_OF)
    app.run()
    for page, query in (("balance_summary", {}), ("area", {"area": "<c>"})):
        html = shows(app, page, "&lt;img", **query)
        assert "<img" not in html and "<c>" not in html
