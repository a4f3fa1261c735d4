"""What the table says of an event; without it one must open each event to know it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.summaries import summary
from core.events.schema import EventType
from tests.builders import event

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=6),
    max_leaves=12,
)
KNOWN_KEYS = st.sampled_from(
    ["name", "text", "message", "mentioned_concepts", "title", "url", "confidence", "reason",
     "score", "active_concepts", "uncertainty_score"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("event_type", "payload", "told"),
    [
        ("UserViewed", {"name": "Snapshot isolation"}, "Snapshot isolation"),
        ("UserHighlighted", {"text": "reads from a snapshot"}, "“…reads from a snapshot…”"),
        (
            "ChatMessageCreated",
            {"message": "What is Raft?", "mentioned_concepts": [{}, {}, {}]},
            "“What is Raft?” · 3 concepts",
        ),
        (
            "ChatMessageCreated",
            {"message": "Why?", "mentioned_concepts": [{}]},
            "“Why?” · 1 concept",
        ),
        ("ChatMessageCreated", {"message": "Why?", "mentioned_concepts": []}, "“Why?”"),
        ("SourceCaptured", {"title": "A critique", "url": "https://example.org"}, "A critique"),
        ("SourceCaptured", {"url": "https://example.org"}, "https://example.org"),
        ("ClaimUpserted", {"text": "It holds", "confidence": 0.824}, "It holds · 0.82"),
        (
            "RecommendationGenerated",
            {"name": "Raft", "reason": "co-mention", "score": 0.4},
            "Raft · co-mention · 0.40",
        ),
        (
            "SessionContextUpdated",
            {"active_concepts": [{}, {}], "uncertainty_score": 0.5},
            "2 concepts · uncertainty 0.50",
        ),
        ("Unheard", {"a": 1, "b": "x", "c": [1], "d": {}, "e": 5}, "a: 1, b: x, c: […], d: {}, …"),
        ("Unheard", {}, ""),
    ],
)
def test_each_type_is_told_by_what_matters_in_it(
    event_type: str, payload: dict[str, Any], told: str
) -> None:
    assert summary(event(event_type, payload=payload)) == told


def test_a_payload_of_another_shape_is_told_by_its_keys() -> None:
    """Else a row with a wrong payload looks like one without any."""
    odd = event("UserViewed", payload={"name": 5, "page": None})
    assert summary(odd) == "name: 5, page: null"


def test_numbers_that_json_does_not_know_are_named() -> None:
    odd = event("ClaimUpserted", payload={"text": "x", "confidence": math.nan})
    assert summary(odd) == "x · NaN"
    assert summary(event("Unheard", payload={"n": -math.inf})) == "n: -Infinity"


def test_markup_and_line_breaks_stay_text_on_one_line() -> None:
    told = summary(event("UserViewed", payload={"name": "<b>one</b>\ntwo\x00"}))
    assert told == "<b>one</b> two\ufffd"


def test_a_text_of_megabytes_is_cut() -> None:
    assert len(summary(event("UserHighlighted", payload={"text": "x" * 5_000_000}))) < 200


@given(
    event_type=st.sampled_from([*EventType, "Unheard"]),
    payload=st.dictionaries(KNOWN_KEYS | st.text(max_size=5), JSON, max_size=6),
)
def test_no_payload_breaks_the_table(event_type: str, payload: dict[str, Any]) -> None:
    told = summary(event(event_type, payload=payload))
    assert "\n" not in told
    told.encode("utf-8")
