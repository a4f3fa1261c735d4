"""A log that grows: what arrived is read and joined to the columns, late events in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.events.problems import Problem
from core.events.store.scan import InstantPage
from core.replay.carrying import carry, carry_contributions
from core.replay.columns import (
    KINDS_MOST,
    NONE,
    ConceptNames,
    Contributions,
    Int32,
    Int64,
    SessionLog,
    UInt16,
)
from core.replay.loader import (
    PROBLEMS_KEPT,
    ColumnSource,
    log_of_instants,
    read_rows,
    readable_instants,
)
from core.replay.room import appended
from core.replay.strings import ObjectKeys, Strings

N = TypeVar("N", bound=np.generic)

_FEW = 64


class GrowingSource(ColumnSource, Protocol):
    """What growing asks of a store beyond loading."""

    def arrival_pages(self, session_id: str, after_rowid: int) -> Iterator[InstantPage]:
        """Key and instant of the session's rows that are newer than a key, by arrival."""
        ...


class Growth:
    """Carries a complete log on as its session grows; each log that it answers is a new value.

    What is read are the rows that arrived, and of what was there only what comes after a late one.
    Not for several threads at once.
    """

    def __init__(self, log: SessionLog) -> None:
        if not log.complete:
            raise ValueError("a log grows once it is complete")
        self.log = log
        self._after = log.last_row
        self._concepts = _Coder[str]()
        self._objects = _Coder[tuple[str, str]]()

    def grow(self, store: GrowingSource) -> SessionLog:
        """The log with what has arrived; the same one where nothing of the session did.

        Raises SourceChanged where rows vanished, and what the store raises; the log is then as it
        was.
        """
        log, last_row = self.log, store.last_rowid()
        if last_row == self._after:
            return log
        pages = store.arrival_pages(log.session_id, self._after)
        rows, times, unreadable = readable_instants(pages, last_row)
        if len(rows) or unreadable:
            kept = log.position_at(int(times.min())) if len(rows) else len(log)
            rows = np.concatenate([log.rows[kept:], rows])
            times = np.concatenate([log.times[kept:], times])
            rest = log_of_instants(log.session_id, rows, times, last_row)
            for step in read_rows(store, rest, unreadable):
                rest = step.log
            self.log = self._joined(kept, rest)
        self._after = last_row
        return self.log

    def _joined(self, kept: int, rest: SessionLog) -> SessionLog:
        """The first ``kept`` events and then the rest, in the codes of the first."""
        log = self.log
        kind_names = tuple(dict.fromkeys([*log.kind_names, *rest.kind_names]))[:KINDS_MOST]
        actor_names = tuple(dict.fromkeys([*log.actor_names, *rest.actor_names]))
        objects, object_keys = self._object_codes(rest.object_keys)
        contributions, concepts = self._contributions(kept, rest.contributions)
        grown = SessionLog(
            session_id=log.session_id,
            rows=_behind(log.rows, kept, rest.rows),
            times=_behind(log.times, kept, rest.times),
            kinds=_behind(log.kinds, kept, _recoded_kinds(rest, kind_names)),
            actors=_behind(log.actors, kept, _recoded_actors(rest, actor_names)),
            objects=_behind(log.objects, kept, _through(objects, rest.objects)),
            kind_names=kind_names,
            actor_names=actor_names,
            object_keys=object_keys,
            contributions=contributions,
            names=_names(log, kept, rest.names, concepts, len(contributions.concept_ids)),
            problems=_problems(log, rest),
            last_row=rest.last_row,
        )
        if kept == len(log):
            carry(log, grown)
        return grown

    def _object_codes(self, keys: ObjectKeys) -> tuple[Int32, ObjectKeys]:
        """The codes of the rest's objects, and all objects: new ones come behind."""
        old = self.log.object_keys
        codes, fresh = self._objects.codes(keys, old)
        return codes, old.followed_by(ObjectKeys.of(fresh)) if fresh else old

    def _contributions(self, kept: int, rest: Contributions) -> tuple[Contributions, Int32]:
        """All contributions, and the codes of the rest's concepts."""
        made = self.log.contributions
        stop = made.before(kept)
        ids = made.concept_ids
        if stop < len(made):
            # Codes are by first contribution: what the first of them speak of is known, no more.
            ids = ids.first(int(made.concept[:stop].max()) + 1 if stop else 0)
        codes, fresh = self._concepts.codes(rest.concept_ids, ids)
        joined = Contributions(
            event=_behind(made.event, stop, rest.event + np.int32(kept)),
            concept=_behind(made.concept, stop, _through(codes, rest.concept)),
            source=_behind(made.source, stop, rest.source),
            named=_behind(made.named, stop, rest.named),
            concept_ids=ids.followed_by(Strings.of(fresh)) if fresh else ids,
        )
        if stop == len(made):
            carry_contributions(made, joined)
        return joined, codes


def _behind(column: NDArray[N], kept: int, rest: NDArray[N]) -> NDArray[N]:
    """The first ``kept`` of a column, and the rest."""
    return appended(column if kept == len(column) else column[:kept], rest)


K = TypeVar("K")


class _Column(Protocol[K]):
    """A column whose places are codes."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[K]: ...

    def find(self, value: K, /) -> int | None: ...


class _Coder(Generic[K]):
    """Codes for what came, in a column that is there: found in it, or new and behind it.

    What was found is remembered. A few are looked for one by one; for many all of the column is put
    into a dictionary, for that takes as long as a thousand of them.
    """

    def __init__(self) -> None:
        self._known: dict[K, int] = {}
        self._length = 0
        self._complete = False

    def codes(self, wanted: Sequence[K], column: _Column[K]) -> tuple[Int32, list[K]]:
        """The code of each, and which of them are new."""
        if len(column) != self._length:
            # What came late has other codes follow.
            self._known, self._complete = {}, False
        if not self._complete and len(wanted) > _FEW:
            self._known = {value: code for code, value in enumerate(column)}
            self._complete = True
        fresh: list[K] = []
        codes = np.empty(len(wanted), dtype=np.int32)
        for place, value in enumerate(wanted):
            code = self._found(value, column)
            if code is None:
                code = len(column) + len(fresh)
                fresh.append(value)
            codes[place] = self._known[value] = code
        self._length = len(column) + len(fresh)
        return codes, fresh

    def _found(self, value: K, column: _Column[K]) -> int | None:
        code = self._known.get(value)
        return code if code is not None or self._complete else column.find(value)


def _through(codes: Int32, column: Int32) -> Int32:
    """A column in other codes; NONE stays."""
    return np.append(codes, np.int32(NONE))[column]


def _recoded_kinds(rest: SessionLog, names: tuple[str, ...]) -> UInt16:
    places = {name: code for code, name in enumerate(names)}
    codes = [places.get(name, KINDS_MOST - 1) for name in rest.kind_names]
    return np.array(codes, dtype=np.uint16)[rest.kinds]


def _recoded_actors(rest: SessionLog, names: tuple[str, ...]) -> Int32:
    places = {name: code for code, name in enumerate(names)}
    codes = np.array([places[name] for name in rest.actor_names], dtype=np.int32)
    return _through(codes, rest.actors)


def _names(
    log: SessionLog, kept: int, rest: ConceptNames, concepts: Int32, count: int
) -> ConceptNames:
    """The names that the first ``kept`` events gave, then those of the rest where they differ."""
    old = log.names
    if kept == len(log) and not any(_renames(old, rest, concepts)):
        return _names_behind(old, rest, concepts, kept)
    stay = np.flatnonzero(old.event < kept)
    of_old = np.repeat(np.arange(len(old.starts) - 1), np.diff(old.starts))[stay]
    of_rest = np.repeat(concepts, np.diff(rest.starts))
    names = _as_strings(old).taken(stay).followed_by(_as_strings(rest))
    concept = np.concatenate([of_old, of_rest])
    event = np.concatenate([old.event[stay], rest.event + np.int32(kept)])
    order = np.argsort(concept, kind="stable")
    order = order[_changes(concept[order], names, order, len(stay))]
    starts = np.concatenate([[0], np.cumsum(np.bincount(concept[order], minlength=count))])
    return ConceptNames(starts.astype(np.int64), event[order], names.taken(order))


def _renames(old: ConceptNames, rest: ConceptNames, concepts: Int32) -> Iterator[bool]:
    """For each concept of the rest that was known, whether it gets another name than it had."""
    for place in np.flatnonzero(concepts < len(old.starts) - 1).tolist():
        given = rest.names[int(rest.starts[place]) : int(rest.starts[place + 1])]
        last = int(old.starts[concepts[place] + 1]) - 1
        has = last >= int(old.starts[concepts[place]])
        yield bool(given) and not (has and len(given) == 1 and given[0] == old.names[last])


def _names_behind(
    old: ConceptNames, rest: ConceptNames, concepts: Int32, kept: int
) -> ConceptNames:
    """The names that there were, and those of the concepts that are new: their codes are last."""
    is_new, given = concepts >= len(old.starts) - 1, np.diff(rest.starts)
    if not is_new.any():
        return old
    own = np.flatnonzero(np.repeat(is_new, given))
    return ConceptNames(
        appended(old.starts, old.starts[-1] + np.cumsum(given[is_new])),
        appended(old.event, rest.event[own] + np.int32(kept)),
        _as_strings(old).followed_by(_as_strings(rest).taken(own)),
    )


def _changes(concept: Int64, names: Strings, order: Int64, seam: int) -> Int64:
    """The places that give another name than the one before; only at the seam can they not."""
    first_of_rest = np.flatnonzero((order[1:] >= seam) & (order[:-1] < seam)) + 1
    same = [
        place
        for place in first_of_rest.tolist()
        if concept[place] == concept[place - 1]
        and names[int(order[place])] == names[int(order[place - 1])]
    ]
    return np.delete(np.arange(len(order)), same)


def _as_strings(names: ConceptNames) -> Strings:
    return names.names if isinstance(names.names, Strings) else Strings.of(names.names)


def _problems(log: SessionLog, rest: SessionLog) -> tuple[Problem, ...]:
    """Those of rows that were not read again, and those that the reading found."""
    again = set(rest.rows.tolist())
    if not rest.problems and all(problem.row not in again for problem in log.problems):
        return log.problems
    kept = [problem for problem in log.problems if problem.row not in again]
    return tuple([*kept, *rest.problems][:PROBLEMS_KEPT])
