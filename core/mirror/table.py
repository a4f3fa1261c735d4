"""A table of DynamoDB as a mirror asks it."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from core.events.errors import AnswerLate, StoreClosed, StoreError
from core.events.store.base import SessionSummary
from core.events.store.dynamodb.client import READ_SECONDS
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

PATIENCE = tuple(times * READ_SECONDS for times in (1, 2, 4, 8, 20))
"""Seconds that an answer is waited for, at last as many as AWS's own tools do. After one that was
late the next are waited for longer, or a server that needs more for a page would be asked in vain
for ever, and kept busy with answers that nobody waits for; after one that came soon for less long.
"""


class TableRemote:
    """Connects at the first call, and again after a call that found no table. Thread-safe."""

    def __init__(
        self,
        location: TableLocation,
        *,
        attempts: int = ATTEMPTS,
        patience: Sequence[float] = PATIENCE,
    ) -> None:
        self.location = location
        self._attempts = attempts
        self._seconds = tuple(patience)
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        self._patience = 0
        self._by_patience: dict[int, DynamoDBEventStore] = {}
        self._stores: list[DynamoDBEventStore] = []
        self._closed = False
        self._stream: TableStream | None = None
        self._deaf_until = 0.0

    def session_pages(self, session_id: str, *, after: str | None = None) -> Iterator[RemotePage]:
        """See `Remote`."""
        with self._asked() as store:
            pages = store.session_pages(session_id, after=after)
            asked = time.monotonic()
            for page in pages:
                if time.monotonic() - asked < self._seconds[0] / 2:
                    self._patience = max(self._patience - 1, 0)
                yield RemotePage(_rows(page), page.bytes)
                asked = time.monotonic()

    def head(self, session_id: str) -> SessionSummary | None:
        """See `Remote`."""
        with self._asked() as store:
            head = store.head(session_id)
        return None if head is None else head.summary()

    def heads(self) -> Sequence[SessionSummary]:
        """See `Remote`."""
        with self._asked() as store:
            return _summaries(store)

    def changes(self) -> Sequence[tuple[str, RemoteRow]]:
        """See `Remote`; by the table's stream, where it has one that we may read."""
        with self._asked() as store:
            arn = store.description.stream
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
        scan: bool = False,
    ) -> Listing:
        """See `Remote`."""
        # It is gone through in one go, and can be stopped: who waits for it waits for each page.
        store = self._connected(len(self._seconds))
        if not scan and (found := _summaries(store)):
            return Listing(newest_first(found))
        size = 0

        def step(progress: ScanProgress) -> None:
            nonlocal size
            size = progress.bytes
            told(_step(progress))
            if stopped():
                raise _Stopped

        told(ListingStep(0, 0, 0, scan=True))
        try:
            found = store.survey(step)
            return Listing(found, scanned=True, size=size)
        except _Stopped:
            return Listing((), scanned=True, whole=False)

    def to_reread(self) -> int | None:
        """See `Remote`."""
        with self._lock:
            known = [store.description for store in self._stores]
        hears = any(each.stream for each in known) and time.monotonic() >= self._deaf_until
        return None if hears else max((each.bytes for each in known), default=0)

    def write_heads(self, told: Callable[[ListingStep], object] = lambda _: None) -> int:
        """See `Remote`; heads that are missing or wrong, and an index on them."""
        with DynamoDBEventStore(self.location, writable=True) as store:
            written = store.write_heads(lambda progress: told(_step(progress)))
            add_heads_index(store.client)
        with self._lock:
            # What the table is like is asked anew; others may still be reading by the old store.
            self._by_patience.clear()
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

    def _connected(self, patience: int) -> DynamoDBEventStore:
        # What is spent can be asked while the server lets a connection wait.
        with self._connecting:
            with self._lock:
                store, closed = self._by_patience.get(patience), self._closed
            if closed:
                raise StoreClosed(f"“{self.location}” was closed. Open it again.")
            if store is not None:
                return store
            again = 0 < patience < len(self._seconds)
            store = DynamoDBEventStore(
                self.location,
                # Who asks again by itself begins anew sooner; a listing would have to be read anew.
                attempts=1 if again else self._attempts,
                read_seconds=self._seconds[min(patience, len(self._seconds) - 1)],
            )
            with self._lock:
                self._by_patience[patience] = store
                self._stores.append(store)
                closed = self._closed
            if closed:
                store.close()
            return store

    @contextmanager
    def _asked(self) -> Iterator[DynamoDBEventStore]:
        """The store to ask; whether its answers come in time is learnt from."""
        patience = self._patience
        try:
            yield self._connected(patience)
        except AnswerLate:
            # Several may be waiting for one server: they learn it once.
            if self._patience == patience:
                self._patience = min(patience + 1, len(self._seconds) - 1)
            raise


class _Stopped(Exception):  # noqa: N818 - nothing is wrong.
    """Nobody wants the listing any more."""


def _summaries(store: DynamoDBEventStore) -> list[SessionSummary]:
    return [head.summary() for head in store.heads() if head.count]


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
