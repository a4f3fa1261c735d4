"""A context as it is sent, and what differs between two of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.projectors.context import (
    ActiveConcept,
    ActiveObject,
    ConceptChange,
    ObjectChange,
    SessionContext,
    difference,
)

concepts = st.lists(
    st.builds(
        ActiveConcept,
        st.sampled_from("abcdef"),
        st.sampled_from([0.1, 0.2, 0.5, 1.0]),
        st.none() | st.sampled_from(["Raft", "Paxos"]),
    ),
    unique_by=lambda c: c.concept_id,
    max_size=6,
)
objects = st.lists(
    st.builds(
        ActiveObject,
        st.sampled_from(["claim", "document"]),
        st.sampled_from("xyz"),
        st.sampled_from([0.7, 0.8]),
    ),
    unique_by=lambda o: (o.object_type, o.object_id),
    max_size=6,
)
contexts = st.builds(
    SessionContext,
    st.just("s"),
    st.integers(0, 9),
    st.none(),
    concepts.map(tuple),
    objects.map(tuple),
    st.sampled_from([0.2, 0.5, 0.8]),
)


def test_a_context_is_sent_in_the_shape_of_the_backend() -> None:
    """A client of the backend could not read ours; an absent name is left out, not null."""
    context = SessionContext(
        session_id="s",
        position=2,
        instant=1_794_474_000_000_000,
        active_concepts=(ActiveConcept("c-1", 0.35, "Raft"), ActiveConcept("c-2", 0.15)),
        active_objects=(ActiveObject("claim", "cl-1", 0.8),),
        uncertainty_score=0.8,
    )
    assert context.to_wire() == {
        "session_id": "s",
        "active_concepts": [
            {"concept_id": "c-1", "weight": 0.35, "name": "Raft"},
            {"concept_id": "c-2", "weight": 0.15},
        ],
        "active_objects": [{"object_type": "claim", "object_id": "cl-1", "relevance_score": 0.8}],
        "uncertainty_score": 0.8,
        "last_updated": "2026-11-12T09:00:00Z",
    }


def test_an_empty_context_has_no_time() -> None:
    """A session without events would claim to have been updated in 1970."""
    empty = SessionContext(session_id="s", position=0, instant=None)
    assert empty.last_updated is None
    assert empty.to_wire() == {
        "session_id": "s",
        "active_concepts": [],
        "active_objects": [],
        "uncertainty_score": 1.0,
        "last_updated": None,
    }


def test_the_epoch_is_a_time() -> None:
    """An event of a machine without a clock, dated 1970, would be shown as no event."""
    context = SessionContext(session_id="s", position=1, instant=0)
    assert context.to_wire()["last_updated"] == "1970-01-01T00:00:00Z"
    assert context.last_updated is not None


def test_a_concept_without_name_is_called_by_its_id() -> None:
    """A row of the panel would be blank."""
    assert ActiveConcept("c-1", 0.2).label == "c-1"
    assert ActiveConcept("c-1", 0.2, "Raft").label == "Raft"


def test_what_came_grew_and_went_between_two_moments() -> None:
    """The panel's deltas would tell another story than the two contexts do."""
    before = SessionContext(
        session_id="s",
        position=1,
        instant=1,
        active_concepts=(ActiveConcept("a", 0.5, "A"), ActiveConcept("b", 0.25)),
        active_objects=(ActiveObject("claim", "x", 0.8), ActiveObject("claim", "y", 0.8)),
        uncertainty_score=0.8,
    )
    after = SessionContext(
        session_id="s",
        position=2,
        instant=2,
        active_concepts=(ActiveConcept("c", 0.75), ActiveConcept("a", 0.5, "A")),
        active_objects=(ActiveObject("claim", "y", 0.8), ActiveObject("claim", "z", 0.7)),
        uncertainty_score=0.5,
    )
    found = difference(before, after)
    assert found.concepts == (
        ConceptChange("c", "c", before=None, after=0.75, rank_before=None, rank_after=1),
        ConceptChange("a", "A", before=0.5, after=0.5, rank_before=1, rank_after=2),
        ConceptChange("b", "b", before=0.25, after=None, rank_before=2, rank_after=None),
    )
    assert [c.delta for c in found.concepts] == [0.75, 0.0, -0.25]
    assert found.objects == (
        ObjectChange("claim", "z", before=None, after=0.7),
        ObjectChange("claim", "x", before=0.8, after=None),
    )
    assert (found.uncertainty_before, found.uncertainty_after) == (0.8, 0.5)


@given(before=contexts, after=contexts)
def test_the_deltas_lead_from_one_context_to_the_other(
    before: SessionContext, after: SessionContext
) -> None:
    """A change would be shown that did not happen, or one that happened would not."""
    found = difference(before, after)
    deltas = {change.concept_id: change.delta for change in found.concepts}
    was = {c.concept_id: c.weight for c in before.active_concepts}
    now = {c.concept_id: c.weight for c in after.active_concepts}
    for concept_id in was.keys() | now.keys():
        delta = now.get(concept_id, 0.0) - was.get(concept_id, 0.0)
        assert deltas.get(concept_id, 0.0) == delta
    changed = {(o.object_type, o.object_id): (o.before, o.after) for o in found.objects}
    old = {(o.object_type, o.object_id): o.relevance_score for o in before.active_objects}
    new = {(o.object_type, o.object_id): o.relevance_score for o in after.active_objects}
    assert changed == {
        key: (old.get(key), new.get(key))
        for key in old.keys() | new.keys()
        if old.get(key) != new.get(key)
    }


@given(before=contexts, after=contexts)
def test_back_and_forth_are_mirror_images(before: SessionContext, after: SessionContext) -> None:
    """Stepping back would not take away what stepping on added."""
    there, back = difference(before, after), difference(after, before)
    assert {
        (c.concept_id, c.before, c.after, c.rank_before, c.rank_after) for c in there.concepts
    } == {(c.concept_id, c.after, c.before, c.rank_after, c.rank_before) for c in back.concepts}
    assert {(o.object_id, o.before, o.after) for o in there.objects} == {
        (o.object_id, o.after, o.before) for o in back.objects
    }
    assert back.uncertainty_before == there.uncertainty_after


@given(context=contexts)
def test_a_context_does_not_differ_from_itself(context: SessionContext) -> None:
    """The panel would show changes where nothing happened."""
    found = difference(context, context)
    assert found.concepts == found.objects == ()
    assert found.uncertainty_before == found.uncertainty_after
