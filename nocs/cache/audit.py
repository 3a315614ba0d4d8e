"""The audit: who did what, when, from where. Rows are added here and never changed.

The table refuses changes itself; see migration 0003. Old rows go after NOCS_AUDIT_DAYS.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from nocs.access import Action, Entry

LONGEST_TEXT = 500
MOST_ROWS = 10_000


def write(
    connection: Connection, action: Action, *, who: str, address: str = "", detail: str = ""
) -> None:
    """Add a row."""
    connection.execute(
        text(
            "INSERT INTO nocs_audit (who, action, address, detail)"
            " VALUES (:who, :action, :address, :detail)"
        ),
        {
            "who": _kept(who),
            "action": action.value,
            "address": _kept(address),
            "detail": _kept(detail),
        },
    )


def search(
    connection: Connection,
    *,
    words: str = "",
    actions: tuple[Action, ...] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
) -> tuple[Entry, ...]:
    """Rows, newest first, whose person, address or detail holds `words` as typed."""
    rows = connection.execute(
        text(
            "SELECT id, at, who, action, address, detail FROM nocs_audit"
            " WHERE (:words = '' OR strpos(lower(who || ' ' || address || ' ' || detail),"
            "                              lower(:words)) > 0)"
            " AND (CAST(:actions AS text[]) = '{}' OR action = ANY(:actions))"
            " AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)"
            " AND (CAST(:until AS timestamptz) IS NULL OR at < :until)"
            " ORDER BY id DESC LIMIT :limit"
        ),
        {
            "words": _kept(words.strip()),
            "actions": [action.value for action in actions],
            "since": since,
            "until": until,
            "limit": min(limit, MOST_ROWS),
        },
    )
    return tuple(Entry(**{**row._mapping, "action": Action(row.action)}) for row in rows)


def forget(connection: Connection, older_than: timedelta) -> int:
    """Delete rows beyond the retention; returns how many."""
    done = connection.execute(
        text("DELETE FROM nocs_audit WHERE at < clock_timestamp() - :age"), {"age": older_than}
    )
    return int(done.rowcount)


def _kept(value: str) -> str:
    """What PostgreSQL can store: no NUL, no endless text."""
    return value.replace("\0", "")[:LONGEST_TEXT]
