"""Episodes: a problem from its beginning to its end, one row of nocs_alert.

`reconcile` must run under the watcher's lock: it is what makes eight schedulers speak once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from nocs.alerts.rules import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """`reminded` counts the reminders sent so far."""

    id: int
    key: str
    title: str
    text: str
    opened_at: datetime
    reminded: int
    remind_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What has begun, what goes on and is due for a reminder, and what has ended."""

    opened: tuple[Episode, ...]
    reminded: tuple[Episode, ...]
    closed: tuple[Episode, ...]


COLUMNS = "id, key, title, text, opened_at, reminded, remind_at, closed_at"


def reconcile(
    connection: Connection, problems: Sequence[Problem], now: datetime, remind_after: timedelta
) -> Changes:
    """Bring the open episodes in line with the problems of this moment."""
    present = {problem.key: problem for problem in problems}
    known = {episode.key: episode for episode in open_episodes(connection)}
    next_reminder = now + remind_after
    reminded = []
    for key, problem in present.items():
        if key not in known:
            continue
        episode = known[key]
        is_due = episode.remind_at <= now
        if is_due or (episode.title, episode.text) != (problem.title, problem.text):
            changed = _one(
                connection,
                "UPDATE nocs_alert SET title = :title, text = :text,"
                " reminded = reminded + :more, remind_at = :remind_at WHERE id = :id",
                id=episode.id,
                title=problem.title,
                text=problem.text,
                more=int(is_due),
                remind_at=next_reminder if is_due else episode.remind_at,
            )
            reminded += [changed] if is_due else []
    return Changes(
        opened=tuple(
            _one(
                connection,
                "INSERT INTO nocs_alert (key, title, text, opened_at, remind_at)"
                " VALUES (:key, :title, :text, :now, :remind_at)",
                key=problem.key,
                title=problem.title,
                text=problem.text,
                now=now,
                remind_at=next_reminder,
            )
            for key, problem in present.items()
            if key not in known
        ),
        reminded=tuple(reminded),
        closed=tuple(
            _one(
                connection,
                "UPDATE nocs_alert SET closed_at = greatest(:now, opened_at) WHERE id = :id",
                id=episode.id,
                now=now,
            )
            for key, episode in known.items()
            if key not in present
        ),
    )


def open_episodes(connection: Connection) -> tuple[Episode, ...]:
    """What goes on, oldest first."""
    rows = connection.execute(
        text(f"SELECT {COLUMNS} FROM nocs_alert WHERE closed_at IS NULL ORDER BY id")
    )
    return tuple(Episode(**row._mapping) for row in rows)


def _one(connection: Connection, statement: str, **values: object) -> Episode:
    row = connection.execute(text(f"{statement} RETURNING {COLUMNS}"), values).one()
    return Episode(**row._mapping)
