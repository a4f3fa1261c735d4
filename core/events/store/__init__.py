"""The stores that keep events."""

from __future__ import annotations

from core.events.store.base import EventStore
from core.events.store.factory import get_event_store
from core.events.store.sqlite import SQLiteEventStore

__all__ = ["EventStore", "SQLiteEventStore", "get_event_store"]
