"""Numbers for values that come again and again, given in the order in which they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.replay.columns import KINDS_MOST, NONE, Int32


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

    def of_different(self, values: Sequence[Any]) -> Int32:
        """The numbers of values that all differ, of which many may be new."""
        fresh = [value for value in values if value not in self]
        self.update(
            zip(fresh, range(len(self.in_order), len(self.in_order) + len(fresh)), strict=True)
        )
        self.in_order += fresh
        return np.fromiter(map(self.__getitem__, values), np.int32, len(values))

    def of(self, values: Iterable[Any]) -> Int32:
        """The numbers of values, and behind them that of none: NONE takes it from the end."""
        return np.array([*map(self.__getitem__, values), NONE], dtype=np.int32)


class KindCodes(Codes):
    """Numbers event types, so many at most."""

    def __missing__(self, value: Any) -> int:
        if len(self.in_order) < KINDS_MOST:
            return super().__missing__(value)
        self[value] = KINDS_MOST - 1
        return KINDS_MOST - 1


class ObjectCodes(Codes):
    """Numbers pairs of type and id; there is no reference unless both are set."""

    def __init__(self) -> None:
        super().__init__()
        self["", ""] = NONE

    def __missing__(self, pair: tuple[Any, Any]) -> int:
        if pair[0] and pair[1]:
            return super().__missing__(pair)
        self[pair] = NONE
        return NONE
