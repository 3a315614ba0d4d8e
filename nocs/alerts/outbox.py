"""Messages waiting to be sent: nocs_message and nocs_delivery.

A delivery is claimed before it is sent. When its scheduler ends in between, nobody can know
whether it arrived, so it becomes doubtful and is not sent twice; an alert in doubt brings its
reminder forward instead, so that it is not lost either.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from nocs.alerts.message import Content, Delivery, Kind, Message, Outcome, Severity

log = logging.getLogger("nocs.alerts")

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=30)
# Longer than any attempt may take: see nocs.alerts.sender.
CLAIM_LASTS = timedelta(minutes=3)
TROUBLED_AFTER_ATTEMPTS = 3
TROUBLES_LAST = timedelta(days=8)  # longer than the week between two reports
KEPT = timedelta(days=400)
PINGS_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An address that does not take its messages."""

    kind: Kind
    target: str
    status: str
    attempts: int
    error: str


def put(connection: Connection, message: Message, targets: Sequence[str], now: datetime) -> bool:
    """Queue a message to each target; False when its key has been used."""
    content = message.content
    message_id = connection.execute(
        text(
            "INSERT INTO nocs_message (kind, key, severity, title, text, html, file, file_name,"
            " run_id, alert_ids, created_at, give_up_at) VALUES (:kind, :key, :severity, :title,"
            " :text, :html, :file, :file_name, :run_id, :alert_ids, :now, :give_up_at)"
            " ON CONFLICT DO NOTHING RETURNING id"
        ),
        {
            "kind": message.kind.value,
            "key": message.key,
            "severity": content.severity.value,
            "title": content.title,
            "text": content.text,
            "html": content.html,
            "file": content.file,
            "file_name": content.file_name,
            "run_id": message.run_id,
            "alert_ids": list(message.alert_ids),
            "now": now,
            "give_up_at": now + message.patience,
        },
    ).scalar()
    if message_id is None:
        return False
    for target in targets:
        connection.execute(
            text(
                "INSERT INTO nocs_delivery (message_id, target, next_try_at)"
                " VALUES (:message_id, :target, :now)"
            ),
            {"message_id": message_id, "target": target, "now": now},
        )
    return True


def has_due(connection: Connection, now: datetime) -> bool:
    return bool(
        connection.execute(
            text(
                "SELECT EXISTS (SELECT FROM nocs_delivery"
                " WHERE status = 'waiting' AND next_try_at <= :now)"
            ),
            {"now": now},
        ).scalar()
    )


def claim(connection: Connection, who: str, now: datetime) -> Delivery | None:
    """Take a delivery that is due and that nobody else is taking; new ones before retries."""
    row = connection.execute(
        text(
            "UPDATE nocs_delivery d SET status = 'sending', attempts = attempts + 1,"
            " claimed_at = :now, claimed_by = :who FROM nocs_message m WHERE m.id = d.message_id"
            " AND d.id = (SELECT id FROM nocs_delivery WHERE status = 'waiting'"
            "  AND next_try_at <= :now ORDER BY attempts, id FOR UPDATE SKIP LOCKED LIMIT 1)"
            " RETURNING d.id, d.message_id, d.target, d.attempts, m.kind, m.key, m.severity,"
            " m.title, m.text, m.html, m.file, m.file_name, m.give_up_at"
        ),
        {"who": who, "now": now},
    ).one_or_none()
    return _delivery(row) if row else None


def finish(connection: Connection, delivery: Delivery, outcome: Outcome, now: datetime) -> str:
    """Note how an attempt ended; returns the delivery's status after it."""
    pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 10), LONGEST_PAUSE)
    if outcome.is_sent:
        status = "sent"
    elif outcome.is_doubtful:
        status = "doubtful"
    elif delivery.kind is Kind.PING or now + pause >= delivery.give_up_at:
        status = "failed"
    else:
        status = "waiting"
    connection.execute(
        text(
            "UPDATE nocs_delivery SET status = :status, error = :error, next_try_at = :next,"
            " ended_at = CASE WHEN :status = 'waiting' THEN NULL ELSE CAST(:now AS timestamptz) END"
            " WHERE id = :id AND status IN ('sending', 'doubtful')"
        ),
        {
            "id": delivery.id,
            "status": status,
            "error": outcome.error,
            "next": now + pause,
            "now": now,
        },
    )
    if status == "doubtful":
        alert_ids = connection.execute(
            text("SELECT alert_ids FROM nocs_message WHERE id = :id"), {"id": delivery.message_id}
        ).scalar_one()
        _remind_soon(connection, alert_ids, now)
    return status


def settle_silent(connection: Connection, now: datetime) -> list[str]:
    """Close the claims of schedulers that ended while sending; returns their targets."""
    rows = connection.execute(
        text(
            "UPDATE nocs_delivery d SET status = 'doubtful', ended_at = :now,"
            " error = 'the scheduler ended while it was sending: it may or may not have arrived'"
            " FROM nocs_message m WHERE m.id = d.message_id AND d.status = 'sending'"
            " AND d.claimed_at < :before RETURNING d.target, m.kind, m.alert_ids"
        ),
        {"now": now, "before": now - CLAIM_LASTS},
    ).all()
    _remind_soon(connection, [alert for row in rows for alert in row.alert_ids], now)
    return [f"{row.kind} to {row.target}" for row in rows]


def _remind_soon(connection: Connection, alert_ids: Sequence[int], now: datetime) -> None:
    connection.execute(
        text("UPDATE nocs_alert SET remind_at = :now WHERE id = ANY(:ids) AND closed_at IS NULL"),
        {"now": now, "ids": list(alert_ids)},
    )


def troubles(connection: Connection, now: datetime) -> tuple[Trouble, ...]:
    """The addresses whose last delivery failed, is in doubt or has been tried several times."""
    rows = connection.execute(
        text(
            "SELECT * FROM (SELECT DISTINCT ON (m.kind, d.target) m.kind, d.target, d.status,"
            "  d.attempts, d.error FROM nocs_delivery d JOIN nocs_message m ON m.id = d.message_id"
            "  WHERE m.kind <> 'ping' AND m.created_at > :since"
            "  AND (d.ended_at IS NOT NULL OR d.attempts >= :attempts)"
            "  ORDER BY m.kind, d.target, coalesce(d.ended_at, d.claimed_at) DESC, d.id DESC)"
            " AS last WHERE status <> 'sent' ORDER BY kind, target"
        ),
        {"attempts": TROUBLED_AFTER_ATTEMPTS, "since": now - TROUBLES_LAST},
    )
    return tuple(Trouble(Kind(r.kind), r.target, r.status, r.attempts, r.error) for r in rows)


def forget_old(connection: Connection, now: datetime) -> None:
    """Drop workbooks that have been sent, and messages nobody will ask about."""
    ended = (
        "NOT EXISTS (SELECT FROM nocs_delivery d WHERE d.message_id = m.id"
        " AND d.status IN ('waiting', 'sending'))"
    )
    connection.execute(
        text(f"UPDATE nocs_message m SET file = NULL WHERE file IS NOT NULL AND {ended}")
    )
    connection.execute(
        text(
            "DELETE FROM nocs_message m WHERE created_at < CASE kind WHEN 'ping'"
            f" THEN CAST(:pings AS timestamptz) ELSE :others END AND {ended}"
        ),
        {"pings": now - PINGS_KEPT, "others": now - KEPT},
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        message_id=row.message_id,
        kind=Kind(row.kind),
        key=row.key,
        target=row.target,
        attempts=row.attempts,
        give_up_at=row.give_up_at,
        content=Content(
            title=row.title,
            text=row.text,
            html=row.html,
            severity=Severity(row.severity),
            file=bytes(row.file) if row.file is not None else None,
            file_name=row.file_name,
        ),
    )
