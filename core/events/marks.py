"""Which work is to be done: each piece once, in order, some of it not before a time."""

from __future__ import annotations

import heapq
import time
from itertools import count

from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A session that a projector has to look at."""

    projector: str
    session_id: str


class Marks:
    """Marks that wait, `limit` of them at the most. Not for several threads.

    A mark that is to be tried again waits for its time; setting it meanwhile does not hurry it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: dict[Mark, None] = {}
        self._later: dict[Mark, float] = {}
        self._times: list[tuple[float, int, Mark]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._later)

    @property
    def waiting(self) -> int:
        """How many may be taken at once."""
        return len(self._waiting)

    @property
    def later(self) -> int:
        """How many have their time yet to come."""
        return len(self._later)

    @property
    def room(self) -> int:
        """For how many more there is room."""
        return self._limit - len(self)

    def set(self, mark: Mark) -> bool:
        """Set a mark; False where there is no room."""
        if mark in self._waiting or mark in self._later:
            return True
        if self.room <= 0:
            return False
        self._waiting[mark] = None
        return True

    def set_for_later(self, mark: Mark, due: float) -> None:
        """Set a mark to be taken at `due` (`time.monotonic`), whether or not it is set by now."""
        self._waiting.pop(mark, None)
        self._later[mark] = due
        heapq.heappush(self._times, (due, next(self._order), mark))

    def take(self, *, hurry: bool = False) -> Mark | None:
        """The next mark, which is then no longer set; with `hurry` before its time too."""
        while self._times and (hurry or self._times[0][0] <= time.monotonic()):
            _, _, mark = heapq.heappop(self._times)
            del self._later[mark]
            self._waiting[mark] = None
        mark_or_none = next(iter(self._waiting), None)
        if mark_or_none is not None:
            del self._waiting[mark_or_none]
        return mark_or_none

    def next_due(self) -> float | None:
        """When the next of those for later is to be taken, None where there is none."""
        return self._times[0][0] if self._times else None
