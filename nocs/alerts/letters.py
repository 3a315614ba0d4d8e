"""The words of alerts. Every message says when the figures are a demo's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nocs.alerts.episodes import Episode
from nocs.alerts.message import Content, Severity
from nocs.freshness import in_words
from nocs.language import ENGLISH
from nocs.settings import Settings
from nocs.ui.words import Words

DEMO = "Demo data: made-up figures, not real customers."
SHOWN = 10
URGENT = ("failing", "rejected", "stale")


def title(words: str, *, is_demo: bool) -> str:
    return f"[Demo data] {words}" if is_demo else words


def lines(parts: Sequence[str], settings: Settings, *, is_demo: bool) -> str:
    """A text of these lines, with the demo's mark before and the page's address after."""
    marked = [DEMO, *parts] if is_demo else list(parts)
    return "\n".join([*marked, settings.page_url] if settings.page_url else marked)


def opened(episodes: Sequence[Episode], settings: Settings, *, is_demo: bool) -> Content:
    words = _all(episodes, [episode.text for episode in episodes])
    is_urgent = any(episode.key in URGENT for episode in episodes)
    again = in_words(timedelta(hours=settings.alert_remind_hours))
    words.append(f"While this goes on it is told again after {again}.")
    return Content(
        title=_title("NOCS alert", episodes, is_demo),
        text=lines(words, settings, is_demo=is_demo),
        severity=Severity.FAILURE if is_urgent else Severity.WARNING,
    )


def reminder(
    episodes: Sequence[Episode], settings: Settings, now: datetime, *, is_demo: bool
) -> Content:
    words = _all(episodes, [f"{e.text} (since {_since(e, settings, now)})" for e in episodes])
    return Content(
        title=_title("NOCS reminder", episodes, is_demo),
        text=lines(words, settings, is_demo=is_demo),
        severity=Severity.WARNING,
    )


def closed(
    episodes: Sequence[Episode], settings: Settings, now: datetime, *, is_demo: bool
) -> Content:
    words = _all(
        episodes, [f"Ended: {e.title}. It began {_since(e, settings, now)}." for e in episodes]
    )
    return Content(
        title=_title("NOCS recovered", episodes, is_demo),
        text=lines(words, settings, is_demo=is_demo),
        severity=Severity.SUCCESS,
    )


def _since(episode: Episode, settings: Settings, now: datetime) -> str:
    moment = Words.of(settings, ENGLISH).moment(episode.opened_at)
    return f"{moment}, {in_words(now - episode.opened_at)} ago"


def _all(episodes: Sequence[Episode], texts: list[str]) -> list[str]:
    more = len(episodes) - SHOWN
    return [*texts[:SHOWN], f"And {more} more: nocs alerts list"] if more > 0 else texts


def _title(kind: str, episodes: Sequence[Episode], is_demo: bool) -> str:
    what = episodes[0].title if len(episodes) == 1 else f"{len(episodes)} matters"
    return title(f"{kind}: {what}", is_demo=is_demo)
