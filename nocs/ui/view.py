"""What one person looks at, read from the address of the page: filters and comparison.

The address is the only memory of them, so a copied link shows the same. Whatever in it cannot be
followed is left out, with a notice: a page never breaks on a link.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape

import streamlit as st

from nocs.dashboard import Dashboard
from nocs.errors import NocsError
from nocs.language import later
from nocs.model import Snapshot
from nocs.past import Past, Recent
from nocs.selection import Selection, read_amount
from nocs.ui.words import Words

DAY = timedelta(days=1)
AREAS, DUE_ABOVE, COMPARE = "areas", "due_above", "compare"
# What can be compared with, how far back it lies, and how far off its run may be.
EARLIER = {
    "yesterday": (later("the same time yesterday"), DAY, DAY / 2),
    "week": (later("the same time a week ago"), 7 * DAY, 1.5 * DAY),
    "month": (later("the same time 30 days ago"), 30 * DAY, 1.5 * DAY),
}


@dataclass(frozen=True, slots=True)
class Link:
    """What the query of a page's address names, as typed."""

    areas: tuple[str, ...] = ()
    due_above: str = ""
    compare: str = ""

    @classmethod
    def here(cls) -> "Link":
        """The link of the page under way. Each area is a parameter: codes may hold commas."""
        query = st.query_params
        return cls(
            tuple(code for code in query.get_all(AREAS) if code),
            query.get(DUE_ABOVE, ""),
            query.get(COMPARE, ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The figures that are shown, what they are compared with, and what to say about both.

    `snapshot` holds the selected areas only, `everything` all that the person may see. `baseline`
    is what the cards compare with, `earlier` what the movers do (yesterday, unless chosen).
    """

    everything: Snapshot
    snapshot: Snapshot
    selection: Selection
    days: tuple[Past, ...]
    baseline: Past | None
    earlier: Past | None
    is_compared: bool
    notices: tuple[str, ...]

    @property
    def codes(self) -> frozenset[str] | None:
        """The areas whose past belongs to what is shown; None is all of them."""
        return _codes(self.selection, self.everything)

    def filter_words(self, words: Words) -> str:
        """'3 of 17 areas, due above ₹ 1,00,000.00'; empty when nothing is filtered."""
        if self.selection.is_all:
            return ""
        areas = words.say_n(
            "{shown} of {count} area",
            "{shown} of {count} areas",
            len(self.everything.areas),
            shown=words.count(len(self.snapshot.areas)),
        )
        if self.selection.due_above is None:
            return areas
        above = words.full(self.selection.due_above)
        return words.say("{areas}, due above {amount}", areas=areas, amount=above)

    def since(self, words: Words) -> str:
        """What the cards' changes count from."""
        if self.is_compared and self.baseline:
            return words.say("since {moment}", moment=words.moment(self.baseline.as_of))
        return words.say("since the refresh before")


def read_view(
    board: Dashboard,
    snapshot: Snapshot,
    recent: Recent | None,
    link: Link,
    words: Words,
) -> View:
    """The view that a link names; `snapshot` and `recent` hold what the person may see."""
    notices: list[str] = []
    selection = _selection(snapshot, link, notices, words)
    shown = selection.of(snapshot)
    codes = _codes(selection, snapshot)
    recent = recent or Recent(run_id=snapshot.run.id)
    if codes is not None:
        recent = recent.restricted_to(codes)
    try:
        chosen = _earlier(board, snapshot, link.compare, codes=codes, notices=notices, words=words)
    except NocsError:  # the figures of now are in memory
        chosen = None
        notices.append(
            words.say("Earlier figures cannot be read at present, so there is no comparison.")
        )
    baseline = chosen or recent.before
    if baseline is not None:
        shown = replace(shown, previous=baseline.totals)
    return View(
        everything=snapshot,
        snapshot=shown,
        selection=selection,
        days=recent.days,
        baseline=baseline,
        earlier=chosen or recent.yesterday,
        is_compared=chosen is not None,
        notices=tuple(notices),
    )


def past_begins(board: Dashboard, snapshot: Snapshot) -> datetime | None:
    """The earliest moment that can be compared with; None where it cannot be read at present."""
    assert snapshot.run.source
    try:
        return board.past.first_as_of(snapshot.run.id, snapshot.run.source)
    except NocsError:  # the bound of a control is not worth the page
        return None


def notices_html(view: View, words: Words) -> str:
    """What the page leaves out or compares with, in words above the figures."""
    lines = [escape(notice) for notice in view.notices]
    if text := view.filter_words(words):
        lines.append(
            words.say(
                "<b>Filtered: {areas}.</b> Cards, table, charts, link and workbook are those of "
                "these areas.",
                areas=escape(text),
            )
        )
    if view.is_compared and view.baseline:
        lines.append(
            words.say(
                "<b>Compared with {moment}</b> (refresh {run}). Link and workbook compare with it "
                "too.",
                moment=escape(words.moment(view.baseline.as_of)),
                run=view.baseline.run_id,
            )
        )
    items = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="nocs-notice" role="status" data-testid="notices">{items}</div>' * bool(
        items
    )


def _selection(snapshot: Snapshot, link: Link, notices: list[str], words: Words) -> Selection:
    codes, due_above = None, None
    if link.areas:
        known = {area.nocs_code for area in snapshot.areas}
        if unknown := sorted(set(link.areas) - known):
            text = later("The link names areas that are not here: {areas}.")
            notices.append(words.say(text, areas=", ".join(unknown)))
        # A link to unknown areas only must not pass for one to all of them.
        codes = frozenset(link.areas)
    if typed := link.due_above:
        due_above = read_amount(typed)
        if due_above is None:
            notices.append(
                words.say(
                    "“{typed}” is not an amount, so areas are not filtered by their due.",
                    typed=typed,
                )
            )
    return Selection(codes, due_above)


def _earlier(
    board: Dashboard,
    snapshot: Snapshot,
    compare: str,
    *,
    codes: frozenset[str] | None,
    notices: list[str],
    words: Words,
) -> Past | None:
    run, source = snapshot.run.id, snapshot.run.source
    if not compare:
        return None
    assert source
    if compare in EARLIER:
        title, back, within = EARLIER[compare]
        found = board.past.near(run, source, snapshot.as_of - back, within, codes)
        if found is None:
            text = later("There are no figures of {moment} to compare with.")
            notices.append(words.say(text, moment=words.say(title)))
        return found
    try:
        moment = datetime.fromisoformat(compare)
    except ValueError:
        notices.append(
            words.say(
                "“{typed}” is not a time to compare with, such as {example}.",
                typed=compare,
                example="2026-11-20T10:00",
            )
        )
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=board.settings.zone)
    found = board.past.at_or_before(run, source, moment, codes)
    if found is None or found.run_id == run:
        notices.append(
            words.say("There are no figures to compare with by then.")
            if found is None
            else words.say("That time is the present one: there is nothing to compare.")
        )
        return None
    return found


def _codes(selection: Selection, snapshot: Snapshot) -> frozenset[str] | None:
    """Never more than the person may see, also where nothing is filtered."""
    chosen = selection.codes_in(snapshot.areas)
    return snapshot.only if chosen is None else chosen
