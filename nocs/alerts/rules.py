"""What is wrong now: pure functions over the cache's state and one `now`.

A problem is told apart by its key alone, so the key holds nothing that changes while it lasts.
A problem of the refresh lasts until the next success, whatever other failures come between.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from nocs.alerts.state import State
from nocs.alerts.thresholds import threshold_problems
from nocs.freshness import STALE_AFTER_INTERVALS, Freshness, age, freshness, in_words
from nocs.language import ENGLISH
from nocs.model import Run, RunStatus
from nocs.settings import Settings
from nocs.ui.words import Words

TOLD_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know of until it ends."""

    key: str
    title: str
    text: str


def problems(state: State, settings: Settings, now: datetime) -> tuple[Problem, ...]:
    """Everything that is wrong, in the order in which it should be read."""
    words = Words.of(settings, ENGLISH)
    found = [
        *_failing(state),
        *_rejected(state),
        *_stale(state, settings, words, now),
        *_warnings(state),
        *(Problem(*parts) for parts in threshold_problems(state, settings, words)),
        *_undelivered(state),
    ]
    return tuple({problem.key: problem for problem in found}.values())


def _is_failure(run: Run) -> bool:
    return run.status in (RunStatus.FAILED, RunStatus.ABANDONED)


def _failing(state: State) -> Iterator[Problem]:
    if any(_is_failure(a) and _is_failure(b) for a, b in pairwise(state.unpublished)):
        last = next(run for run in state.unpublished if _is_failure(run))
        count = sum(map(_is_failure, state.unpublished))
        yield Problem(
            "failing",
            "The refresh fails",
            f"The refresh failed {count} times since the last success. Last reason: {last.error}",
        )


def _rejected(state: State) -> Iterator[Problem]:
    if run := state.rejected:
        yield Problem(
            "rejected",
            "A refresh was rejected",
            f"Refresh {run.id} was rejected. {run.error}",
        )


def _stale(state: State, settings: Settings, words: Words, now: datetime) -> Iterator[Problem]:
    if state.published and state.published.as_of:
        as_of = state.published.as_of
        if freshness(as_of, now, settings.interval) is Freshness.STALE:
            yield Problem(
                "stale",
                "The figures are stale",
                f"The figures are {in_words(age(as_of, now))} old: they are of "
                f"{words.moment(as_of)} ({words.zone_name}).",
            )
    elif state.first_queued_at:
        waited = age(state.first_queued_at, now)
        if waited > settings.interval * STALE_AFTER_INTERVALS:
            yield Problem(
                "stale",
                "There are no figures",
                f"No refresh has published figures in {in_words(waited)}.",
            )


def _warnings(state: State) -> Iterator[Problem]:
    if not state.published:
        return
    warnings = state.published.warnings
    title = "The gate warns"
    for warning in warnings[:TOLD_WARNINGS]:
        yield Problem(f"warning:{_without_figures(warning)}", title, f"Gate warning: {warning}.")
    if len(warnings) > TOLD_WARNINGS:
        more = len(warnings) - TOLD_WARNINGS
        yield Problem("warning:more", title, f"Gate warning: and {more} more, on the page.")


def _without_figures(warning: str) -> str:
    """The warning as the same one will read next hour: no figures, but codes in brackets kept."""
    return re.sub(r"(?<![\w(])[\u2212]?\d[\d,.]*(?![\w)])", "#", warning)


def _undelivered(state: State) -> Iterator[Problem]:
    for trouble in state.troubles:
        what = f"{trouble.kind} to {trouble.target}"
        tried = f"{trouble.attempts} {'try' if trouble.attempts == 1 else 'tries'}"
        yield Problem(
            f"undelivered:{what}",
            "A message was not delivered",
            f"The {what} is {trouble.status} after {tried}: {trouble.error}.",
        )
