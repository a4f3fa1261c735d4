"""The index answers what the fold computes: else a replay shows what the system never saw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.projectors.context import SessionContext
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.projectors.session_context import fold
from core.replay import index as index_module
from core.replay import weights as weights_module
from core.replay.curves import Curves
from core.replay.index import ContextIndex, heaviest
from tests.builders import captured, chat, claim, event, log_of, viewed
from tests.core.replay.strategies import logs, rules


def in_order(events: list[EventEnvelope]) -> list[EventEnvelope]:
    return sorted(events, key=lambda e: e.occurred_at)


@given(events=logs, rules=rules(decay=False), every=st.integers(1, 5))
def test_index_equals_fold_to_the_last_bit_without_decay(
    events: list[EventEnvelope], rules: ProjectionRules, every: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights_module, "_CHECKPOINT_EVERY", every)
        index = ContextIndex(log_of(events), rules)
        ordered = in_order(events)
        for position in range(len(events) + 1):
            expected = fold("s", ordered[:position], rules=rules)
            assert index.context_at(position) == expected


@given(events=logs, rules=rules(decay=True), every=st.integers(1, 5), later=st.floats(0, 100_000))
def test_index_equals_fold_to_a_billionth_with_decay(
    events: list[EventEnvelope], rules: ProjectionRules, every: int, later: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights_module, "_CHECKPOINT_EVERY", every)
        log = log_of(events)
        index = ContextIndex(log, rules)
        ordered = in_order(events)
        for position in range(len(events) + 1):
            for instant in (None, log.instant_at(position) + round(later * 1e6)):
                expected = fold("s", ordered[:position], rules=rules, instant=instant)
                assert_close(index.context_at(position, instant), expected)


@given(
    events=logs,
    rules=st.booleans().flatmap(lambda decay: rules(decay=decay)),
    every=st.integers(1, 3),
    at_once=st.integers(1, 9),
    asked=st.lists(st.integers(0, 30), max_size=8),
)
def test_in_whatever_order_it_is_asked_it_answers_the_same(
    events: list[EventEnvelope],
    rules: ProjectionRules,
    every: int,
    at_once: int,
    asked: list[int],
) -> None:
    """What is worked out only when it is asked for must not depend on what was asked before."""
    log = log_of(events)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights_module, "_CHECKPOINT_EVERY", every)
        patch.setattr(weights_module, "_AT_ONCE", at_once)
        patch.setattr(index_module, "_LONG", 0)
        whole = ContextIndex(log, rules).prepare()
        ids = log.contributions.concept_ids
        first = asked[0] if asked else 0
        index = ContextIndex(log, rules).prepare_at(min(first, len(log)), ids[:3])
        for position in (min(each, len(log)) for each in asked):
            assert index.context_at(position) == whole.context_at(position)
            instant = log.instant_at(position)
            assert np.array_equal(
                index.raw_weights_at(position, instant), whole.raw_weights_at(position, instant)
            )


def assert_close(ours: SessionContext, expected: SessionContext) -> None:
    """Equal but for the last digits, and for the order of what those digits decide."""
    assert (ours.position, ours.instant) == (expected.position, expected.instant)
    assert ours.uncertainty_score == pytest.approx(expected.uncertainty_score, abs=1e-9)
    assert [c.weight for c in ours.active_concepts] == pytest.approx(
        [c.weight for c in expected.active_concepts], abs=1e-9
    )
    assert [(o.object_type, o.object_id) for o in ours.active_objects] == [
        (o.object_type, o.object_id) for o in expected.active_objects
    ]
    assert [o.relevance_score for o in ours.active_objects] == pytest.approx(
        [o.relevance_score for o in expected.active_objects], abs=1e-9
    )
    theirs = {c.concept_id: c for c in expected.active_concepts}
    least = min((c.weight for c in expected.active_concepts), default=0.0)
    for concept in ours.active_concepts:
        twin = theirs.get(concept.concept_id)
        if twin is None:
            assert concept.weight == pytest.approx(least, abs=1e-9)
        else:
            assert concept.weight == pytest.approx(twin.weight, abs=1e-9)
            assert concept.name == twin.name


@given(events=logs, rules=rules(decay=False) | rules(decay=True))
def test_curves_show_the_weights_and_the_uncertainty_of_the_contexts(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    log = log_of(events)
    index = ContextIndex(log, rules)
    positions = np.arange(len(log) + 1)
    instants = np.array([log.instant_at(int(p)) for p in positions], dtype=np.int64)
    weights = [index.weights_at(int(p), int(t)) for p, t in zip(positions, instants, strict=True)]
    for concept in range(len(log.contributions.concept_ids)):
        curve = index.curve(concept, positions, instants)
        assert curve == pytest.approx([float(w[concept]) for w in weights], abs=1e-9)
    expected = [index.context_at(int(p)).uncertainty_score for p in positions]
    assert index.uncertainty.over(positions, instants) == pytest.approx(expected, abs=1e-9)


@given(events=logs, rules=rules(decay=False) | rules(decay=True), data=st.data())
def test_curves_together_are_what_each_is_alone(
    events: list[EventEnvelope], rules: ProjectionRules, data: st.DataObject
) -> None:
    """All curves of the timeline are found at once: one that took another's weights would lie."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    codes = st.integers(0, max(0, len(log.contributions.concept_ids) - 1))
    concepts = data.draw(st.lists(codes, max_size=4)) if log.contributions.concept_ids else []
    # Beside another session an axis may lead past the end.
    positions = np.sort(data.draw(st.lists(st.integers(0, len(log) + 3), min_size=1)))
    instants = np.array([log.instant_at(min(int(p), len(log))) for p in positions], dtype=np.int64)
    together = Curves(index, concepts).over(positions, instants)
    alone = [index.curve(concept, positions, instants) for concept in concepts]
    assert together.tolist() == [each.tolist() for each in alone]


@given(
    weights=st.lists(st.sampled_from([0.0, 0.2, 0.5, 1.0]), max_size=60),
    count=st.integers(0, 12),
    block=st.sampled_from([1, 2, 3, 64]),
)
def test_the_heaviest_are_a_stable_sort_cut_off(
    weights: list[float], count: int, block: int
) -> None:
    expected = sorted((i for i, w in enumerate(weights) if w > 0), key=lambda i: -weights[i])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.replay.index._BLOCK", block)
        assert heaviest(np.array(weights), count) == expected[:count]


def test_a_context_under_the_rules_of_the_backend() -> None:
    log = log_of(
        [
            viewed("raft", seconds=0, name="Raft"),
            chat("raft", "paxos", seconds=1),
            claim("cl-1", "paxos", seconds=2),
            captured("document", "d-1", seconds=3),
        ]
    )
    context = ContextIndex(log, BRAIN_WEB).context_at(4)
    assert [(c.concept_id, c.name, c.weight) for c in context.active_concepts] == [
        ("raft", "Raft", 0.2 + 0.15),
        ("paxos", "Paxos", 0.15 + 0.1),
    ]
    assert [(o.object_id, o.relevance_score) for o in context.active_objects] == [
        ("cl-1", 0.8),
        ("d-1", 0.7),
    ]
    assert context.uncertainty_score == 0.8


def test_recency_forgets_by_half_every_ten_minutes() -> None:
    log = log_of([viewed("raft"), captured("document", "old", seconds=1)])
    context = ContextIndex(log, RECENCY).context_at(2, log.start + 600_000_000)
    assert context.active_concepts[0].weight == pytest.approx(0.1)
    assert context.active_objects[0].relevance_score == pytest.approx(0.35, abs=1e-3)
    assert context.uncertainty_score == pytest.approx(2 ** -(1.0 / 5), abs=1e-3)


def test_the_heaviest_concepts_of_a_range_are_those_that_it_is_about() -> None:
    """At the cap all weigh the same: what the range adds decides which curves are drawn."""
    early = [viewed(f"old-{i}", seconds=i) for i in range(5) for _ in range(6)]
    late = [viewed("new", seconds=100 + i) for i in range(6)]
    log = log_of(early + late)
    index = ContextIndex(log, BRAIN_WEB)
    first = index.top_concepts(len(early), len(log), 3)[0]
    assert log.contributions.concept_ids[first] == "new"


def test_a_position_beyond_the_log_is_an_error() -> None:
    with pytest.raises(ValueError, match="not within 0 to 1"):
        ContextIndex(log_of([event()])).context_at(2)


def test_before_and_after_an_event_differ_by_it_alone() -> None:
    log = log_of([viewed("a"), viewed("b", seconds=600)])
    before, after = ContextIndex(log, RECENCY).changed_by(2)
    assert before.instant == after.instant
    assert [c.concept_id for c in before.active_concepts] == ["a"]
    assert [c.concept_id for c in after.active_concepts] == ["b", "a"]
