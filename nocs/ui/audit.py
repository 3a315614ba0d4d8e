"""The audit as a table. Every text in it came from somebody else, so every one is escaped."""

from collections.abc import Sequence
from html import escape

from nocs.access import Action, Entry
from nocs.ui.runs import log_table
from nocs.ui.words import Words

ACTIONS = {
    Action.SIGN_IN: "Signed in",
    Action.SIGN_OUT: "Signed out",
    Action.REFUSAL: "Refused",
    Action.REFRESH: "Asked for a refresh",
    Action.DOWNLOAD: "Downloaded",
    Action.TOKEN_MADE: "Made a token",
    Action.TOKEN_REVOKED: "Revoked a token",
}


def audit_html(entries: Sequence[Entry], words: Words, *, limit: int) -> str:
    """The rows, newest first."""
    if not entries:
        return '<p class="nocs-refresh" data-testid="audit-empty">Nothing was found.</p>'
    more = f", the newest {limit}" if len(entries) == limit else ""
    headings = (f"When ({escape(words.zone_name)})", "Who", "Action", "From where", "What")
    rows = "".join(_row(entry, words) for entry in entries)
    return log_table(f"Newest first{more}", headings, rows, "audit")


def _row(entry: Entry, words: Words) -> str:
    return (
        f'<tr data-action="{entry.action}">'
        f'<th scope="row" class="nocs-line">{words.exact_moment(entry.at)}</th>'
        f'<td data-label="Who">{escape(entry.who) or "unknown"}</td>'
        f'<td data-label="Action">{ACTIONS[entry.action]}</td>'
        f'<td data-label="From where">{escape(entry.address)}</td>'
        f'<td class="nocs-text" data-label="What">{escape(entry.detail)}</td></tr>'
    )
