"""What is said about time: how old the figures are, how a refresh goes, when the next may start.

Surprise: the estimate is the median of earlier refreshes and may be passed; the bar then waits
below its end, and the words say that it takes longer than usual.
"""

from datetime import datetime, timedelta
from html import escape

from nocs.freshness import Freshness, age, freshness
from nocs.language import later
from nocs.live import LiveState
from nocs.model import Phase, Run, RunStatus, Snapshot
from nocs.settings import Settings
from nocs.ui.words import Words

PHASES = (Phase.CONNECTING, Phase.QUERYING, Phase.CHECKING, Phase.PUBLISHING)
PHASE_WORDS = {
    Phase.CONNECTING: later("connecting"),
    Phase.QUERYING: later("querying"),
    Phase.CHECKING: later("checking"),
    Phase.PUBLISHING: later("publishing"),
    Phase.WAITING: later("waiting to retry"),
}
MOST_PERCENT = 95
BADGES = {
    Freshness.FRESH: later("Fresh"),
    Freshness.LATE: later("Late"),
    Freshness.STALE: later("Stale"),
}


def as_of_html(snapshot: Snapshot, now: datetime, settings: Settings, words: Words) -> str:
    """The as of time with its zone, the age in words, and the badges."""
    state = freshness(snapshot.as_of, now, settings.interval)
    demo = f'<span class="nocs-badge" data-badge="demo">{words.say("Demo data")}</span>'
    as_of = words.say("As of {moment}", moment=words.moment(snapshot.as_of))
    old = words.say("{span} old", span=words.span(age(snapshot.as_of, now)))
    return (
        '<p class="nocs-asof" data-testid="as-of">'
        f'<span class="nocs-badge" data-badge="{state}" data-testid="freshness">'
        f"{words.say(BADGES[state])}</span>{demo if snapshot.is_demo else ''}"
        f'<span><time datetime="{snapshot.as_of.isoformat()}">'
        f"{as_of}</time> ({escape(words.zone_name)})</span>"
        f'<span class="nocs-age" data-testid="age">{old}</span>'
        "</p>"
    )


def refresh_html(state: LiveState, now: datetime, words: Words, reason: str = "") -> str:
    """One line about refreshing: progress, or why none may start, or how long one takes."""
    if state.open_run is not None:
        return progress_html(state.open_run, state.typical_duration, now, words)
    text = f"{reason or _next_words(state, now, words)}{_standby_words(state, words)}"
    return f'<p class="nocs-refresh" data-testid="refresh-line">{escape(text)}</p>'


def progress_html(run: Run, typical: timedelta | None, now: datetime, words: Words) -> str:
    """Phase, elapsed time and estimated rest of the open run, with a bar."""
    if run.status is RunStatus.QUEUED or run.started_at is None:
        line = words.say(
            "Refresh is queued · waiting for the scheduler · {span}",
            span=words.span(age(run.queued_at, now)),
        )
        return _bar(run, line, 0, words)
    elapsed = age(run.started_at, now)
    phase = run.phase or Phase.CONNECTING
    attempt = words.say(" (try {count})", count=run.attempt) if run.attempt > 1 else ""
    line = words.say(
        "Refreshing: {phase} · {span} so far · {rest}",
        phase=words.say(PHASE_WORDS[phase]) + attempt,
        span=words.span(elapsed),
        rest=rest(elapsed, typical, words),
    )
    return _bar(run, line, _percent(elapsed, typical, phase), words)


def rest(elapsed: timedelta, typical: timedelta | None, words: Words) -> str:
    """The estimated rest in words."""
    if typical is None:
        return words.say("usually a few minutes")
    left = typical - elapsed
    if left > timedelta(0):
        return words.say("about {span} left", span=words.span(max(left, timedelta(seconds=1))))
    return words.say("longer than usual ({span})", span=words.span(typical))


def takes(typical: timedelta | None, words: Words) -> str:
    """How long a refresh takes, for whoever is about to ask for one."""
    if typical is None or typical < timedelta(seconds=10):
        return words.say("A refresh may take minutes.")
    return words.say("A refresh takes about {span}.", span=words.span(typical))


def _standby_words(state: LiveState, words: Words) -> str:
    if state.standby_lag is None:
        return ""
    text = later(" Read from a standby, at most {span} behind.")
    return words.say(text, span=words.span(state.standby_lag))


def _next_words(state: LiveState, now: datetime, words: Words) -> str:
    planned = [s.next_run_at for s in state.schedulers if s.next_run_at and s.next_run_at > now]
    if not planned:
        return takes(state.typical_duration, words)
    following = words.say("Next one at {time}.", time=words.time(min(planned), now))
    return f"{takes(state.typical_duration, words)} {following}"


def _percent(elapsed: timedelta, typical: timedelta | None, phase: Phase) -> int:
    if typical:
        return min(int(100 * (elapsed / typical)), MOST_PERCENT)
    step = PHASES.index(phase) if phase in PHASES else 0
    return 100 * step // len(PHASES) + 5


def _bar(run: Run, line: str, percent: int, words: Words) -> str:
    return (
        f'<div class="nocs-refresh" data-testid="progress" data-run="{run.id}"'
        f' data-status="{run.status}" data-phase="{run.phase or ""}">'
        f"<p>{escape(line)}</p>"
        f'<div class="nocs-bar" role="progressbar" aria-label="{words.say("Refresh")}"'
        f' aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}">'
        f'<i style="width: {percent}%"></i></div></div>'
    )
