"""The difference of the contexts of two sessions."""

from __future__ import annotations

import pytest

from core.replay.index import ContextIndex
from core.replay.playback import Playhead
from core.replay.two_contexts import compare_contexts
from tests.builders import captured, claim, log_of, viewed


def end(index: ContextIndex) -> Playhead:
    return Playhead(len(index.log), index.log.end)


def test_concepts_stand_against_each_other_the_furthest_apart_first() -> None:
    """What differs most would have to be looked for."""
    a = ContextIndex(log_of([viewed("raft", name="Raft"), viewed("raft"), viewed("cqrs")]))
    b = ContextIndex(log_of([viewed("cqrs"), viewed("raft"), viewed("idem")]))
    found = compare_contexts(a, end(a), b, end(b))
    assert [(p.label, p.a, p.b) for p in found.concepts] == [
        ("Raft", 0.4, 0.2),
        ("idem", 0.0, 0.2),
        ("cqrs", 0.2, 0.2),
    ]
    assert found.concepts[0].difference == pytest.approx(-0.2)
    assert not found.is_same


def test_a_weight_is_told_even_where_it_is_too_small_to_be_active() -> None:
    """A concept that is eleventh in B would seem not to be there."""
    many = [viewed(f"c-{n}", seconds=n) for n in range(10) for _ in range(2)]
    a = ContextIndex(log_of([viewed("raft")]))
    b = ContextIndex(log_of([*many, viewed("raft", seconds=60)]))
    found = compare_contexts(a, end(a), b, end(b))
    raft = next(p for p in found.concepts if p.concept_id == "raft")
    assert (raft.a, raft.b, raft.rank_a, raft.rank_b) == (0.2, 0.2, 1, None)


def test_objects_are_those_of_a_then_of_b_then_of_both() -> None:
    a = ContextIndex(log_of([captured("document", "both"), captured("document", "a")]))
    b = ContextIndex(log_of([captured("document", "both"), claim("b")]))
    found = compare_contexts(a, end(a), b, end(b))
    assert [(o.object_id, o.a, o.b) for o in found.objects] == [
        ("a", 0.7, None),
        ("b", None, 0.8),
        ("both", 0.7, 0.7),
    ]


def test_equal_sessions_are_the_same_whatever_they_are_called() -> None:
    a, b = (ContextIndex(log_of([viewed("raft"), claim("c", "raft")])) for _ in range(2))
    found = compare_contexts(a, end(a), b, end(b))
    assert found.is_same
    assert found.to_wire()["same"] is True
