"""What an event changed in the context, in words."""

from __future__ import annotations

from app.text import delta, plain, weight
from core.projectors.context import ConceptChange, ContextDifference, ObjectChange

_NAME = 60


def words_of(change: ContextDifference) -> str:
    """`Raft +0.20 to 0.85 · Paxos went (0.10) · claim c came at 0.80 · uncertainty −0.30`.

    What moved only its place is left out.
    """
    moved = [c for c in change.concepts if abs(c.delta) > 1e-9]
    parts = [_concept(c) for c in sorted(moved, key=lambda c: -abs(c.delta))]
    parts += [_object(o) for o in change.objects]
    fall = change.uncertainty_after - change.uncertainty_before
    if abs(fall) > 1e-9:
        parts.append(f"uncertainty {delta(fall)} to {weight(change.uncertainty_after)}")
    return " · ".join(parts)


def _concept(change: ConceptChange) -> str:
    name = plain(change.label, limit=_NAME)
    if change.before is None:
        return f"{name} came at {weight(change.after or 0.0)}"
    if change.after is None:
        return f"{name} went ({weight(change.before)})"
    return f"{name} {delta(change.delta)} to {weight(change.after)}"


def _object(change: ObjectChange) -> str:
    name = plain(f"{change.object_type} {change.object_id}", limit=_NAME)
    if change.before is None:
        return f"{name} came at {weight(change.after or 0.0)}"
    if change.after is None:
        return f"{name} went ({weight(change.before)})"
    return f"{name} {delta(change.after - change.before)} to {weight(change.after)}"
