"""Whether logs are read privately: one thing for the whole process, as its times are."""

from __future__ import annotations

from core.events.store.sqlite import SQLiteEventStore
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.store import hide

_pseudonyms: Pseudonyms | None = None


def read_privately(pseudonyms: Pseudonyms | None) -> None:
    """Have every store that is opened from now on give out pseudonyms; None: what is stored."""
    global _pseudonyms
    _pseudonyms = pseudonyms


def pseudonyms() -> Pseudonyms | None:
    """By which pseudonyms logs are read now."""
    return _pseudonyms


def guard(store: SQLiteEventStore) -> None:
    """Have a store that was just opened give out no more than is to be seen now."""
    if _pseudonyms is not None:
        hide(store, _pseudonyms)
