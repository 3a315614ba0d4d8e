"""The short summary in the team's channel: when it is due, and its words.

A longer message was tried once and switched off as noise, so this one keeps to the cards.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from nocs.alerts import letters
from nocs.alerts.message import Content, Kind, Message
from nocs.alerts.slots import latest_of
from nocs.freshness import Freshness, age, freshness, in_words
from nocs.language import ENGLISH
from nocs.model import Run, SourceKind
from nocs.money import signed
from nocs.settings import Settings
from nocs.ui.cards import BALANCED, net_word
from nocs.ui.words import Words

PATIENCE = timedelta(hours=3)
# A slot that no scheduler was there to serve is served late, up to this.
LATEST = timedelta(hours=6)
SHORTEST_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Said:
    """The last summary that was queued."""

    run_id: int
    at: datetime


def due(
    run: Run,
    last: Said | None,
    published_since: int,
    settings: Settings,
    *,
    now: datetime,
    began_at: datetime,
) -> bool:
    """Whether the newest published run is to be told now.

    `published_since` counts the runs published after the last told one; `began_at` is when this
    scheduler started: without an earlier summary, a slot before it is nobody's.
    """
    if last and last.run_id >= run.id:
        return False
    if settings.summary_at:
        slot = latest_of(settings.summary_at, now, settings.zone)
        served_from = last.at if last else began_at
        return served_from < slot and now - slot <= LATEST
    assert run.finished_at
    window = max(settings.interval, SHORTEST_WINDOW)
    is_news = now - run.finished_at <= window
    return is_news and (last is None or published_since >= settings.summary_every)


def due_message(
    connection: Connection, run: Run, settings: Settings, *, now: datetime, began_at: datetime
) -> Message | None:
    """The message of the newest published run, when it is due."""
    row = connection.execute(
        text(
            "SELECT run_id, created_at FROM nocs_message WHERE kind = 'summary'"
            " ORDER BY id DESC LIMIT 1"
        )
    ).one_or_none()
    last = Said(row.run_id, row.created_at) if row else None
    since = connection.execute(
        text("SELECT count(*) FROM nocs_refresh_run WHERE status = 'succeeded' AND id > :last"),
        {"last": last.run_id if last else run.id},
    ).scalar_one()
    if not due(run, last, since, settings, now=now, began_at=began_at):
        return None
    return Message(
        kind=Kind.SUMMARY,
        key=f"run {run.id}",
        content=content(run, settings, now),
        patience=PATIENCE,
        run_id=run.id,
    )


def content(run: Run, settings: Settings, now: datetime) -> Content:
    is_demo = run.source is SourceKind.DEMO
    return Content(
        title=letters.title("NOCS balance summary", is_demo=is_demo),
        text=letters.lines(figure_lines(run, settings, now), settings, is_demo=is_demo),
    )


def figure_lines(run: Run, settings: Settings, now: datetime) -> list[str]:
    """The figures of a published run, a line each."""
    assert run.totals and run.as_of
    sums, words = run.totals, Words.of(settings, ENGLISH)
    overall = net_word(sums.net_balance)
    found = [
        f"{words.areas(sums.areas)}, {words.customers(sums.total_customers)}",
        f"Credit: {signed(words.full(sums.positive_balance_amt))} "
        f"({words.customers(sums.positive_qty)})",
        f"Due: {words.full(sums.negative_balance_amt)} ({words.customers(sums.negative_qty)})",
        f"Net: {signed(words.full(sums.net_balance))} "
        f"({overall if overall == BALANCED else f'overall {overall}'})",
        f"Last updated: {words.moment(run.as_of)} ({words.zone_name})",
    ]
    if old := age_line(run.as_of, settings, now):
        found.append(old)
    return found


def age_line(as_of: datetime, settings: Settings, now: datetime) -> str:
    """What a reader must know when the figures are stale; empty when they are not."""
    if freshness(as_of, now, settings.interval) is not Freshness.STALE:
        return ""
    return f"These figures are old: {in_words(age(as_of, now))}."
