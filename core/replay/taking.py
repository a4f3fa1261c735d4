"""A session's rows from a store into a reading: many at once while they are as usual."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Protocol

from core.events.store.joined import JoinedRows
from core.replay.collector import collector_paused
from core.replay.columns import Int64
from core.replay.columnwise import ColumnReading
from core.replay.reading import RowTuple

_WORTH_IT = 50_000
"""From how many rows on it pays to take many at once: what does it must be imported first. The
window reads so many in a process of its own, and never imports it."""
_FIRST, _SMALLEST, _LARGEST = 512, 256, 2_048
_LONG = 0.020
"""How long (s) a page may hold the file's lock before the next one is made shorter."""
_DOUBLED_MOST = 5


class Rows(Protocol):
    """What gives the rows of a session, joined or not."""

    def row_pages(self, session_id: str, rowids: Int64) -> Iterator[list[RowTuple]]:
        """The rows with these ascending keys, in that order; those that are gone are left out."""
        ...

    def joined_rows(self, rowids: Int64) -> JoinedRows | None:
        """The same at once where they are all there and as usual, else None."""
        ...


def taken(reading: ColumnReading, store: Rows, session_id: str, rowids: Int64) -> Iterator[int]:
    """Take the rows with these ascending keys in, telling how many were each time.

    A page with a row that is not as usual is read again row by row. The next one is smaller, so
    that a bad row makes fewer others slow; where none is as usual, few are tried.
    """
    if len(rowids) < _WORTH_IT and "pyarrow" not in sys.modules:
        yield from _one_by_one(reading, store.row_pages(session_id, rowids))
        return
    start, size, refused = 0, _FIRST, 0
    while start < len(rowids):
        block = rowids[start : start + size]
        began = perf_counter()
        joined = store.joined_rows(block)
        held = perf_counter() - began
        with collector_paused():
            usual = joined is not None and reading.take_joined(joined)
        if usual:
            refused = 0
            if held > _LONG:
                size = max(size // 2, _SMALLEST)
            elif held < _LONG / 2:
                size = min(size * 2, _LARGEST)
            yield len(block)
        else:
            block = rowids[start : start + (size << min(refused, _DOUBLED_MOST))]
            refused += 1
            size = max(size // 2, _SMALLEST)
            yield from _one_by_one(reading, store.row_pages(session_id, block))
        start += len(block)
    with collector_paused():
        reading.settle()


def _one_by_one(reading: ColumnReading, pages: Iterator[list[RowTuple]]) -> Iterator[int]:
    for page in pages:
        with collector_paused():
            reading.take(page)
        yield len(page)
