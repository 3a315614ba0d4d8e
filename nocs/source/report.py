"""The SQL a source runs, read from files that a DBA can read and change.

A file holds one SELECT with named binds (:name) and no closing semicolon, so that the same text
runs on Oracle and, with its binds rewritten, on PostgreSQL.
"""

import re
from collections.abc import Callable
from pathlib import Path

from nocs.errors import SettingsError
from nocs.source import readonly

FOLDER = Path(__file__).resolve().parents[2] / "sql"
CONTROL_FILE = FOLDER / "customers_without_area.sql"
SIGN_FILE = FOLDER / "sign_evidence.sql"
NAMES_FILE = FOLDER / "area_names.sql"

_COMMENT = re.compile(r"--(?!\+)[^\n]*|/\*(?!\+).*?\*/", re.DOTALL)  # a hint is no comment
_TEXT = re.compile(r"'(?:[^']|'')*'")
_BIND = re.compile(r"(?<![:\w]):([a-z_]\w*)", re.IGNORECASE)


def read_select(path: Path) -> str:
    """The statement of a report file without its comments.

    SettingsError when it is not one SELECT, or one that does more than read.
    """
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise SettingsError(
            f"NOCS_REPORT_FILE: cannot read {path} ({reason}).", "Name a readable SQL file."
        ) from None
    statement = _outside_texts(written, lambda part: _COMMENT.sub(" ", part)).strip()
    statement = statement.removesuffix(";").rstrip()
    bare = _TEXT.sub("''", statement)
    if not re.match(r"(select|with)\b", bare, re.IGNORECASE) or ";" in bare:
        raise SettingsError(
            f"NOCS_REPORT_FILE: {path} is not one SELECT.", "Keep a single SELECT in the file."
        )
    if reason := readonly.why_not(statement):
        raise SettingsError(
            f"NOCS_REPORT_FILE: {path} was not sent to the source: {reason}.",
            "Keep a single SELECT that only reads in the file.",
        )
    return statement


def binds_of(statement: str) -> set[str]:
    """The names of the binds in a statement, lower case."""
    return {name.lower() for name in _BIND.findall(_TEXT.sub("''", statement))}


def for_postgres(statement: str) -> str:
    """Rewrite :name to psycopg's %(name)s; a percent sign of the statement stays one."""
    escaped = statement.replace("%", "%%")
    return _outside_texts(escaped, lambda part: _BIND.sub(r"%(\1)s", part))


def _outside_texts(sql: str, change: Callable[[str], str]) -> str:
    """Apply `change` to what stands outside quoted texts."""
    parts, end = [], 0
    for match in re.finditer(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", sql, re.DOTALL):
        if not match.group().startswith("'"):
            continue
        parts += [change(sql[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*parts, change(sql[end:])])
