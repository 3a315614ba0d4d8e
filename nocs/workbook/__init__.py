"""The Excel workbook of one snapshot: sheets Summary, Areas, Charts, Movers and Trend.

Surprise: amounts go into the file as the Decimal's own digits and never become a float here.
A spreadsheet reads them as doubles, which hold 15 digits exactly, and NUMERIC(15,2) has no more.
"""

from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from nocs.area_names import in_language
from nocs.model import Snapshot
from nocs.settings import Settings
from nocs.workbook import areas, charts, movers, summary, trend
from nocs.workbook.extras import Extras, file_name, trend_span
from nocs.workbook.writer import TITLE, Writer

__all__ = ["Extras", "build", "file_name", "trend_span"]

# A text from the source or from a person is never read as a formula, a link or a number.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def build(
    snapshot: Snapshot,
    settings: Settings,
    downloaded_by: str,
    now: datetime,
    extras: Extras | None = None,
) -> bytes:
    """The workbook as bytes: exactly the snapshot; the same arguments give the same bytes.

    Without an earlier run and a trend in `extras` there are no sheets Movers and Trend.
    """
    extras, say = extras or Extras(), settings.spoken.say
    snapshot = in_language(snapshot, settings.language)
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        book.set_properties(
            {
                "title": say(TITLE) + (say(" (demo data)") if snapshot.is_demo else ""),
                "subject": say("Refresh run {run}", run=snapshot.run.id),
                "created": now.astimezone(UTC).replace(tzinfo=None),
            }
        )
        writer = Writer(book, snapshot, settings, extras)
        summary.add(writer, downloaded_by, now)
        areas.add(writer)
        charts.add(writer)
        if extras.earlier:
            movers.add(writer, extras.earlier)
        if extras.trend:
            trend.add(writer, extras.trend)
    return buffer.getvalue()
