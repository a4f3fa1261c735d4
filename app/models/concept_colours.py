"""Which colour a concept's curve has: it keeps it for the session."""

from __future__ import annotations

from collections.abc import Sequence

from app.views.timeline.scene import Curve


class ConceptColours:
    """Gives each concept, when its curve is first drawn, the slot least used beside it."""

    def __init__(self, slots: int = 9) -> None:
        self._slots = slots
        self._slot_of: dict[int, int] = {}

    def curves(self, concepts: Sequence[int]) -> tuple[Curve, ...]:
        """The curves of these concepts (codes)."""
        for concept in concepts:
            if concept not in self._slot_of:
                self._slot_of[concept] = self._least_used(concepts)
        return tuple(Curve(concept, self._slot_of[concept]) for concept in concepts)

    def _least_used(self, beside: Sequence[int]) -> int:
        used = [self._slot_of[c] for c in beside if c in self._slot_of]
        return min(range(self._slots), key=lambda slot: (used.count(slot), slot))
