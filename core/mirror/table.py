"""A table of DynamoDB as a mirror asks it."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from core.events.errors import StoreClosed, StoreError
from core.events.store.base import SessionSummary
from core.events.store.dynamodb.location import TableLocation
from core.events.store.dynamodb.reading import Page
from core.events.store.dynamodb.store import DynamoDBEventStore
from core.events.store.dynamodb.survey import ScanProgress
from core.events.store.dynamodb.table import add_heads_index
from core.events.store.sessions import newest_first
from core.mirror.remote import Listing, ListingStep, RemotePage, RemoteRow, Spent
from core.mirror.stream import TableStream

logger = logging.getLogger(__name__)

_DEAF = 60.0
"""Seconds until a stream that could not be read is tried again."""

ATTEMPTS = 2
"""How often a request is sent at the most: who feeds a mirror asks again by itself."""


class TableRemote:
    """Connects at the first call, and again after a call that found no table. Thread-safe."""

    def __init__(self, location: TableLocation, *, attempts: int = ATTEMPTS) -> None:
        self.location = location
        self._attempts = attempts
        self._lock = threading.Lock()
        self._store: DynamoDBEventStore | None = None
        self._stores: list[DynamoDBEventStore] = []
        self._closed = False
        self._stream: TableStream | None = None
        self._deaf_until = 0.0

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

    def changes(self) -> Sequence[tuple[str, RemoteRow]]:
        """See `Remote`; by the table's stream, where it has one that we may read."""
        arn = self._connected().description.stream
        if arn is None or time.monotonic() < self._deaf_until:
            return ()
        if self._stream is None:
            self._stream = TableStream(self.location, arn, attempts=self._attempts)
        try:
            return list(self._stream.poll())
        except StoreError as error:
            # The table is asked all the same: what is written is only seen a little later.
            logger.info("the stream of %s is not listened to: %s", self.location.table, error)
            self._deaf_until = time.monotonic() + _DEAF
            self._stream.close()
            self._stream = None
            return ()

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
        """See `Remote`; heads that are missing or wrong, and an index on them."""
        with DynamoDBEventStore(self.location, writable=True) as store:
            written = store.write_heads(lambda progress: told(_step(progress)))
            add_heads_index(store.client)
        with self._lock:
            # What the table is like is asked anew; others may still be reading by the old store.
            self._store = None
        return written

    def spent(self) -> Spent:
        """See `Remote`."""
        with self._lock:
            spent = [store.capacity for store in self._stores]
        units = sum(each.read_units + each.write_units for each in spent)
        return Spent(units, sum(each.price() for each in spent))

    def close(self) -> None:
        """See `Remote`."""
        with self._lock:
            self._closed = True
            stores = list(self._stores)
        for store in stores:
            store.close()
        if self._stream is not None:
            self._stream.close()

    def _connected(self) -> DynamoDBEventStore:
        with self._lock:
            if self._closed:
                raise StoreClosed(f"“{self.location}” was closed. Open it again.")
            if self._store is None:
                self._store = DynamoDBEventStore(self.location, attempts=self._attempts)
                self._stores.append(self._store)
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
