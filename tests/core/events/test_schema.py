from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from core.events.schema import EventEnvelope, EventType, ObjectRef, new_event, uuid7

EVENT = EventEnvelope(
    event_id="e-1",
    event_type="UserViewed",
    session_id="s",
    occurred_at=datetime(2026, 1, 5, 12),
    object_ref=ObjectRef(type="concept", id="c-1"),
)


def test_the_types_are_the_seven_that_the_backend_writes() -> None:
    assert list(EventType) == [
        "UserViewed",
        "UserHighlighted",
        "ChatMessageCreated",
        "SourceCaptured",
        "ClaimUpserted",
        "RecommendationGenerated",
        "SessionContextUpdated",
    ]


def test_the_wire_has_the_keys_that_clients_know_in_their_order() -> None:
    assert EVENT.to_wire() == {
        "event_id": "e-1",
        "event_type": "UserViewed",
        "session_id": "s",
        "actor_id": None,
        "occurred_at": "2026-01-05T12:00:00Z",
        "version": 1,
        "idempotency_key": None,
        "correlation_id": None,
        "trace_id": None,
        "object_ref": {"type": "concept", "id": "c-1"},
        "payload": {},
    }
    assert list(EVENT.to_wire())[:5] == [
        "event_id",
        "event_type",
        "session_id",
        "actor_id",
        "occurred_at",
    ]


def test_an_envelope_comes_back_from_the_wire() -> None:
    assert EventEnvelope.model_validate(json.loads(json.dumps(EVENT.to_wire()))) == EVENT


def test_times_are_utc_however_they_are_given() -> None:
    """A replay would otherwise be hours off on a machine that is not in UTC."""
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    given = [
        datetime(2026, 1, 5, 12),
        datetime(2026, 1, 5, 14, tzinfo=timezone(timedelta(hours=2))),
        "2026-01-05T12:00:00",
        "2026-01-05T07:00:00-05:00",
    ]
    for moment in given:
        event = EventEnvelope.model_validate({**EVENT.to_wire(), "occurred_at": moment})
        assert event.occurred_at == noon
        assert event.occurred_at.tzinfo is UTC


def test_a_time_outside_of_all_years_is_refused_and_does_not_crash() -> None:
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValidationError, match="outside the years"):
        EventEnvelope.model_validate({**EVENT.to_wire(), "occurred_at": first})


def test_unknown_types_and_versions_are_kept() -> None:
    event = EventEnvelope.model_validate({**EVENT.to_wire(), "event_type": "New", "version": 9})
    assert (event.event_type, event.version, event.stored_version) == ("New", 9, 9)


def test_a_payload_may_hold_what_json_may_hold() -> None:
    """Lone surrogates are in real logs: half an emoji, cut by a length limit."""
    payload = {"\ud83d": "\ude00", "big": 2**80, "deep": [{"a": None}]}
    assert new_event("UserViewed", "s", payload=payload).payload == payload


def test_a_member_and_its_name_make_the_same_event() -> None:
    event = new_event(EventType.USER_VIEWED, "s")
    assert type(event.event_type) is str
    assert event.event_type == EventType.USER_VIEWED


def test_new_events_are_now_and_each_has_an_id_of_its_own() -> None:
    before = datetime.now(UTC)
    first, second = new_event("UserViewed", "s"), new_event("UserViewed", "s")
    assert before <= first.occurred_at <= datetime.now(UTC)
    assert first.event_id < second.event_id
    assert first.idempotency_key is None


def test_ids_are_of_version_7_and_grow() -> None:
    """Ids out of order make every insert touch cold pages of the index."""
    ids = [uuid7() for _ in range(5_000)]
    assert ids == sorted(set(ids))
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    made = datetime.fromtimestamp((ids[0].int >> 80) / 1000, UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
