"""The audit as a workbook, one row an entry. No text in it can become a formula or a link."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from nocs.access import Action, Entry
from nocs.language import later
from nocs.settings import Settings
from nocs.workbook.formats import clean

HEADINGS = (
    later("When ({zone})"),
    later("Who"),
    later("Action"),
    later("From where"),
    later("What"),
)
WIDTHS = (22, 32, 22, 18, 60)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def build(entries: Sequence[Entry], actions: Mapping[Action, str], settings: Settings) -> bytes:
    """The workbook as bytes, in the language and the zone of the settings."""
    buffer, say = BytesIO(), settings.spoken.say
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        sheet = book.add_worksheet("Audit")
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
            sheet.write_string(0, column, say(heading, zone=settings.timezone), bold)
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for row, entry in enumerate(entries, start=1):
            local = entry.at.astimezone(settings.zone).replace(microsecond=0, tzinfo=None)
            sheet.write_datetime(row, 0, local, moment)
            texts = (entry.who, say(actions[entry.action]), entry.address, entry.detail)
            for column, text in enumerate(texts, start=1):
                _text(sheet, row, column, text)
        if entries:
            sheet.autofilter(0, 0, len(entries), len(HEADINGS) - 1)
    return buffer.getvalue()


def _text(sheet: Any, row: int, column: int, text: str) -> None:
    """As typed; a text in <r> would be taken for ready-made XML (see nocs.workbook.writer)."""
    safe = clean(text)
    if safe.startswith("<r>") and safe.endswith("</r>"):
        sheet.write_rich_string(row, column, safe[0], safe[1:-1], safe[-1])
    else:
        sheet.write_string(row, column, safe)
