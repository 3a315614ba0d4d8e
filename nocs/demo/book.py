"""A small ledger of CC&B rows written one by one: the special cases, and the tests' own.

Balances are in the user's convention: a positive TOT_AMT is credit.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg

Row = tuple[Any, ...]
ENDED = ("40", "60", "70")  # stopped, closed, cancelled
COLUMNS = {
    "ci_acct": "acct_id, mailing_prem_id, cust_cl_cd, setup_dt",
    "ci_sa": "sa_id, acct_id, sa_type_cd, sa_status_flg, start_dt, end_dt",
    "ci_ft": "ft_id, sa_id, ft_type_flg, cur_amt, tot_amt, freeze_sw, redundant_sw, ars_dt, "
    "accounting_dt, cre_dttm, freeze_dttm",
    "ci_prem_char": "prem_id, char_type_cd, effdt, char_val",
    "ci_char_val_l": "char_type_cd, char_val, language_cd, descr",
    "ci_per": "per_id",
    "ci_acct_per": "acct_id, per_id, main_cust_sw",
    "ci_per_name": "per_id, prim_name_sw, entity_name",
}


@dataclass
class Book:
    """Rows by table. Identifiers start with 9, so that they never meet the generated ones."""

    today: date
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def label(self, code: str, language: str, text: str) -> None:
        self.rows["ci_char_val_l"].append(("CM_NOCS", code, language, text))

    def premise(self, *areas: tuple[str, int]) -> str:
        """A premise with its NOCS characteristics: (code, days from today at which it begins)."""
        premise = self._id()
        for code, days in areas:
            start = self.today + timedelta(days=days)
            self.rows["ci_prem_char"].append((premise, "CM_NOCS", start, code))
        return premise

    def account(self, premise: str, name: str = "", customer_class: str = "RES") -> str:
        account = self._id()
        setup = self.today - timedelta(days=400)
        self.rows["ci_acct"].append((account, premise, customer_class, setup))
        if name:
            self.rows["ci_per"].append((account,))
            self.rows["ci_acct_per"].append((account, account, "Y"))
            self.rows["ci_per_name"].append((account, "Y", name))
        return account

    def agreement(self, account: str, kind: str = "PPD", status: str = "20") -> str:
        agreement = self._id()
        start = self.today - timedelta(days=400)
        end = self.today - timedelta(days=30) if status in ENDED else None
        self.rows["ci_sa"].append((agreement, account, kind, status, start, end))
        return agreement

    def entry(
        self,
        agreement: str,
        kind: str,
        amount: str,
        *,
        current: str | None = None,
        frozen: bool = True,
        redundant: bool = False,
        in_arrears: bool = True,
    ) -> None:
        """A financial transaction; `current` is CUR_AMT where it differs from TOT_AMT."""
        self.rows["ci_ft"].append(
            (
                "9" + self._id().zfill(11),
                agreement,
                kind,
                Decimal(current or amount),
                Decimal(amount),
                "Y" if frozen else "N",
                "Y" if redundant else "N",
                self.today if in_arrears else None,
                self.today,
                self.today,
                self.today if frozen else None,
            )
        )

    def customer(self, premise: str, *amounts: str, kind: str = "PPD", status: str = "20") -> str:
        """An account with one agreement and one entry an amount; returns the agreement."""
        agreement = self.agreement(self.account(premise), kind, status)
        for amount in amounts:
            self.entry(agreement, "PS" if Decimal(amount) > 0 else "BS", amount)
        return agreement

    def write(self, connection: psycopg.Connection) -> None:
        """Insert all rows into schema cisadm."""
        for table, rows in self.rows.items():
            names = COLUMNS[table]
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY cisadm.{table} ({names}) FROM STDIN".encode()) as copy,
            ):
                for row in rows:
                    copy.write_row(row)

    def _id(self) -> str:
        return str(9_000_000_000 + next(self._numbers))
