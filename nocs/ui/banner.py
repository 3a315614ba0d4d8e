"""Banners: what is wrong, since when, why, and which figures are kept.

They come from one state of the cache, so a page shows the same banners in every browser.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape

from nocs.language import later
from nocs.live import LiveState
from nocs.model import Run, RunStatus, Snapshot
from nocs.ui.words import Words

SCHEDULER_SILENT_AFTER = timedelta(seconds=60)

FAILURES = {
    RunStatus.FAILED: later("The last refresh failed"),
    RunStatus.REJECTED: later("The last refresh was rejected: its figures broke a rule"),
    RunStatus.ABANDONED: later("The last refresh was abandoned"),
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


def warnings_html(snapshot: Snapshot, words: Words) -> str:
    """The warnings of the published run, as a quiet notice; empty without any."""
    if not snapshot.run.warnings:
        return ""
    warnings = (words.quoted(escape(warning)) for warning in snapshot.run.warnings)
    items = "".join(f"<li>{warning}</li>" for warning in warnings)
    return banner("warnings", "quiet", words.say("Notes on these figures"), f"<ul>{items}</ul>")


def open_html(words: Words) -> str:
    """That nobody signs in here, and everybody may look."""
    text = words.say("Whoever reaches this address sees all figures and may refresh them.")
    title = words.say("This dashboard has no sign-in")
    return banner("anonymous", "warn", title, f"<p>{text}</p>")


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
            words.say("The cache cannot be reached since {time}", time=words.time(since, now)),
            f"<p>{words.quoted(escape(state.problem))}</p>{_kept(state.snapshot, words)}",
        )
    if run := failure(state):
        when = run.finished_at or run.queued_at
        yield banner(
            "failure",
            "bad",
            f"{words.say(FAILURES[run.status])} ({words.time(when, now)})",
            f"<p>{words.quoted(escape(run.error))}</p>{_kept(state.snapshot, words)}",
        )
    # A failure that was the refused login itself has said all this.
    if state.pause and not (run and run.error_code == state.pause.error_code):
        yield banner(
            "pause",
            "warn",
            words.say(
                "Oracle refuses the login since {time} ({code})",
                time=words.time(state.pause.since, now),
                code=escape(state.pause.error_code),
            ),
            words.say(
                "<p>It is not asked again by itself, because repeated tries lock the account. "
                "Restart the scheduler with the corrected setting, or press Refresh.</p>"
            ),
        )
    if not state.problem and not has_scheduler(state, now):
        yield banner(
            "scheduler",
            "warn",
            words.say("No scheduler is running"),
            words.say(
                "<p>Figures are not refreshed until one runs: start it with "
                "<code>nocs scheduler</code>.</p>"
            ),
        )


def _kept(snapshot: Snapshot | None, words: Words) -> str:
    if snapshot is None:
        return f"<p>{words.say('There are no earlier figures to show.')}</p>"
    text = later("The figures of {moment} are kept and shown below.")
    return f"<p>{words.say(text, moment=words.moment(snapshot.as_of))}</p>"
