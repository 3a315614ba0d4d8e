"""The awkward customers that every CC&B has, a fixed number of each, whatever the demo's size.

Each is counted right by the report, or left out for the reason that its comment gives.
"""

from datetime import date

from nocs.demo.areas import AREAS, FUTURE_AREA
from nocs.demo.book import Book

HOME = "006"  # most of them live in Dhanmondi
YEAR, SOON = -365, 30


def special_cases(today: date) -> Book:
    """The labels of all areas and every special case."""
    book = Book(today)
    _labels(book)
    _agreements(book)
    _premises(book)
    _entries(book)
    _amounts(book)
    _names(book)
    return book


def _labels(book: Book) -> None:
    for area in AREAS:
        book.label(area.code, "ENG", area.english)
        book.label(area.code, "BEN", area.bangla)
    book.label(FUTURE_AREA.code, "BEN", FUTURE_AREA.bangla)
    for _ in range(3):
        book.premise((FUTURE_AREA.code, YEAR))


def _agreements(book: Book) -> None:
    home = book.premise((HOME, YEAR))
    for _ in range(5):
        book.account(home)  # no agreement at all: balance 0
    for _ in range(5):
        book.agreement(book.account(home))  # prepaid, never charged: balance 0
    two = book.account(home)  # two prepaid agreements make one balance
    book.entry(book.agreement(two), "PS", "1500.00")
    book.entry(book.agreement(two), "BS", "-2000.50")
    mixed = book.account(home)  # prepaid credit and postpaid due make one balance
    book.entry(book.agreement(mixed), "PS", "800.00")
    book.entry(book.agreement(mixed, "POPD"), "BS", "-300.25")
    book.customer(home, "-412.75", kind="POPD", status="40")  # stopped, still owes
    book.customer(home, "96.10", status="60")  # closed, never paid back
    book.customer(home, "-55.00", status="70")  # cancelled


def _premises(book: Book) -> None:
    book.customer("", "500.00")  # no mailing premise: reaches no area
    book.customer(" ", "-120.00")
    book.customer(book.premise(), "-75.25")  # a premise without a NOCS: reaches no area
    book.customer(book.premise((" ", YEAR)), "33.00")  # a NOCS that was left blank
    book.customer(book.premise(("001", 2 * YEAR), (HOME, YEAR)), "250.00")  # moved to HOME
    book.customer(book.premise((HOME, YEAR), ("001", SOON)), "-610.40")  # will move, has not
    book.customer(book.premise(("001", SOON)), "45.00")  # only in the future: reaches no area
    book.customer(book.premise((HOME, 0)), "10.00")  # moved today


def _entries(book: Book) -> None:
    home = book.premise((HOME, YEAR))
    unfrozen = book.customer(home, "1000.00")
    book.entry(unfrozen, "BS", "-400.00", frozen=False)  # not posted yet
    cancelled = book.customer(home, "-700.00")
    book.entry(cancelled, "BS", "-350.00", redundant=True)
    book.entry(cancelled, "BX", "350.00", redundant=True)
    book.entry(cancelled, "PS", "1000.00", redundant=True)
    book.entry(cancelled, "PX", "-1000.00", redundant=True)
    pending = book.customer(home, "2000.00")
    book.entry(pending, "BS", "-845.20", in_arrears=False)  # no ARS date: owed all the same
    budget = book.customer(home)
    book.entry(budget, "BS", "-900.00", current="-300.00")  # pays by instalments: owes 900
    adjusted = book.customer(home, "-1200.00", "1000.00")
    book.entry(adjusted, "AD", "150.00")
    book.entry(adjusted, "AD", "-20.00", redundant=True)
    book.entry(adjusted, "AX", "20.00", redundant=True)


def _amounts(book: Book) -> None:
    home = book.premise((HOME, YEAR))
    book.customer(home, *["-100.01", "50.00", "50.01", "-33.33", "33.33"] * 4)  # exactly 0
    book.customer(home, "0.01")
    book.customer(home, "-0.01")
    book.customer(home, "-1000.00", "1000.01")
    # In the two largest areas, where crores distort the least: an office that owes 1.25 crore,
    # and one that paid 1.05 crore in advance.
    for code, name, kind, amount in (
        ("007", "Ministry of Public Works গণপূর্ত", "BS", "-12500000.00"),
        ("017", "Water and Sewerage Authority", "PS", "10500000.00"),
    ):
        office = book.account(book.premise((code, YEAR)), name, "GOVT")
        book.entry(book.agreement(office, "POPD"), kind, amount)


def _names(book: Book) -> None:
    home = book.premise((HOME, YEAR))
    for name in ("শাহজাহান মিয়া", "Md. আব্দুল Karim", "M/S O'Brien & Sons <Ltd>"):
        agreement = book.agreement(book.account(home, name))
        book.entry(agreement, "PS", "500.00")
