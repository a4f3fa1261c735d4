"""Turns: the events of a session that share a correlation id or a trace id."""

from __future__ import annotations

import hashlib
import logging
import secrets
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

import numpy as np

from core.events.errors import SourceChanged
from core.events.store.scan import CorrelationRow
from core.late_dataclass import dataclass
from core.replay.columns import NONE, Int32, Int64, SessionLog, group
from core.replay.process import WORTH_IT, Origin, ReadHereError, items_apart, origin_of

logger = logging.getLogger(__name__)

_ABSENT = 0


class TurnSource(Protocol):
    """What is asked of a store; no read may hold a lock for long."""

    def correlation_pages(self, session_id: str, rowids: Int64) -> Iterator[list[CorrelationRow]]:
        """Key, correlation id and trace id of rows, by ascending keys; those gone are left out."""
        ...


@dataclass(frozen=True, eq=False)
class CorrelationColumns:
    """What ties the rows of a session: their keys, ascending, and a number for each id.

    An absent or empty id is 0, any other its hash: 16 bytes an event instead of two texts. Two of a
    million ids are taken for one with a chance of 1 in 30 million; nobody can make them so, for the
    hash is keyed by ``salt``, which is another with each start.
    """

    rows: Int64
    correlation: Int64
    trace: Int64
    salt: bytes


@dataclass(frozen=True, eq=False)
class Turns:
    """Which events belong together: sharing an id, or both sharing one with a third, and so on.

    ``turn`` has the code of each event's turn, `NONE` for an event that shares with no other;
    codes are in the order of the first events. The events of turn t are
    ``order[starts[t]:starts[t + 1]]``, ascending.
    """

    turn: Int32
    order: Int32
    starts: Int64
    columns: CorrelationColumns

    def __len__(self) -> int:
        return len(self.starts) - 1

    def events_of(self, turn: int) -> Int32:
        """The indexes of a turn's events, ascending; at least two."""
        return self.order[self.starts[turn] : self.starts[turn + 1]]

    def around(self, event: int) -> Int32:
        """The events of the turn of an event, it included; none where it has no turn."""
        known = 0 <= event < len(self.turn)
        turn = int(self.turn[event]) if known else NONE
        return self.order[:0] if turn == NONE else self.events_of(turn)


TurnStep: TypeAlias = float | Turns
"""How much of the rows was read, from 0 to 1; at last the turns."""


def turns_of(store: TurnSource, log: SessionLog, known: Turns | None = None) -> Turns:
    """The turns of a log; see `turn_steps`."""
    *_, turns = turn_steps(store, log, known)
    assert isinstance(turns, Turns)
    return turns


def turn_steps(
    store: TurnSource, log: SessionLog, known: Turns | None = None
) -> Iterator[TurnStep]:
    """Read what ties a session's events, page by page; to stop, close the iterator.

    With what was ``known`` of the same session before it grew, only the rows that arrived since are
    read, late events included. Raises SourceChanged where rows vanished, and what the store raises.
    """
    return _steps(store, log.session_id, log.rows, _NOTHING if known is None else known.columns)


def turn_steps_apart(
    store: TurnSource, log: SessionLog, *, stopped: Callable[[], bool] = lambda: False
) -> Iterator[TurnStep]:
    """As `turn_steps`; a long session is read in a process of its own where that can be.

    It ends early once ``stopped`` answers yes.
    """
    origin = origin_of(store, log.session_id)
    if origin is not None and len(log) >= WORTH_IT:
        try:
            yield from items_apart(
                _steps_of, origin, log.session_id, log.rows, _NOTHING, stopped=stopped
            )
        except ReadHereError as error:
            logger.warning("%s; reading in this process instead", error)
        else:
            return
    yield from turn_steps(store, log)


def _steps_of(
    origin: Origin, session_id: str, rows: Int64, before: CorrelationColumns
) -> Iterator[TurnStep]:
    with origin.opened() as store:
        yield from _steps(store, session_id, rows, before)


def _steps(
    store: TurnSource, session_id: str, rows: Int64, before: CorrelationColumns
) -> Iterator[TurnStep]:
    newest = int(before.rows[-1]) if len(before.rows) else None
    fresh = rows if newest is None else rows[rows > newest]
    reading = _Reading(before.salt)
    for page in store.correlation_pages(session_id, np.sort(fresh)):
        reading.take(page)
        yield len(reading.rows) / max(1, len(fresh))
    if len(reading.rows) != len(fresh):
        raise SourceChanged(
            f"{len(fresh) - len(reading.rows):,} rows of the session vanished while what ties them "
            "was read. Open the file again."
        )
    yield _turns(rows, reading.joined(before))


class _Reading:
    """The columns while the pages come in."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self.rows, self._correlation, self._trace = array("q"), array("q"), array("q")

    def take(self, page: list[CorrelationRow]) -> None:
        rows, correlation, trace = zip(*page, strict=True)
        self.rows.extend(rows)
        self._correlation.extend(_numbers(correlation, self._salt))
        self._trace.extend(_numbers(trace, self._salt))

    def joined(self, before: CorrelationColumns) -> CorrelationColumns:
        """What was known and what was read, which is newer."""
        return CorrelationColumns(
            np.concatenate([before.rows, np.array(self.rows, dtype=np.int64)]),
            np.concatenate([before.correlation, np.array(self._correlation, dtype=np.int64)]),
            np.concatenate([before.trace, np.array(self._trace, dtype=np.int64)]),
            self._salt,
        )


def _numbers(ids: Sequence[str | None], salt: bytes) -> Iterator[int]:
    # What is tied stands close together: each id of a page is hashed once.
    numbers = {each: _number(each, salt) if each else _ABSENT for each in set(ids)}
    return map(numbers.__getitem__, ids)


def _number(text: str, salt: bytes) -> int:
    told = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=salt).digest()
    return int.from_bytes(told, "little", signed=True)


def _turns(rows: Int64, columns: CorrelationColumns) -> Turns:
    places = np.searchsorted(columns.rows, rows)
    correlation, correlations = _coded(columns.correlation[places])
    trace, traces = _coded(columns.trace[places])
    both = (correlation != NONE) & (trace != NONE)
    joined = _joined(correlation[both], trace[both] + correlations, correlations + traces)
    key = np.where(correlation != NONE, correlation, trace + correlations)
    tied = (correlation != NONE) | (trace != NONE)
    turn = np.full(len(rows), NONE, dtype=np.int32)
    turn[tied] = _in_order(joined[key[tied]])
    events = np.flatnonzero(turn != NONE).astype(np.int32)
    order, starts = group(turn[events], int(turn.max(initial=NONE)) + 1)
    return Turns(turn, events[order], starts, columns)


def _coded(numbers: Int64) -> tuple[Int64, int]:
    """A code for each number, `NONE` for an absent one, and how many codes there are."""
    codes = np.full(len(numbers), NONE, dtype=np.int64)
    present = numbers != _ABSENT
    known, codes[present] = np.unique(numbers[present], return_inverse=True)
    return codes, len(known)


def _joined(one: Int64, other: Int64, count: int) -> Int64:
    """For each of ``count`` ids the least id that it is joined with, by pairs that join two.

    The roots of each pair are hooked to the lesser one and paths cut short until all agree
    (Shiloach and Vishkin 1982): a few rounds over arrays, however long the chains are.
    """
    root: Int64 = np.arange(count)
    while np.any((a := root[one]) != (b := root[other])):
        least = np.minimum(a, b)
        np.minimum.at(root, a, least)
        np.minimum.at(root, b, least)
        while np.any((shorter := root[root]) != root):
            root = shorter
    return root


def _in_order(groups: Int64) -> Int32:
    """Codes of groups by their first member, `NONE` for a group of one."""
    _, first, inverse, counts = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    several = np.flatnonzero(counts > 1)
    codes = np.full(len(first), NONE, dtype=np.int32)
    codes[several[np.argsort(first[several])]] = np.arange(len(several))
    return codes[inverse]


_NO_ROWS = np.zeros(0, dtype=np.int64)
_NOTHING = CorrelationColumns(_NO_ROWS, _NO_ROWS, _NO_ROWS, salt=secrets.token_bytes(16))
