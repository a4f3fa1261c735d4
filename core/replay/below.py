"""What an event changed of the concepts that are not active."""

from __future__ import annotations

import numpy as np

from core.projectors.context import ConceptChange
from core.replay.columns import Float64
from core.replay.index import ContextIndex
from core.replay.waterfall import LEAST


def changes_below(index: ContextIndex, position: int) -> tuple[ConceptChange, ...]:
    """The concepts that the event leading to ``position`` made heavier and that are not active.

    In the order of their contributions; the ranks are among all concepts. What became active or
    was so before is told by `core.projectors.context.difference`.
    """
    if position == 0:
        return ()
    log, most = index.log, index.rules.max_concepts
    made, at = log.contributions, int(log.times[position - 1])
    own = slice(made.before(position - 1), made.before(position))
    concepts = dict.fromkeys(made.concept[own].tolist())
    if not concepts:
        return ()
    before, after = (index.weights_at(p, at) for p in (position - 1, position))
    found = []
    for concept in concepts:
        ranks = _rank(before, concept), _rank(after, concept)
        is_active = any(rank is not None and rank <= most for rank in ranks)
        if not is_active and abs(after[concept] - before[concept]) > LEAST:
            found.append(
                ConceptChange(
                    concept_id=made.concept_ids[concept],
                    label=log.concept_label(concept, position),
                    before=float(before[concept]) if ranks[0] is not None else None,
                    after=float(after[concept]) if ranks[1] is not None else None,
                    rank_before=ranks[0],
                    rank_after=ranks[1],
                )
            )
    return tuple(found)


def _rank(weights: Float64, concept: int) -> int | None:
    """A concept's place among all that weigh anything, ties by code; None where it does not."""
    own = weights[concept]
    if own <= 0:
        return None
    heavier = int(np.count_nonzero(weights > own))
    return heavier + int(np.count_nonzero(weights[:concept] == own)) + 1
