"""Log lines: sentences with stable fields, on standard output and in logs/ of the data folder.

Several processes write the same two files, so the handler takes a lock to write and to rotate.
"""

import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from concurrent_log_handler import ConcurrentRotatingFileHandler

from nocs.errors import SettingsError
from nocs.settings import Settings

LARGEST_FILE_BYTES = 5_000_000
KEPT_FILES = 5
NOISY = ("apscheduler", "alembic", "streamlit", "uvicorn", "uvicorn.access", "uvicorn.error")


def set_up(settings: Settings, *, to_files: bool = True) -> None:
    """Send every log line of this process to standard output, combined.log and error.log."""
    formatter = _Json(settings) if settings.log_format == "json" else _Text(settings)
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    if to_files:
        folder = settings.data_dir / "logs"
        everything, errors = _file(folder / "combined.log"), _file(folder / "error.log")
        errors.setLevel(logging.ERROR)
        handlers += [everything, errors]
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=settings.log_level, handlers=handlers, force=True)
    logging.captureWarnings(True)
    quieten()


def quieten() -> None:
    """Let the libraries tell warnings only; a web server sets its own levels when it starts."""
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _file(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return ConcurrentRotatingFileHandler(
            str(path), maxBytes=LARGEST_FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )
    except OSError as error:
        raise SettingsError(
            f"NOCS_DATA_DIR: cannot write {path} ({error.strerror}).",
            "Name a folder that you may write.",
        ) from None


class _Zoned(logging.Formatter):
    def __init__(self, settings: Settings) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s %(message)s")
        self._zone = settings.zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        moment = datetime.fromtimestamp(record.created, self._zone)
        return moment.isoformat(timespec="milliseconds")


class _Text(_Zoned):
    pass


class _Json(_Zoned):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
