"""What a frame asks for at one playhead is what would be answered there at leisure."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.projectors.rules import ProjectionRules
from core.replay.index import ContextIndex
from tests.builders import log_of
from tests.core.replay.strategies import logs, rules

either = st.booleans().flatmap(lambda decay: rules(decay=decay))


@given(events=logs, rules=either)
def test_the_contexts_around_an_event_are_those_of_the_two_positions(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """What an event changed would be told of a context that never was."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    for position in range(1, len(log) + 1):
        at = log.instant_at(position)
        expected = index.context_at(position - 1, at), index.context_at(position, at)
        assert index.changed_by(position) == expected


@given(events=logs, rules=either, later=st.integers(0, 10**10))
def test_the_dots_on_the_curves_lie_on_the_curves(
    events: list[EventEnvelope], rules: ProjectionRules, later: int
) -> None:
    """At the playhead a curve would seem to have another weight than it is drawn with."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    concepts = range(len(log.contributions.concept_ids))
    for position in range(len(log) + 1):
        instant = log.instant_at(position) + later
        grid = np.array([position]), np.array([instant])
        expected = [index.curve(concept, *grid)[0] for concept in concepts]
        assert index.weights_of(concepts, position, instant).tolist() == expected
