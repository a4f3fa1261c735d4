"""What requests to a table consumed, and about what that costs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """What on-demand capacity costs, in US dollars, where and when."""

    read_units: float
    """A million read units."""
    write_units: float
    """A million write units."""
    storage: float
    """A gigabyte for a month."""
    region: str
    as_of: str


PRICES = Prices(
    read_units=0.125, write_units=0.625, storage=0.25, region="us-east-1", as_of="2025-11"
)
"""The one place of the prices: https://aws.amazon.com/dynamodb/pricing/on-demand/."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What was consumed: requests, read and write units as the server tells them.

    `pages` are those of queries and scans, `items` and `bytes` what they held; `by_kind` has the
    units by the name of the operation.
    """

    requests: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    pages: int = 0
    items: int = 0
    bytes: int = 0
    by_kind: Mapping[str, float] = field(default_factory=dict)

    def price(self, prices: Prices = PRICES) -> float:
        """About what that costs on demand, in US dollars."""
        units = self.read_units * prices.read_units + self.write_units * prices.write_units
        return units / 1_000_000

    def since(self, before: Capacity) -> Capacity:
        """What came after an earlier count of the same counter."""
        kinds = {
            kind: units - before.by_kind.get(kind, 0.0)
            for kind, units in self.by_kind.items()
            if units != before.by_kind.get(kind, 0.0)
        }
        return Capacity(
            self.requests - before.requests,
            self.read_units - before.read_units,
            self.write_units - before.write_units,
            self.pages - before.pages,
            self.items - before.items,
            self.bytes - before.bytes,
            kinds,
        )


class CapacityCounter:
    """Adds up what requests consume; any thread may count and look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Capacity()

    def now(self) -> Capacity:
        """What was consumed so far."""
        return self._now

    def count(self, operation: str, answer: Mapping[str, Any], *, writes: bool) -> float:
        """Take in the answer to an operation; the units that it consumed."""
        units = consumed(answer)
        with self._lock:
            now = self._now
            self._now = Capacity(
                now.requests + 1,
                now.read_units + (0.0 if writes else units),
                now.write_units + (units if writes else 0.0),
                now.pages,
                now.items,
                now.bytes,
                {**now.by_kind, operation: now.by_kind.get(operation, 0.0) + units},
            )
        return units

    def count_page(self, items: int, size: int) -> None:
        """Take in a page of a query or scan: its number of items, and of their bytes."""
        with self._lock:
            now = self._now
            self._now = Capacity(
                now.requests, now.read_units, now.write_units,
                now.pages + 1, now.items + items, now.bytes + size, now.by_kind,
            )  # fmt: skip


def consumed(answer: Mapping[str, Any]) -> float:
    """The capacity units that an answer tells of, 0 where it does not."""
    told = answer.get("ConsumedCapacity") or ()
    each = told if isinstance(told, list) else [told]
    return float(sum(part.get("CapacityUnits", 0.0) for part in each if part))
