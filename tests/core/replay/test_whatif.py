"""What differs from the base is what the two contexts say, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.index import ContextIndex
from core.replay.leaving_out import without
from core.replay.whatif import Comparison
from tests.builders import captured, log_of, viewed
from tests.core.replay.strategies import logs, rules
from tests.core.replay.test_leaving_out import masks


@given(events=logs, mask=masks, other=rules(decay=False) | rules(decay=True))
def test_weights_ranks_and_objects_are_those_of_the_two_contexts(
    events: list[EventEnvelope], mask: list[bool], other: ProjectionRules
) -> None:
    """The table would tell of concepts that neither context holds, or of other weights."""
    log = log_of(events)
    gone = np.array(mask[: len(log)], dtype=bool)
    base, now = ContextIndex(log, BRAIN_WEB), ContextIndex(without(log, gone), other)
    for position in range(len(log) + 1):
        found = Comparison(base, now).at(position)
        then, here = base.context_at(position), now.context_at(position)
        active = [c for c in found.concepts if c.is_active]
        assert [(c.concept_id, c.now) for c in active] == [
            (c.concept_id, c.weight) for c in here.active_concepts
        ]
        assert [c.rank_now for c in active] == list(range(1, len(active) + 1))
        were = {c.concept_id: c for c in found.concepts if c.was_active}
        for rank, concept in enumerate(then.active_concepts, 1):
            assert were[concept.concept_id].base == concept.weight
            assert were[concept.concept_id].rank_base == rank
        assert (found.uncertainty_base, found.uncertainty_now) == (
            then.uncertainty_score,
            here.uncertainty_score,
        )
        shown = {(o.object_type, o.object_id): o for o in found.objects}
        kept = {(o.object_type, o.object_id) for o in then.active_objects}
        assert {key for key, o in shown.items() if o.before is not None} <= kept


@given(events=logs)
def test_nothing_differs_from_itself(events: list[EventEnvelope]) -> None:
    index = ContextIndex(log_of(events), BRAIN_WEB)
    for position in range(len(events) + 1):
        assert Comparison(index, index).at(position).is_none


def test_a_concept_that_is_not_active_has_a_rank_all_the_same() -> None:
    """“From rank 3 to 1” says more than that it came."""
    events = [viewed("a"), viewed("a", seconds=1), viewed("b", seconds=2), viewed("b", seconds=3)]
    events += [viewed("c", seconds=4), captured("document", "d", seconds=5)]
    log = log_of(events)
    two = BRAIN_WEB.model_copy(update={"max_concepts": 2})
    without_a = ContextIndex(without(log, [0, 1, 5]), two)
    found = Comparison(ContextIndex(log, two), without_a).at(len(log))
    told = {c.concept_id: (c.rank_base, c.rank_now, c.was_active, c.is_active, c.places)
            for c in found.concepts}  # fmt: skip
    assert told == {
        "b": (2, 1, True, True, 1),
        "c": (3, 2, False, True, 1),
        "a": (1, None, True, False, 0),
    }
    assert [(o.object_id, o.after) for o in found.objects] == [("d", None)]
    assert (found.active, len(found.changed)) == (2, 3)
