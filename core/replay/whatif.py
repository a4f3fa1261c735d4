"""What differs at a playhead between a session as it was and as it would be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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


def whatif_difference(
    base: ContextIndex, now: ContextIndex, position: int, instant: int | None = None
) -> WhatIfDifference:
    """What differs at a playhead, see `ContextIndex.context_at`; about a millisecond.

    The two may be under other rules, and of logs without some of the same session's events.
    """
    then, here = base.context_at(position, instant), now.context_at(position, instant)
    return WhatIfDifference(
        position=position,
        instant=here.instant,
        concepts=_standings(base, now, then, here),
        objects=difference(then, here).objects,
        uncertainty_base=then.uncertainty_score,
        uncertainty_now=here.uncertainty_score,
    )


def _standings(
    base: ContextIndex, now: ContextIndex, then: SessionContext, here: SessionContext
) -> tuple[Standing, ...]:
    at = here.instant or 0
    weights = [index.weights_at(here.position, at) for index in (base, now)]
    were = {c.concept_id for c in then.active_concepts}
    are = {c.concept_id: c.label for c in here.active_concepts}
    labels = are | {c.concept_id: c.label for c in then.active_concepts if c.concept_id not in are}
    found = []
    for concept_id, label in labels.items():
        (was, rank_base), (weight, rank_now) = (
            _place(index, each, concept_id)
            for index, each in zip((base, now), weights, strict=True)
        )
        found.append(
            Standing(
                concept_id=concept_id,
                label=label,
                base=was,
                now=weight,
                rank_base=rank_base,
                rank_now=rank_now,
                was_active=concept_id in were,
                is_active=concept_id in are,
            )
        )
    return tuple(found)


def _place(index: ContextIndex, weights: Float64, concept_id: str) -> tuple[float, int | None]:
    """A concept's weight and its rank, ties by first contribution."""
    code = index.log.concept_code(concept_id)
    if code is None or weights[code] <= 0:
        return 0.0, None
    own = weights[code]
    heavier = int(np.count_nonzero(weights > own))
    return float(own), heavier + int(np.count_nonzero(weights[:code] == own)) + 1
