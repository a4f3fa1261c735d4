"""Which concepts have a curve where two sessions are compared: the same, in one colour, in both."""

from __future__ import annotations

from collections.abc import Callable

from app.background import Background, Latest
from app.models.concept_colours import ConceptColours
from app.views.timeline.scene import Curve
from core.replay.axis import Axis
from core.replay.index import ContextIndex

CURVES = 8
"""How many concepts have a curve."""


class PairCurves:
    """Chooses them in the background; ``chosen`` is called when they were."""

    def __init__(self, background: Background, chosen: Callable[[], None]) -> None:
        self._chosen = chosen
        self._choosing = Latest(background)
        self.forget()

    @property
    def busy(self) -> bool:
        """Whether a choice is still to come."""
        return self._choosing.busy

    def forget(self) -> None:
        """Other sessions: their concepts take their colours anew."""
        self._colours = ConceptColours()
        self._drawn: list[tuple[str, int]] = []

    def cancel(self) -> None:
        """Choose no more."""
        self._choosing.cancel()

    def choose(
        self,
        indexes: tuple[ContextIndex, ContextIndex],
        axes: tuple[Axis, Axis],
        shown: tuple[float, float],
    ) -> None:
        """Choose the heaviest of what lies in this range of both."""

        def choose() -> list[str]:
            ranked = []
            for index, axis in zip(indexes, axes, strict=True):
                start, stop = (int(at) for at in axis.positions_at(shown))
                ids = index.log.contributions.concept_ids
                ranked.append([ids[code] for code in index.top_concepts(start, stop, CURVES)])
            chosen = _in_turn(*ranked)[:CURVES]
            for index in indexes:
                for code in map(index.log.concept_code, chosen):
                    if code is not None:
                        index.series(code)
            return chosen

        self._choosing.run(choose, then=self._take)

    def of(self, indexes: tuple[ContextIndex | None, ...]) -> tuple[tuple[Curve, ...], ...]:
        """The curves of each, by the codes that their concepts have in it."""
        return tuple(self._of(index) for index in indexes)

    def _of(self, index: ContextIndex | None) -> tuple[Curve, ...]:
        if index is None:
            return ()
        codes = ((index.log.concept_code(name), slot) for name, slot in self._drawn)
        return tuple(Curve(code, slot) for code, slot in codes if code is not None)

    def _take(self, chosen: list[str]) -> None:
        self._drawn = [
            (chosen[curve.concept], curve.slot)
            for curve in self._colours.curves(range(len(chosen)), chosen)
        ]
        self._chosen()


def _in_turn(a: list[str], b: list[str]) -> list[str]:
    """The first of A, the first of B, the second of A, …, each once."""
    longest = max(len(a), len(b))
    taken = [each[place] for place in range(longest) for each in (a, b) if place < len(each)]
    return list(dict.fromkeys(taken))
