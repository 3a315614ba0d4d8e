"""`nocs status`: the state of the cache on one screen."""

from datetime import datetime

from nocs.cache import pauses, runs, schedulers
from nocs.cache.database import Database, clock
from nocs.freshness import Freshness, age, freshness, in_words
from nocs.model import Run, RunStatus
from nocs.money import amount_text
from nocs.settings import Settings

SHOWN_RUNS = 5


def status_of(database: Database, settings: Settings) -> tuple[str, bool]:
    """The screen as text, and whether the figures are there and not stale."""
    with database.reading() as connection:
        now = clock(connection)
        published = runs.last_published(connection)
        latest = runs.recent(connection, SHOWN_RUNS)
        living = schedulers.living(connection)
        pause = pauses.standing(connection)

    def local(moment: datetime | None) -> str:
        return f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M:%S}" if moment else "-"

    lines = [f"Cache      {database.where}"]
    healthy = False
    if published and published.as_of and published.totals:
        state = freshness(published.as_of, now, settings.interval)
        healthy = state is not Freshness.STALE
        sums = published.totals
        lines += [
            f"Figures    {state}, {in_words(age(published.as_of, now))} old, as of "
            f"{local(published.as_of)} ({settings.timezone}), source {published.source}",
            f"           {sums.areas} areas: credit {amount_text(sums.positive_balance_amt)}, "
            f"due {amount_text(sums.negative_balance_amt)}, net {amount_text(sums.net_balance)}",
        ]
    else:
        lines.append("Figures    none yet")
    for scheduler in living:
        lines.append(
            f"Scheduler  {scheduler.name}, heard of {in_words(age(scheduler.heartbeat_at, now))} "
            f"ago, next run {local(scheduler.next_run_at)}"
        )
    if pause:
        lines.append(
            f"Paused     Oracle refuses the login since {local(pause.since)} ({pause.error_code}); "
            "restart the scheduler with the corrected setting, or press Refresh"
        )
    if not living:
        lines.append("Scheduler  none is running; start it with: nocs scheduler")
    lines += [f"Run {run.id:<6} {_line(run, local(run.queued_at))}" for run in latest]
    return "\n".join(lines), healthy


def _line(run: Run, queued: str) -> str:
    took = f"{run.duration_ms / 1000:.1f} s" if run.duration_ms is not None else "-"
    text = f"{queued}  {run.trigger:<8} {run.phase or run.status:<10} {took}"
    return text if run.status is RunStatus.SUCCEEDED or not run.error else f"{text}  {run.error}"
