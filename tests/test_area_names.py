"""Areas bear their name in the reader's language, where the source has one; no figure minds."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from nocs import workbook
from nocs.area_names import in_language, other_names
from nocs.cache import balances
from nocs.cache.database import Database
from nocs.live import LiveState
from nocs.model import AreaName, RunStatus, SourceKind
from nocs.past import Past, Recent
from nocs.refresh import job
from nocs.settings import load_settings
from nocs.source import names as source_names
from nocs.source import order
from nocs.source.check import of_names
from nocs.source.names import MOST_CODE, MOST_NAME, read
from nocs.ui import viewer
from tests.oracle import in_process, refresh, settings_for, snapshot_of
from tests.records import AS_OF, area, publish, running
from tests.test_pages import page, shown  # noqa: F401
from tests.wire import Answer, Cut, OracleWire, OraError, Silent

BANGLA = AreaName(nocs_code="001", language="bn", nocs_name="আদাবর")
ENGLISH = AreaName(nocs_code="001", language="en", nocs_name="Adabor")
COLUMNS = (
    ("NOCS_CODE", "CHAR(16)"), ("LANGUAGE_TAG", "CHAR(2)"), ("NOCS_NAME", "VARCHAR2(60)"),
)  # fmt: skip
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)


def publish_named(database: Database, *names: AreaName) -> None:
    """Areas 001 and 002, of which 001 has these names."""
    run = running(database)
    figures = [area("001", name="Adabor"), area("002", name="Banasree")]
    with database.transaction() as connection:
        balances.publish(connection, run, figures, as_of=AS_OF, names=names)


def test_a_name_is_read_in_each_language_and_sorted() -> None:
    rows = [("001", "bn", " আদাবর "), ("001 ", "en", "Adabor")]
    assert read(rows) == ((BANGLA, ENGLISH), ())


@pytest.mark.parametrize(
    "bad",
    [
        ("001", "bn", "Another"),  # the second of its code and language
        ("002", "fr", "Adabor"),
        ("002", None, "Adabor"),
        ("002", "bn", "  "),
        ("", "bn", "Adabor"),
        ("002", "bn", "x" * (MOST_NAME + 1)),
        ("0" * (MOST_CODE + 1), "bn", "Adabor"),
        ("002", "bn", "a\0b"),
        ("002", "bn"),
    ],
)
def test_a_row_that_is_no_name_is_left_out_and_told(bad: tuple[object, ...]) -> None:
    names, warnings = read([("001", "bn", "আদাবর"), bad])
    assert names == (BANGLA,)
    assert len(warnings) == 1 and warnings[0].startswith("1 row of area_names.sql")


def test_the_longest_code_and_name_are_kept() -> None:
    names, warnings = read([("0" * MOST_CODE, "bn", "x" * MOST_NAME)])
    assert names and len(names[0].nocs_name) == MOST_NAME and warnings == ()


def test_names_come_from_oracle_with_the_figures(database: Database, wire: OracleWire) -> None:
    run = refresh(database, settings_for(wire))
    assert run.status is RunStatus.SUCCEEDED and "names" not in "".join(run.warnings)
    snapshot = snapshot_of(database)
    # 002 has a Bangla label alone, the others an English one alone.
    assert [(n.nocs_code, n.language, n.nocs_name) for n in snapshot.names] == [
        ("001", "en", "Adabor"), ("002", "bn", "বনশ্রী"), ("003", "en", "Kazla"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "fault", [OraError(942, "table or view does not exist"), Cut.IN_A_ROW, Silent.ON_EXECUTE]
)
def test_names_that_cannot_be_read_cost_no_figure_and_those_known_before_stay(
    database: Database, wire: OracleWire, fault: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "extract", in_process)
    monkeypatch.setattr(source_names, "TIMEOUT_SECONDS", 1)
    refresh(database, settings_for(wire))
    before = snapshot_of(database)
    wire.fail_with(fault, sql="LANGUAGE_TAG")
    run = refresh(database, settings_for(wire))
    assert run.status is RunStatus.SUCCEEDED
    (warning,) = [text for text in run.warnings if "names" in text]
    assert warning.startswith("names in other languages could not be read (")
    after = snapshot_of(database)
    assert after.run.id == run.id and after.names == before.names and before.names
    assert after.totals == before.totals


def test_an_installation_without_the_file_is_not_asked_for_names(
    database: Database, wire: OracleWire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(order, "NAMES_FILE", tmp_path / "area_names.sql")
    run = refresh(database, settings_for(wire))
    assert run.status is RunStatus.SUCCEEDED
    assert not any("LANGUAGE_TAG" in sql for sql in wire.statements)


@pytest.mark.parametrize("text", ["", "-- nothing", "SELECT FROM", "DELETE FROM CI_CHAR_VAL_L"])
def test_a_file_that_is_no_select_costs_no_figure(
    database: Database,
    wire: OracleWire,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str,
) -> None:
    refresh(database, settings_for(wire))
    before = snapshot_of(database)
    file = tmp_path / "area_names.sql"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(order, "NAMES_FILE", file)
    run = refresh(database, settings_for(wire))
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    (warning,) = [one for one in run.warnings if "names" in one]
    assert warning.startswith(f"names in other languages were not asked for: {file} ")
    assert "NOCS_REPORT_FILE" not in warning and warning.endswith(source_names.KEPT)
    assert snapshot_of(database).names == before.names != ()


def test_a_name_that_is_no_utf_8_costs_no_figure(database: Database, wire: OracleWire) -> None:
    wire.fail_with(Answer(COLUMNS, [("001", "bn", b"\xe0\xa6\xff")]), sql="LANGUAGE_TAG")
    run = refresh(database, settings_for(wire))
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    (warning,) = [one for one in run.warnings if "names" in one]
    assert "'utf-8' codec can't decode" in warning


def test_the_demos_names_go_with_its_figures(database: Database) -> None:
    run = running(database, SourceKind.DEMO)
    with database.transaction() as connection:
        balances.publish(connection, run, [area("001")], as_of=AS_OF, names=[BANGLA])
    publish(database, area("001"), source=SourceKind.DEMO)
    assert snapshot_of(database).names == (BANGLA,)
    publish(database, area("001"), source=SourceKind.ORACLE)
    assert snapshot_of(database).names == ()


def test_figures_are_named_once_a_refresh_and_not_at_each_heartbeat(database: Database) -> None:
    publish_named(database, BANGLA)
    snapshot = snapshot_of(database)
    day = Past(run_id=snapshot.run.id, as_of=AS_OF, areas=snapshot.areas)
    recent = Recent(run_id=snapshot.run.id, days=(day,))
    first, second = (
        viewer.named(LiveState(version=version, snapshot=snapshot, recent=recent), "bn")
        for version in (1, 2)
    )
    assert first.recent and second.recent
    assert (first.version, second.version) == (1, 2)
    assert first.snapshot is second.snapshot
    assert first.recent.days[0] is second.recent.days[0]
    assert first.recent.days[0].areas[0].nocs_name == "আদাবর"


def test_names_are_replaced_as_a_whole_and_stay_when_none_were_read(database: Database) -> None:
    publish_named(database, BANGLA, ENGLISH)
    publish(database, area("001"))
    assert snapshot_of(database).names == (BANGLA, ENGLISH)
    publish_named(database, ENGLISH)
    assert snapshot_of(database).names == (ENGLISH,)
    publish_named(database)
    assert snapshot_of(database).names == ()


def test_a_language_changes_names_alone(database: Database) -> None:
    publish(database, area("001", name="Adabor", due="-1.00"))
    publish_named(database, BANGLA)
    snapshot = snapshot_of(database)
    bangla = in_language(snapshot, "bn")
    assert [one.nocs_name for one in bangla.areas] == ["আদাবর", "Banasree"]
    assert [one.nocs_name for one in bangla.previous_areas] == ["আদাবর"]
    unnamed = tuple(replace(one, nocs_name="") for one in bangla.areas)
    assert unnamed == tuple(replace(one, nocs_name="") for one in snapshot.areas)
    assert bangla.totals == snapshot.totals
    assert in_language(snapshot, "en") is snapshot  # the source has no name in it


def test_who_may_see_one_area_is_told_the_names_of_that_one(database: Database) -> None:
    other = AreaName(nocs_code="002", language="bn", nocs_name="বনশ্রী")
    publish_named(database, BANGLA, other)
    seen = snapshot_of(database).restricted_to(frozenset({"002"}))
    assert seen.names == (other,)


def test_an_area_is_called_as_the_reader_says_and_found_by_its_other_name(
    page: AppTest,  # noqa: F811
    database: Database,
) -> None:
    publish_named(database, BANGLA, ENGLISH)
    assert 'data-value="Adabor" data-also="আদাবর"' in table(page)
    page.query_params["lang"] = "bn"
    html = table(page)
    assert 'data-value="আদাবর" data-also="Adabor"' in html
    assert 'data-value="Banasree">' in html  # has no other name
    page.query_params["area"] = "001"
    title = shown(page.switch_page("pages/area.py"))
    assert 'data-testid="area-title">আদাবর <small><span lang="en">Adabor</span>' in title


def table(page: AppTest) -> str:  # noqa: F811
    page.run()
    assert not page.exception
    (found,) = [one for one in page.get("bidi_component") if "areas-table" in str(one.proto)]
    return str(json.loads(found.proto.json)["html"])


def test_the_workbook_names_areas_in_its_own_language(database: Database) -> None:
    publish_named(database, BANGLA)
    names = []
    for language in ("en", "bn"):
        settings = load_settings({"NOCS_LANGUAGE": language, "NOCS_DEMO": "true"})
        content = workbook.build(snapshot_of(database), settings, "ana", NOW)
        sheet = openpyxl.load_workbook(io.BytesIO(content))["Areas"]
        names.append([cell.value for cell in sheet["A"] if cell.value in {"Adabor", "আদাবর"}])
    assert names == [["Adabor"], ["আদাবর"]]


def test_the_other_names_of_an_area_are_those_it_does_not_bear(database: Database) -> None:
    publish_named(database, BANGLA, ENGLISH)
    snapshot = snapshot_of(database)
    assert other_names(snapshot, snapshot.areas[0]) == (BANGLA,)
    bangla = in_language(snapshot, "bn")
    assert other_names(bangla, bangla.areas[0]) == (ENGLISH,)


def test_a_check_of_the_source_counts_the_names() -> None:
    assert of_names((BANGLA, ENGLISH)).text == "Names of areas by language: 1 in bn, 1 in en."
    assert of_names(()).text == "Names of areas by language: none."
