"""What differs between two moments of a session, and what of it events did and what decay did.

Be A and B two playheads, and *held* the context that B's time would find had nothing happened since
A: A's position at B's instant. Then, for a weight, a relevance or the uncertainty,

    decay  = held − A        time alone, acting on what A had
    events = B − held        all that happened since, faded itself by B's instant
    change = B − A = decay + events

All values are those that a person sees, after the cap. So a sum beyond the cap loses nothing by
decay until it has faded below the cap, and an event that pushes against the cap does as much as
gets through. Without a half-life decay does nothing. Where B is before A, each part is that of the
way from B to A with its sign turned.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from core.events.instants import format_instant
from core.late_dataclass import dataclass
from core.projectors.context import SessionContext
from core.replay.columns import Float64
from core.replay.index import ContextIndex
from core.replay.playback import Playhead


class Shift(StrEnum):
    """What became of something from A to B."""

    CAME = "came"
    WENT = "went"
    MOVED = "moved"
    STAYED = "stayed"


@dataclass(frozen=True, slots=True)
class Parts:
    """A value at A and at B, and what of the change events did and what decay did."""

    before: float
    after: float
    events: float
    decay: float

    @property
    def change(self) -> float:
        """By how much it changed; the parts add up to it, but for the last bits."""
        return self.after - self.before

    def to_wire(self) -> dict[str, float]:
        """The shape in JSON."""
        return {
            "before": self.before,
            "after": self.after,
            "change": self.change,
            "by_events": self.events,
            "by_decay": self.decay,
        }


@dataclass(frozen=True, slots=True)
class ConceptShift:
    """A concept that is active at A or at B; its rank (from 1) is None where it is not.

    Its weights are the true ones even where it is not among the active.
    """

    concept_id: str
    label: str
    weight: Parts
    rank_before: int | None
    rank_after: int | None

    @property
    def shift(self) -> Shift:
        """Whether it came, went, moved in weight or rank, or stayed."""
        if self.rank_before is None:
            return Shift.CAME
        if self.rank_after is None:
            return Shift.WENT
        moved = self.weight.change != 0 or self.rank_before != self.rank_after
        return Shift.MOVED if moved else Shift.STAYED

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON."""
        return {
            "concept_id": self.concept_id,
            "label": self.label,
            "shift": self.shift.value,
            **self.weight.to_wire(),
            "rank_before": self.rank_before,
            "rank_after": self.rank_after,
        }


@dataclass(frozen=True, slots=True)
class ObjectShift:
    """An object that is active at A or at B; a relevance where it is not counts as 0."""

    object_type: str
    object_id: str
    relevance: Parts
    shift: Shift

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON."""
        return {
            "object_type": self.object_type,
            "object_id": self.object_id,
            "shift": self.shift.value,
            **self.relevance.to_wire(),
        }


@dataclass(frozen=True, slots=True)
class TwoMoments:
    """The contexts at A and B, and the way from one to the other.

    Concepts and objects are in the order of B's context, then those that went in that of A's.
    """

    a: SessionContext
    b: SessionContext
    concepts: tuple[ConceptShift, ...]
    objects: tuple[ObjectShift, ...]
    uncertainty: Parts

    @property
    def events(self) -> int:
        """How many events lie between them."""
        return abs(self.b.position - self.a.position)

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON; what stayed as it was is in it too."""
        return {
            "session_id": self.a.session_id,
            "from": _moment_to_wire(self.a),
            "to": _moment_to_wire(self.b),
            "events": self.events,
            "concepts": [concept.to_wire() for concept in self.concepts],
            "objects": [each.to_wire() for each in self.objects],
            "uncertainty": self.uncertainty.to_wire(),
        }


def compare(index: ContextIndex, a: Playhead, b: Playhead) -> TwoMoments:
    """The difference from A to B; see the module for what its parts mean.

    Either may be the earlier one: that is the one of fewer events, then of the earlier instant.
    Raises ValueError for a position that the log does not have.
    """
    return _Comparison(index, a, b).answer()


class _Comparison:
    """The three contexts that a comparison takes: A's, B's, and the one held in between."""

    def __init__(self, index: ContextIndex, a: Playhead, b: Playhead) -> None:
        self.index = index
        self.forward = (a.position, a.instant) <= (b.position, b.instant)
        earlier, later = (a, b) if self.forward else (b, a)
        # What the earlier one's context is when the later one's time has come.
        held = Playhead(earlier.position, max(earlier.instant, later.instant))
        self.a, self.b, self.held = (
            index.context_at(each.position, each.instant) for each in (a, b, held)
        )

    def answer(self) -> TwoMoments:
        return TwoMoments(
            a=self.a,
            b=self.b,
            concepts=self._concepts(),
            objects=self._objects(),
            uncertainty=self._parts(
                self.a.uncertainty_score, self.held.uncertainty_score, self.b.uncertainty_score
            ),
        )

    def _parts(self, before: float, held: float, after: float) -> Parts:
        near_a, near_b = held - before, after - held
        if self.forward:
            return Parts(before, after, events=near_b, decay=near_a)
        return Parts(before, after, events=near_a, decay=near_b)

    def _weights(self, context: SessionContext) -> Float64:
        return self.index.weights_at(context.position, context.instant or 0)

    def _concepts(self) -> tuple[ConceptShift, ...]:
        log = self.index.log
        before, held, after = map(self._weights, (self.a, self.held, self.b))
        old = {c.concept_id: rank for rank, c in enumerate(self.a.active_concepts, 1)}
        new = {c.concept_id: rank for rank, c in enumerate(self.b.active_concepts, 1)}
        latest = max(self.a.position, self.b.position)
        found = []
        for concept_id in [*new, *(i for i in old if i not in new)]:
            code = log.concept_code(concept_id)
            assert code is not None
            weight = self._parts(float(before[code]), float(held[code]), float(after[code]))
            label = log.concept_label(code, latest)
            ranks = old.get(concept_id), new.get(concept_id)
            found.append(ConceptShift(concept_id, label, weight, *ranks))
        return tuple(found)

    def _objects(self) -> tuple[ObjectShift, ...]:
        before, held, after = map(_relevances, (self.a, self.held, self.b))
        found = []
        for key in [*after, *(key for key in before if key not in after)]:
            parts = self._parts(before.get(key, 0.0), held.get(key, 0.0), after.get(key, 0.0))
            found.append(ObjectShift(*key, parts, _shift(key in before, key in after, parts)))
        return tuple(found)


def _relevances(context: SessionContext) -> dict[tuple[str, str], float]:
    return {(o.object_type, o.object_id): o.relevance_score for o in context.active_objects}


def _shift(was: bool, is_now: bool, parts: Parts) -> Shift:
    if not was:
        return Shift.CAME
    if not is_now:
        return Shift.WENT
    return Shift.MOVED if parts.change else Shift.STAYED


def _moment_to_wire(context: SessionContext) -> dict[str, Any]:
    at = None if context.instant is None else format_instant(context.instant)
    return {"position": context.position, "at": at}
