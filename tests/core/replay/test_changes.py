"""The events that changed something: one that did not must never be stopped at."""

from __future__ import annotations

from hypothesis import given

from core.events.schema import EventEnvelope
from core.projectors.rules import ProjectionRules
from core.replay.changes import concept_changes, object_changes, uncertainty_changes
from core.replay.index import ContextIndex
from tests.builders import log_of
from tests.core.replay.strategies import logs, rules

any_rules = rules(decay=False) | rules(decay=True)
LEAST = 1e-9


@given(events=logs, rules=any_rules)
def test_a_concept_is_changed_by_the_events_that_make_it_heavier(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """N would stop at views that found the concept at its cap."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    for concept in range(len(log.contributions.concept_ids)):
        found = set(concept_changes(index, concept).tolist())
        for event in range(len(log)):
            at = int(log.times[event])
            before, after = (float(index.weights_at(event + n, at)[concept]) for n in (0, 1))
            if abs(after - before - LEAST) > LEAST / 2:
                assert (event in found) == (after - before > LEAST)


@given(events=logs, rules=any_rules)
def test_the_uncertainty_is_changed_where_it_takes_another_value(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    log = log_of(events)
    index = ContextIndex(log, rules)
    found = set(uncertainty_changes(index).tolist())
    for event in range(len(log)):
        before, after = (c.uncertainty_score for c in index.changed_by(event + 1))
        if abs(after - before) > 1e-6:
            assert event in found
        elif rules.uncertainty.kind == "stepped":
            assert event not in found or abs(after - before) > 0


@given(events=logs, rules=any_rules)
def test_an_object_is_changed_by_its_touches(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    log = log_of(events)
    index = ContextIndex(log, rules)
    touched = [object_changes(index, code) for code in range(len(log.object_keys))]
    assert sum(map(len, touched)) == len(log.touches.event)
    for code, events_of in enumerate(touched):
        assert all(log.objects[event] == code for event in events_of)
