"""Which colour a concept's curve has: it keeps it for the session."""

from __future__ import annotations

from collections.abc import Sequence

from app.views.timeline.scene import Curve


class ConceptColours:
    """Gives each concept, when its curve is first drawn, the slot least used beside it."""

    def __init__(self, slots: int = 9) -> None:
        self._slots = slots
        self._slot_of: dict[str, int] = {}

    def curves(self, concepts: Sequence[int], ids: Sequence[str]) -> tuple[Curve, ...]:
        """The curves of these concepts (codes); ``ids`` has the concepts' ids by code.

        Colours go by id, for codes may change when a log is read again.
        """
        drawn = [ids[concept] for concept in concepts]
        for concept_id in drawn:
            if concept_id not in self._slot_of:
                self._slot_of[concept_id] = self._least_used(drawn)
        return tuple(Curve(code, self._slot_of[ids[code]]) for code in concepts)

    def _least_used(self, beside: Sequence[str]) -> int:
        used = [self._slot_of[c] for c in beside if c in self._slot_of]
        return min(range(self._slots), key=lambda slot: (used.count(slot), slot))
