"""Which events changed a concept, an object or the uncertainty."""

from __future__ import annotations

import numpy as np

from core.distinct import distinct
from core.projectors.rules import SteppedUncertainty
from core.replay.columns import Int32
from core.replay.explain_uncertainty import counted_events, step_counts
from core.replay.index import ContextIndex
from core.replay.waterfall import LEAST


def concept_changes(index: ContextIndex, concept: int) -> Int32:
    """The events (ascending) that made a concept heavier: not those that found it at the cap."""
    events, _, sums = index.series(concept)
    made = index.log.contributions
    amounts = np.array(index.rules.amounts)[made.source[made.of(concept)]]
    cap = index.rules.cap
    gained = np.minimum(sums, cap) - np.minimum(sums - amounts, cap)
    return distinct(events[gained > LEAST])


def object_changes(index: ContextIndex, code: int) -> Int32:
    """The events (ascending) that touched an object."""
    order, starts = index.log.touches_by_object
    return index.log.touches.event[order[starts[code] : starts[code + 1]]]


def uncertainty_changes(index: ContextIndex) -> Int32:
    """The events (ascending) at which the uncertainty took another value.

    Under rules by which it fades, each event that counts is one.
    """
    formula = index.rules.uncertainty
    if isinstance(formula, SteppedUncertainty):
        return counted_events(index, step_counts(formula))
    return index.log.counted
