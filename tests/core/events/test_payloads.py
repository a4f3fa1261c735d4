from __future__ import annotations

from typing import Any

import pytest

from core.events import payloads
from core.events.payloads import typed_payload
from core.events.schema import EventType, new_event


def typed(event_type: str, payload: dict[str, Any]) -> Any:
    return typed_payload(new_event(event_type, "s", payload=payload))


@pytest.mark.parametrize("event_type", list(EventType))
def test_every_type_has_a_model_of_its_own_and_needs_no_field(event_type: EventType) -> None:
    assert type(typed(event_type, {})).__name__ == event_type
    assert typed(event_type, {"domain": "ml"}).domain == "ml"


def test_fields_are_read_and_keys_that_nobody_knows_are_kept() -> None:
    claim = typed("ClaimUpserted", {"confidence": 0.5, "concept_ids": ["c"], "mood": "sure"})
    assert (claim.confidence, claim.concept_ids, claim.mood) == (0.5, ["c"], "sure")


def test_a_field_of_the_wrong_shape_is_left_out_and_the_others_stay() -> None:
    chat = typed("ChatMessageCreated", {"message": "hi", "evidence_count": "three"})
    assert (chat.message, chat.evidence_count) == ("hi", None)


def test_mentions_are_read_beside_entries_that_are_none() -> None:
    chat = typed("ChatMessageCreated", {"mentioned_concepts": ["Graph", {"concept_id": "c-1"}, 7]})
    first, mention, last = chat.mentioned_concepts
    assert (first, last) == ("Graph", 7)
    assert isinstance(mention, payloads.Mention)
    assert mention.concept_id == "c-1"


def test_half_an_emoji_does_not_hide_a_message() -> None:
    assert typed("ChatMessageCreated", {"message": "so \ud83d"}).message == "so \ud83d"


def test_an_unknown_type_has_what_all_payloads_share() -> None:
    assert typed("Invented", {"domain": "ml", "x": 1}).model_dump() == {"domain": "ml", "x": 1}
