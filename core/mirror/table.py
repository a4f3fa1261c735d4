"""A table of DynamoDB as a mirror asks it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from core.events.errors import StoreClosed
from core.events.store.base import SessionSummary
from core.events.store.dynamodb.location import TableLocation
from core.events.store.dynamodb.reading import Page
from core.events.store.dynamodb.store import DynamoDBEventStore
from core.events.store.dynamodb.survey import ScanProgress
from core.events.store.sessions import newest_first
from core.mirror.remote import Listing, ListingStep, RemotePage, RemoteRow, Spent

ATTEMPTS = 2
"""How often a request is sent at the most: who feeds a mirror asks again by itself."""


class TableRemote:
    """Connects at the first call, and again after a call that found no table. Thread-safe."""

    def __init__(self, location: TableLocation, *, attempts: int = ATTEMPTS) -> None:
        self.location = location
        self._attempts = attempts
        self._lock = threading.Lock()
        self._store: DynamoDBEventStore | None = None
        self._closed = False

    def session_pages(self, session_id: str, *, after: str | None = None) -> Iterator[RemotePage]:
        """See `Remote`."""
        for page in self._connected().session_pages(session_id, after=after):
            yield RemotePage(_rows(page), page.bytes)

    def head(self, session_id: str) -> SessionSummary | None:
        """See `Remote`."""
        head = self._connected().head(session_id)
        return None if head is None else head.summary()

    def heads(self) -> Sequence[SessionSummary]:
        """See `Remote`."""
        return [head.summary() for head in self._connected().heads() if head.count]

    def list(
        self,
        *,
        told: Callable[[ListingStep], object] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Listing:
        """See `Remote`."""
        store = self._connected()
        if found := self.heads():
            return Listing(newest_first(found))

        def step(progress: ScanProgress) -> None:
            told(_step(progress))
            if stopped():
                raise _Stopped

        told(ListingStep(0, 0, 0, scan=True))
        try:
            return Listing(store.survey(step), scanned=True)
        except _Stopped:
            return Listing((), scanned=True, whole=False)

    def write_heads(self, told: Callable[[ListingStep], object] = lambda _: None) -> int:
        """Write the heads that are missing or wrong, by reading the table; how many were."""
        with DynamoDBEventStore(self.location, writable=True) as store:
            return store.write_heads(lambda progress: told(_step(progress)))

    @property
    def can_list(self) -> bool:
        """Whether heads, once written, would be found."""
        return self._connected().description.heads_index

    def spent(self) -> Spent:
        """See `Remote`."""
        with self._lock:
            store = self._store
        if store is None:
            return Spent(0.0, 0.0)
        capacity = store.capacity
        return Spent(capacity.read_units + capacity.write_units, capacity.price())

    def close(self) -> None:
        """See `Remote`."""
        with self._lock:
            self._closed = True
            store = self._store
        if store is not None:
            store.close()

    def _connected(self) -> DynamoDBEventStore:
        with self._lock:
            if self._closed:
                raise StoreClosed(f"“{self.location}” was closed. Open it again.")
            if self._store is None:
                self._store = DynamoDBEventStore(self.location, attempts=self._attempts)
            return self._store


class _Stopped(Exception):  # noqa: N818 - nothing is wrong.
    """Nobody wants the listing any more."""


def _rows(page: Page) -> list[RemoteRow]:
    wrong: dict[str | None, list[tuple[str, str]]] = defaultdict(list)
    for problem in page.problems:
        wrong[problem.event_id].append((problem.reason, problem.raw))
    return [
        RemoteRow(key, row, row.rowid, tuple(wrong.get(_shown(row.event_id), ())))
        for key, row in zip(page.keys, page.rows, strict=True)
    ]


def _shown(event_id: object) -> str | None:
    return None if event_id is None else str(event_id)


def _step(progress: ScanProgress) -> ListingStep:
    return ListingStep(progress.pages, progress.items, progress.sessions, scan=True)
