"""What was known at a moment equals the fold over what had arrived: else the replay makes it up."""

from __future__ import annotations

import pytest
from hypothesis import given

from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.projectors.session_context import fold
from core.replay import as_known
from core.replay.arrival import ArrivalOrder
from core.replay.as_known import arrived_context, known_context
from core.replay.index import ContextIndex
from tests.builders import captured, chat, claim, log_of, viewed
from tests.core.replay.strategies import logs, rules
from tests.core.replay.test_index import assert_close, in_order


def known_of(events: list[EventEnvelope], position: int) -> list[EventEnvelope]:
    """By the definition: of the first events those that had arrived when the last of them did."""
    arrival = {id(event): rank for rank, event in enumerate(events)}
    first = in_order(events)[:position]
    return [e for e in first if arrival[id(e)] <= arrival[id(first[-1])]]


@given(events=logs, rules=rules(decay=False))
def test_what_was_known_equals_the_fold_to_the_last_bit(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    index = ContextIndex(log_of(events), rules)
    order = ArrivalOrder(index.log)
    for position in range(len(events) + 1):
        expected = fold("s", known_of(events, position), rules=rules)
        assert known_context(index, order, position) == expected


@given(events=logs, rules=rules(decay=True))
def test_what_was_known_equals_the_fold_with_decay(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    index = ContextIndex(log_of(events), rules)
    order = ArrivalOrder(index.log)
    for position in range(len(events) + 1):
        expected = fold("s", known_of(events, position), rules=rules)
        assert_close(known_context(index, order, position), expected)


@given(events=logs, rules=rules(decay=False))
def test_each_arrival_equals_the_fold_of_what_had_arrived(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    index = ContextIndex(log_of(events), rules)
    order = ArrivalOrder(index.log)
    for arrived in range(len(events) + 1):
        expected = fold("s", in_order(events[:arrived]), rules=rules)
        assert arrived_context(index, order, arrived) == expected


@given(events=logs)
def test_summing_all_concepts_anew_answers_the_same(events: list[EventEnvelope]) -> None:
    index = ContextIndex(log_of(events))
    order = ArrivalOrder(index.log)
    with pytest.MonkeyPatch.context() as patch:
        few = [known_context(index, order, p) for p in range(len(events) + 1)]
        patch.setattr(as_known, "_CONCEPTS_MOST", 0)
        assert [known_context(index, order, p) for p in range(len(events) + 1)] == few


def test_a_late_event_takes_its_weight_its_object_and_its_name_with_it() -> None:
    events = [
        viewed("raft", seconds=0, name="Raft"),
        captured("document", "b", seconds=20),
        viewed("raft", seconds=30),
        viewed("raft", seconds=10, name="RAFT"),
        captured("document", "a", seconds=11),
        chat("paxos", seconds=40),
    ]
    index = ContextIndex(log_of(events))
    order = ArrivalOrder(index.log)
    known = known_context(index, order, 5)
    assert [(c.concept_id, c.weight, c.name) for c in known.active_concepts] == [
        ("raft", 0.4, "Raft")
    ]
    assert [o.object_id for o in known.active_objects] == ["b"]
    assert (known.position, known.uncertainty_score) == (3, 0.8)
    now = index.context_at(5)
    assert now.active_concepts[0].weight == pytest.approx(0.6)
    assert [o.object_id for o in now.active_objects] == ["a", "b"]


@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY])
def test_where_nothing_came_late_it_is_the_context(rules: ProjectionRules) -> None:
    events = [viewed("raft", seconds=0), claim("c", "raft", "paxos", seconds=1)]
    index = ContextIndex(log_of(events), rules)
    assert known_context(index, ArrivalOrder(index.log), 2) == index.context_at(2)
