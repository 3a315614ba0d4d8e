"""Banners: what is wrong, since when, why, and which figures are kept.

They come from one state of the cache, so a page shows the same banners in every browser.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape

from nocs.live import LiveState
from nocs.model import Run, RunStatus, Snapshot
from nocs.ui.words import Words

SCHEDULER_SILENT_AFTER = timedelta(seconds=60)

FAILURES = {
    RunStatus.FAILED: "The last refresh failed",
    RunStatus.REJECTED: "The last refresh was rejected: its figures broke a rule",
    RunStatus.ABANDONED: "The last refresh was abandoned",
}


def failure(state: LiveState) -> Run | None:
    """The last run, when it ended without publishing and nothing was published since."""
    run = state.last_run
    if run is None or run.status not in FAILURES:
        return None
    published = state.snapshot.run.id if state.snapshot else 0
    return run if run.id > published else None


def has_scheduler(state: LiveState, now: datetime) -> bool:
    """Whether a scheduler has shown a sign of life in the last minute."""
    return any(now - s.heartbeat_at <= SCHEDULER_SILENT_AFTER for s in state.schedulers)


def banners_html(state: LiveState, now: datetime, words: Words) -> str:
    """All banners that the state calls for; empty when nothing is wrong."""
    return "".join(_banners(state, now, words))


def warnings_html(snapshot: Snapshot) -> str:
    """The warnings of the published run, as a quiet notice; empty without any."""
    if not snapshot.run.warnings:
        return ""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in snapshot.run.warnings)
    return banner("warnings", "quiet", "Notes on these figures", f"<ul>{items}</ul>")


def banner(name: str, tone: str, title: str, body: str) -> str:
    """One banner; `title` and `body` are HTML."""
    role = "alert" if tone == "bad" else "status"
    return (
        f'<div class="nocs-banner" role="{role}" data-tone="{tone}" data-testid="banner-{name}">'
        f"<strong>{title}</strong><div>{body}</div></div>"
    )


def _banners(state: LiveState, now: datetime, words: Words) -> Iterator[str]:
    if state.problem:
        since = state.problem_since or now
        yield banner(
            "problem",
            "bad",
            f"The cache cannot be reached since {words.time(since, now)}",
            f"<p>{escape(state.problem)}</p>{_kept(state.snapshot, words)}",
        )
    if run := failure(state):
        when = run.finished_at or run.queued_at
        yield banner(
            "failure",
            "bad",
            f"{FAILURES[run.status]} ({words.time(when, now)})",
            f"<p>{escape(run.error)}</p>{_kept(state.snapshot, words)}",
        )
    # A failure that was the refused login itself has said all this.
    if state.pause and not (run and run.error_code == state.pause.error_code):
        yield banner(
            "pause",
            "warn",
            f"Oracle refuses the login since {words.time(state.pause.since, now)} "
            f"({escape(state.pause.error_code)})",
            "<p>It is not asked again by itself, because repeated tries lock the account. "
            "Restart the scheduler with the corrected setting, or press Refresh.</p>",
        )
    if not state.problem and not has_scheduler(state, now):
        yield banner(
            "scheduler",
            "warn",
            "No scheduler is running",
            "<p>Figures are not refreshed until one runs: start it with "
            "<code>nocs scheduler</code>.</p>",
        )


def _kept(snapshot: Snapshot | None, words: Words) -> str:
    if snapshot is None:
        return "<p>There are no earlier figures to show.</p>"
    return f"<p>The figures of {words.moment(snapshot.as_of)} are kept and shown below.</p>"
