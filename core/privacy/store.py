"""A store that gives out pseudonyms: the one door through which a log is read privately."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.events.problems import Problem
from core.events.rows import RawRow
from core.events.store.base import Arrival, SessionSummary
from core.events.store.index_walk import Rowids
from core.events.store.lane import Row
from core.events.store.likely import Need
from core.events.store.scan import CorrelationRow, InstantPage, Scan
from core.events.store.sqlite import SQLiteEventStore
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.rows import RowMask


def hide(store: SQLiteEventStore, pseudonyms: Pseudonyms) -> None:
    """Have a store, open to be read, give out pseudonyms from now on, whatever is asked of it.

    What is sought is sought among the pseudonyms, which the indexes do not know: in every row.
    """
    if store.writable:
        raise ValueError("pseudonyms are never written")
    store.read_by(lambda scan: _PrivateScan(scan, RowMask(pseudonyms)))


def hidden_by(store: SQLiteEventStore) -> Pseudonyms | None:
    """The pseudonyms that a store gives out; None where it gives out what is stored."""
    scan = store.scan
    return scan.mask.pseudonyms if isinstance(scan, _PrivateScan) else None


class _PrivateScan(Scan):
    """Reads by another scan, and lets nothing out of it that is not masked."""

    def __init__(self, bare: Scan, mask: RowMask) -> None:
        self._bare = bare
        self.mask = mask

    @property
    def bare(self) -> Scan:
        """See `Scan`."""
        return self._bare

    def shown(self, summary: SessionSummary) -> SessionSummary:
        """See `Scan`."""
        return replace(summary, actor_id=self.mask.actor(summary.actor_id))

    def shown_problem(self, problem: Problem) -> Problem:
        """See `Scan`."""
        return self.mask.problem(problem)

    def instant_pages(self, session_id: str) -> Iterator[InstantPage]:
        """See `Scan`; why an instant cannot be read is not told by what stands there."""
        yield from map(_without_raw, self._bare.instant_pages(session_id))

    def arrivals(self, session_id: str, after: int) -> Iterator[InstantPage]:
        """See `instant_pages`."""
        yield from map(_without_raw, self._bare.arrivals(session_id, after))

    def created_pages(self, session_id: str, rowids: Rowids) -> Iterator[InstantPage]:
        """See `instant_pages`."""
        yield from map(_without_raw, self._bare.created_pages(session_id, rowids))

    def arrivals_in_all(self, after: int) -> Iterator[list[Arrival]]:
        """See `Scan`."""
        for page in self._bare.arrivals_in_all(after):
            yield [replace(each, actor_id=self.mask.actor(each.actor_id)) for each in page]

    def rowids_of(self, event_id: str) -> list[int]:
        """See `Scan`; ids of events are what they are."""
        return self._bare.rowids_of(event_id)

    def matching(
        self, condition: str, value: object, *, after: int = 0, more: tuple[str, ...] = ()
    ) -> Iterator[list[Row]]:
        """Not to be asked here, since a condition speaks of what is stored."""
        raise NotImplementedError

    def raw_pages(self, after: int = -(2**63)) -> Iterator[list[RawRow]]:
        """See `Scan`."""
        for page in self._bare.raw_pages(after):
            yield [self.mask.row(row) for row in page]

    def raw_rows(self, rowids: Rowids) -> Iterator[list[RawRow]]:
        """See `Scan`."""
        for page in self._bare.raw_rows(rowids):
            yield [self.mask.row(row) for row in page]

    def row_pages(self, session_id: str, rowids: Rowids) -> Iterator[list[Row]]:
        """See `Scan`."""
        for page in self._bare.row_pages(session_id, rowids):
            yield [self.mask.columns(row) for row in page]

    def joined_rows(self, rowids: Rowids) -> None:
        """See `Scan`; what is masked is masked by row."""

    def correlation_pages(self, session_id: str, rowids: Rowids) -> Iterator[list[CorrelationRow]]:
        """See `Scan`."""
        key = self.mask.key
        for page in self._bare.correlation_pages(session_id, rowids):
            yield [(rowid, key(correlation), key(trace)) for rowid, correlation, trace in page]

    def correlated(self, correlation_id: str, limit: int) -> list[str] | None:
        """See `Scan`; the index does not know pseudonyms."""
        return None

    def neighbours(self, first: int, last: int) -> Iterator[tuple[str | None, ...]]:
        """See `Scan`."""
        key = self.mask.key
        for session, correlation, trace in self._bare.neighbours(first, last):
            yield session, key(correlation), key(trace)

    def likely(self, rowids: Rowids, need: Need) -> Rowids:
        """See `Scan`: any of them may hold it."""
        return rowids

    def actor(self, rowid: int) -> str | None:
        """See `Scan`."""
        return self.mask.actor(self._bare.actor(rowid))


def _without_raw(page: InstantPage) -> InstantPage:
    return page._replace(bad=[(place, "the date cannot be read") for place, _ in page.bad])
