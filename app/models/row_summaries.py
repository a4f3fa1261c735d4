"""What rows of the table of events say: which of it is there, and which is to be asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

BLOCK = 64
"""How many neighbouring rows are asked for at once."""
KEPT = 2_048
"""Of so many events it is kept what they say, the latest that came."""
UNKNOWN = "…"


class RowSummaries:
    """Summaries by event (index); blocks of rows are asked for once, until they are dropped."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, str] = OrderedDict()
        self._asked: set[int] = set()

    def of(self, event: int) -> str:
        """What an event says, as far as that is known."""
        return self._known.get(event, UNKNOWN)

    def clear(self) -> None:
        """The events are others."""
        self._known.clear()

    def ask_anew(self) -> None:
        """What was asked for will not come, or not for these rows."""
        self._asked.clear()

    def blocks(self, first: int, last: int) -> Iterator[range]:
        """The rows from one to another in blocks, but for those asked for; now they are, too."""
        for block in range(first // BLOCK, last // BLOCK + 1):
            if block not in self._asked:
                self._asked.add(block)
                yield range(block * BLOCK, (block + 1) * BLOCK)

    def missing(self, events: Sequence[int]) -> list[int]:
        """Those of some events of which it is not known."""
        return [event for event in events if event not in self._known]

    def take(self, summaries: Mapping[int, str]) -> list[int]:
        """Keep these, and answer of which events there was no room for what they say any more."""
        for event, said in summaries.items():
            self._known[event] = said
            self._known.move_to_end(event)
        over = max(0, len(self._known) - KEPT)
        return [self._known.popitem(last=False)[0] for _ in range(over)]

    def ask_again(self, rows: Sequence[int]) -> None:
        """The blocks of these rows may be asked for again."""
        self._asked.difference_update(row // BLOCK for row in rows)
