"""The report by mail: the workbook, with the cards in the body as HTML and as text.

Surprise: the mail's text part is made of the HTML by apprise, so what a text reader needs, such
as the address of the page, must be visible words in the HTML.
"""

from datetime import datetime, timedelta
from html import escape

from sqlalchemy import Connection, text

from nocs import workbook
from nocs.alerts import letters
from nocs.alerts.message import Content, Kind, Message
from nocs.alerts.slots import latest_slot
from nocs.alerts.summary import age_line, figure_lines
from nocs.language import ENGLISH
from nocs.model import Snapshot
from nocs.money import signed
from nocs.settings import Settings
from nocs.ui.cards import BALANCED, net_word
from nocs.ui.words import Words
from nocs.workbook.formats import CREDIT, DUE, INK, MUTED

PATIENCE = timedelta(hours=24)
# A slot that no scheduler was there to serve is served late, up to this.
LATEST = timedelta(hours=12)
FRESH_BUILDER = "Scheduled report"


def due_slot(
    connection: Connection, settings: Settings, *, now: datetime, began_at: datetime
) -> datetime | None:
    """The slot that is to be served now.

    A slot from before this scheduler started is served only where reports went out before: a
    schedule that was set this afternoon does not send this morning's report.
    """
    slot = latest_slot(settings.report_at, now, settings.zone)
    if now - slot > LATEST:
        return None
    earlier, served = connection.execute(
        text(
            "SELECT coalesce(bool_or(created_at < :slot), false),"
            " coalesce(bool_or(key = :key), false)"
            " FROM nocs_message WHERE kind = 'report'"
        ),
        {"slot": slot, "key": slot_key(slot)},
    ).one()
    return None if served or (slot < began_at and not earlier) else slot


def slot_key(slot: datetime) -> str:
    return f"slot {slot:%Y-%m-%dT%H:%MZ}"


def message(snapshot: Snapshot, settings: Settings, *, slot: datetime, now: datetime) -> Message:
    return Message(
        kind=Kind.REPORT,
        key=slot_key(slot),
        content=content(snapshot, settings, now),
        patience=PATIENCE,
        run_id=snapshot.run.id,
    )


def content(snapshot: Snapshot, settings: Settings, now: datetime) -> Content:
    """Cards and workbook of one snapshot."""
    words = Words.of(settings, ENGLISH)
    parts = figure_lines(snapshot.run, settings, now)
    return Content(
        title=letters.title(
            f"NOCS balance summary, {words.moment(snapshot.as_of)}", is_demo=snapshot.is_demo
        ),
        text=letters.lines(parts, settings, is_demo=snapshot.is_demo),
        html=_html(snapshot, settings, words, now),
        file=workbook.build(snapshot, settings, FRESH_BUILDER, now),
        file_name=workbook.file_name(snapshot, settings),
    )


def _html(snapshot: Snapshot, settings: Settings, words: Words, now: datetime) -> str:
    sums = snapshot.totals
    overall = net_word(sums.net_balance)
    net_color = {"credit": CREDIT, "due": DUE}.get(overall, INK)
    cards = "".join(
        (
            _card(
                "Customers",
                words.count(sums.total_customers),
                f"in {words.areas(sums.areas)}",
                INK,
            ),
            _card(
                "Credit",
                signed(words.full(sums.positive_balance_amt)),
                words.customers(sums.positive_qty),
                CREDIT,
            ),
            _card(
                "Due",
                words.full(sums.negative_balance_amt),
                words.customers(sums.negative_qty),
                DUE,
            ),
            _card(
                "Net",
                signed(words.full(sums.net_balance)),
                overall if overall == BALANCED else f"overall {overall}",
                net_color,
            ),
        )
    )
    notes = [letters.DEMO] if snapshot.is_demo else []
    if old := age_line(snapshot.as_of, settings, now):
        notes.append(old)
    banner = "".join(
        f'<p style="background:#FFC94D;color:{INK};padding:8px 12px;font-weight:bold">'
        f"{escape(note)}</p>"
        for note in notes
    )
    link = escape(settings.page_url)
    page = f'<p><a href="{link}">{link}</a></p>' if link else ""
    return (
        f'<div style="font-family:Calibri,Arial,sans-serif;color:{INK};max-width:480px">'
        f'<h1 style="font-size:20px;margin:0 0 4px">NOCS balance summary</h1>'
        f'<p style="color:{MUTED};margin:0 0 12px">Last updated: '
        f"{escape(words.moment(snapshot.as_of))} ({escape(words.zone_name)})</p>"
        f'{banner}<table role="presentation" cellspacing="0" cellpadding="0" '
        f'style="width:100%;border-collapse:collapse">{cards}</table>'
        f'<p style="color:{MUTED}">The workbook is attached.</p>{page}</div>'
    )


def _card(name: str, figure: str, note: str, color: str) -> str:
    cell = "padding:10px 12px;border-bottom:1px solid #D9DEE3"
    return (
        f'<tr><td style="{cell};color:{MUTED};vertical-align:top">{name}</td>'
        f'<td style="{cell};text-align:right"><b style="font-size:18px;white-space:nowrap;'
        f'color:{color}">{escape(figure)}</b><br>'
        f'<span style="color:{MUTED}">{escape(note)}</span></td></tr>'
    )
