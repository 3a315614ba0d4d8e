"""The pages in Bangla: every text, the same figures, and never credit for due."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from nocs import dashboard
from nocs.cache.database import Database
from nocs.language import Language
from nocs.model import RunStatus
from tests.records import area, fail, publish
from tests.test_pages import page, shown  # noqa: F401

# What is English on every page: names of areas here, errors, and names of programs and zones.
ENGLISH_PARTS = re.compile(r'<style>.*?</style>|<code>.*?</code>|lang="en">[^<]*|url\([^)]*\)')
PAGES = ("balance_summary", "trends", "area", "refreshes", "audit")


def figures(html: str) -> list[tuple[str, str]]:
    return re.findall(r'data-figure="(\w+)" data-value="([^"]*)"', html)


def whole(page: AppTest) -> str:  # noqa: F811
    """Everything on the page, with the panels that never change."""
    page.run()
    assert not page.exception
    return "\n".join(element.proto.body for element in page.get("html"))


@pytest.fixture
def published(database: Database) -> None:
    publish(database, area("001", "1500000.10", "-0.01", name="আদাবর"))
    publish(
        database,
        area("001", "1500000.10", "-1.01", name="আদাবর"),
        area("002", "0.00", "-20000000.25", name="বনশ্রী"),
    )


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("digits", ["", "true"])
def test_every_page_is_wholly_in_bangla(
    page: AppTest,  # noqa: F811
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    digits: str,
) -> None:
    monkeypatch.setenv("NOCS_BANGLA_DIGITS", digits)
    fail(database, "ORA-12170: no answer", RunStatus.FAILED)
    page.query_params["lang"] = "bn"
    for name in PAGES:
        if name == "area":
            page.query_params["area"] = "001"
        html = whole(page.switch_page(f"pages/{name}.py"))
        labels = [
            str(getattr(widget, "label", ""))
            for kind in ("button", "download_button", "button_group", "text_input", "date_input")
            for widget in page.get(kind)
        ]
        text = re.sub(r"<[^>]*>", " ", ENGLISH_PARTS.sub(" ", html)) + " ".join(labels)
        left = set(re.findall(r"[A-Za-z]{2,}", text)) - {"Asia", "Dhaka", "Oracle"}
        assert left == set(), name
        figures_shown = re.sub(r"00[12]|\d+\.\d+\.\d+", "", text)  # codes and version
        assert not re.search("[0-9]" if digits else "[০-৯]", figures_shown), name


@pytest.mark.usefixtures("published")
def test_figures_are_the_same_in_both_languages_and_stand_under_the_right_word(
    page: AppTest,  # noqa: F811
) -> None:
    english = figures(shown(page))
    page.query_params["lang"] = "bn"
    bangla = shown(page)
    assert figures(bangla) == english and len(english) >= 6
    card = {
        name: re.search(rf'data-testid="card-{name}".*?<h2>([^<]*)</h2>(.*?)</section>', bangla)
        for name in ("credit", "due")
    }
    for name, word, value in (("credit", "জমা", "1500000.10"), ("due", "বকেয়া", "-20000001.26")):
        found = card[name]
        assert found and found[1] == word and f'data-value="{value}"' in found[2]
    assert "সার্বিক বকেয়া" in bangla and "সার্বিক জমা" not in bangla


@pytest.mark.usefixtures("published")
def test_what_is_no_language_in_the_address_is_passed_over(page: AppTest) -> None:  # noqa: F811
    page.query_params["lang"] = "xx"
    assert "First published refresh" not in shown(page) and "overall due" in shown(page)


@pytest.mark.usefixtures("published")
def test_the_setting_is_where_a_page_begins_and_the_address_goes_before_it(
    page: AppTest,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NOCS_LANGUAGE", "bn")
    html = shown(page)
    assert "সার্বিক বকেয়া" in html and "lang" not in page.query_params and "lang=" not in html
    page.query_params["lang"] = "en"
    assert "overall due" in shown(page)


@pytest.mark.usefixtures("published")
def test_links_carry_a_language_that_is_not_the_setting_s(
    page: AppTest,  # noqa: F811
) -> None:
    page.query_params["area"] = "001"
    page.query_params["lang"] = "bn"
    html = shown(page.switch_page("pages/area.py"))
    assert 'href="area?area=002&lang=bn"' in html


@pytest.mark.usefixtures("published")
def test_the_session_keeps_the_language_where_an_address_names_none(
    page: AppTest,  # noqa: F811
) -> None:
    page.query_params["lang"] = "bn"
    shown(page)
    del page.query_params["lang"]
    assert "সার্বিক বকেয়া" in shown(page)


def test_a_refusal_to_refresh_is_said_in_the_language_and_to_programs_in_english() -> None:
    from nocs.live import LiveState, refusal
    from tests.records import AS_OF

    state = LiveState(problem="PostgreSQL does not answer.")
    assert refusal(state, AS_OF) == "The cache cannot be reached."
    assert refusal(state, AS_OF, Language("bn")) == "তথ্যভাণ্ডারে সংযোগ করা যাচ্ছে না।"
    dashboard.close()
