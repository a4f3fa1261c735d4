"""A table that tells since when an answer is awaited, so that a slow network can be told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from core.events.store.base import SessionSummary
from core.mirror.remote import Listing, ListingStep, Remote, RemotePage, RemoteRow, Spent

T = TypeVar("T")


class TimedRemote:
    """Asks another table, for one thread; `asked` is since when (`time.monotonic`), or None."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self.asked: float | None = None

    def session_pages(self, session_id: str, *, after: str | None = None) -> Iterator[RemotePage]:
        """See `Remote`."""
        pages = self._remote.session_pages(session_id, after=after)
        while (page := self._timed(lambda: next(pages, None))) is not None:
            yield page

    def head(self, session_id: str) -> SessionSummary | None:
        """See `Remote`."""
        return self._timed(lambda: self._remote.head(session_id))

    def heads(self) -> Sequence[SessionSummary]:
        """See `Remote`."""
        return self._timed(self._remote.heads)

    def changes(self) -> Sequence[tuple[str, RemoteRow]]:
        """See `Remote`."""
        return self._timed(self._remote.changes)

    def list(
        self,
        *,
        told: Callable[[ListingStep], object] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
        scan: bool = False,
    ) -> Listing:
        """See `Remote`; how long it takes is told by its steps."""
        return self._remote.list(told=told, stopped=stopped, scan=scan)

    def to_reread(self) -> int | None:
        """See `Remote`."""
        return self._remote.to_reread()

    def write_heads(self, told: Callable[[ListingStep], object] = lambda _: None) -> int:
        """See `Remote`."""
        return self._remote.write_heads(told)

    def spent(self) -> Spent:
        """See `Remote`."""
        return self._remote.spent()

    def close(self) -> None:
        """See `Remote`."""
        self._remote.close()

    def _timed(self, ask: Callable[[], T]) -> T:
        self.asked = time.monotonic()
        try:
            return ask()
        finally:
            self.asked = None
