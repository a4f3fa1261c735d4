"""The session context: what a projection answers, and what differs between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.events.instants import format_instant, to_datetime
from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ActiveConcept:
    """A concept in the user's mind; weight from 0 to the rules' cap."""

    concept_id: str
    weight: float
    name: str | None = None

    @property
    def label(self) -> str:
        """What a person calls it: its name, else its id."""
        return self.name or self.concept_id


@dataclass(frozen=True, slots=True)
class ActiveObject:
    """A source, quote, claim or the like in play; relevance from 0 to 1."""

    object_type: str
    object_id: str
    relevance_score: float


@dataclass(frozen=True, slots=True)
class SessionContext:
    """What the system holds of a session after ``position`` events, at ``instant`` (µs, UTC).

    The concepts are in order of rank, the objects in the order of the rules. ``instant`` is None
    before the first event where no time was asked for.
    """

    session_id: str
    position: int
    instant: int | None
    active_concepts: tuple[ActiveConcept, ...] = ()
    active_objects: tuple[ActiveObject, ...] = ()
    uncertainty_score: float = 1.0

    @property
    def last_updated(self) -> datetime | None:
        """The instant as an aware UTC time."""
        return None if self.instant is None else to_datetime(self.instant)

    def to_wire(self) -> dict[str, Any]:
        """The shape that `GET /api/sessions/{id}/context` answers."""
        return {
            "session_id": self.session_id,
            "active_concepts": [_concept_to_wire(c) for c in self.active_concepts],
            "active_objects": [
                {
                    "object_type": o.object_type,
                    "object_id": o.object_id,
                    "relevance_score": o.relevance_score,
                }
                for o in self.active_objects
            ],
            "uncertainty_score": self.uncertainty_score,
            "last_updated": None if self.instant is None else format_instant(self.instant),
        }


def _concept_to_wire(concept: ActiveConcept) -> dict[str, Any]:
    wire: dict[str, Any] = {"concept_id": concept.concept_id, "weight": concept.weight}
    return wire if concept.name is None else wire | {"name": concept.name}


@dataclass(frozen=True, slots=True)
class ConceptChange:
    """A concept whose standing differs; a rank or weight is None where it is not active."""

    concept_id: str
    label: str
    before: float | None
    after: float | None
    rank_before: int | None
    rank_after: int | None

    @property
    def delta(self) -> float:
        """By how much the weight changed, absence counting as 0."""
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object whose standing differs; a relevance is None where it is not active.

    The ranks are told where it is active in both and its place alone differs, for who asks for
    that; what an event changes is told without.
    """

    object_type: str
    object_id: str
    before: float | None
    after: float | None
    rank_before: int | None = None
    rank_after: int | None = None


@dataclass(frozen=True, slots=True)
class ContextDifference:
    """What came, went and moved between two contexts of a session."""

    concepts: tuple[ConceptChange, ...]
    objects: tuple[ObjectChange, ...]
    uncertainty_before: float
    uncertainty_after: float


def difference(before: SessionContext, after: SessionContext) -> ContextDifference:
    """What differs from one context to the other: first what ``after`` holds, then what went."""
    return ContextDifference(
        concepts=_concept_changes(before, after),
        objects=_object_changes(before, after),
        uncertainty_before=before.uncertainty_score,
        uncertainty_after=after.uncertainty_score,
    )


def _concept_changes(before: SessionContext, after: SessionContext) -> tuple[ConceptChange, ...]:
    old = {c.concept_id: (rank, c) for rank, c in enumerate(before.active_concepts, 1)}
    new = {c.concept_id: (rank, c) for rank, c in enumerate(after.active_concepts, 1)}
    changes = []
    for concept_id in [*new, *(i for i in old if i not in new)]:
        (was_rank, was), (is_rank, now) = (
            old.get(concept_id, _NOTHING),
            new.get(concept_id, _NOTHING),
        )
        if was is None or now is None or was.weight != now.weight or was_rank != is_rank:
            shown = now or was
            assert shown is not None
            changes.append(
                ConceptChange(
                    concept_id=concept_id,
                    label=shown.label,
                    before=None if was is None else was.weight,
                    after=None if now is None else now.weight,
                    rank_before=was_rank,
                    rank_after=is_rank,
                )
            )
    return tuple(changes)


_NOTHING: tuple[None, None] = (None, None)


def _object_changes(before: SessionContext, after: SessionContext) -> tuple[ObjectChange, ...]:
    if before.active_objects is after.active_objects:
        return ()
    old = {(o.object_type, o.object_id): o.relevance_score for o in before.active_objects}
    new = {(o.object_type, o.object_id): o.relevance_score for o in after.active_objects}
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        ObjectChange(*key, before=old.get(key), after=new.get(key))
        for key in keys
        if old.get(key) != new.get(key)
    )
