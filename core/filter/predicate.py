"""What a filter means, event by event: the plain specification that searching is held equal to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np

from core.events.contributions import contributions
from core.events.instants import from_datetime
from core.events.schema import EventEnvelope
from core.filter.patterns import Pattern
from core.filter.query import (
    And,
    Field,
    Flag,
    Has,
    Is,
    Not,
    Or,
    PayloadCompares,
    PayloadIs,
    Query,
    Sign,
    Term,
    When,
    Word,
)
from core.late_dataclass import dataclass
from core.projectors.context import difference
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.projectors.session_context import ContextFold
from core.replay.columns import SessionLog
from core.replay.loader import log_of_instants
from core.replay.moment import Moment, position_of

Predicate = Callable[[EventEnvelope, int], bool]
"""Whether an event, at this position (1 is the session's first), is meant."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a condition on one event needs to know of its session.

    ``names`` has all names that any event gives to a concept, by id; ``changed`` the concepts that
    each event changed (see `surroundings`); ``late`` and ``problems`` the positions of events that
    are; ``log`` has the instants alone.
    """

    log: SessionLog
    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    changed: Sequence[frozenset[str]] = ()
    late: Collection[int] = ()
    problems: Collection[int] = ()


def surroundings(
    events: Sequence[EventEnvelope],
    rules: ProjectionRules = BRAIN_WEB,
    *,
    arrivals: Sequence[int] = (),
    problems: Collection[int] = (),
) -> Surroundings:
    """The surroundings of all events of a session, given in order.

    An event changes a concept where the contexts just before and just after it, both at its
    instant, differ in that concept: it came among the active ones or left them, or its weight or
    its rank among them is another. ``arrivals`` has the store's key of each event; one is late if
    an event of a later place arrived before it. ``problems`` are positions.
    """
    names: dict[str, set[str]] = {}
    changed = []
    state = ContextFold("", rules)
    for event in events:
        for _, concept, name in _contributions(event):
            names.setdefault(concept, set()).update([name] if name else [])
        at = from_datetime(event.occurred_at)
        before = state.context(at)
        state.apply(event)
        found = difference(before, state.context(at)).concepts
        changed.append(frozenset(change.concept_id for change in found))
    times = np.array([from_datetime(e.occurred_at) for e in events], dtype=np.int64)
    log = log_of_instants("", np.arange(len(events)), times, 0)
    late = {i for i, key in enumerate(arrivals, 1) if any(key > later for later in arrivals[i:])}
    return Surroundings(log, names, changed, late, problems)


def predicate(query: Query, around: Surroundings) -> Predicate:
    """The condition that a query puts to each event of a session."""

    def holds(event: EventEnvelope, position: int) -> bool:
        return bool(verdict(query, lambda term: _holds(term, event, position, around)))

    return holds


def verdict(query: Query, leaf: Callable[[Term], bool | None]) -> bool | None:
    """What follows from the conditions; None is not known yet, as a condition may be."""
    if isinstance(query, Not):
        inner = verdict(query.part, leaf)
        return None if inner is None else not inner
    if isinstance(query, And | Or):
        decisive = isinstance(query, Or)
        known = True
        for part in query.parts:
            found = verdict(part, leaf)
            if found is decisive:
                return decisive
            known = known and found is not None
        return (not decisive) if known else None
    return leaf(query)


def _holds(term: Term, event: EventEnvelope, position: int, around: Surroundings) -> bool:
    if isinstance(term, When):
        return _is_when(term, event, position, around.log)
    if isinstance(term, Is):
        return position in (around.late if term.flag is Flag.LATE else around.problems)
    if isinstance(term, Has) and term.field is Field.CHANGED:
        return any(is_concept(term.pattern, c, around) for c in around.changed[position - 1])
    if isinstance(term, Has) and term.field is Field.CONCEPT:
        return any(is_concept(term.pattern, c, around) for c in _concepts(event))
    return says(term, event)


def _is_when(term: When, event: EventEnvelope, position: int, log: SessionLog) -> bool:
    number = position_of(term.moment)
    if number is not None:
        return position > number if term.after else position < number
    instant = from_datetime(event.occurred_at)
    wanted = Moment(term.moment).in_log(log).instant
    return instant >= wanted if term.after else instant < wanted


def is_concept(pattern: Pattern, concept: str, around: Surroundings) -> bool:
    """Whether a pattern means a concept: by its id or by any of its names."""
    names = around.names.get(concept, ())
    return pattern.matches(concept) or any(pattern.matches(name) for name in names)


def _concepts(event: EventEnvelope) -> set[str]:
    """The concepts that an event contributes to, and the one that it refers to."""
    found = {concept for _, concept, _ in _contributions(event)}
    ref = event.object_ref
    return found | {ref.id} if ref is not None and ref.type == "concept" else found


def _contributions(event: EventEnvelope) -> list[tuple[Any, str, str | None]]:
    ref = event.object_ref
    kind, key = (None, None) if ref is None else (ref.type, ref.id)
    return list(contributions(event.event_type, kind, key, event.payload))


def says(term: Term, event: EventEnvelope) -> bool:
    """Whether a condition holds that an event answers by itself."""
    if isinstance(term, Word):
        return any(_holds_word(term.pattern, value) for value in _values(event))
    if isinstance(term, PayloadIs):
        return any(_is(term.pattern, found) for found in _at(event.payload, term.path))
    if isinstance(term, PayloadCompares):
        return any(compares(found, term) for found in _at(event.payload, term.path))
    assert isinstance(term, Has)
    if term.field is Field.OBJECT:
        ref = event.object_ref
        return ref is not None and is_object(term.pattern, ref.type, ref.id)
    text = {
        Field.TYPE: event.event_type,
        Field.ACTOR: event.actor_id,
        Field.CORRELATION: event.correlation_id,
        Field.TRACE: event.trace_id,
        Field.ID: event.event_id,
        Field.SESSION: event.session_id,
    }[term.field]
    return text is not None and term.pattern.matches(text)


def is_object(pattern: Pattern, kind: str, key: str) -> bool:
    """Whether a pattern is the object's type, its id, or (where it has a `/`) both."""
    if pattern.matches(kind) or pattern.matches(key):
        return True
    return names_both(pattern) and pattern.matches(f"{kind}/{key}")


def names_both(pattern: Pattern) -> bool:
    """Whether a pattern is held against an object's type and id together."""
    return any("/" in part for part in pattern.parts)


def _holds_word(pattern: Pattern, value: str | int | float) -> bool:
    """Whether a text holds the word, or a number is the one that the word is."""
    if isinstance(value, str):
        return pattern.within(value)
    return pattern.literal is not None and number_of(pattern.literal) == value


def _values(event: EventEnvelope) -> Iterator[str | int | float]:
    """An envelope's type, its ids, its object, and the texts and numbers that its payload holds."""
    ref = event.object_ref
    for text in (
        event.event_type, event.event_id, event.session_id, event.actor_id, event.correlation_id,
        event.trace_id, event.idempotency_key, *((ref.type, ref.id) if ref else ()),
    ):  # fmt: skip
        if text is not None:
            yield text
    waiting: list[Any] = [event.payload]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _at(payload: Any, path: tuple[str, ...]) -> list[Any]:
    """What a payload holds at a path; of a list every member is meant."""
    found = [payload]
    for key in path:
        found = [
            inner[key] for inner in _members(found) if isinstance(inner, dict) and key in inner
        ]
    return _members(found)


def _members(values: list[Any]) -> list[Any]:
    """The values, and instead of lists what is in them."""
    flat: list[Any] = []
    waiting = values[::-1]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        else:
            flat.append(value)
    return flat


def _is(pattern: Pattern, found: Any) -> bool:
    if pattern.is_anything:
        return found is not None
    if isinstance(found, str):
        return pattern.matches(found)
    if found is None or isinstance(found, bool):
        return pattern.matches({None: "null", True: "true", False: "false"}[found])
    if isinstance(found, int | float) and pattern.literal is not None:
        return number_of(pattern.literal) == found
    return False


def number_of(text: str) -> int | float | None:
    """The number that a text is, None where it is none."""
    for kind in (int, float):
        try:
            return kind(text)
        except (ValueError, OverflowError):
            continue
    return None


def compares(found: Any, term: PayloadCompares) -> bool:
    """Whether a value is a number that compares with the condition's as it says."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return {
        Sign.ABOVE: found > term.number,
        Sign.BELOW: found < term.number,
        Sign.AT_LEAST: found >= term.number,
        Sign.AT_MOST: found <= term.number,
    }[term.sign]
