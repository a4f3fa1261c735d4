"""The stores that keep events."""

from __future__ import annotations

from core.events.store.base import EventStore

__all__ = ["EventStore"]
