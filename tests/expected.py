"""What the report must say, worked out from the raw rows in plain Python, without its SQL.

Every table is fetched whole: no join, no filter and no sum is left to the database. Only the
blank padding of CHAR is the database's own, so ids are compared as they come.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg

from nocs.model import ZERO, AreaBalance

NOCS = "CM_NOCS"
Agreement = tuple[str, str]  # type and status, as ("PPD", "20")


@dataclass(frozen=True)
class Unassigned:
    """Customers that reach no area, with their credit (>= 0) and due (<= 0)."""

    customers: int
    credit: Decimal
    due: Decimal


@dataclass(frozen=True)
class Expected:
    """The rows of the report in the order of their codes, and the control beside it."""

    areas: tuple[AreaBalance, ...]
    unassigned: Unassigned


def expected(
    connection: psycopg.Connection,
    credit_sign: int = 1,
    counts: Callable[[Agreement], bool] = lambda _agreement: True,
    needs_agreement: bool = False,
) -> Expected:
    """Work it out. Only agreements that `counts` accepts count; `needs_agreement` also leaves out
    customers that have none of them."""
    owner_of = {
        agreement: account
        for agreement, account, kind, status in _rows(
            connection, "sa_id, acct_id, sa_type_cd, sa_status_flg FROM cisadm.ci_sa"
        )
        if counts((kind.strip(), status))
    }
    balance_of = _balances(connection, owner_of, credit_sign)
    has_agreement = set(owner_of.values())
    code_of = _codes(connection)
    balances: dict[str, list[Decimal]] = defaultdict(list)
    unassigned = []
    for account, premise in _rows(connection, "acct_id, mailing_prem_id FROM cisadm.ci_acct"):
        if needs_agreement and account not in has_agreement:
            continue
        balance = balance_of.get(account, ZERO)
        if code := code_of.get(premise):
            balances[code].append(balance)
        else:
            unassigned.append(balance)
    names = _names(connection)
    return Expected(
        areas=tuple(
            _area(code, names.get(code, code), balances[code]) for code in sorted(balances)
        ),
        unassigned=Unassigned(len(unassigned), _credit(unassigned), _due(unassigned)),
    )


def _rows(connection: psycopg.Connection, what: str) -> list[tuple]:
    return connection.execute(f"SELECT {what}".encode()).fetchall()


def _balances(
    connection: psycopg.Connection, owner_of: dict[str, str], credit_sign: int
) -> dict[str, Decimal]:
    """The balance of each account that has a posted entry."""
    balance_of: dict[str, Decimal] = defaultdict(lambda: ZERO)
    entries = _rows(connection, "sa_id, tot_amt, freeze_sw, redundant_sw FROM cisadm.ci_ft")
    for agreement, amount, freeze, redundant in entries:
        if agreement in owner_of and freeze == "Y" and redundant == "N":
            balance_of[owner_of[agreement]] += amount * credit_sign
    return balance_of


def _codes(connection: psycopg.Connection) -> dict[str, str]:
    """The NOCS code in force today of each premise that has one."""
    today: date = _rows(connection, "current_date")[0][0]
    latest: dict[str, tuple[date, str]] = {}
    characteristics = _rows(
        connection, "prem_id, char_type_cd, effdt, char_val FROM cisadm.ci_prem_char"
    )
    for premise, kind, start, code in characteristics:
        if kind.strip() == NOCS and start <= today:
            latest[premise] = max(latest.get(premise, (start, code)), (start, code))
    return {premise: code.strip() for premise, (_, code) in latest.items() if code.strip()}


def _names(connection: psycopg.Connection) -> dict[str, str]:
    """The English label of each code that has one, else one in another language."""
    names: dict[str, str] = {}
    labels = _rows(
        connection, "char_type_cd, char_val, language_cd, descr FROM cisadm.ci_char_val_l"
    )
    for kind, code, language, text in labels:
        if kind.strip() == NOCS and text.strip():
            if language == "ENG":
                names[code.strip()] = text.strip()
            else:
                names.setdefault(code.strip(), text.strip())
    return names


def _credit(balances: list[Decimal]) -> Decimal:
    return sum((b for b in balances if b > 0), ZERO)


def _due(balances: list[Decimal]) -> Decimal:
    return sum((b for b in balances if b < 0), ZERO)


def _area(code: str, name: str, balances: list[Decimal]) -> AreaBalance:
    return AreaBalance(
        nocs_code=code,
        nocs_name=name,
        total_customers=len(balances),
        positive_qty=sum(b > 0 for b in balances),
        positive_balance_amt=_credit(balances),
        negative_qty=sum(b < 0 for b in balances),
        negative_balance_amt=_due(balances),
        net_balance=sum(balances, ZERO),
    )
