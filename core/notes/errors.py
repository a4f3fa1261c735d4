"""The faults of bookmarks that a person can do something about."""

from __future__ import annotations

from core.events.errors import StoreError


class BookmarkError(StoreError):
    """Bookmarks cannot be read or written; the message says what is wrong and what to do."""
