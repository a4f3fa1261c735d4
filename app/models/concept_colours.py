"""Which colour a concept's curve has: it keeps it for the session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.views.timeline.scene import Curve


class ConceptColours:
    """Gives each concept, when its curve is first drawn, a slot that no other beside it has.

    It keeps that for the session, unless it comes back beside one that has the slot by now. Where
    there are more curves than slots the least used are shared.
    """

    def __init__(self, slots: int = 9) -> None:
        self._slots = slots
        self._slot_of: dict[str, int] = {}
        self._shown: frozenset[str] = frozenset()

    def curves(self, concepts: Sequence[int], ids: Sequence[str]) -> tuple[Curve, ...]:
        """The curves of these concepts (codes); ``ids`` has the concepts' ids by code.

        Colours go by id, for codes may change when a log is read again.
        """
        drawn = [ids[concept] for concept in concepts]
        used: Counter[int] = Counter()
        known, given = self._slot_of, set()
        # Who is on screen keeps its colour; who comes back has it again where it is free.
        for concept_id in sorted(drawn, key=lambda c: c not in self._shown):
            slot = known.get(concept_id)
            if slot is not None and (concept_id in self._shown or not used[slot]):
                used[slot] += 1
                given.add(concept_id)
        for concept_id in drawn:
            if concept_id not in given:
                slot = min(range(self._slots), key=lambda s: (used[s], s))
                known[concept_id] = slot
                used[slot] += 1
        self._shown = frozenset(drawn)
        return tuple(Curve(code, known[ids[code]]) for code in concepts)
