"""The balance summary computed a second time, in plain Python over the raw rows, without SQL.

Written from the rules and not from the report, so that a mistake in one shows in the other.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

TYPE = "CM_NOCS"


def rows_of(connection: psycopg.Connection, table: str, *names: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(names)
    return connection.execute(f"SELECT {columns} FROM cisadm.{table}".encode()).fetchall()


def balances(connection: psycopg.Connection, credit_sign: int = 1) -> dict[str, Decimal]:
    """Balance by account, from entries that are frozen and not redundant."""
    account_of = dict(rows_of(connection, "ci_sa", "sa_id", "acct_id"))
    result: dict[str, Decimal] = defaultdict(Decimal)
    for agreement, amount, frozen, redundant in rows_of(
        connection, "ci_ft", "sa_id", "tot_amt", "freeze_sw", "redundant_sw"
    ):
        if frozen == "Y" and redundant == "N":
            result[account_of[agreement]] += amount * credit_sign
    return result


def area_of_premise(connection: psycopg.Connection, today: date) -> dict[str, str]:
    """The code in force at each premise that has one."""
    latest: dict[str, tuple[date, str]] = {}
    for premise, kind, start, code in rows_of(
        connection, "ci_prem_char", "prem_id", "char_type_cd", "effdt", "char_val"
    ):
        is_newer = premise not in latest or start > latest[premise][0]
        if kind.strip() == TYPE and start <= today and is_newer:
            latest[premise] = (start, code.strip())
    return {premise: code for premise, (_, code) in latest.items() if code}


def labels(connection: psycopg.Connection) -> dict[str, str]:
    by_language: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, code, language, text in rows_of(
        connection, "ci_char_val_l", "char_type_cd", "char_val", "language_cd", "descr"
    ):
        if kind.strip() == TYPE:
            by_language[code.strip()][language] = text
    return {
        code: texts["ENG"] if "ENG" in texts else max(texts.values())
        for code, texts in by_language.items()
    }


def summary(
    connection: psycopg.Connection, today: date, credit_sign: int = 1
) -> tuple[list[tuple[Any, ...]], int]:
    """The rows of the report in its column order, and the number of customers without area."""
    balance, area = balances(connection, credit_sign), area_of_premise(connection, today)
    label = labels(connection)
    by_area: dict[str, list[Decimal]] = defaultdict(list)
    unassigned = 0
    for account, premise in rows_of(connection, "ci_acct", "acct_id", "mailing_prem_id"):
        if premise in area:
            by_area[area[premise]].append(balance.get(account, Decimal(0)))
        else:
            unassigned += 1
    report = []
    for code, amounts in sorted(by_area.items()):
        credit = [amount for amount in amounts if amount > 0]
        due = [amount for amount in amounts if amount < 0]
        report.append(
            (
                code,
                label.get(code, code),
                len(amounts),
                len(credit),
                sum(credit, Decimal(0)),
                len(due),
                sum(due, Decimal(0)),
                sum(amounts, Decimal(0)),
            )
        )
    return report, unassigned
