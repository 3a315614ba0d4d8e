"""The past as a person sees it: trends, one area, movers, filters, comparison; against SQL."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from nocs.past import percent
from tests.browser.conftest import OpenPage, Product
from tests.waiting import until

pytestmark = pytest.mark.browser

DUE, CREDIT, NET = "negative_balance_amt", "positive_balance_amt", "net_balance"
SUMS = f"sum({DUE}) AS {DUE}, sum({CREDIT}) AS {CREDIT}, sum({NET}) AS {NET}"


def sql(product: Product, query: str, **values: Any) -> list[Any]:
    with product.database.transaction() as connection:
        return list(connection.execute(text(query), values))


def dues(product: Product) -> dict[str, Decimal]:
    rows = sql(product, f"SELECT nocs_code, {DUE} FROM nocs_balance_summary")
    return {row[0]: row[1] for row in rows}


def newest_run(product: Product) -> Any:
    return sql(
        product,
        "SELECT id, as_of FROM nocs_refresh_run WHERE status = 'succeeded'"
        " ORDER BY id DESC LIMIT 1",
    )[0]


def run_near(product: Product, back: str) -> int:
    """The run nearest to a stretch before the newest one."""
    return int(
        sql(
            product,
            "SELECT id FROM nocs_refresh_run WHERE status = 'succeeded' AND thinned_at IS NULL"
            " ORDER BY abs(extract(epoch FROM as_of - CAST(:moment AS timestamptz)"
            " + CAST(:back AS interval))), id LIMIT 1",
            moment=newest_run(product).as_of,
            back=back,
        )[0][0]
    )


def figures_of_run(product: Product, run_id: int, *codes: str) -> Any:
    return sql(
        product,
        f"SELECT count(*) AS areas, {SUMS} FROM nocs_balance_history WHERE run_id = :run"
        " AND (:every OR nocs_code = ANY(:codes))",
        run=run_id,
        every=not codes,
        codes=list(codes),
    )[0]


def traces(figure: Locator) -> list[dict[str, Any]]:
    """What Plotly has drawn in a chart: its traces with x, y and what a hover shows."""
    expect(figure.locator("[data-drawn=yes]")).to_be_attached()
    drawn = figure.locator("[data-drawn=yes]").evaluate(
        "box => JSON.stringify(box.data.map(t => ({x: [...t.x], y: [...t.y],"
        " hover: t.customdata, role: t.meta.role ?? t.meta})))"
    )
    return list(json.loads(drawn))


def exact(shown: str) -> Decimal:
    """An amount as a page writes it."""
    size = Decimal(re.sub(r"[^\d.]", "", shown))
    return -size if shown.startswith("\N{MINUS SIGN}") else size


def value(page: Page, name: str) -> Decimal:
    cell = page.get_by_test_id("cards").locator(f"[data-figure={name}]")
    return Decimal(cell.get_attribute("data-value") or "")


def test_the_total_trend_of_a_month_is_the_last_run_of_each_day_to_the_cent(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/trends")
    rows = sql(
        product,
        "WITH day AS (SELECT max(id) AS id FROM nocs_refresh_run WHERE status = 'succeeded'"
        "  AND as_of >= CAST(:as_of AS timestamptz) - interval '31 days'"
        "  GROUP BY (as_of AT TIME ZONE 'Asia/Dhaka')::date)"
        f" SELECT h.run_id, {SUMS} FROM nocs_balance_history h JOIN day ON day.id = h.run_id"
        " GROUP BY 1 ORDER BY 1",
        as_of=newest_run(product).as_of,
    )
    assert 31 <= len(rows) <= 32
    for chart, name in (("due", DUE), ("credit", CREDIT), ("net", NET)):
        line = traces(page.get_by_test_id(f"chart-{chart}"))[0]
        assert [exact(hover[1]) for hover in line["hover"]] == [getattr(r, name) for r in rows]
        assert line["y"] == [float(getattr(row, name)) for row in rows]
        assert line["role"] == chart


@pytest.mark.parametrize(
    ("name", "back", "unit"), [("Week", "7 days", "hour"), ("All", "200 days", "day")]
)
def test_the_range_chooses_how_far_apart_the_points_lie(
    open_page: OpenPage, product: Product, name: str, back: str, unit: str
) -> None:
    page = open_page("/trends")
    traces(page.get_by_test_id("chart-due"))
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_test_id("points")).to_contain_text(f"last refresh of each {unit}")
    expected = sql(
        product,
        "SELECT count(DISTINCT date_trunc(:unit, as_of AT TIME ZONE 'Asia/Dhaka'))"
        " FROM nocs_refresh_run WHERE status = 'succeeded' AND thinned_at IS NULL"
        " AND as_of >= CAST(:as_of AS timestamptz) - CAST(:back AS interval)",
        as_of=newest_run(product).as_of, back=back, unit=unit,
    )[0][0]  # fmt: skip
    expect(page.get_by_test_id("points")).to_contain_text(f"{expected} points")
    assert f"range={name}" in page.url


def test_moments_with_a_missing_area_are_marked(open_page: OpenPage) -> None:
    page = open_page("/trends?range=All")
    line, marks = traces(page.get_by_test_id("chart-due"))
    assert marks["role"] == "warn" and len(marks["x"]) == 1
    assert marks["hover"] == [["Only 16 of 17 areas"]]
    assert marks["x"][0] in line["x"]
    expect(page.get_by_test_id("points")).to_contain_text("an area was missing")


def test_the_changes_are_against_the_runs_that_their_columns_name(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page("/trends")
    now = sql(product, f"SELECT {SUMS} FROM nocs_balance_summary")[0]
    for name in (CREDIT, DUE, NET):
        cells = page.get_by_test_id("changes").locator(f"[data-figure={name}]")
        expect(cells).to_have_count(3)
        shown = [Decimal(cell.get_attribute("data-change") or "") for cell in cells.all()]
        runs = [run_near(product, back) for back in ("1 day", "7 days", "30 days")]
        assert shown == [
            getattr(now, name) - getattr(figures_of_run(product, run), name) for run in runs
        ]


def test_area_by_area_has_a_line_or_a_chart_for_each(open_page: OpenPage, product: Product) -> None:
    page = open_page("/trends?show=Overlay")
    lines = [t for t in traces(page.get_by_test_id("chart-overlay")) if t.get("hover")]
    assert sorted(line["y"][-1] for line in lines) == sorted(
        float(due) for due in dues(product).values()
    )
    page.get_by_role("radio", name="Small multiples").click()
    expect(page.locator("[data-testid^=chart-small-] [data-drawn=yes]")).to_have_count(17)
    page.get_by_role("radio", name="Credit", exact=True).click()
    expect(page.get_by_test_id("chart-small-001").get_by_text("Credit · 001")).to_be_visible()
    last = traces(page.get_by_test_id("chart-small-001"))[0]["hover"][-1][1]
    row = sql(product, f"SELECT {CREDIT} FROM nocs_balance_summary WHERE nocs_code = '001'")
    assert exact(last) == row[0][0]


def test_a_link_to_an_area_shows_its_place_among_all(open_page: OpenPage, product: Product) -> None:
    page = open_page("/?area=009")
    expect(page.get_by_test_id("area-title")).to_have_text("Kazla কাজলা · 009")
    assert urlsplit(page.url).path == "/area"
    row = sql(product, "SELECT * FROM nocs_balance_summary WHERE nocs_code = '009'")[0]
    totals = sql(product, f"SELECT {SUMS} FROM nocs_balance_summary")[0]
    expect(page.get_by_test_id("cards")).to_be_visible()
    assert value(page, DUE) == row.negative_balance_amt
    rank = sql(
        product, f"SELECT count(*) FROM nocs_balance_summary WHERE {DUE} <= :due",
        due=row.negative_balance_amt,
    )[0][0]  # fmt: skip
    cent = Decimal("0.01")
    expected = {
        "due_rank": rank,
        "share_of_due": (100 * row.negative_balance_amt / totals.negative_balance_amt),
        "share_of_credit": (100 * row.positive_balance_amt / totals.positive_balance_amt),
        "due_penetration": Decimal(100 * row.negative_qty) / row.total_customers,
        "cover": -100 * row.positive_balance_amt / row.negative_balance_amt,
        "average_due": row.negative_balance_amt / row.negative_qty,
        "average_credit": row.positive_balance_amt / row.positive_qty,
    }
    facts = page.get_by_test_id("facts")
    for name, figure in expected.items():
        shown = facts.locator(f"[data-fact={name}]").get_attribute("data-value")
        assert abs(Decimal(shown or "") - figure) <= cent / 2, name
    line = traces(page.get_by_test_id("chart-area-due"))[0]
    assert exact(line["hover"][-1][1]) == row.negative_balance_amt


def test_the_jump_and_the_night_without_an_area_are_on_their_pages(open_page: OpenPage) -> None:
    page = open_page("/area?area=007")
    biggest = page.get_by_test_id("steps").locator("[data-step]").first
    expect(biggest).to_contain_text("more due")
    expect(page.get_by_test_id("absences")).to_have_attribute("data-count", "0")
    page.get_by_role("link", name="Postogola").click()
    expect(page.get_by_test_id("area-title")).to_have_text("Postogola পোস্তগোলা · 013")
    count = page.get_by_test_id("absences").get_attribute("data-count")
    assert 7 <= int(count or 0) <= 8


def test_an_area_that_is_not_there_gets_one_sentence_and_the_others(open_page: OpenPage) -> None:
    page = open_page("/area?area=%3Cb%3E99")
    expect(page.get_by_test_id("unknown-area")).to_have_text(
        "Area <b>99 is not in the figures of this refresh."
    )
    expect(page.locator(".nocs-areas-links a")).to_have_count(17)


def test_a_click_on_a_row_and_on_a_bar_opens_the_area(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page()
    page.locator(".nocs-table tbody tr", has_text="Demra").locator("td").nth(3).click()
    expect(page.get_by_test_id("area-title")).to_have_text("Demra ডেমরা · 005")
    page = open_page()
    largest = min(dues(product).items(), key=lambda item: item[1])[0]
    figure = page.get_by_test_id("chart-top-due")
    expect(figure.locator("[data-drawn=yes]")).to_be_attached()
    figure.scroll_into_view_if_needed()
    figure.locator(".barlayer .point path").first.click(force=True)
    expect(page.get_by_test_id("area-title")).to_contain_text(largest)


def test_the_movers_are_the_largest_changes_of_due_since_yesterday(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page()
    movers = page.get_by_test_id("movers")
    run = run_near(product, "1 day")
    expect(movers).to_have_attribute("data-then", str(run))
    then = {
        row[0]: row[1]
        for row in sql(
            product,
            f"SELECT nocs_code, {DUE} FROM nocs_balance_history WHERE run_id = :run",
            run=run,
        )
    }
    moved = {code: due - then[code] for code, due in dues(product).items()}
    for place, wanted in enumerate(
        (
            sorted((m, c) for c, m in moved.items() if m < 0)[:5],
            sorted(((m, c) for c, m in moved.items() if m > 0), reverse=True)[:5],
        )
    ):
        lines = movers.locator(".nocs-moves").nth(place).locator("li")
        shown = [
            (Decimal(line.get_attribute("data-change") or ""), line.get_attribute("data-code"))
            for line in lines.all()
        ]
        assert shown == wanted
        for line, (move, code) in zip(lines.all(), wanted, strict=True):
            share = percent(move, then[code])
            expect(line).to_contain_text(f"{abs(share or 0)} %")


def test_the_pareto_chart_says_which_areas_hold_80_percent_of_the_due(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page()
    owed = sorted(dues(product).values())
    whole, held, count = sum(owed), Decimal(0), 0
    while held > Decimal("0.8") * whole:
        held += owed[count]
        count += 1
    figure = page.get_by_test_id("chart-pareto")
    expect(figure).to_contain_text(re.compile(rf"{count} of 17 areas holds? 80 % of the due"))
    head, tail, line = traces(figure)
    assert (len(head["y"]), len(tail["y"])) == (count, 17 - count)
    running = [0, *line["y"]]
    assert running[-1] == 100 and running[count - 1] < 80 <= running[count]


def test_each_card_and_each_row_has_its_last_days(open_page: OpenPage, product: Product) -> None:
    page = open_page()
    days = sql(
        product,
        "SELECT count(DISTINCT (as_of AT TIME ZONE 'Asia/Dhaka')::date) FROM nocs_refresh_run"
        " WHERE status = 'succeeded' AND as_of >= CAST(:as_of AS timestamptz) - interval '30 days'",
        as_of=newest_run(product).as_of,
    )[0][0]
    expect(page.locator(".nocs-table tbody .nocs-spark")).to_have_count(17)
    cards = page.get_by_test_id("cards").locator(".nocs-spark")
    expect(cards).to_have_count(4)
    for line in (*cards.all(), *page.locator(".nocs-table tbody .nocs-spark").all()):
        assert line.get_attribute("data-points") == str(days)
        masked = line.evaluate("line => getComputedStyle(line).maskImage")
        assert masked.startswith('url("data:image/svg+xml,')


def open_filtered(open_page: OpenPage) -> Page:
    """Three areas, chosen by hand."""
    page = open_page()
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17)
    page.get_by_test_id("choose-areas").click()
    page.get_by_role("searchbox", name="Find an area").fill("")
    for box in page.locator(".nocs-list input").all():
        box.set_checked(box.get_attribute("value") in {"003", "007", "012"})
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".nocs-table tbody tr")).to_have_count(3)
    return page


def test_a_filter_is_followed_by_totals_charts_link_and_workbook(
    open_page: OpenPage, product: Product, tmp_path: Path
) -> None:
    page = open_filtered(open_page)
    totals = sql(
        product,
        f"SELECT {SUMS}, sum(total_customers) AS customers FROM nocs_balance_summary"
        " WHERE nocs_code IN ('003', '007', '012')",
    )[0]
    assert [value(page, name) for name in (CREDIT, DUE, NET)] == [
        totals.positive_balance_amt, totals.negative_balance_amt, totals.net_balance,
    ]  # fmt: skip
    expect(page.locator(".nocs-table tfoot")).to_contain_text("3 of 17 areas")
    expect(page.get_by_test_id("notices")).to_contain_text("Filtered: 3 of 17 areas")
    expect(page.get_by_test_id("chart-pareto")).to_contain_text("of 3 areas")
    before = figures_of_run(product, run_before(product), "003", "007", "012")
    change = page.get_by_test_id("card-due").locator("[data-change]").get_attribute("data-change")
    assert Decimal(change or "") == totals.negative_balance_amt - before.negative_balance_amt
    assert parse_qs(urlsplit(page.url).query)["areas"] == ["003", "007", "012"]
    copied = open_page(page.url.removeprefix(product.url))
    expect(copied.locator(".nocs-table tbody tr")).to_have_count(3)
    assert value(copied, DUE) == totals.negative_balance_amt
    name, book = workbook_of(page, tmp_path)
    assert re.fullmatch(r"nocs-balance-summary-\d{8}-\d{4}-3-of-17-areas\.xlsx", name)
    sheet = book["Areas (3 of 17)"]
    assert "Filtered: 3 of 17 areas" in sheet["A2"].value
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1] in {"003", "007", "012"}]
    assert len(rows) == 3
    assert sum(Decimal(repr(row[6])) for row in rows) == totals.negative_balance_amt
    assert last_of_trend(book) == totals.negative_balance_amt


def run_before(product: Product) -> int:
    rows = sql(
        product,
        "SELECT id FROM nocs_refresh_run WHERE status = 'succeeded' ORDER BY id DESC LIMIT 2",
    )
    return int(rows[1][0])


def workbook_of(page: Page, folder: Path) -> tuple[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Excel").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file.name, openpyxl.load_workbook(file, data_only=True)


def last_of_trend(book: Any) -> Decimal:
    rows = [row for row in book["Trend"].iter_rows(min_row=5, values_only=True) if row[0]]
    return Decimal(repr(rows[-1][4])).quantize(Decimal("0.01"))


def test_only_areas_with_due_above_an_amount(open_page: OpenPage, product: Product) -> None:
    page = open_page()
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17)
    limit = sorted(-due for due in dues(product).values())[-4]
    page.get_by_test_id("choose-due").fill(str(limit))
    page.get_by_test_id("choose-due").press("Enter")
    expect(page.locator(".nocs-table tbody tr")).to_have_count(3)
    assert value(page, DUE) == sum(due for due in dues(product).values() if -due > limit)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".nocs-table tbody tr")).to_have_count(17)
    assert urlsplit(page.url).query == ""


def test_compared_with_a_week_ago_cards_movers_link_and_workbook_say_so(
    open_page: OpenPage, product: Product, tmp_path: Path
) -> None:
    page = open_page()
    page.get_by_test_id("choose-compare").select_option("week")
    run = run_near(product, "7 days")
    expect(page.get_by_test_id("notices")).to_contain_text(f"refresh {run}")
    then = figures_of_run(product, run)
    change = page.get_by_test_id("card-due").locator("[data-change]")
    assert Decimal(change.get_attribute("data-change") or "") == (
        value(page, DUE) - then.negative_balance_amt
    )
    expect(change).not_to_contain_text("since the refresh before")
    expect(page.get_by_test_id("movers")).to_have_attribute("data-then", str(run))
    assert parse_qs(urlsplit(page.url).query) == {"compare": ["week"]}
    name, book = workbook_of(page, tmp_path)
    assert re.search(r"-against-\d{8}-\d{4}\.xlsx$", name)
    assert f"refresh run {run}" in book["Movers"]["A4"].value
    summary = [row for row in book["Summary"].iter_rows(values_only=True) if row[0]]
    labels = [row[0] for row in summary]
    assert "Compared with" in labels
    changes = next(row for row in summary if str(row[0]).startswith("Change since 20"))
    assert Decimal(repr(changes[4])).quantize(Decimal("0.01")) == (
        value(page, DUE) - then.negative_balance_amt
    )


def test_any_earlier_moment_can_be_compared_with(open_page: OpenPage, product: Product) -> None:
    moment, run = sql(
        product,
        "SELECT to_char(as_of AT TIME ZONE 'Asia/Dhaka' + interval '20 minutes',"
        " 'YYYY-MM-DD\"T\"HH24:MI'), id FROM nocs_refresh_run WHERE status = 'succeeded'"
        " AND thinned_at IS NULL AND as_of < now() - interval '11 days' ORDER BY id DESC LIMIT 1",
    )[0]
    page = open_page()
    page.get_by_test_id("choose-compare").select_option("other")
    page.get_by_test_id("choose-moment").fill(moment)
    expect(page.get_by_test_id("notices")).to_contain_text(f"refresh {run}")
    expect(page.get_by_test_id("movers")).to_have_attribute("data-then", str(run))
    assert parse_qs(urlsplit(page.url).query) == {"compare": [moment]}


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("compare=never", "is not a time to compare with"),
        ("compare=1999-01-01T10:00", "no figures to compare with by then"),
        ("compare=2999-01-01T10:00", "there is nothing to compare"),
        ("due_above=much", "is not an amount"),
        ("areas=%3Ci%3Ex", "areas that are not here: <i>x"),
    ],
)
def test_a_link_that_cannot_be_followed_says_so_and_shows_figures(
    open_page: OpenPage, query: str, notice: str
) -> None:
    page = open_page(f"/?{query}")
    expect(page.get_by_test_id("notices")).to_contain_text(notice)
    expect(page.get_by_test_id("cards")).to_be_visible()


@pytest.mark.parametrize("path", ["/trends", "/trends?show=Small+multiples", "/area?area=016"])
def test_no_page_is_wider_than_the_screen(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=1920)
    expect(page.locator("[data-drawn=yes]").first).to_be_attached()
    main = "document.querySelector('[data-testid=stMain]')"
    for width in (1920, 1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        fits = f"{main}.clientWidth <= {width} && {main}.scrollWidth <= {main}.clientWidth"
        until(lambda fits=fits: page.evaluate(fits), f"a page no wider than {width}")


def test_at_1280_pixels_the_areas_are_a_table(open_page: OpenPage) -> None:
    page = open_page(width=1280)
    expect(page.locator(".nocs-areas")).to_have_attribute("data-layout", "table")


def test_a_chart_is_saved_as_a_picture(open_page: OpenPage) -> None:
    page = open_page("/trends")
    traces(page.get_by_test_id("chart-due"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the chart Due as a picture").click()
    assert download.value.suggested_filename == "nocs-due.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_the_theme_colours_lines_and_small_lines(open_page: OpenPage) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        page = open_page("/trends", scheme=scheme)
        traces(page.get_by_test_id("chart-due"))
        line = page.get_by_test_id("chart-due").locator(".scatterlayer path.js-line").first
        colours.add(line.evaluate("path => getComputedStyle(path).stroke"))
    assert len(colours) == 2


def test_the_trend_follows_a_filter(open_page: OpenPage, product: Product) -> None:
    page = open_page("/trends?areas=003&areas=007")
    expect(page.get_by_test_id("notices")).to_contain_text("Filtered: 2 of 17 areas")
    last = traces(page.get_by_test_id("chart-due"))[0]["hover"][-1][1]
    assert exact(last) == dues(product)["003"] + dues(product)["007"]


def test_paper_is_light_whatever_the_screen_is(open_page: OpenPage) -> None:
    fills = {}
    for scheme in ("light", "dark"):
        page = open_page(scheme=scheme)
        bar = page.get_by_test_id("chart-top-due").locator(".barlayer .point path").first
        expect(bar).to_be_attached()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        fills[scheme] = bar.evaluate("bar => getComputedStyle(bar).fill")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        fills[f"{scheme} screen"] = bar.evaluate("bar => getComputedStyle(bar).fill")
        # A page that prints itself goes there and back at once.
        events = "['beforeprint', 'afterprint']"
        page.evaluate(f"for (const name of {events}) dispatchEvent(new Event(name))")
        assert bar.evaluate("bar => getComputedStyle(bar).fill") == fills[f"{scheme} screen"]
    assert fills["light"] == fills["dark"] == fills["light screen"] != fills["dark screen"]
