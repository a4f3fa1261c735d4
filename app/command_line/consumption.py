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
    price = capacity.price()
    about = f"about ${price:,.6f}" if price >= 0.000_001 else "less than $0.000001"
    return (
        f"{count(capacity.requests, 'request')}, {capacity.read_units:,.1f} read units, "
        f"{capacity.write_units:,.1f} write units: {about} on demand "
        f"({PRICES.region}, {PRICES.as_of})."
    )
