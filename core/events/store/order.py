"""The order of a session's events: by instant, then by arrival."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.events.store.scan import InstantPage
from core.late_dataclass import dataclass

_CURSOR = re.compile(r"(-?[0-9]{1,19})\.(-?[0-9]{1,19})")


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """Keys and instants (µs) of the readable events of a session, in order.

    `seen` is the newest key of the whole log when it was read.
    """

    rowids: NDArray[np.int64]
    instants: NDArray[np.int64]
    seen: int

    def __len__(self) -> int:
        return len(self.rowids)

    def after_instant(self, instant: int) -> int:
        """How many events are at or before an instant."""
        return int(np.searchsorted(self.instants, instant, side="right"))

    def after_cursor(self, cursor: str) -> int:
        """How many events are at or before a cursor; raises ValueError where it is none."""
        match = _CURSOR.fullmatch(cursor)
        if match is None:
            raise ValueError(f"{cursor!r} is not the cursor of an earlier page")
        instant, rowid = int(match[1]), int(match[2])
        start = int(np.searchsorted(self.instants, instant, side="left"))
        same = self.rowids[start : self.after_instant(instant)]
        return start + int(np.searchsorted(same, rowid, side="right"))

    def cursor_at(self, position: int) -> str:
        """The cursor after that many events (at least one)."""
        return f"{self.instants[position - 1]}.{self.rowids[position - 1]}"

    def with_pages(self, pages: Iterator[InstantPage], seen: int) -> SessionOrder:
        """This order with more rows, none of which it has."""
        rowids, instants = [self.rowids], [self.instants]
        for page in pages:
            readable = np.ones(len(page.rowids), dtype=np.bool_)
            readable[[place for place, _ in page.bad]] = False
            readable &= page.rowids <= seen
            rowids.append(page.rowids[readable])
            instants.append(page.instants[readable])
        known = max(0, len(self) - 1)
        return _sorted(np.concatenate(rowids), np.concatenate(instants), seen, known=known)


NOTHING = SessionOrder(np.zeros(0, np.int64), np.zeros(0, np.int64), seen=-(2**63))
"""The order of a session that was not read yet."""


def _sorted(
    rowids: NDArray[np.int64], instants: NDArray[np.int64], seen: int, *, known: int
) -> SessionOrder:
    """The order of rows of which so many, and one more, are in order at the beginning."""
    steps = np.diff(instants[known:])
    if np.any(steps < 0) or np.any(np.diff(rowids[known:])[steps == 0] <= 0):
        order = np.lexsort((rowids, instants))
        rowids, instants = rowids[order], instants[order]
    return SessionOrder(rowids, instants, seen)
