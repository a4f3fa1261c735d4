"""The order in which events arrived, against the order in which they happened.

A store's row keys (`SessionLog.rows`) ascend as rows arrive: in a file they are its rowids, which
the parts of a linked session share. A copy of a cloud table has what it copied first in the table's
own order, by time: there only what came later can be seen to be late.

An event is *late* if one that happened later had arrived before it. Events with equal instants are
in order of arrival, so that none of them is late for the others' sake.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from core.late_dataclass import dataclass
from core.replay.columns import Int32, Int64, SessionLog, count_before
from core.replay.room import appended

_NONE: Int32 = np.zeros(0, dtype=np.int32)

_OF_LATE = ("late", "late_ranks", "overtaken", "overtakers", "ahead")
"""What is known of the late events alone, whatever arrives after them."""


@dataclass(frozen=True, eq=False)
class ArrivalOrder:
    """The order of arrival of a log's events; all of it is vectorised, and computed when asked.

    An event is named by its index in the order of time, `ranks` gives its place in the order of
    arrival (0 is the first to arrive), and `order` has the events in that order.
    """

    log: SessionLog

    def prepare(self) -> ArrivalOrder:
        """Compute now what the first answers would have to wait for, and answer itself."""
        assert self.late_ranks is not None
        assert self.fronts is not None
        return self

    @classmethod
    def in_time(cls, log: SessionLog) -> ArrivalOrder:
        """The order of a log of which it is known that nothing came late."""
        order = cls(log)
        order.__dict__["late"] = _NONE
        return order

    def grown(self, log: SessionLog) -> ArrivalOrder:
        """The order of the log with events behind it.

        Where they arrived in order, nothing else is late than was before, and ``late`` is the same.
        """
        grown = ArrivalOrder(log)
        came = log.rows[len(self.log) :]
        if len(came) and int(came[0]) > self.log.last_row and bool(np.all(np.diff(came) > 0)):
            known = self.__dict__
            places = np.arange(len(self.log), len(log), dtype=np.int32)
            behind = {"order": places, "ranks": places, "fronts": places + np.int32(1)}
            grown.__dict__.update({name: known[name] for name in _OF_LATE if name in known})
            grown.__dict__.update(
                {
                    name: appended(known[name], more)
                    for name, more in behind.items()
                    if name in known
                }
            )
        return grown

    @cached_property
    def order(self) -> Int32:
        """The events in the order in which they arrived."""
        rows = self.log.rows
        if bool(np.all(np.diff(rows) > 0)):
            return np.arange(len(rows), dtype=np.int32)
        return np.argsort(rows, kind="stable").astype(np.int32)

    @cached_property
    def ranks(self) -> Int32:
        """For each event, how many had arrived before it."""
        ranks = np.empty(len(self.order), dtype=np.int32)
        ranks[self.order] = np.arange(len(ranks), dtype=np.int32)
        return ranks

    @cached_property
    def _soonest_later(self) -> Int32:
        """For each event the least rank of those that happened later; past the end, if none."""
        ranks = self.ranks
        soonest = np.full(len(ranks), len(ranks), dtype=np.int32)
        soonest[:-1] = np.minimum.accumulate(ranks[:0:-1])[::-1]
        return soonest

    @cached_property
    def late(self) -> Int32:
        """The late events, ascending."""
        return np.flatnonzero(self._soonest_later < self.ranks).astype(np.int32)

    @cached_property
    def late_ranks(self) -> Int32:
        """The rank of each late event."""
        return self.ranks[self.late]

    @cached_property
    def fronts(self) -> Int32:
        """After each arrival, how far the known events reach: the last one's index and 1."""
        return np.maximum.accumulate(self.order) + np.int32(1) if len(self.order) else _NONE

    @cached_property
    def overtaken(self) -> Int64:
        """For each late event, how many that happened later had arrived before it."""
        # Those before it that arrived after it make up for as many; all of them are late too.
        return self.late_ranks.astype(np.int64) - self.late + _greater_before(self.late_ranks)

    @cached_property
    def overtakers(self) -> Int32:
        """For each late event, the first to arrive of those that overtook it."""
        return self.order[self._soonest_later[self.late]]

    @cached_property
    def ahead(self) -> Int32:
        """For each late event the one that happened last of those that had arrived before it."""
        return self.fronts[self.late_ranks - 1] - np.int32(1) if len(self.late) else _NONE

    def stepped(self, position: int, steps: int) -> int:
        """The position after the event that arrived so many steps after the one at ``position``.

        Clamped to the log; back before the first to arrive is position 0.
        """
        arrived = self.arrived_at(min(position, len(self.order)))
        wanted = min(max(arrived + steps, 0), len(self.order))
        return int(self.order[wanted - 1]) + 1 if wanted else 0

    # -- what was known ---------------------------------------------------------------------------

    def arrived_at(self, position: int) -> int:
        """How many events had arrived when the last of the first ``position`` did, it included."""
        return int(self.ranks[position - 1]) + 1 if position else 0

    def front(self, arrived: int) -> int:
        """How far the first ``arrived`` events to arrive reach: a position that holds them all."""
        return int(self.fronts[arrived - 1]) if arrived else 0

    def missing(self, position: int, arrived: int) -> Int32:
        """Of the first ``position`` events, those not among the first ``arrived`` to arrive.

        Where the last of these positions had arrived, or the event after them was the next to
        arrive, only late events can be missing, and only these are looked at.
        """
        before = int(count_before(self.late, position))
        return self.late[:before][self.late_ranks[:before] >= arrived]

    def missing_at(self, position: int) -> Int32:
        """Of the first ``position`` events, those not known when the last of them arrived."""
        return self.missing(position, self.arrived_at(position))


def _greater_before(values: Int32) -> Int64:
    """For each value how many before it are greater; values differ.

    By merging: at each level the right half of a block counts what of the left half is greater.
    """
    count, width = np.zeros(len(values), dtype=np.int64), 1
    place = np.arange(len(values), dtype=np.int64)
    scale = np.int64(values.max()) + 1 if len(values) else np.int64(1)
    while width < len(values):
        block = place // (2 * width)
        keys = block * scale + values
        is_right = (place // width) % 2 == 1
        left = np.sort(keys[~is_right])
        ends = np.searchsorted(left, (block[is_right] + 1) * scale)
        count[is_right] += ends - np.searchsorted(left, keys[is_right])
        width *= 2
    return count
