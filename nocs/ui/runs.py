"""The log of refreshes and the state of the schedulers, as HTML.

Surprise: errors, host names and names of persons come from elsewhere, so every one is escaped.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from nocs.freshness import age
from nocs.language import later
from nocs.live import LiveState
from nocs.model import DEMO_HISTORY, Run, RunStatus, Scheduler, Trigger
from nocs.ui.banner import SCHEDULER_SILENT_AFTER
from nocs.ui.progress import progress_html
from nocs.ui.words import Words

RESULTS = {
    RunStatus.QUEUED: later("Queued"),
    RunStatus.RUNNING: later("Running"),
    RunStatus.SUCCEEDED: later("Published"),
    RunStatus.REJECTED: later("Rejected"),
    RunStatus.FAILED: later("Failed"),
    RunStatus.ABANDONED: later("Abandoned"),
}
CAUSES = {
    Trigger.STARTUP: later("Start of the scheduler"),
    Trigger.SCHEDULE: later("Schedule"),
    Trigger.MANUAL: later("Refresh button"),
    Trigger.API: later("API"),
    Trigger.CLI: later("Command"),
}
SCHEDULER_HEADINGS = (
    later("Scheduler"),
    later("State"),
    later("Heartbeat"),
    later("Next refresh"),
)
RUN_HEADINGS = (
    later("Refresh"),
    later("Result"),
    later("Asked for ({zone})"),
    later("By"),
    later("Took"),
    later("Areas"),
    later("Notes"),
)


def in_progress_html(state: LiveState, now: datetime, words: Words) -> str:
    """The open run with its bar, or that there is none."""
    if state.open_run is None:
        text = words.say("No refresh is running.")
        return f'<p class="nocs-refresh" data-testid="refresh-line">{text}</p>'
    return progress_html(state.open_run, state.typical_duration, now, words)


def schedulers_html(schedulers: Sequence[Scheduler], now: datetime, words: Words) -> str:
    """Name, heartbeat age and next run of each scheduler."""
    if not schedulers:
        return f'<p class="nocs-refresh">{words.say("No scheduler has been heard of.")}</p>'
    rows = "".join(_scheduler(scheduler, now, words) for scheduler in schedulers)
    headings = [words.say(heading) for heading in SCHEDULER_HEADINGS]
    return log_table(words.say("Schedulers"), headings, rows, "schedulers")


def runs_html(runs: Sequence[Run], words: Words) -> str:
    """The log, newest first."""
    if not runs:
        return f'<p class="nocs-refresh">{words.say("No refresh has been asked for yet.")}</p>'
    zone = escape(words.zone_name)
    headings = [words.say(heading, zone=zone) for heading in RUN_HEADINGS]
    rows = "".join(_run(run, words) for run in runs)
    return log_table(words.say("Refreshes, newest first"), headings, rows, "runs")


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
    badge = (
        _badge("stale", words.say("Silent")) if is_silent else _badge("fresh", words.say("Running"))
    )
    following = words.say("Not planned")
    if scheduler.next_run_at:
        following = words.time(scheduler.next_run_at, now)
    return (
        f'<tr><th scope="row">{escape(scheduler.name)}</th><td>{badge}</td>'
        f'<td data-label="{words.say("Heartbeat")}">'
        f"{words.say('{span} ago', span=words.span(beat))}</td>"
        f'<td data-label="{words.say("Next refresh")}">{following}</td></tr>'
    )


def _run(run: Run, words: Words) -> str:
    cause = words.say(CAUSES[run.trigger])
    if run.requested_by == DEMO_HISTORY:
        cause = words.say("Made for the demo")
    if run.requested_by and run.trigger in (Trigger.MANUAL, Trigger.API, Trigger.CLI):
        cause = f"{cause} ({run.requested_by})"
    areas = "" if run.row_count is None else words.count(run.row_count)
    return (
        f'<tr data-run="{run.id}" data-status="{run.status}">'
        f'<th scope="row" data-label="{words.say("Refresh")}">{words.digits(str(run.id))}</th>'
        f"<td>{_badge(run.status, words.say(RESULTS[run.status]))}</td>"
        f'<td class="nocs-line" data-label="{words.say("Asked for")}">'
        f"{words.exact_moment(run.queued_at)}</td>"
        f'<td data-label="{words.say("By")}">{escape(cause)}</td>'
        f'<td class="nocs-line" data-label="{words.say("Took")}">{_took(run, words)}</td>'
        f'<td data-label="{words.say("Areas")}">{areas}</td>'
        f'<td class="nocs-text">{_notes(run, words)}</td></tr>'
    )


def _took(run: Run, words: Words) -> str:
    if run.duration_ms is not None:
        return words.lasted(timedelta(milliseconds=run.duration_ms))
    return words.say("still running") if run.status is RunStatus.RUNNING else ""


def _notes(run: Run, words: Words) -> str:
    lines = [run.error, *run.warnings] if run.error else list(run.warnings)
    return words.quoted("<br>".join(escape(line) for line in lines))


def _badge(tone: str, text: str) -> str:
    return f'<span class="nocs-badge" data-badge="{tone}">{text}</span>'
