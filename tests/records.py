"""Hand-made figures, and ways to put them into a real cache."""

from datetime import UTC, datetime
from decimal import Decimal

from nocs.cache import balances, queue
from nocs.cache.database import Database
from nocs.model import AreaBalance, Run, RunStatus, SourceKind, Trigger

AS_OF = datetime(2026, 11, 24, 10, tzinfo=UTC)


def area(
    code: str = "001",
    credit: str = "100.00",
    due: str = "-40.00",
    name: str = "",
    customers: int = 3,
) -> AreaBalance:
    return AreaBalance(
        nocs_code=code,
        nocs_name=name or f"Area {code}",
        total_customers=customers,
        positive_qty=1 if Decimal(credit) else 0,
        positive_balance_amt=Decimal(credit),
        negative_qty=1 if Decimal(due) else 0,
        negative_balance_amt=Decimal(due),
        net_balance=Decimal(credit) + Decimal(due),
    )


def running(database: Database, source: SourceKind = SourceKind.ORACLE) -> Run:
    """A run that was queued and claimed."""
    with database.transaction() as connection:
        queue.request(connection, Trigger.CLI)
        run = queue.claim(connection, "here", source)
    assert run is not None
    return run


def publish(
    database: Database,
    *areas: AreaBalance,
    as_of: datetime = AS_OF,
    source: SourceKind = SourceKind.ORACLE,
    warnings: tuple[str, ...] = (),
) -> Run:
    """Publish figures as a refresh would."""
    run = running(database, source)
    with database.transaction() as connection:
        balances.publish(connection, run, areas, as_of=as_of, warnings=warnings)
    return run


def fail(database: Database, error: str, status: RunStatus = RunStatus.FAILED) -> Run:
    """Let a refresh fail."""
    run = running(database)
    with database.transaction() as connection:
        queue.fail(connection, run.id, status, code="x", error=error)
    return run
