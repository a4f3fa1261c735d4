"""The recorded contexts of a session, read from its store in pages and checked one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from core.events.payload_json import decode_payload
from core.events.rows import RawRow
from core.replay.arrival import ArrivalOrder
from core.replay.columns import SYSTEM_KIND, Int32, Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.reading import RowTuple
from core.replay.recorded import Finding, NoContextError, check

_CHUNK = 64
"""So many are checked between two steps, so that progress is told and a search can be stopped."""


class PayloadSource(Protocol):
    """What verifying asks of a store; no read may hold a lock for long."""

    def row_pages(self, session_id: str, rowids: Int64) -> Iterator[list[RowTuple]]:
        """The rows with these ascending keys, in that order; those that are gone are left out."""
        ...

    def rows(self, rowids: Sequence[int]) -> list[RawRow]:
        """Whole rows by key."""
        ...


@dataclass(frozen=True, slots=True)
class Verified:
    """A step: what it found, in order of arrival, and how many of all are done."""

    found: tuple[Finding, ...]
    done: int
    total: int


def recording_events(log: SessionLog) -> Int32:
    """The events (indexes) of a log that may have recorded a context."""
    return log.events_by_kind[SYSTEM_KIND]


def verify(
    store: PayloadSource, index: ContextIndex, events: Int32 | None = None
) -> Iterator[Verified]:
    """Check what these events recorded (by default all that may have) under the index's rules.

    Raises what the store raises. To stop, close the iterator.
    """
    log = index.log
    wanted = recording_events(log) if events is None else events
    rows = log.rows[wanted]
    by_row = np.argsort(rows, kind="stable")
    rowids, in_order = rows[by_row], wanted[by_row]
    order = ArrivalOrder(log)
    done = 0
    for page in store.row_pages(log.session_id, rowids):
        for start in range(0, len(page), _CHUNK):
            chunk = page[start : start + _CHUNK]
            places = np.searchsorted(rowids, [row[0] for row in chunk])
            found = tuple(
                check(index, order, int(in_order[place]), payload)
                for place, payload in zip(places.tolist(), _payloads(store, chunk), strict=True)
            )
            done += len(chunk)
            yield Verified(found, done, len(rowids))


def _payloads(
    store: PayloadSource, rows: Sequence[RowTuple]
) -> list[dict[str, Any] | NoContextError]:
    odd = [row[0] for row in rows if row[6]]
    careful = {raw.rowid: raw.payload for raw in store.rows(odd)} if odd else {}
    return [_payload(careful.get(row[0], row[5])) for row in rows]


def _payload(stored: object) -> dict[str, Any] | NoContextError:
    """The payload, or why there is none."""
    payload, wrong = decode_payload(stored)
    return NoContextError(f"its payload {wrong}") if wrong and not payload else payload
