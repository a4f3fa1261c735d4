"""The first phase of a search: what the columns of a log tell of a filter, for all events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.filter.changes import changed_by_event
from core.filter.parsing import FilterError
from core.filter.patterns import Pattern
from core.filter.predicate import is_object, names_both
from core.filter.query import And, Field, Flag, Has, Is, Not, Or, Query, Term, When, Word, terms
from core.filter.query import written as as_written
from core.replay.arrival import ArrivalOrder
from core.replay.columns import KINDS_MOST, Bool, SessionLog
from core.replay.index import ContextIndex
from core.replay.linked import PREFIX
from core.replay.moment import Moment, position_of
from core.replay.strings import Strings

CHANGED_MOST = 20
"""How many concepts one `changed:` may stand for: each is followed through all of the log."""


class Known(NamedTuple):
    """What is known of each event: ``yes`` where a condition holds, ``may`` where it may."""

    yes: Bool
    may: Bool


Leaves = Mapping[Term, Known]
"""What is known of each condition of a query."""


def leaves(index: ContextIndex, query: Query) -> Leaves:
    """What the columns tell of each condition; the log must be complete.

    Raises FilterError where a `changed:` stands for too many concepts.
    """
    return {term: _known(index, term) for term in dict.fromkeys(terms(query))}


def combined(query: Query, known: Callable[[Term], Known], count: int) -> Known:
    """What that tells of the whole query, for each of ``count`` events."""
    if isinstance(query, Not):
        inner = combined(query.part, known, count)
        return Known(~inner.may, ~inner.yes)
    if isinstance(query, And | Or):
        every = isinstance(query, And)
        yes, may = (np.full(count, every) for _ in range(2))
        join = np.logical_and if every else np.logical_or
        for part in query.parts:
            found = combined(part, known, count)
            yes, may = join(yes, found.yes), join(may, found.may)
        return Known(yes, may)
    return known(query)


def _known(index: ContextIndex, term: Term) -> Known:
    log = index.log
    if isinstance(term, When):
        return _sure(_when(log, term))
    if isinstance(term, Is):
        return _sure(_late(log) if term.flag is Flag.LATE else _problems(log))
    if isinstance(term, Word):
        return _word(log, term.pattern)
    if isinstance(term, Has):
        return _has(index, term)
    return _unknown(log)


def _sure(mask: Bool) -> Known:
    return Known(mask, mask)


def _unknown(log: SessionLog) -> Known:
    return Known(np.zeros(len(log), dtype=np.bool_), np.ones(len(log), dtype=np.bool_))


def _has(index: ContextIndex, term: Has) -> Known:
    log, pattern = index.log, term.pattern
    if term.field is Field.TYPE:
        found = _by_kind(log, pattern.matches)
        # Of more kinds than are told apart the last stands for the rest.
        others = log.kinds == KINDS_MOST - 1
        return Known(found & ~others, found | others)
    if term.field is Field.ACTOR:
        return _sure(_by_actor(log, pattern.matches))
    if term.field is Field.OBJECT:
        return _sure(np.append(_objects(log, pattern), False)[log.objects])
    if term.field is Field.CONCEPT:
        return _sure(_concept(log, pattern))
    if term.field is Field.CHANGED:
        return _sure(_changed(index, term))
    if term.field is Field.SESSION:
        # The events of a linked session keep the session that they are stored with.
        if log.session_id.startswith(PREFIX):
            return _unknown(log)
        return _sure(np.full(len(log), pattern.matches(log.session_id)))
    return _unknown(log)


def _word(log: SessionLog, pattern: Pattern) -> Known:
    """A word may stand in the payload of any event; in some columns it is found without that."""
    found = _by_kind(log, pattern.within) & (log.kinds != KINDS_MOST - 1)
    found |= _by_actor(log, pattern.within)
    if not log.session_id.startswith(PREFIX) and pattern.within(log.session_id):
        found[:] = True
    return Known(found, np.ones(len(log), dtype=np.bool_))


def _by_kind(log: SessionLog, matches: Callable[[str], bool]) -> Bool:
    return _table(log.kind_names, matches)[log.kinds]


def _by_actor(log: SessionLog, matches: Callable[[str], bool]) -> Bool:
    return _table(log.actor_names, matches)[log.actors]


def _table(names: Sequence[str], matches: Callable[[str], bool]) -> Bool:
    """Which codes match; the last is that of none, -1."""
    return np.array([*map(matches, names), False], dtype=np.bool_)


def _objects(log: SessionLog, pattern: Pattern) -> Bool:
    """Which of a log's objects match, by code."""
    keys = log.object_keys
    if names_both(pattern):
        return np.fromiter((is_object(pattern, *key) for key in keys), np.bool_, len(keys))
    found: Bool = _table(keys.type_names, pattern.matches)[keys.types]
    found[matching(keys.ids, pattern)] = True
    return found


def matching(strings: Strings, pattern: Pattern) -> list[int]:
    """The places of the strings that a pattern matches.

    A text without wildcard is looked for among the strings of its length, and among those with
    other than ASCII characters, whose length another case of a letter may change.
    """
    places = range(len(strings))
    literal = pattern.literal
    if literal is None or not pattern.folded[0].isascii():
        return [place for place in places if pattern.matches(strings[place])]
    used = strings.text[: strings.ends[-1]]
    likely = np.diff(strings.ends) == len(literal.encode())
    foreign = np.searchsorted(strings.ends, np.flatnonzero(used >= 128), side="right") - 1
    likely[foreign] = True
    return [place for place in np.flatnonzero(likely).tolist() if pattern.matches(strings[place])]


def concepts(log: SessionLog, pattern: Pattern) -> list[int]:
    """The codes of the concepts that a pattern means: by id, or by any name that one was given."""
    found = set(matching(log.contributions.concept_ids, pattern))
    names = log.names
    of_name = np.repeat(np.arange(len(names.starts) - 1), np.diff(names.starts))
    given = (
        matching(names.names, pattern)
        if isinstance(names.names, Strings)
        else [place for place, name in enumerate(names.names) if pattern.matches(name)]
    )
    return sorted(found | set(of_name[given].tolist()))


def _concept(log: SessionLog, pattern: Pattern) -> Bool:
    """The events that contribute to such a concept, left out or not, or refer to it."""
    log = log.whole
    made, keys = log.contributions, log.object_keys
    codes = concepts(log, pattern)
    found = np.zeros(len(log), dtype=np.bool_)
    for code in codes:
        found[made.event[made.of(code)]] = True
    meant = {made.concept_ids[code] for code in codes}
    referred = np.zeros(len(keys) + 1, dtype=np.bool_)
    for place in np.flatnonzero(keys.are("concept")).tolist():
        referred[place] = keys.ids[place] in meant or pattern.matches(keys.ids[place])
    return np.asarray(found | referred[log.objects], dtype=np.bool_)


def _changed(index: ContextIndex, term: Has) -> Bool:
    codes = concepts(index.log, term.pattern)
    if len(codes) > CHANGED_MOST:
        start, stop = term.place
        raise FilterError(
            f"{as_written(term)} stands for {len(codes):,} concepts",
            position=start, length=stop - start,
            expected=f"one that stands for at most {CHANGED_MOST}",
        )  # fmt: skip
    found = np.zeros(len(index.log), dtype=np.bool_)
    for code in codes:
        found |= changed_by_event(index, code)
    return found


def _when(log: SessionLog, term: When) -> Bool:
    number = position_of(term.moment)
    if number is not None:
        positions = np.arange(1, len(log) + 1)
        return positions > number if term.after else positions < number
    instant = Moment(term.moment).in_log(log).instant
    return log.times >= instant if term.after else log.times < instant


def _late(log: SessionLog) -> Bool:
    """Which events arrived after one of a later place."""
    late = np.zeros(len(log), dtype=np.bool_)
    late[ArrivalOrder(log).late] = True
    return late


def _problems(log: SessionLog) -> Bool:
    rows = [problem.row for problem in log.problems if problem.row is not None]
    return np.isin(log.rows, np.array(rows, dtype=np.int64))
