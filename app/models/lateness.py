"""How late the events of a session came, looked up by event and told in words."""

from __future__ import annotations

import numpy as np

from app.text import count, duration
from core.late_dataclass import dataclass
from core.replay.arrival import ArrivalOrder
from core.replay.columns import Int64
from core.replay.lateness import UNKNOWN, CreatedSource, delays


@dataclass(frozen=True, slots=True)
class Late:
    """How late one event came: after ``events`` that happened later, ``delay`` µs after the first.

    The delay is None where the store does not tell it; it is known to the second.
    """

    events: int
    delay: int | None

    @property
    def words(self) -> str:
        """`12 s and 3 events late`."""
        overtaken = count(self.events, "event")
        if self.delay is None:
            return f"{overtaken} late"
        if not self.delay:
            return f"{overtaken} late, within a second"
        return f"{duration(self.delay)} and {overtaken} late"


@dataclass(frozen=True, eq=False, slots=True)
class Lateness:
    """A session's order of arrival, with the delays of its late events (see `delays`)."""

    order: ArrivalOrder
    delays: Int64

    @classmethod
    def read(cls, store: CreatedSource, order: ArrivalOrder) -> Lateness:
        """All that is looked up later; raises what the store raises."""
        order.prepare()
        assert order.overtaken is not None
        return cls(order, delays(store, order))

    def of(self, event: int) -> Late | None:
        """How late an event (index) came, None where it was not."""
        late = self.order.late
        place = int(np.searchsorted(late, np.int32(event)))
        if place == len(late) or int(late[place]) != event:
            return None
        delay = int(self.delays[place])
        return Late(int(self.order.overtaken[place]), None if delay == UNKNOWN else delay)
