"""Which sign means credit, judged by what payments and bills look like in CI_FT.

A payment always works towards credit and a bill towards due. So the sums of both tell which sign
this installation gives to credit, and whether NOCS_CREDIT_SIGN agrees.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

PAYMENT, BILL = "PS", "BS"


class Verdict(StrEnum):
    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignEvidence:
    """Number and sum of TOT_AMT, as CC&B signs it, of recent payments and bills."""

    payments: int
    payment_amt: Decimal
    bills: int
    bill_amt: Decimal

    def verdict(self, credit_sign: int) -> Verdict:
        """Unclear when one of the two is missing, zero, or both have the same sign."""
        paid, billed = self.payment_amt * credit_sign, self.bill_amt * credit_sign
        if paid > 0 > billed:
            return Verdict.AGREES
        if paid < 0 < billed:
            return Verdict.CONTRADICTS
        return Verdict.UNCLEAR

    def in_words(self, grouping: str = "indian") -> str:
        """12 payments (PS) sum to −1,200.00, 10 bills (BS) to 900.00."""
        from nocs.money import amount_text, count_text  # the child has no use for it

        return (
            f"{count_text(self.payments, grouping)} payments (PS) sum to "
            f"{amount_text(self.payment_amt, grouping)}, {count_text(self.bills, grouping)} bills "
            f"(BS) to {amount_text(self.bill_amt, grouping)}"
        )


def read(rows: list[tuple[str, int, Decimal]]) -> SignEvidence:
    """The evidence from the rows of sql/sign_evidence.sql."""
    found = {kind.strip(): (int(entries), Decimal(amount)) for kind, entries, amount in rows}
    payments, payment_amt = found.get(PAYMENT, (0, Decimal(0)))
    bills, bill_amt = found.get(BILL, (0, Decimal(0)))
    return SignEvidence(payments=payments, payment_amt=payment_amt, bills=bills, bill_amt=bill_amt)
