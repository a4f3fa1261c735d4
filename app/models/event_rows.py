"""Which event a row of the table has: all or some of them, in order of time or of arrival."""

from __future__ import annotations

import numpy as np

from core.replay.arrival import ArrivalOrder
from core.replay.columns import Int32


class EventRows:
    """Maps rows to events (indexes in order of time) and back.

    ``order`` is the order of arrival that rows are in, None where they are in that of time.
    ``only`` are the events that are shown (ascending), None where all are.
    """

    def __init__(self, order: ArrivalOrder | None = None, *, only: Int32 | None = None) -> None:
        self.order = order
        self.only = only
        self._places = only if order is None or only is None else _places(order, only)

    def event_at(self, row: int) -> int:
        """The event of a row that is there."""
        place = row if self._places is None else int(self._places[row])
        return place if self.order is None else int(self.order.order[place])

    def row_of(self, event: int) -> int:
        """The row of an event; where it is not shown, of the last one before it or -1."""
        place = self._place(event)
        if self._places is None:
            return place
        return int(np.searchsorted(self._places, np.int32(place), side="right")) - 1

    def happened(self, row: int, position: int) -> bool:
        """Whether a row's event is one of the first ``position``; or came when the last did."""
        if self.order is None:
            return self.event_at(row) < position
        place = row if self._places is None else int(self._places[row])
        return place < self.order.arrived_at(min(position, len(self.order.ranks)))

    def before(self, event: int) -> int | None:
        """The event before this one in the order of rows, shown or not; None for the first."""
        place = self._place(event)
        if place <= 0:
            return None
        return place - 1 if self.order is None else int(self.order.order[place - 1])

    def _place(self, event: int) -> int:
        """Where an event is in the order, of those that are not shown too."""
        if self.order is None or not 0 <= event < len(self.order.ranks):
            return event
        return int(self.order.ranks[event])


def _places(order: ArrivalOrder, events: Int32) -> Int32:
    """The places of these events in the order of arrival, ascending; without sorting."""
    is_there = np.zeros(len(order.ranks), dtype=np.bool_)
    is_there[order.ranks[events]] = True
    return np.flatnonzero(is_there).astype(np.int32)
