"""A table as a mirror sees one, in memory: items by key, in pages of a few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from core.events.errors import StoreError
from core.events.rows import RawRow
from core.events.schema import EventEnvelope
from core.events.store.base import SessionSummary
from core.mirror.remote import Listing, ListingStep, RemotePage, RemoteRow, Spent
from tests.builders_files import row_of


class TableInMemory:
    """Items of sessions; it counts what is asked of it, and fails while `down` says why."""

    def __init__(self, *, page: int = 3, heads: bool = True) -> None:
        self.page = page
        self.items: dict[str, dict[str, RemoteRow]] = {}
        self.has_heads = heads
        self.down: StoreError | None = None
        self.pages_read = 0
        self.counted: int | None = None
        self.headless: set[str] = set()
        self.size = 0
        self.scans = 0

    def put(self, event: EventEnvelope, *, arrival: int = 0) -> None:
        """Write an event as the store would, over what is there under its key."""
        row = row_of(event)
        key = f"event#{row['occurred_at']}#{row['event_id']}"
        raw = RawRow(0, *(row.get(name) for name in RawRow._fields[1:]))
        raw = raw._replace(idempotency_key=event.idempotency_key)
        item = RemoteRow(key, raw, arrival)
        self.items.setdefault(event.session_id, {})[key] = item

    def rows(self, session_id: str) -> list[RemoteRow]:
        """The items of a session by key."""
        found = self.items.get(session_id, {})
        return [found[key] for key in sorted(found)]

    def session_pages(self, session_id: str, *, after: str | None = None) -> Iterator[RemotePage]:
        while True:
            if self.down is not None:
                raise self.down
            self.pages_read += 1
            rest = [row for row in self.rows(session_id) if after is None or row.key > after]
            rows = rest[: self.page]
            yield RemotePage(rows, sum(len(repr(row.row)) for row in rows))
            if len(rest) <= self.page:
                return
            after = rows[-1].key

    def head(self, session_id: str) -> SessionSummary | None:
        if self.down is not None:
            raise self.down
        if not self.has_heads or not self.rows(session_id) or session_id in self.headless:
            return None
        return self._summary(session_id)

    def _summary(self, session_id: str) -> SessionSummary:
        return SessionSummary(session_id, 0, 0, self.counted or len(self.rows(session_id)), None)

    def heads(self) -> Sequence[SessionSummary]:
        return [head for name in list(self.items) if (head := self.head(name)) is not None]

    def changes(self) -> Sequence[tuple[str, RemoteRow]]:
        return ()

    def list(
        self,
        *,
        told: Callable[[ListingStep], object] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
        scan: bool = False,
    ) -> Listing:
        if self.down is not None:
            raise self.down
        scan = scan or not self.has_heads
        self.scans += scan
        heads = [self._summary(name) for name in list(self.items)] if scan else self.heads()
        told(ListingStep(1, len(heads), len(heads), scan=scan))
        return Listing(heads, scanned=scan, size=self.size if scan else 0)

    def to_reread(self) -> int | None:
        return self.size

    def write_heads(self, told: Callable[[ListingStep], object] = lambda _: None) -> int:
        self.has_heads = True
        return len(self.items)

    def spent(self) -> Spent:
        return Spent(self.pages_read, 0.0)

    def close(self) -> None:
        pass
