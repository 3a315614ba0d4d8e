"""What is said about time: how old the figures are, how a refresh goes, when the next may start.

Surprise: the estimate is the median of earlier refreshes and may be passed; the bar then waits
below its end, and the words say that it takes longer than usual.
"""

from datetime import datetime, timedelta
from html import escape

from nocs.freshness import Freshness, age, freshness, in_words
from nocs.live import LiveState
from nocs.model import Phase, Run, RunStatus, Snapshot
from nocs.settings import Settings
from nocs.ui.words import Words

PHASES = (Phase.CONNECTING, Phase.QUERYING, Phase.CHECKING, Phase.PUBLISHING)
MOST_PERCENT = 95
BADGES = {
    Freshness.FRESH: "Fresh",
    Freshness.LATE: "Late",
    Freshness.STALE: "Stale",
}


def as_of_html(snapshot: Snapshot, now: datetime, settings: Settings) -> str:
    """The as of time with its zone, the age in words, and the badges."""
    words = Words.of(settings)
    state = freshness(snapshot.as_of, now, settings.interval)
    demo = '<span class="nocs-badge" data-badge="demo">Demo data</span>'
    return (
        '<p class="nocs-asof" data-testid="as-of">'
        f'<span class="nocs-badge" data-badge="{state}" data-testid="freshness">'
        f"{BADGES[state]}</span>{demo if snapshot.is_demo else ''}"
        f'<span><time datetime="{snapshot.as_of.isoformat()}">As of '
        f"{words.moment(snapshot.as_of)}</time> ({escape(words.zone_name)})</span>"
        f'<span class="nocs-age" data-testid="age">{in_words(age(snapshot.as_of, now))} old</span>'
        "</p>"
    )


def refresh_html(state: LiveState, now: datetime, words: Words, reason: str = "") -> str:
    """One line about refreshing: progress, or why none may start, or how long one takes."""
    if state.open_run is not None:
        return progress_html(state.open_run, state.typical_duration, now)
    text = f"{reason or _next_words(state, now, words)}{_standby_words(state)}"
    return f'<p class="nocs-refresh" data-testid="refresh-line">{escape(text)}</p>'


def progress_html(run: Run, typical: timedelta | None, now: datetime) -> str:
    """Phase, elapsed time and estimated rest of the open run, with a bar."""
    if run.status is RunStatus.QUEUED or run.started_at is None:
        waited = in_words(age(run.queued_at, now))
        line = f"Refresh is queued · waiting for the scheduler · {waited}"
        return _bar(run, line, 0)
    elapsed = age(run.started_at, now)
    phase = run.phase or Phase.CONNECTING
    attempt = f" (try {run.attempt})" if run.attempt > 1 else ""
    line = f"Refreshing: {phase}{attempt} · {in_words(elapsed)} so far · {rest(elapsed, typical)}"
    return _bar(run, line, _percent(elapsed, typical, phase))


def rest(elapsed: timedelta, typical: timedelta | None) -> str:
    """The estimated rest in words."""
    if typical is None:
        return "usually a few minutes"
    left = typical - elapsed
    if left > timedelta(0):
        return f"about {in_words(max(left, timedelta(seconds=1)))} left"
    return f"longer than usual ({in_words(typical)})"


def takes(typical: timedelta | None) -> str:
    """How long a refresh takes, for whoever is about to ask for one."""
    if typical is None or typical < timedelta(seconds=10):
        return "A refresh may take minutes."
    return f"A refresh takes about {in_words(typical)}."


def _standby_words(state: LiveState) -> str:
    if state.standby_lag is None:
        return ""
    return f" Read from a standby, at most {in_words(state.standby_lag)} behind."


def _next_words(state: LiveState, now: datetime, words: Words) -> str:
    planned = [s.next_run_at for s in state.schedulers if s.next_run_at and s.next_run_at > now]
    if not planned:
        return takes(state.typical_duration)
    return f"{takes(state.typical_duration)} Next one at {words.time(min(planned), now)}."


def _percent(elapsed: timedelta, typical: timedelta | None, phase: Phase) -> int:
    if typical:
        return min(int(100 * (elapsed / typical)), MOST_PERCENT)
    step = PHASES.index(phase) if phase in PHASES else 0
    return 100 * step // len(PHASES) + 5


def _bar(run: Run, line: str, percent: int) -> str:
    return (
        f'<div class="nocs-refresh" data-testid="progress" data-run="{run.id}"'
        f' data-status="{run.status}" data-phase="{run.phase or ""}">'
        f"<p>{escape(line)}</p>"
        f'<div class="nocs-bar" role="progressbar" aria-label="Refresh" aria-valuemin="0"'
        f' aria-valuemax="100" aria-valuenow="{percent}">'
        f'<i style="width: {percent}%"></i></div></div>'
    )
