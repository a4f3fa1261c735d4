"""What differs between the contexts of two sessions, each at a playhead of its own."""

from __future__ import annotations

from typing import Any

from core.events.instants import format_instant
from core.late_dataclass import dataclass
from core.projectors.context import SessionContext
from core.replay.columns import Float64
from core.replay.index import ContextIndex
from core.replay.playback import Playhead

SAME = 1e-9
"""What weights differ by less is the order of adding, not what happened."""


@dataclass(frozen=True, slots=True)
class ConceptPair:
    """A concept that is active in A or in B; its rank (from 1) is None where it is not.

    The weights are the true ones even where it is not among the active.
    """

    concept_id: str
    label: str
    a: float
    b: float
    rank_a: int | None
    rank_b: int | None

    @property
    def difference(self) -> float:
        """By how much B's weight is greater."""
        return self.b - self.a

    @property
    def is_same(self) -> bool:
        """Whether it is active in both with one weight."""
        return abs(self.difference) <= SAME and None not in (self.rank_a, self.rank_b)

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON."""
        return {
            "concept_id": self.concept_id,
            "label": self.label,
            "a": self.a,
            "b": self.b,
            "difference": self.difference,
            "rank_a": self.rank_a,
            "rank_b": self.rank_b,
        }


@dataclass(frozen=True, slots=True)
class ObjectPair:
    """An object that is active in A or in B; its relevance is None where it is not."""

    object_type: str
    object_id: str
    a: float | None
    b: float | None

    @property
    def is_same(self) -> bool:
        """Whether it is active in both with one relevance."""
        return self.a is not None and self.b is not None and abs(self.b - self.a) <= SAME

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON."""
        return {
            "object_type": self.object_type,
            "object_id": self.object_id,
            "a": self.a,
            "b": self.b,
        }


@dataclass(frozen=True, slots=True)
class TwoContexts:
    """The contexts of A and of B, and what stands against what.

    Concepts by how far apart they are, the furthest first; among equals the heavier, then as A
    ranks them. Objects: those of A alone, those of B alone, those of both.
    """

    a: SessionContext
    b: SessionContext
    concepts: tuple[ConceptPair, ...]
    objects: tuple[ObjectPair, ...]

    @property
    def is_same(self) -> bool:
        """Whether a person would see no difference; see `SAME`."""
        uncertain = abs(self.b.uncertainty_score - self.a.uncertainty_score) > SAME
        concepts = all(each.is_same for each in self.concepts)
        return concepts and not uncertain and all(each.is_same for each in self.objects)

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON; what is the same in both is in it too."""
        return {
            "same": self.is_same,
            "a": _with_moment(self.a),
            "b": _with_moment(self.b),
            "concepts": [each.to_wire() for each in self.concepts],
            "objects": [each.to_wire() for each in self.objects],
            "uncertainty": {"a": self.a.uncertainty_score, "b": self.b.uncertainty_score},
        }


def compare_contexts(
    a: ContextIndex, at_a: Playhead, b: ContextIndex, at_b: Playhead
) -> TwoContexts:
    """The contexts at a playhead of each, and their difference.

    Raises ValueError for a position that a log does not have.
    """
    of_a = a.context_at(at_a.position, at_a.instant)
    of_b = b.context_at(at_b.position, at_b.instant)
    return TwoContexts(of_a, of_b, _concepts(a, of_a, b, of_b), _objects(of_a, of_b))


def _concepts(
    a: ContextIndex, of_a: SessionContext, b: ContextIndex, of_b: SessionContext
) -> tuple[ConceptPair, ...]:
    ranks = [
        {c.concept_id: rank for rank, c in enumerate(of.active_concepts, 1)} for of in (of_a, of_b)
    ]
    labels = {c.concept_id: c.label for of in (of_b, of_a) for c in of.active_concepts}
    weights = [{c.concept_id: c.weight for c in of.active_concepts} for of in (of_a, of_b)]
    for known, index, of in ((weights[0], a, of_a), (weights[1], b, of_b)):
        lacking = [concept_id for concept_id in labels if concept_id not in known]
        known.update(_weights(index, of, lacking))
    pairs = [
        ConceptPair(i, label, weights[0][i], weights[1][i], ranks[0].get(i), ranks[1].get(i))
        for i, label in labels.items()
    ]
    last = len(pairs) + 1
    pairs.sort(
        key=lambda p: (
            -round(abs(p.difference), 9), -round(max(p.a, p.b), 9),
            p.rank_a or last, p.rank_b or last,
        )
    )  # fmt: skip
    return tuple(pairs)


def _weights(index: ContextIndex, of: SessionContext, ids: list[str]) -> dict[str, float]:
    """The weights of concepts that are not among the active ones."""
    if not ids:
        return {}
    all_weights: Float64 = index.weights_at(of.position, of.instant or 0)
    codes = {concept_id: index.log.concept_code(concept_id) for concept_id in ids}
    return {i: 0.0 if code is None else float(all_weights[code]) for i, code in codes.items()}


def _objects(of_a: SessionContext, of_b: SessionContext) -> tuple[ObjectPair, ...]:
    in_a, in_b = (
        {(o.object_type, o.object_id): o.relevance_score for o in of.active_objects}
        for of in (of_a, of_b)
    )
    keys = [
        *(key for key in in_a if key not in in_b),
        *(key for key in in_b if key not in in_a),
        *(key for key in in_a if key in in_b),
    ]
    return tuple(ObjectPair(*key, in_a.get(key), in_b.get(key)) for key in keys)


def _with_moment(context: SessionContext) -> dict[str, Any]:
    at = None if context.instant is None else format_instant(context.instant)
    return context.to_wire() | {"position": context.position, "at": at}
