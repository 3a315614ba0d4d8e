"""What the tests of Oracle share: settings that point at the wire, and one refresh through it.

The wire is a server that the driver takes for Oracle; what it shows is how this program and the
driver behave, not what a real Oracle server does.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import psycopg

from nocs.cache import balances, queue
from nocs.cache.database import Database
from nocs.demo import ccb
from nocs.demo.book import Book
from nocs.model import Phase, Run, Snapshot, Trigger
from nocs.refresh.job import Refresher
from nocs.settings import Settings, load_settings
from nocs.source import oracle
from nocs.source.job import Examined, Extract, Job, Reached
from tests.wire import Answer, OracleWire

USER, PASSWORD, SERVICE = "nocs_reader", "tiger-9", "CCB"
LARGEST = "9999999999999.99"
HOST = "test"
CONTRACT = (
    ("NOCS_CODE", "CHAR(16)"), ("NOCS_NAME", "VARCHAR2(60)"), ("TOTAL_CUSTOMERS", "NUMBER"),
    ("POSITIVE_QTY", "NUMBER"), ("POSITIVE_BALANCE_AMT", "NUMBER(15,2)"),
    ("NEGATIVE_QTY", "NUMBER"), ("NEGATIVE_BALANCE_AMT", "NUMBER(15,2)"),
    ("NET_BALANCE", "NUMBER(15,2)"),
)  # fmt: skip


def small_ccb(url: str) -> None:
    """A small CC&B of three areas: the largest amounts, a Bangla name, a customer without area."""
    book = Book(date.today())  # noqa: DTZ011
    with psycopg.connect(url) as connection:
        ccb.create_empty(connection)
        book.label("001", "ENG", "Adabor")
        book.label("002", "BEN", "বনশ্রী")
        book.label("003", "ENG", "Kazla")
        ledger = {"001": ("500.00", "-20.25"), "002": (LARGEST, f"-{LARGEST}"), "003": ()}
        for code, amounts in ledger.items():
            premise = book.premise((code, -10))
            book.account(premise)
            for amount in amounts:
                book.customer(premise, amount)
        book.customer(book.premise(), "7.00")
        book.write(connection)


def environment_for(dsn: str, **changed: str) -> dict[str, str]:
    return {
        "NOCS_ORACLE_DSN": dsn,
        "NOCS_ORACLE_USER": USER,
        "NOCS_ORACLE_PASSWORD": PASSWORD,
        "NOCS_EXPECTED_AREAS": "3",
    } | changed


def settings_for(wire: OracleWire, **changed: str) -> Settings:
    return load_settings(environment_for(wire.dsn, **changed))


def refresh(
    database: Database,
    settings: Settings,
    trigger: Trigger = Trigger.CLI,
    stop: threading.Event | None = None,
    url: str = "",
) -> Run:
    """One refresh from request to end; `url` is where a demo lives."""
    with database.transaction() as connection:
        queue.request(connection, trigger)
    run = Refresher(database, settings, url, HOST, stop or threading.Event()).run_next()
    assert run is not None
    return run


def in_process(
    asked: Job,
    *,
    deadline_seconds: float,
    reached: Callable[[Phase], None],
    tick: Callable[[], None],
    stop: threading.Event,
    examined: Callable[[Examined], None] = lambda _: None,
) -> Extract:
    """The extraction without its child process, for tests that are about what it answers."""

    def tell(message: Reached | Examined) -> None:
        if isinstance(message, Reached):
            reached(message.phase)
        else:
            examined(message)

    return oracle.ask(asked, tell, lambda _: None)


def snapshot_of(database: Database) -> Snapshot:
    with database.reading() as connection:
        snapshot = balances.read_snapshot(connection)
    assert snapshot is not None
    return snapshot


def row(number: int = 1, **changed: object) -> tuple[object, ...]:
    """A good row of the report, changed by the name of a column."""
    good: dict[str, object] = {
        "NOCS_CODE": f"{number:03d}",
        "NOCS_NAME": f"Area {number}",
        "TOTAL_CUSTOMERS": 2,
        "POSITIVE_QTY": 1,
        "POSITIVE_BALANCE_AMT": Decimal("500.00"),
        "NEGATIVE_QTY": 1,
        "NEGATIVE_BALANCE_AMT": Decimal("-20.25"),
        "NET_BALANCE": Decimal("479.75"),
    }
    return tuple((good | changed).values())


def answer(
    *rows: Sequence[object], columns: Sequence[tuple[str, str]] = CONTRACT, **retyped: str
) -> Answer:
    """What the report answers in place of the truth; `retyped` changes the type of a column."""
    told = [(name, retyped.get(name, kind)) for name, kind in columns]
    return Answer(told, rows)
