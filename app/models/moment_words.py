"""What the charts show at a moment, in words, for those who do not see them."""

from __future__ import annotations

from collections.abc import Sequence

from app.text import delta, plain, weight
from core.projectors.context import ActiveObject, ContextDifference, SessionContext

_NAME = 60
_OBJECTS = 5
"""How many objects are named; there may be twenty."""


def words_of(context: SessionContext, change: ContextDifference) -> str:
    """`Concepts: Raft 1.00 (+0.20), Paxos 0.35. Objects: claim cl-1 0.80. Uncertainty 0.20.`"""
    changed = {each.concept_id: each.delta for each in change.concepts if abs(each.delta) > 1e-9}
    concepts = ", ".join(
        f"{plain(concept.name or concept.concept_id, limit=_NAME)} {weight(concept.weight)}"
        + (f" ({delta(changed[concept.concept_id])})" if concept.concept_id in changed else "")
        for concept in context.active_concepts
    )
    return (
        f"Concepts: {concepts or 'none'}. Objects: {_objects(context.active_objects)}. "
        f"Uncertainty {weight(context.uncertainty_score)}."
    )


def _objects(objects: Sequence[ActiveObject]) -> str:
    named = [
        f"{plain(f'{each.object_type} {each.object_id}', limit=_NAME)} "
        f"{weight(each.relevance_score)}"
        for each in objects[:_OBJECTS]
    ]
    more = [f"{len(objects) - _OBJECTS} more"] if len(objects) > _OBJECTS else []
    return ", ".join([*named, *more]) or "none"
