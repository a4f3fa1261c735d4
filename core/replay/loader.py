"""From a store to columns: every instant first, then the rows in chunks, with progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

import numpy as np

from core.events.errors import SourceChanged
from core.events.problems import Problem
from core.events.rows import RawRow, decode_row
from core.events.store.scan import InstantPage
from core.late_dataclass import dataclass
from core.replay.collector import collector_paused
from core.replay.columns import (
    KNOWN_KINDS,
    NONE,
    PENDING,
    ConceptNames,
    Contributions,
    Int64,
    SessionLog,
)
from core.replay.columnwise import ColumnReading
from core.replay.reading import Part, Reading
from core.replay.strings import ObjectKeys, Strings
from core.replay.taking import Rows, taken

PROBLEMS_KEPT = 10_000
"""How many problems a log carries; the store lists them all."""

_FIRST_PAINT = 20_000
_REFRESH = 100_000
_STEPS, _STEPS_MOST = 5, 20
_UNUSUAL_PAGE = 500


class ColumnSource(Rows, Protocol):
    """What the loader asks of a store; no read may hold a lock for long."""

    def last_rowid(self) -> int:
        """The newest row's key, 0 in an empty store."""
        ...

    def instant_pages(self, session_id: str) -> Iterator[InstantPage]:
        """Key and instant of each row of the session, from the index alone."""
        ...

    def rows(self, rowids: Sequence[int]) -> list[RawRow]:
        """Whole rows by key."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A step of loading: the log so far (see `SessionLog.complete`), rows read and rows in all."""

    log: SessionLog
    read: int
    total: int


def load(store: ColumnSource, session_id: str) -> SessionLog:
    """The whole log of a session; an unknown one is empty. Raises what the store raises."""
    *_, last = load_steps(store, session_id)
    return last.log


def load_steps(store: ColumnSource, session_id: str) -> Iterator[Loaded]:
    """Read a session, yielding the log as it fills; the last step's log is complete.

    The first step of a long session has every instant and no row. To cancel, close the iterator.
    Raises SourceChanged where rows vanish between the steps, and what the store raises.
    """
    log, unreadable = read_instants(store, session_id)
    yield from read_rows(store, log, unreadable)


def read_instants(store: ColumnSource, session_id: str) -> tuple[SessionLog, list[int]]:
    """A log of the instants alone, and the keys of the rows whose instant cannot be read."""
    last_row = store.last_rowid()
    with collector_paused():
        rows, times, unreadable = readable_instants(store.instant_pages(session_id), last_row)
        return log_of_instants(session_id, rows, times, last_row), unreadable


def read_rows(
    store: ColumnSource,
    log: SessionLog,
    unreadable: Sequence[int],
    *,
    elsewhere: Callable[[Int64, int], Iterator[Part]] | None = None,
) -> Iterator[Loaded]:
    """Read the rows of a log of instants, as `load_steps` does.

    ``unreadable`` has the keys of rows whose instant cannot be read: only their problems are. What
    reads ``elsewhere`` is given half of the keys, to read beside this, and how many to a part.
    """
    if len(log) >= _FIRST_PAINT:
        yield Loaded(log, 0, len(log))
    reading = ColumnReading(log.rows)
    # Each step carries all columns: a number of steps that grew with the log would cost its square.
    # What is painted of them is taken from the reading: of a million rows five are enough.
    refresh = max(_REFRESH, len(log) // _STEPS_MOST, min(len(log) // _STEPS, 2 * _REFRESH))
    here, parts = reading.rowids, iter(list[Part]())
    if elsewhere is not None:
        refresh //= 2
        here, there = np.array_split(here, 2)
        parts = elsewhere(there, refresh)
    for _ in _at_times(taken(reading, store, log.session_id, here), refresh):
        for part in islice(parts, 1):
            reading.take_part(part)
        yield Loaded(_partial(log, reading), reading.read, len(log))
    for part in parts:
        reading.take_part(part)
    if reading.read != len(log):
        raise SourceChanged(
            f"{len(log) - reading.read:,} rows of the session vanished while it was read."
            " Open the file again."
        )
    with collector_paused():
        yield Loaded(_complete(store, log, reading, unreadable), len(log), len(log))


def read_parts(store: ColumnSource, session_id: str, rowids: Int64, size: int) -> Iterator[Part]:
    """Some ascending keys' rows, for a reading of more: what kinds so many have, at last all."""
    reading, told = ColumnReading(rowids), 0
    for _ in _at_times(taken(reading, store, session_id, rowids), size):
        yield reading.progress(told, reading.read)
        told = reading.read
    yield reading.as_part()._replace(read=reading.read - told)


def _at_times(counts: Iterator[int], refresh: int) -> Iterator[None]:
    """A break each time that so many rows were taken in."""
    since = 0
    for count in counts:
        since += count
        if since >= refresh:
            since = 0
            yield


def readable_instants(
    pages: Iterator[InstantPage], last_row: int
) -> tuple[Int64, Int64, list[int]]:
    """Keys and instants (µs) of the rows up to a key, and the keys of those without instant."""
    rowids: list[Int64] = [np.zeros(0, np.int64)]
    times: list[Int64] = [np.zeros(0, np.int64)]
    unreadable: list[int] = []
    for page in pages:
        kept = page.rowids <= last_row
        bad = [place for place, _ in page.bad]
        unreadable.extend(page.rowids[bad][kept[bad]].tolist())
        kept[bad] = False
        rowids.append(page.rowids[kept])
        times.append(page.instants[kept])
    return np.concatenate(rowids), np.concatenate(times), unreadable


def log_of_instants(session_id: str, rows: Int64, times: Int64, last_row: int) -> SessionLog:
    """A log whose rows are still to be read, put in order by instant and then by key."""
    steps = np.diff(times)
    if not (np.all(steps >= 0) and np.all(np.diff(rows)[steps == 0] > 0)):
        order = np.lexsort((rows, times))
        rows, times = rows[order], times[order]
    none = np.full(len(rows), NONE, dtype=np.int32)
    return SessionLog(
        session_id=session_id,
        rows=rows,
        times=times,
        kinds=np.full(len(rows), PENDING, dtype=np.uint16),
        actors=none,
        objects=none,
        kind_names=KNOWN_KINDS,
        actor_names=(),
        object_keys=ObjectKeys.of(()),
        contributions=_NO_CONTRIBUTIONS,
        names=_NO_NAMES,
        last_row=last_row,
        complete=False,
    )


_NO_CONTRIBUTIONS = Contributions(
    event=np.zeros(0, np.int32),
    concept=np.zeros(0, np.int32),
    source=np.zeros(0, np.uint8),
    named=np.zeros(0, np.bool_),
    concept_ids=Strings.of(()),
)
_NO_NAMES = ConceptNames(np.zeros(1, np.int64), np.zeros(0, np.int32), ())


def _partial(log: SessionLog, reading: Reading) -> SessionLog:
    """The kinds so far, and the names of these: the reading goes on while others look at them."""
    return replace(log, kinds=reading.kinds.copy(), kind_names=reading.kind_names)


def _complete(
    store: ColumnSource, log: SessionLog, reading: Reading, unreadable: Sequence[int]
) -> SessionLog:
    problems = _take_unusual(store, reading, unreadable)
    contributions, names = reading.contributions()
    objects, object_keys = reading.settled_objects()
    return replace(
        _partial(log, reading),
        actors=reading.actors,
        objects=objects,
        actor_names=reading.actor_names,
        object_keys=object_keys,
        contributions=contributions,
        names=names,
        problems=tuple(problems),
        complete=True,
    )


def _take_unusual(
    store: ColumnSource, reading: Reading, unreadable: Sequence[int]
) -> list[Problem]:
    """Read the unusual rows the careful way; the problems are those that a log carries."""
    problems: list[Problem] = []
    lost = set(unreadable)
    rowids = sorted({*lost, *reading.unusual})
    for start in range(0, len(rowids), _UNUSUAL_PAGE):
        for row in store.rows(rowids[start : start + _UNUSUAL_PAGE]):
            envelope, found = decode_row(row)
            if envelope is not None and row.rowid not in lost:
                reading.take_envelope(row.rowid, envelope)
            problems.extend(found[: PROBLEMS_KEPT - len(problems)])
    return problems
