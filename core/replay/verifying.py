"""The recorded contexts of a session, read from its store in pages and checked one by one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from core.events.payload_json import decode_payload
from core.events.rows import RawRow
from core.late_dataclass import dataclass
from core.replay.arrival import ArrivalOrder
from core.replay.columns import SYSTEM_KIND, Int32, Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.process import WORTH_IT, Origin, ReadHereError, items_apart, origin_of
from core.replay.reading import RowTuple
from core.replay.recorded import Finding, check
from core.replay.recorded_payload import NoContextError

logger = logging.getLogger(__name__)

_WORTH_SENDING = 500
"""From so many recorded contexts on a session's columns are sent to another process for them."""
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


def verify_apart(
    store: PayloadSource,
    index: ContextIndex,
    events: Int32,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Verified]:
    """As `verify`; much of a long session is checked in a process of its own where that can be.

    It ends early once ``stopped`` answers yes.
    """
    log, done = index.log, 0
    origin = origin_of(store, log.session_id)
    if origin is not None and len(log) >= WORTH_IT and len(events) >= _WORTH_SENDING:
        # Without what it has worked out: that is quicker done again than sent.
        bare = ContextIndex(replace(log), index.rules)
        try:
            for step in items_apart(_verify, origin, bare, events, stopped=stopped):
                done = step.done
                yield step
        except ReadHereError as error:
            logger.warning("%s; checking in this process instead", error)
        else:
            return
    for step in verify(store, index, _later(log, events, done)):
        yield Verified(step.found, step.done + done, len(events))


def _verify(origin: Origin, index: ContextIndex, events: Int32) -> Iterator[Verified]:
    with origin.opened() as store:
        yield from verify(store, index, events)


def _later(log: SessionLog, events: Int32, done: int) -> Int32:
    """Those that are left once so many are done, in order of arrival."""
    return events[np.argsort(log.rows[events], kind="stable")[done:]]


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
