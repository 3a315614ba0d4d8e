"""The areas of a snapshot as JSON, written once a snapshot and not once a request."""

import hashlib
import json
from functools import lru_cache
from typing import Any, NamedTuple

from nocs.model import AreaBalance, CachedArea, Snapshot
from nocs.web.api.answers import stamp

KEPT_SNAPSHOTS = 32


class Listed(NamedTuple):
    """The areas as a JSON array, and a hash of it."""

    text: str
    digest: str


def listed(snapshot: Snapshot) -> Listed:
    """The areas of a snapshot as the contract lists them."""
    return _listed(_Same(snapshot))


class _Same:
    """A snapshot that equals itself alone: comparing figures would cost more than it saves."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __hash__(self) -> int:
        return id(self.snapshot)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.snapshot is self.snapshot


@lru_cache(maxsize=KEPT_SNAPSHOTS)
def _listed(same: _Same) -> Listed:
    text = compact([cached_figures(area) for area in same.snapshot.areas])
    return Listed(text, hashlib.sha256(text.encode()).hexdigest())


def compact(value: Any) -> str:
    """JSON as every answer has it: no spaces, every letter as it is."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def figures(area: AreaBalance) -> dict[str, Any]:
    """The columns of the contract that every report of an area has."""
    return {
        "nocs_name": area.nocs_name,
        "nocs_code": area.nocs_code,
        "total_customers": area.total_customers,
        "positive_qty": area.positive_qty,
        "positive_balance_amt": str(area.positive_balance_amt),
        "negative_qty": area.negative_qty,
        "negative_balance_amt": str(area.negative_balance_amt),
        "net_balance": str(area.net_balance),
    }


def cached_figures(area: CachedArea) -> dict[str, Any]:
    """An area as the contract lists it."""
    return {
        "id": area.id,
        **figures(area),
        "refresh_duration": area.refresh_duration,
        "created_at": stamp(area.created_at),
        "updated_at": stamp(area.updated_at),
    }
