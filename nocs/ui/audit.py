"""The audit as a table. Every text in it came from somebody else, so every one is escaped."""

from collections.abc import Sequence
from html import escape

from nocs.access import Action, Entry
from nocs.language import later
from nocs.ui.runs import log_table
from nocs.ui.words import Words

ACTIONS = {
    Action.SIGN_IN: later("Signed in"),
    Action.SIGN_OUT: later("Signed out"),
    Action.REFUSAL: later("Refused"),
    Action.REFRESH: later("Asked for a refresh"),
    Action.DOWNLOAD: later("Downloaded"),
    Action.TOKEN_MADE: later("Made a token"),
    Action.TOKEN_REVOKED: later("Revoked a token"),
}
HEADINGS = (later("Who"), later("Action"), later("From where"), later("What"))


def audit_html(entries: Sequence[Entry], words: Words, *, limit: int) -> str:
    """The rows, newest first."""
    if not entries:
        nothing = words.say("Nothing was found.")
        return f'<p class="nocs-refresh" data-testid="audit-empty">{nothing}</p>'
    caption = words.say("Newest first")
    if len(entries) == limit:
        caption = words.say("Newest first, the newest {count}", count=limit)
    zone = escape(words.zone_name)
    headings = (words.say("When ({zone})", zone=zone), *(words.say(text) for text in HEADINGS))
    rows = "".join(_row(entry, words) for entry in entries)
    return log_table(caption, headings, rows, "audit")


def _row(entry: Entry, words: Words) -> str:
    return (
        f'<tr data-action="{entry.action}">'
        f'<th scope="row" class="nocs-line">{words.exact_moment(entry.at)}</th>'
        f'<td data-label="{words.say("Who")}">{escape(entry.who) or words.say("unknown")}</td>'
        f'<td data-label="{words.say("Action")}">{words.say(ACTIONS[entry.action])}</td>'
        f'<td data-label="{words.say("From where")}">{escape(entry.address)}</td>'
        f'<td class="nocs-text" data-label="{words.say("What")}">'
        f"{words.quoted(escape(entry.detail))}</td></tr>"
    )
