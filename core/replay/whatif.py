"""What differs at a playhead between a session as it was and as it would be."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from core.late_dataclass import dataclass
from core.projectors.context import ObjectChange, SessionContext, difference
from core.replay.columns import Float64
from core.replay.index import ContextIndex
from core.replay.waterfall import LEAST


@dataclass(frozen=True, slots=True)
class Standing:
    """A concept's weight and its rank among all concepts, under the base and now.

    A rank is None where it weighs nothing. ``was_active`` and ``is_active`` say whether the rules
    keep it, by their number of concepts.
    """

    concept_id: str
    label: str
    base: float
    now: float
    rank_base: int | None
    rank_now: int | None
    was_active: bool
    is_active: bool

    @property
    def differs(self) -> bool:
        """Whether it weighs something else, stands elsewhere, or came or went."""
        return (
            abs(self.now - self.base) > LEAST
            or self.rank_base != self.rank_now
            or self.was_active != self.is_active
        )

    @property
    def places(self) -> int:
        """By how many places it stands higher now, 0 where it has no rank in one of them."""
        if self.rank_base is None or self.rank_now is None:
            return 0
        return self.rank_base - self.rank_now


@dataclass(frozen=True, slots=True)
class WhatIfDifference:
    """The active concepts of now by rank, then those of the base alone; what objects differ."""

    position: int
    instant: int | None
    concepts: tuple[Standing, ...]
    objects: tuple[ObjectChange, ...]
    uncertainty_base: float
    uncertainty_now: float

    @property
    def active(self) -> int:
        """How many concepts are active now."""
        return sum(each.is_active for each in self.concepts)

    @property
    def changed(self) -> tuple[Standing, ...]:
        """Those of the concepts that differ."""
        return tuple(each for each in self.concepts if each.differs)

    @property
    def is_none(self) -> bool:
        """Whether nothing differs."""
        same = abs(self.uncertainty_now - self.uncertainty_base) <= LEAST
        return same and not self.changed and not self.objects


@dataclass(frozen=True, eq=False)
class Comparison:
    """Compares two indexes at any playhead; each of them knows a concept by another code.

    They may be under other rules, and of logs without some of the same session's events.
    """

    base: ContextIndex
    now: ContextIndex

    def at(self, position: int, instant: int | None = None) -> WhatIfDifference:
        """What differs at a playhead, see `ContextIndex.context_at`; about a millisecond."""
        then, here = (each.context_at(position, instant) for each in (self.base, self.now))
        return WhatIfDifference(
            position=position,
            instant=here.instant,
            concepts=self._standings(then, here),
            objects=difference(then, here).objects,
            uncertainty_base=then.uncertainty_score,
            uncertainty_now=here.uncertainty_score,
        )

    def _standings(self, then: SessionContext, here: SessionContext) -> tuple[Standing, ...]:
        at = here.instant or 0
        base, now = (each.weights_at(here.position, at) for each in (self.base, self.now))
        were = {c.concept_id: c.label for c in then.active_concepts}
        are = {c.concept_id: c.label for c in here.active_concepts}
        found = []
        for concept_id in [*are, *(name for name in were if name not in are)]:
            codes = self._codes(concept_id)
            (was, rank_base), (weight, rank_now) = _place(base, codes[0]), _place(now, codes[1])
            found.append(
                Standing(
                    concept_id=concept_id,
                    label=are.get(concept_id) or were[concept_id],
                    base=was,
                    now=weight,
                    rank_base=rank_base,
                    rank_now=rank_now,
                    was_active=concept_id in were,
                    is_active=concept_id in are,
                )
            )
        return tuple(found)

    def _codes(self, concept_id: str) -> tuple[int | None, int | None]:
        known = self._known.get(concept_id)
        if known is None:
            log, other = self.base.log, self.now.log
            code = log.concept_code(concept_id)
            known = (code, code if log is other else other.concept_code(concept_id))
            self._known[concept_id] = known
        return known

    @cached_property
    def _known(self) -> dict[str, tuple[int | None, int | None]]:
        return {}


def _place(weights: Float64, code: int | None) -> tuple[float, int | None]:
    """A concept's weight and its rank, ties by first contribution."""
    if code is None or weights[code] <= 0:
        return 0.0, None
    own = weights[code]
    heavier = int(np.count_nonzero(weights > own))
    return float(own), heavier + int(np.count_nonzero(weights[:code] == own)) + 1
