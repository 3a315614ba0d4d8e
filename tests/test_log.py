"""The log: the same lines on standard output and in files, and errors once more by themselves."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from nocs import log
from nocs.errors import SettingsError
from nocs.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    """Give the root logger back its handlers, which `set_up` replaces."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)


def settings(folder: Path, **values: str) -> Settings:
    return load_settings({"NOCS_DATA_DIR": str(folder), **values})


def test_every_line_is_in_combined_and_errors_are_also_by_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_up(settings(tmp_path))
    logging.getLogger("nocs.x").info("Refresh %d starts.", 7)
    logging.getLogger("nocs.x").error("Refresh 7 failed.")
    combined = (tmp_path / "logs/combined.log").read_text(encoding="utf-8")
    assert combined == capsys.readouterr().out
    starts, failed = combined.splitlines()
    assert starts.endswith("INFO    nocs.x Refresh 7 starts.") and "+06:00" in starts
    assert (tmp_path / "logs/error.log").read_text(encoding="utf-8") == failed + "\n"


def test_lines_as_json_hold_the_same_and_the_traceback_of_a_bug(tmp_path: Path) -> None:
    log.set_up(settings(tmp_path, NOCS_LOG_FORMAT="json"))
    try:
        raise ZeroDivisionError("zero")
    except ZeroDivisionError:
        logging.getLogger("nocs.x").exception("A page broke: ৳.")
    (line,) = (tmp_path / "logs/error.log").read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    assert entry["level"] == "ERROR" and entry["logger"] == "nocs.x"
    assert entry["message"] == "A page broke: ৳." and "ZeroDivisionError" in entry["traceback"]


def test_a_line_below_the_level_is_not_written(tmp_path: Path) -> None:
    log.set_up(settings(tmp_path, NOCS_LOG_LEVEL="WARNING"))
    logging.getLogger("nocs.x").info("small talk")
    logging.getLogger("nocs.x").warning("big talk")
    (line,) = (tmp_path / "logs/combined.log").read_text(encoding="utf-8").splitlines()
    assert line.endswith("big talk")


def test_a_full_file_is_rotated_and_only_so_many_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LARGEST_FILE_BYTES", 1_000)
    monkeypatch.setattr(log, "KEPT_FILES", 2)
    log.set_up(settings(tmp_path))
    for number in range(100):
        logging.getLogger("nocs.x").info("line %d of many", number)
    files = sorted((tmp_path / "logs").glob("combined.log*"))
    assert [file.name for file in files] == ["combined.log", "combined.log.1", "combined.log.2"]
    line_bytes = 100  # a file is rotated by the line that finds it full
    assert all(file.stat().st_size <= 1_000 + line_bytes for file in files)
    assert "line 99 of many" in files[0].read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_one_line_that_names_the_setting(
    tmp_path: Path,
) -> None:
    (tmp_path / "logs").touch()
    with pytest.raises(SettingsError, match=r"NOCS_DATA_DIR: cannot write .*combined\.log"):
        log.set_up(settings(tmp_path))
