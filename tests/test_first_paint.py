"""The document of the summary, asked for as a browser does, before any script of it has run."""

import json
import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from nocs import dashboard
from nocs.cache.database import Database
from nocs.ui import first_paint
from nocs.web import document
from nocs.web.assets import DRAWING, served_url
from tests.records import area, publish
from tests.test_guard import OIDC
from tests.waiting import until


@pytest.fixture
def client(cache_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The address of the summary alone, on an empty cache."""
    monkeypatch.setenv("NOCS_DATABASE_URL", cache_url)
    dashboard.close()
    yield TestClient(Starlette(routes=first_paint.routes()))
    dashboard.close()


def figures(client: TestClient) -> str:
    """The document once it holds figures; what is published reaches it by notification."""
    return until(lambda: _with_figures(client.get("/").text), "figures")


def _with_figures(text: str) -> str:
    return text if "<nocs-first" in text else ""


def values(text: str, figure: str) -> list[str]:
    return re.findall(rf'data-figure="{figure}" data-value="([^"]*)"', text)


def test_the_document_holds_the_exact_figures_of_cards_and_table(
    client: TestClient, database: Database
) -> None:
    publish(database, area("001", "1500000.10", "-0.01"), area("002", "0.00", "-20000000.25"))
    text = figures(client)
    total, due = "1500000.10", "-20000000.26"
    # The card, then each area, then the totals of the table.
    assert values(text, "positive_balance_amt") == [total, total, "0.00", total]
    assert values(text, "negative_balance_amt") == [due, "-0.01", "-20000000.25", due]
    assert ">overall due<" in text and ">overall credit<" not in text


def test_the_rest_of_the_document_is_streamlits_own(client: TestClient, database: Database) -> None:
    empty = client.get("/").text
    assert "<nocs-first" not in empty and document.ROOT_ELEMENT in empty
    publish(database, area())
    text = figures(client)
    assert "<title>NOCS balance summary</title>" in text
    text = text.replace("<title>NOCS balance summary<", "<title>Streamlit<")
    bare = re.sub(r"<nocs-first.*?</nocs-first>", "", text, flags=re.S)
    for ours in (f"<script>{document.SCRIPT}</script>", first_paint.PAGE_STYLE):
        assert ours in bare
        bare = bare.replace(ours, "")
    bare, early = re.subn(r'<link rel="modulepreload" href="/assets/\w+/[\w.-]+\.js">', "", bare)
    assert early == 2
    # What makes the page live stands aside, whole, until the first paint is on the screen.
    (live,) = re.findall("<template data-live>(.*?)</template>", bare, re.S)
    assert live.startswith("<script type=") and live in empty
    assert bare.replace(f"<template data-live>{live}</template>", "") == empty.replace(live, "")


def test_no_browser_and_no_proxy_may_keep_the_figures(
    client: TestClient, database: Database
) -> None:
    publish(database, area())
    figures(client)
    packed, plain = (client.get("/", headers={"Accept-Encoding": way}) for way in ("gzip", "br"))
    assert packed.headers["content-encoding"] == "gzip" and packed.text == plain.text
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain, client.head("/")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_new_snapshot_is_in_the_next_document(client: TestClient, database: Database) -> None:
    publish(database, area("001", "1.00", "-1.00"))
    assert "1.00" in values(figures(client), "positive_balance_amt")
    publish(database, area("001", "2.00", "-1.00"))
    until(lambda: "2.00" in values(client.get("/").text, "positive_balance_amt"), "the new figure")
    assert "1.00" not in values(client.get("/").text, "positive_balance_amt")


def test_with_sign_in_the_document_holds_no_figure_for_a_stranger(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, area("001", "4711.00", "-1.00"))
    assert "4711.00" in figures(client)
    for name, value in OIDC.items():
        monkeypatch.setenv(name, value)
    dashboard.close()
    until(lambda: dashboard.dashboard().state().snapshot, "the figures in memory")
    text = client.get("/").text
    assert "nocs-first" not in text and "4711" not in text


@pytest.mark.parametrize("query", ["areas=001", "due_above=5", "compare=week", "area=001"])
def test_a_link_that_chooses_waits_for_the_live_page(
    client: TestClient, database: Database, query: str
) -> None:
    publish(database, area())
    figures(client)
    assert "<nocs-first" not in client.get(f"/?{query}").text


def test_the_language_of_the_address_is_the_documents(
    client: TestClient, database: Database
) -> None:
    publish(database, area())
    assert '<nocs-first lang="en">' in figures(client)
    assert '<nocs-first lang="en">' in client.get("/?lang=xx").text
    bangla = client.get("/?lang=bn").text
    assert '<nocs-first lang="bn">' in bangla and ">বকেয়া<" in bangla and ">Due<" not in bangla


@pytest.mark.parametrize("is_open", [True, False])
def test_a_dashboard_open_to_everybody_says_so_in_the_document_too(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch, is_open: bool
) -> None:
    monkeypatch.setenv("NOCS_ALLOW_ANONYMOUS", str(is_open))
    publish(database, area())
    assert ("banner-anonymous" in figures(client)) is is_open


def test_the_document_holds_the_figures_of_the_charts(
    client: TestClient, database: Database
) -> None:
    publish(database, area("001", "0.00", "-20.50"), area("002", "7.25", "0.00"))
    text = figures(client)
    (found,) = re.findall(r'<script type="application/json">(.*?)</script>', text, re.S)
    told = json.loads(found)
    assert [one["name"] for one in told["charts"]] == re.findall(
        r'<figure data-testid="chart-([\w-]+)">', text
    )
    due, credit = (one["figure"]["data"][0] for one in told["charts"][:2])
    assert (due["x"], due["text"]) == ([20.5], ["−₹ 20.50"])  # a bar says how much is due
    assert (credit["x"], credit["text"]) == ([7.25], ["₹ 7.25"])
    assert told["drawing"] == served_url(DRAWING)


def test_a_first_paint_that_breaks_costs_nothing_but_itself(
    client: TestClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish(database, area())
    figures(client)
    monkeypatch.setattr(first_paint, "help_html", lambda _words: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 200 and document.ROOT_ELEMENT in answer.text
    assert "<nocs-first" not in answer.text
    assert "The first paint broke" in caplog.text and "ZeroDivisionError" in caplog.text


def test_a_name_of_an_area_cannot_leave_its_place(client: TestClient, database: Database) -> None:
    nasty = "</template></nocs-first><script>alert(1)</script>"
    publish(database, area("001", name=nasty))
    text = figures(client)
    assert "<script>alert" not in text and text.count("</template>") == 2
    assert "&lt;/template&gt;" in text and "\\u003c/template>" in text
