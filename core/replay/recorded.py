"""What a log recorded of a context, read leniently and held against what the rules give.

A `SessionContextUpdated` event may carry a context in the shape of the REST endpoint: it is held
against all that the rules give. One that lacks a part is a note, and is held to what it says: its
concepts are then the heaviest, so many as it has.

Of which events it speaks: with a ``position`` (as our own projection records it), of the first so
many to arrive; without, of what lies before the event and had arrived before it. Events that came
late are so no difference: whoever recorded could not know them.

The order of concepts and of objects counts: the backend writes both as lists whose order the rules
give (concepts by weight; objects by first appearance, or by the last touch).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from core.late_dataclass import dataclass
from core.projectors.context import (
    ActiveConcept,
    ActiveObject,
    ConceptChange,
    ContextDifference,
    ObjectChange,
    SessionContext,
    difference,
)
from core.replay.arrival import ArrivalOrder
from core.replay.as_known import arrived_context, context_without
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.recorded_payload import NoContextError, RecordedContext, parse_recorded

CLOSE = 1e-9
"""Values that are no further apart are equal."""


class Verdict(StrEnum):
    """How a recorded context stands to what the rules give."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNREADABLE = "unreadable"
    SILENT = "silent"
    """Its payload says nothing of a context."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one recorded context.

    ``row`` is the store's key of its event, ``instant`` (µs) when that happened. ``known`` is how
    many events it speaks of, None where it cannot be read; ``problem`` then says why. Of
    ``difference``, ``before`` is what was recorded and ``after`` what the rules give.
    """

    row: int
    instant: int
    verdict: Verdict
    known: int | None = None
    difference: ContextDifference | None = None
    problem: str = ""


def check(
    index: ContextIndex,
    order: ArrivalOrder,
    event: int,
    payload: Mapping[str, Any] | NoContextError,
) -> Finding:
    """Hold what an event (index) recorded against what the rules of the index give."""
    log = index.log
    row, instant = int(log.rows[event]), int(log.times[event])
    try:
        if isinstance(payload, NoContextError):
            raise payload
        recorded = parse_recorded(payload)
        if recorded.is_silent:
            return Finding(row, instant, Verdict.SILENT)
        given = _given(index, order, event, recorded)
    except NoContextError as error:
        return Finding(row, instant, Verdict.UNREADABLE, problem=str(error))
    found = _differences(recorded, given, log)
    differs = bool(found.concepts or found.objects) or (
        found.uncertainty_before != found.uncertainty_after
    )
    return Finding(
        row,
        instant,
        Verdict.DIFFERS if differs else Verdict.AGREES,
        known=given.position,
        difference=found if differs else None,
    )


def _given(
    index: ContextIndex, order: ArrivalOrder, event: int, recorded: RecordedContext
) -> SessionContext:
    """The context under the rules, of the events that were known where the recorded one speaks."""
    rank = int(order.ranks[event])
    if recorded.position is None:
        missing = order.missing(event, rank)
        return context_without(index, event, missing, int(index.log.times[event]))
    if recorded.position > rank:
        raise NoContextError(
            f"it speaks of {recorded.position:,} events, but {rank:,} had arrived before it"
        )
    return arrived_context(index, order, recorded.position, recorded.instant)


def _differences(
    recorded: RecordedContext, given: SessionContext, log: SessionLog
) -> ContextDifference:
    """From the recorded to the given context, what is close enough left out."""
    if recorded.concepts is not None and not recorded.is_whole:
        noted = given.active_concepts[: len(recorded.concepts)]
        given = replace(given, active_concepts=noted)
    weights = {c.concept_id: c for c in given.active_concepts}
    scores = {(o.object_type, o.object_id): o.relevance_score for o in given.active_objects}
    before = replace(
        given,
        active_concepts=given.active_concepts
        if recorded.concepts is None
        else tuple(_snapped(c, weights.get(c.concept_id), log) for c in recorded.concepts),
        active_objects=given.active_objects
        if recorded.objects is None
        else tuple(
            replace(o, relevance_score=_near(o.relevance_score, scores.get(_key(o))))
            for o in recorded.objects
        ),
        uncertainty_score=given.uncertainty_score
        if recorded.uncertainty is None
        else _near(recorded.uncertainty, given.uncertainty_score),
    )
    found = difference(before, given)
    return replace(
        found,
        concepts=_without_shifts(before, given, found.concepts),
        objects=found.objects + _moved_objects(before, given),
    )


def _snapped(concept: ActiveConcept, given: ActiveConcept | None, log: SessionLog) -> ActiveConcept:
    """With the given weight where that is close, and a name where the recorded one has none."""
    name = concept.name
    if name is None:
        code = log.concept_code(concept.concept_id)
        name = None if code is None else log.names.at(code, len(log))
    weight = concept.weight if given is None else _near(concept.weight, given.weight)
    return replace(concept, weight=weight, name=name)


def _moved_objects(before: SessionContext, after: SessionContext) -> tuple[ObjectChange, ...]:
    """The objects that have the same relevance in both and stand elsewhere among those of both."""
    old = {_key(o): o.relevance_score for o in before.active_objects}
    new = {_key(o): o.relevance_score for o in after.active_objects}
    common = [key for key in new if key in old]
    ranks = [{key: rank for rank, key in enumerate(each, 1)} for each in (old, new)]
    return tuple(
        ObjectChange(*key, old[key], new[key], ranks[0][key], ranks[1][key])
        for key, other in zip(common, (key for key in old if key in new), strict=True)
        if key != other and old[key] == new[key]
    )


def _near(value: float, given: float | None) -> float:
    return given if given is not None and abs(value - given) <= CLOSE else value


def _key(item: ActiveObject) -> tuple[str, str]:
    return item.object_type, item.object_id


def _without_shifts(
    before: SessionContext, after: SessionContext, changes: tuple[ConceptChange, ...]
) -> tuple[ConceptChange, ...]:
    """Without the concepts that stand lower or higher only because another is there or not."""
    old = [c.concept_id for c in before.active_concepts]
    new = [c.concept_id for c in after.active_concepts]
    common = set(old) & set(new)
    places = [{c: place for place, c in enumerate(i for i in ids if i in common)}
              for ids in (old, new)]  # fmt: skip
    return tuple(
        change
        for change in changes
        if change.before != change.after
        or places[0][change.concept_id] != places[1][change.concept_id]
    )
