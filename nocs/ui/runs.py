"""The log of refreshes and the state of the schedulers, as HTML.

Surprise: errors, host names and names of persons come from elsewhere, so every one is escaped.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from nocs.freshness import age, in_words
from nocs.live import LiveState
from nocs.model import DEMO_HISTORY, Run, RunStatus, Scheduler, Trigger
from nocs.ui.banner import SCHEDULER_SILENT_AFTER
from nocs.ui.progress import progress_html
from nocs.ui.words import Words, lasted

RESULTS = {
    RunStatus.QUEUED: "Queued",
    RunStatus.RUNNING: "Running",
    RunStatus.SUCCEEDED: "Published",
    RunStatus.REJECTED: "Rejected",
    RunStatus.FAILED: "Failed",
    RunStatus.ABANDONED: "Abandoned",
}
CAUSES = {
    Trigger.STARTUP: "Start of the scheduler",
    Trigger.SCHEDULE: "Schedule",
    Trigger.MANUAL: "Refresh button",
    Trigger.API: "API",
    Trigger.CLI: "Command",
}


def in_progress_html(state: LiveState, now: datetime) -> str:
    """The open run with its bar, or that there is none."""
    if state.open_run is None:
        return '<p class="nocs-refresh" data-testid="refresh-line">No refresh is running.</p>'
    return progress_html(state.open_run, state.typical_duration, now)


def schedulers_html(schedulers: Sequence[Scheduler], now: datetime, words: Words) -> str:
    """Name, heartbeat age and next run of each scheduler."""
    if not schedulers:
        return '<p class="nocs-refresh">No scheduler has been heard of.</p>'
    rows = "".join(_scheduler(scheduler, now, words) for scheduler in schedulers)
    return log_table(
        "Schedulers", ("Scheduler", "State", "Heartbeat", "Next refresh"), rows, "schedulers"
    )


def runs_html(runs: Sequence[Run], words: Words) -> str:
    """The log, newest first."""
    if not runs:
        return '<p class="nocs-refresh">No refresh has been asked for yet.</p>'
    zone = escape(words.zone_name)
    headings = ("Refresh", "Result", f"Asked for ({zone})", "By", "Took", "Areas", "Notes")
    rows = "".join(_run(run, words) for run in runs)
    return log_table("Refreshes, newest first", headings, rows, "runs")


def log_table(caption: str, headings: Sequence[str], rows: str, name: str) -> str:
    heads = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return (
        f'<div class="nocs-scroll"><table class="nocs-log" data-testid="{name}">'
        f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
        "</table></div>"
    )


def _scheduler(scheduler: Scheduler, now: datetime, words: Words) -> str:
    beat = age(scheduler.heartbeat_at, now)
    is_silent = beat > SCHEDULER_SILENT_AFTER
    badge = _badge("stale", "Silent") if is_silent else _badge("fresh", "Running")
    following = words.time(scheduler.next_run_at, now) if scheduler.next_run_at else "Not planned"
    return (
        f'<tr><th scope="row">{escape(scheduler.name)}</th><td>{badge}</td>'
        f'<td data-label="Heartbeat">{in_words(beat)} ago</td>'
        f'<td data-label="Next refresh">{following}</td></tr>'
    )


def _run(run: Run, words: Words) -> str:
    cause = "Made for the demo" if run.requested_by == DEMO_HISTORY else CAUSES[run.trigger]
    if run.requested_by and run.trigger in (Trigger.MANUAL, Trigger.API, Trigger.CLI):
        cause = f"{cause} ({run.requested_by})"
    return (
        f'<tr data-run="{run.id}" data-status="{run.status}">'
        f'<th scope="row" data-label="Refresh">{run.id}</th>'
        f"<td>{_badge(run.status, RESULTS[run.status])}</td>"
        f'<td class="nocs-line" data-label="Asked for">{words.exact_moment(run.queued_at)}</td>'
        f'<td data-label="By">{escape(cause)}</td>'
        f'<td class="nocs-line" data-label="Took">{_took(run)}</td>'
        f'<td data-label="Areas">{"" if run.row_count is None else words.count(run.row_count)}</td>'
        f'<td class="nocs-text">{_notes(run)}</td></tr>'
    )


def _took(run: Run) -> str:
    if run.duration_ms is not None:
        return lasted(timedelta(milliseconds=run.duration_ms))
    return "still running" if run.status is RunStatus.RUNNING else ""


def _notes(run: Run) -> str:
    lines = [run.error, *run.warnings] if run.error else list(run.warnings)
    return "<br>".join(escape(line) for line in lines)


def _badge(tone: str, text: str) -> str:
    return f'<span class="nocs-badge" data-badge="{tone}">{text}</span>'
