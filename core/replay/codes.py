"""Numbers for values that come again and again, given in the order in which they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.replay.columns import KINDS_MOST, NONE, Int32, Int64


class Codes(dict[Any, int]):
    """Numbers values in the order in which they are first asked for; None has no number."""

    def __init__(self, known: Sequence[Any] = ()) -> None:
        super().__init__({value: code for code, value in enumerate(known)})
        self.in_order: list[Any] = list(known)
        self[None] = NONE

    def __missing__(self, value: Any) -> int:
        code = self[value] = len(self.in_order)
        self.in_order.append(value)
        return code

    def of(self, values: Iterable[Any]) -> Int32:
        """The numbers of values, and behind them that of none: NONE takes it from the end."""
        return np.append(self.of_all(values), np.int32(NONE))

    def of_all(self, values: Iterable[Any]) -> Int32:
        """The numbers of values."""
        return np.array(list(map(self.__getitem__, values)), dtype=np.int32)


class KindCodes(Codes):
    """Numbers event types, so many at most."""

    def __missing__(self, value: Any) -> int:
        if len(self.in_order) < KINDS_MOST:
            return super().__missing__(value)
        self[value] = KINDS_MOST - 1
        return KINDS_MOST - 1


class ObjectCodes(Codes):
    """Numbers pairs of type and id; there is no reference unless both are set."""

    def __missing__(self, pair: tuple[Any, Any]) -> int:
        if pair[0] and pair[1]:
            return super().__missing__(pair)
        self[pair] = NONE
        return NONE


def by_first(codes: Int32, count: int) -> tuple[Int64, Int32]:
    """Of codes below a count, in order of first appearance, and the column numbered by that order.

    NONE stays what it is, and what does not appear comes last.
    """
    first = np.full(count + 1, len(codes), dtype=np.int64)
    # Of repeated targets the last assignment stays, so from behind it is the first appearance.
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    begins = np.zeros(len(codes) + 1, dtype=np.bool_)
    begins[first[:count]] = True
    appear: Int64 = codes[begins[:-1]].astype(np.int64)
    order = np.append(appear, np.flatnonzero(first[:count] == len(codes)))
    rank = np.full(count + 1, NONE, dtype=np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    return order, rank[codes]
