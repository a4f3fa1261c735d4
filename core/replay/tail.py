"""Following a log that grows: every row that arrives is told once, in order of arrival."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Protocol

from core.events.errors import SourceLocked
from core.events.store.base import Arrival

POLL = 0.010
"""Seconds between two looks: noticing takes that long at the most, and 1% of a core."""
QUICK_POLL = 0.005
"""The same where somebody waits for what arrives."""


class TailSource(Protocol):
    """What a tail asks of a store."""

    def last_rowid(self) -> int:
        """The newest row's key, 0 in an empty store."""
        ...

    def revision(self) -> tuple[int, int]:
        """What differs once anybody has written; quick to ask."""
        ...

    def arrivals_in_all(self, after_rowid: int) -> Iterator[list[Arrival]]:
        """Pages of the rows that are newer than a key, in order of arrival."""
        ...


class Tail:
    """Tells what arrives in a log after a row, by default after the newest of now.

    Who reads the log up to that row and goes on with what is told has no gap and nothing twice.
    """

    def __init__(self, store: TailSource, *, after: int | None = None) -> None:
        self._store = store
        # The revision is asked for first: what is written in between is then looked for once more.
        self._revision: tuple[int, int] | None = None
        self._after = store.last_rowid() if after is None else after

    @property
    def after(self) -> int:
        """The key of the newest row that was told."""
        return self._after

    def poll(self) -> Iterator[list[Arrival]]:
        """Pages of what arrived since the last poll; none where nothing did.

        A file that is locked is looked at again with the next poll. Raises what the store raises;
        what was not told then is told by a later poll.
        """
        try:
            revision = self._store.revision()
            if revision == self._revision:
                return
            for page in self._store.arrivals_in_all(self._after):
                # Before it is handed over: who stops listening has this page, and not the next.
                self._after = page[-1].row
                yield page
            self._revision = revision
        except SourceLocked:
            return

    def follow(self, stopped: threading.Event, *, every: float = POLL) -> Iterator[list[Arrival]]:
        """Pages of what arrives, until told to stop."""
        while not stopped.is_set():
            yield from self.poll()
            stopped.wait(every)
