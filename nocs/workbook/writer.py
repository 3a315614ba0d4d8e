"""Writing cells of every kind, the same way on every sheet.

Surprise: xlsxwriter takes a text that starts with <r> and ends with </r> for ready-made XML and
puts it into the file as it is. An area of that name would break the whole workbook, so it is
written in pieces, which show as typed.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from nocs.language import later
from nocs.model import Snapshot
from nocs.settings import Settings
from nocs.workbook.extras import Extras
from nocs.workbook.formats import (
    INK,
    MUTED,
    amount_format,
    amount_words,
    clean,
    count_format,
    digit_shape,
    fits_a_number,
    quoted,
)

FONT = "Calibri"
LINE: dict[str, Any] = {"bottom": 1, "bottom_color": "#D5DAE0"}  # under a row of a table
DEMO_WORDS = later("DEMO DATA: made-up figures, not real customers")
TITLE = later("NOCS balance summary")
DEMO_FILL = "#FFC94D"  # neither the green of credit nor the red of due


class Writer:
    """A workbook under way, with the snapshot and the settings that all of its sheets share."""

    def __init__(self, book: Any, snapshot: Snapshot, settings: Settings, extras: Extras) -> None:
        self.book = book
        self.snapshot = snapshot
        self.settings = settings
        self.extras = extras
        self.language = settings.spoken
        self.shape = digit_shape(settings.spoken)
        self._looks: dict[tuple[tuple[str, Any], ...], Any] = {}

    def say(self, text: str, **values: Any) -> str:
        """A text of the code in the workbook's language."""
        return self.language.say(text, **values)

    def look(self, **properties: Any) -> Any:
        """The cell format with these properties, made once (a workbook has room for 64,000)."""
        key = tuple(sorted(properties.items()))
        if key not in self._looks:
            base = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
            self._looks[key] = self.book.add_format(base | properties)
        return self._looks[key]

    def sheet(self, name: str, title: str) -> Any:
        """A sheet with its title, its as of line and its print set-up. Rows 0 to 2 are used.

        Its name is English in every language, because formulas and other tools go by it.
        """
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.75)
        demo = f"&C{self.say('DEMO DATA')}" if self.snapshot.is_demo else ""
        # An ampersand is the footer's own command sign.
        stamp = self.say("As of {moment}", moment=self.as_of_words())
        page = self.say("Page {page} of {pages}", page="&P", pages="&N")
        sheet.set_footer(f"&L{stamp.replace('&', '&&')}{demo}&R{page}")
        self.text(sheet, 0, 0, title, bold=True, font_size=18)
        filtered = ""
        if self.extras.filtered:
            filtered = self.say(" · Filtered: {areas}", areas=self.extras.filtered)
        partial = self.say(", selected areas only") if self.snapshot.is_partial else ""
        self.text(sheet, 1, 0, stamp + partial + filtered, font_color=MUTED)
        if self.snapshot.is_demo:
            banner = {"bold": True, "font_size": 14, "bg_color": DEMO_FILL}
            sheet.set_row(2, 24, self.look(**banner))
            self.text(sheet, 2, 0, self.say(DEMO_WORDS), **banner)
        sheet.set_row(0, 28)
        return sheet

    def text(self, sheet: Any, row: int, column: int, text: str, **look: Any) -> None:
        """A text that shows as typed, whatever it looks like."""
        text, style = clean(text), self.look(**look)
        if not text:
            # An empty text, unlike an empty cell, would cut what flows in from its left.
            sheet.write_blank(row, column, None, style)
        elif text.startswith("<r>") and text.endswith("</r>"):
            sheet.write_rich_string(row, column, text[0], text[1:-1], text[-1], style)
        else:
            sheet.write_string(row, column, text, style)

    def count(
        self,
        sheet: Any,
        row: int,
        column: int,
        value: int,
        *,
        is_customers: bool = False,
        plus: bool = False,
        **look: Any,
    ) -> None:
        """A whole number, with the word customers after it when it counts them."""
        unit = self.language.say_n("customer", "customers", abs(value)) if is_customers else ""
        form = count_format(value, self.settings, unit, plus)
        sheet.write_number(row, column, value, self.look(num_format=form, align="right", **look))

    def amount(
        self, sheet: Any, row: int, column: int, value: Decimal, *, plus: bool = False, **look: Any
    ) -> None:
        """An amount to the cent: a number, or text where a number would lose digits."""
        if fits_a_number(value):
            form = amount_format(value, self.settings, plus)
            style = self.look(num_format=form, align="right", **look)
            sheet.write_number(row, column, value, style)
        else:
            words = amount_words(value, self.settings, plus)
            self.text(sheet, row, column, words, align="right", **look)

    def moment(self, sheet: Any, row: int, column: int, value: datetime, **look: Any) -> None:
        """A real date and time in the zone of the settings, which the cell names."""
        local = value.astimezone(self.settings.zone).replace(microsecond=0)
        pattern = self.shape + "yyyy-mm-dd hh:mm:ss"
        form = pattern + quoted(f" {self._zone_words(local)}")
        style = self.look(num_format=form, align="left", **look)
        sheet.write_datetime(row, column, local.replace(tzinfo=None), style)

    def as_of_words(self) -> str:
        return self.moment_words(self.snapshot.as_of)

    def moment_words(self, moment: datetime) -> str:
        local = moment.astimezone(self.settings.zone)
        return f"{self.language.digits(f'{local:%Y-%m-%d %H:%M:%S}')} {self._zone_words(local)}"

    def _zone_words(self, local: datetime) -> str:
        offset = f"{local:%z}"
        return (
            f"{self.settings.timezone} (UTC{self.language.digits(offset[:3] + ':' + offset[3:5])})"
        )
