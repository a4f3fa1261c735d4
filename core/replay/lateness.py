"""By how much time late events came late, as far as the store's own clock tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from core.distinct import distinct
from core.events.instants import UNREADABLE
from core.events.store.scan import InstantPage
from core.replay.arrival import ArrivalOrder
from core.replay.columns import Int64

UNKNOWN = -1
"""The delay where the store does not tell."""


class CreatedSource(Protocol):
    """What knows when rows were stored; no read may hold a lock for long."""

    def created_pages(self, session_id: str, rowids: Int64) -> Iterator[InstantPage]:
        """Key and time of storing of the rows with these ascending keys."""
        ...


def delays(store: CreatedSource, order: ArrivalOrder) -> Int64:
    """For each late event, how long (µs) after the first that overtook it it was stored.

    Told by ``created_at``, which most writers keep to the second: 0 means within one. `UNKNOWN`
    where a time cannot be read, or speaks against the order of arrival. Raises what the store
    raises.
    """
    log = order.log
    late, first = log.rows[order.late], log.rows[order.overtakers]
    rowids = distinct(np.concatenate([late, first]))
    created = np.full(len(rowids), UNREADABLE, dtype=np.int64)
    for page in store.created_pages(log.session_id, rowids):
        created[np.searchsorted(rowids, page.rowids)] = page.instants
    came = created[np.searchsorted(rowids, late)]
    due = created[np.searchsorted(rowids, first)]
    known = (came != UNREADABLE) & (due != UNREADABLE) & (came >= due)
    return np.where(known, came - due, UNKNOWN)
