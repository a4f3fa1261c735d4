"""What a command consumed of a table, in words."""

from __future__ import annotations

from app.text import count
from core.events.store.dynamodb.capacity import PRICES, Capacity


def consumption(store: object) -> str | None:
    """The requests and units of a store in the cloud, and about their price; None for a file."""
    capacity = getattr(store, "capacity", None)
    return described(capacity) if isinstance(capacity, Capacity) else None


def described(capacity: Capacity) -> str:
    """The same of what was counted."""
    return (
        f"{count(capacity.requests, 'request')}, {capacity.read_units:,.1f} read units, "
        f"{capacity.write_units:,.1f} write units: about ${capacity.price():,.6f} on demand "
        f"({PRICES.region}, {PRICES.as_of})."
    )
