"""A filter put to all events of a log: first by its columns, then by the rows that these leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.events.rows import RawRow
from core.events.store.likely import Need
from core.filter.masks import Known, Leaves, combined, leaves
from core.filter.needs import needs
from core.filter.query import Query, Term
from core.filter.rows import row_matches
from core.late_dataclass import dataclass
from core.replay.columns import Bool, Int32, Int64, SessionLog
from core.replay.index import ContextIndex

_FIRST_PAGE, _MOST_PAGE = 256, 4_096
_UNREAD, _NO, _YES = -1, 0, 1


class Rows(Protocol):
    """What a search asks of a store; no read may hold a lock for long."""

    def rows(self, rowids: Sequence[int]) -> list[RawRow]:
        """Whole rows by key, in the order asked for; those that are gone are left out."""
        ...

    def likely(self, rowids: Int64, need: Need) -> Int64:
        """Those of some ascending keys whose rows may hold what is needed; the others do not."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """A step of a search: the events (indexes, ascending) that it found, and how far it is.

    ``searched`` of ``total`` events are told by now.
    """

    events: Int32
    searched: int
    total: int


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """What is left to read: the keys of some events' rows, and what the columns told of each."""

    query: Query
    rows: Int64
    told: Leaves
    need: Need | None

    def rest(self, start: int) -> Reading:
        """The same without the first of the rows."""
        told = {term: Known(yes[start:], may[start:]) for term, (yes, may) in self.told.items()}
        return Reading(self.query, self.rows[start:], told, self.need)


def matches(store: Rows, reading: Reading) -> Iterator[Bool]:
    """Which of the rows are meant, page by page; the first pages are small."""
    done, size = 0, _FIRST_PAGE
    while done < len(reading.rows):
        yield _page(store, reading, done, size)
        done, size = done + size, min(2 * size, _MOST_PAGE)


def _page(store: Rows, reading: Reading, start: int, size: int) -> Bool:
    """Which of some rows are meant; read are those that may be."""
    rows = rowids = reading.rows[start : start + size]
    if reading.need is not None:
        rowids = store.likely(np.sort(rowids), reading.need)
    places = _places(rows, rowids)
    found = np.zeros(len(rows), dtype=np.bool_)
    for row in store.rows(list(places)):
        place = places[row.rowid]
        found[place] = row_matches(reading.query, row, _told(reading.told, start + place))
    return found


def _places(rows: Int64, rowids: Int64) -> dict[int, int]:
    """Where among some keys each of these stands."""
    order = np.argsort(rows)
    places = order[np.searchsorted(rows, rowids, sorter=order)]
    return dict(zip(rowids.tolist(), places.tolist(), strict=True))


def _told(known: Leaves, place: int) -> Callable[[Term], bool | None]:
    """What the columns told of one event, condition by condition."""

    def told(term: Term) -> bool | None:
        yes, may = known[term]
        return True if yes[place] else None if may[place] else False

    return told


class Search:
    """The search for a query in a log under rules; run `steps` once.

    Of a search ``before``, for the same query, whose log has grown to this one, what was read is
    not read again; that one may still be running, in another thread.
    """

    def __init__(self, index: ContextIndex, query: Query, *, before: Search | None = None) -> None:
        self.index, self.query = index, query
        self._before = before
        self._leaves: Leaves = {}
        self._read: NDArray[np.int8] = np.full(len(index.log), _UNREAD, dtype=np.int8)

    @property
    def log(self) -> SessionLog:
        """The log that is searched."""
        return self.index.log

    def steps(
        self, store: Rows, *, read: Callable[[Rows, Reading], Iterator[Bool]] | None = None
    ) -> Iterator[Found]:
        """What the columns tell comes first, then page by page what the rows do.

        ``read`` may read elsewhere what `matches` would read here. To stop, close the iterator.
        Raises FilterError where a condition stands for too much, and what the store raises.
        """
        total = len(self.log)
        told = leaves(self.index, self.query)
        yes, may = combined(self.query, told.__getitem__, total)
        reused = self._reuse(told) & may & ~yes
        pending = np.flatnonzero(may & ~yes & ~reused)
        known = yes | (reused & (self._read == _YES))
        yield Found(_indexes(known), total - len(pending), total)
        state = np.where(yes, _YES, _NO).astype(np.int8)
        state[reused] = self._read[reused]
        state[pending] = _UNREAD
        # At once, for a search that follows may look at it while this one still runs.
        self._read, self._leaves = state, told
        need = needs(self.query, self._told_of_all(pending))
        of_pending = {term: Known(yes[pending], may[pending]) for term, (yes, may) in told.items()}
        reading = Reading(self.query, self.log.rows[pending], of_pending, need)
        done = 0
        for found in (read or matches)(store, reading):
            page = pending[done : done + len(found)]
            state[page] = np.where(found, _YES, _NO)
            done += len(page)
            yield Found(page[found].astype(np.int32), total - len(pending) + done, total)

    def _told_of_all(self, events: Int64) -> Callable[[Term], bool | None]:
        """What the columns told of a condition, where it is the same for all of these events."""
        known = self._leaves

        def told(term: Term) -> bool | None:
            yes, may = known[term]
            return True if np.all(yes[events]) else None if np.any(may[events]) else False

        return told

    def _reuse(self, told: Leaves) -> Bool:
        """Which events were read before, and stand among what told of them then."""
        same = np.zeros(len(self.log), dtype=np.bool_)
        before, self._before = self._before, None
        if before is None or not before._leaves:
            return same
        shared = min(len(before.log), len(self.log))
        differ = np.flatnonzero(before.log.rows[:shared] != self.log.rows[:shared])
        shared = int(differ[0]) if len(differ) else shared
        read = before._read[:shared].copy()
        same[:shared] = read != _UNREAD
        for term, (yes, may) in told.items():
            was = before._leaves[term]
            same[:shared] &= (was.yes[:shared] == yes[:shared]) & (was.may[:shared] == may[:shared])
        self._read[:shared] = read
        return same


def search(store: Rows, index: ContextIndex, query: Query) -> Iterator[Found]:
    """Search the log of an index; see `Search.steps`."""
    return Search(index, query).steps(store)


def _indexes(mask: Bool) -> Int32:
    return np.flatnonzero(mask).astype(np.int32)
