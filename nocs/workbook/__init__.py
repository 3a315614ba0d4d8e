"""The Excel workbook of one snapshot: sheets Summary, Areas and Charts.

Surprise: amounts go into the file as the Decimal's own digits and never become a float here.
A spreadsheet reads them as doubles, which hold 15 digits exactly, and NUMERIC(15,2) has no more.
"""

from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from nocs.model import Snapshot
from nocs.settings import Settings
from nocs.workbook import areas, charts, summary
from nocs.workbook.writer import Writer

# A text from the source or from a person is never read as a formula, a link or a number.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def build(snapshot: Snapshot, settings: Settings, downloaded_by: str, now: datetime) -> bytes:
    """The workbook as bytes: exactly the snapshot; the same arguments give the same bytes."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        book.set_properties(
            {
                "title": "NOCS balance summary" + (" (demo data)" if snapshot.is_demo else ""),
                "subject": f"Refresh run {snapshot.run.id}",
                "created": now.astimezone(UTC).replace(tzinfo=None),
            }
        )
        writer = Writer(book, snapshot, settings)
        summary.add(writer, downloaded_by, now)
        areas.add(writer)
        charts.add(writer)
    return buffer.getvalue()


def file_name(snapshot: Snapshot, settings: Settings) -> str:
    """The name of the download, from the as of time in the zone of the settings."""
    stamp = snapshot.as_of.astimezone(settings.zone)
    return f"nocs-balance-summary-{stamp:%Y%m%d-%H%M}.xlsx"
