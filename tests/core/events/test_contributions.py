from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.contributions import Source, Touch, contributions, touched_object
from core.events.schema import EventType

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def test_a_view_counts_for_the_concept_it_refers_to() -> None:
    assert contributions("UserViewed", "concept", "c-1", {"name": "Graph"}) == [
        (Source.VIEWED, "c-1", "Graph")
    ]
    assert contributions("UserViewed", "concept", "c-1", {}) == [(Source.VIEWED, "c-1", None)]


@pytest.mark.parametrize(
    ("kind", "key"), [("document", "d-1"), (None, None), ("concept", None), ("concept", "")]
)
def test_a_view_of_something_else_counts_for_nothing(kind: str | None, key: str | None) -> None:
    assert contributions("UserViewed", kind, key, {"name": "Graph"}) == []


def test_each_mention_with_an_id_counts_and_twice_if_it_comes_twice() -> None:
    mentions = [{"concept_id": "a", "name": "A"}, {"name": "nobody"}, {"concept_id": "a"}]
    assert contributions("ChatMessageCreated", None, None, {"mentioned_concepts": mentions}) == [
        (Source.MENTIONED, "a", "A"),
        (Source.MENTIONED, "a", None),
    ]


def test_a_claim_counts_for_its_concepts_if_it_is_about_a_claim() -> None:
    payload = {"concept_ids": ["a", "b"]}
    assert contributions("ClaimUpserted", "claim", "cl-1", payload) == [
        (Source.CLAIMED, "a", None),
        (Source.CLAIMED, "b", None),
    ]
    assert contributions("ClaimUpserted", "document", "d-1", payload) == []


def test_malformed_entries_are_passed_over_and_their_neighbours_count() -> None:
    mentions = ["Graph", None, 7, {"concept_id": 7}, {"concept_id": ""}, {"concept_id": "ok"}]
    found = contributions("ChatMessageCreated", None, None, {"mentioned_concepts": mentions})
    assert [concept for _, concept, _ in found] == ["ok"]
    ids = [None, ["a"], {}, "", "ok"]
    found = contributions("ClaimUpserted", "claim", "cl-1", {"concept_ids": ids})
    assert [concept for _, concept, _ in found] == ["ok"]


def test_the_systems_own_note_counts_for_nothing() -> None:
    payload = {"name": "x", "mentioned_concepts": [{"concept_id": "a"}], "concept_ids": ["a"]}
    assert contributions("SessionContextUpdated", "concept", "a", payload) == []


@given(
    st.sampled_from(list(EventType)),
    st.dictionaries(st.sampled_from(["name", "mentioned_concepts", "concept_ids"]), json_values),
)
def test_no_payload_breaks_a_replay(event_type: str, payload: dict[str, Any]) -> None:
    for kind in ("concept", "claim"):
        for source, concept, name in contributions(event_type, kind, "x", payload):
            assert isinstance(source, Source)
            assert concept
            assert name is None or name


def test_captures_and_claims_bring_their_object_into_play() -> None:
    assert touched_object("SourceCaptured", "document", "d-1") is Touch.CAPTURED
    assert touched_object("ClaimUpserted", "claim", "cl-1") is Touch.CLAIM
    assert touched_object("ClaimUpserted", "document", "d-1") is None
    assert touched_object("SourceCaptured", "document", None) is None
    assert touched_object("UserViewed", "concept", "c-1") is None
