"""The synthetic CC&B: schema cisadm in PostgreSQL, the same rows for the same seed and day.

A balance is drawn first and entries are then made that add up to it, so that the figures look
like a utility's: recharges are round, bills are not, and many small entries make one balance.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray

from nocs.demo.areas import AREAS, FAMILY_NAMES, GIVEN_NAMES
from nocs.demo.cases import special_cases

SEED = 20_261_124
MEAN_CREDIT_PAISA, MEAN_DUE_PAISA = 133_000, 409_000
SPREAD = 1.1  # of the log-normal amounts
ZERO_SHARE = 0.005
CHUNK = 20_000
Progress = Callable[[str, float], None]
Ints = NDArray[np.int64]


def exists(connection: psycopg.Connection) -> bool:
    """Whether a synthetic CC&B stands in this database."""
    return _value(connection, "SELECT to_regclass('cisadm.ci_ft')") is not None


def customers(connection: psycopg.Connection) -> int:
    """Number of its accounts."""
    return int(_value(connection, "SELECT count(*) FROM cisadm.ci_acct"))


def _value(connection: psycopg.Connection, query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    assert row
    return row[0]


def create_empty(connection: psycopg.Connection) -> None:
    """Make the schema anew, with its indexes and without a row."""
    with connection.transaction():
        connection.execute("DROP SCHEMA IF EXISTS cisadm CASCADE")
        connection.execute(_sql("cisadm.sql"))
        connection.execute(_sql("cisadm_indexes.sql"))


def create(
    connection: psycopg.Connection,
    customers: int,
    seed: int = SEED,
    progress: Progress | None = None,
    today: date | None = None,
) -> None:
    """Make the schema anew with exactly `customers` accounts, in one transaction.

    The special cases are among them, so they are the fewest that there can be.
    """
    tell = progress or (lambda _step, _done: None)
    with connection.transaction():
        # The server's day, which is the report's: this machine's may already be tomorrow.
        today = today or _value(connection, "SELECT current_date")
        special = special_cases(today)
        ordinary = max(0, customers - len(special.rows["ci_acct"]))
        connection.execute("DROP SCHEMA IF EXISTS cisadm CASCADE")
        connection.execute(_sql("cisadm.sql"))
        numbers = np.random.default_rng(seed)
        for start in range(0, ordinary, CHUNK):
            tell("customers", 0.75 * start / ordinary)
            _load(connection, numbers, start, min(CHUNK, ordinary - start), today)
        special.write(connection)
        tell("names", 0.75)
        _name(connection)
        tell("indexes", 0.85)
        connection.execute(_sql("cisadm_indexes.sql"))
    tell("done", 1.0)


def _load(
    connection: psycopg.Connection,
    numbers: np.random.Generator,
    start: int,
    size: int,
    today: date,
) -> None:
    """Accounts start+1 to start+size, with premises, agreements and entries."""
    shares = np.array([area.share for area in AREAS])
    areas = numbers.choice(len(AREAS), size, p=shares / shares.sum())
    balances = _balances(numbers, areas)
    ids = np.arange(start + 1, start + size + 1)
    is_postpaid = numbers.random(size) < 0.15
    setup = [str(today - timedelta(days=int(d))) for d in numbers.integers(400, 3000, size)]
    _copy(
        connection,
        "ci_acct (acct_id, mailing_prem_id, setup_dt)",
        (f"{i:010d}\t{i:010d}\t{day}\n" for i, day in zip(ids, setup, strict=True)),
    )
    _copy(
        connection,
        "ci_prem_char (prem_id, char_type_cd, effdt, char_val)",
        (
            f"{i:010d}\tCM_NOCS\t{day}\t{AREAS[a].code}\n"
            for i, day, a in zip(ids, setup, areas, strict=True)
        ),
    )
    _copy(
        connection,
        "ci_sa (sa_id, acct_id, sa_type_cd, sa_status_flg, start_dt)",
        (
            f"{i:010d}\t{i:010d}\t{'POPD' if post else 'PPD'}\t20\t{day}\n"
            for i, day, post in zip(ids, setup, is_postpaid, strict=True)
        ),
    )
    _copy(
        connection,
        "ci_ft (ft_id, sa_id, ft_type_flg, cur_amt, tot_amt, freeze_sw, redundant_sw, ars_dt,"
        " accounting_dt, cre_dttm, freeze_dttm)",
        _entries(numbers, ids, balances, today),
    )


def _balances(numbers: np.random.Generator, areas: Ints) -> Ints:
    """A balance an account in paisa, positive = credit."""
    size = len(areas)
    due_shares = np.array([area.due_share for area in AREAS])[areas]
    draw = numbers.random(size)
    scale = np.exp(numbers.normal(-(SPREAD**2) / 2, SPREAD, size))
    credit = np.maximum(1, (MEAN_CREDIT_PAISA * scale).astype(np.int64))
    due = np.maximum(1, (MEAN_DUE_PAISA * scale).astype(np.int64))
    balances = np.where(draw < due_shares, -due, credit)
    return np.where(draw > 1 - ZERO_SHARE, 0, balances)


def _entries(numbers: np.random.Generator, ids: Ints, balances: Ints, today: date) -> Iterator[str]:
    """COPY lines: one or two recharges and three bills that add up to the balance, and extras."""
    size = len(ids)
    lowest = np.maximum(balances, 0)
    recharge = -(-lowest // 50_000) * 50_000 + numbers.choice([50_000, 100_000, 200_000], size)
    billed = recharge - balances
    first = (billed * numbers.uniform(0.25, 0.40, size)).astype(np.int64)
    second = (billed * numbers.uniform(0.25, 0.40, size)).astype(np.int64)
    third = billed - first - second
    is_cancelled = numbers.random(size) < 0.02
    is_unfrozen = numbers.random(size) < 0.005
    is_adjusted = numbers.random(size) < 0.02
    days = [str(today - timedelta(days=d)) for d in range(121)]
    ages = numbers.integers(0, 28, size)
    number = int(ids[0] - 1) * 8

    def line(agreement: str, kind: str, paisa: int, day: str, switches: str = "Y\tN") -> str:
        nonlocal number
        number += 1
        sign, paisa = ("-", -paisa) if paisa < 0 else ("", paisa)
        amount = f"{sign}{paisa // 100}.{paisa % 100:02d}"
        frozen = day if switches[0] == "Y" else r"\N"
        return (
            f"{number:012d}\t{agreement}\t{kind}\t{amount}\t{amount}\t{switches}\t{day}\t{day}"
            f"\t{day}\t{frozen}\n"
        )

    columns = (ids, recharge, first, second, third, ages, is_cancelled, is_unfrozen, is_adjusted)
    for i, paid, a, b, c, age, cancelled, unfrozen, adjusted in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        sa = f"{i:010d}"
        yield line(sa, "BS", -a, days[age + 60])
        yield line(sa, "BS", -b, days[age + 30])
        yield line(sa, "BS", -c, days[age])
        yield line(sa, "PS", paid, days[age + 15])
        if cancelled:  # a bill or a payment, taken back
            kind, amount = ("B", -a) if i % 2 else ("P", paid)
            yield line(sa, kind + "S", amount, days[age], "Y\tY")
            yield line(sa, kind + "X", -amount, days[age], "Y\tY")
        if unfrozen:
            yield line(sa, "BS", -b, days[0], "N\tN")
        if adjusted:
            yield line(sa, "AD", a, days[age]) + line(sa, "BS", -a, days[age])


def _name(connection: psycopg.Connection) -> None:
    """A person with a name, in either script or both, for every account that has none."""
    connection.execute(
        "INSERT INTO cisadm.ci_per SELECT acct_id FROM cisadm.ci_acct"
        " WHERE acct_id NOT IN (SELECT per_id FROM cisadm.ci_per)"
    )
    connection.execute(
        "INSERT INTO cisadm.ci_per_name SELECT acct_id, 'Y',"
        " (%(given)s::text[])[1 + acct_id::bigint %% %(given_count)s] || ' ' ||"
        " (%(family)s::text[])[1 + acct_id::bigint / 7 %% %(family_count)s]"
        " FROM cisadm.ci_acct WHERE acct_id NOT IN (SELECT per_id FROM cisadm.ci_per_name)",
        {
            "given": list(GIVEN_NAMES),
            "given_count": len(GIVEN_NAMES),
            "family": list(FAMILY_NAMES),
            "family_count": len(FAMILY_NAMES),
        },
    )
    connection.execute(
        "INSERT INTO cisadm.ci_acct_per SELECT acct_id, acct_id, 'Y' FROM cisadm.ci_acct"
        " WHERE acct_id NOT IN (SELECT acct_id FROM cisadm.ci_acct_per)"
    )


def _copy(connection: psycopg.Connection, target: str, lines: Iterator[str]) -> None:
    with (
        connection.cursor() as cursor,
        # Frozen: the first report need not mark every row as visible and write it all again.
        cursor.copy(f"COPY cisadm.{target} FROM STDIN (FREEZE)".encode()) as copy,
    ):
        copy.write("".join(lines))


def _sql(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()
