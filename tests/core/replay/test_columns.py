"""The columns answer what the events say: every chart is drawn from them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.events.contributions import Touch
from core.events.instants import from_datetime
from core.events.schema import EventEnvelope, EventType
from core.replay.columns import KNOWN_KINDS, NONE, group
from tests.builders import captured, chat, claim, event, log_of, viewed
from tests.core.replay.strategies import instants_of_events, log_at, logs


def in_order(events: list[EventEnvelope]) -> list[EventEnvelope]:
    return sorted(events, key=lambda e: e.occurred_at)


@given(events=logs)
def test_every_event_is_there_as_it_was(events: list[EventEnvelope]) -> None:
    """A tick would stand in another lane, or at another time, than its event."""
    log = log_of(events)
    ordered = in_order(events)
    assert log.times.tolist() == [from_datetime(e.occurred_at) for e in ordered]
    assert [log.kind_names[k] for k in log.kinds] == [e.event_type for e in ordered]
    assert [log.actor_names[a] for a in log.actors] == [e.actor_id for e in ordered]
    objects = [None if o == NONE else log.object_keys[o] for o in log.objects]
    assert objects == [e.object_ref and (e.object_ref.type, e.object_ref.id) for e in ordered]
    assert [events[row - 1] for row in log.rows.tolist()] == ordered
    assert log.complete


def test_known_types_have_their_places_in_every_log() -> None:
    """A lane would change its colour from one session to the next."""
    log = log_of([event("SomethingNew"), event(EventType.SOURCE_CAPTURED, seconds=1)])
    assert tuple(log.kind_names[: len(EventType)]) == KNOWN_KINDS == tuple(EventType)
    assert log.kind_names[len(EventType)] == "SomethingNew"


def test_absent_actors_and_objects_are_none() -> None:
    """Nobody would be shown as somebody."""
    log = log_of([event(actor=None), event(seconds=1), event(actor="user-bob", seconds=2)])
    assert log.actors.tolist() == [NONE, 0, 1]
    assert log.objects.tolist() == [NONE, NONE, NONE]
    assert list(log.actor_names) == ["user-ada", "user-bob"]


@given(instants=instants_of_events(), offset=st.integers(-(10**7), 10**10))
def test_positions_and_instants_agree(instants: list[int], offset: int) -> None:
    """A click at a time would lead to other events than those that had happened by then."""
    log = log_at(instants)
    for position in range(len(log) + 1):
        at = log.instant_at(position)
        assert at == (int(log.times[max(0, position - 1)]) if instants else 0)
        assert log.position_at(at) >= (position if instants else 0)
    wanted = log.start + offset
    assert log.position_at(wanted) == sum(t <= wanted for t in log.times.tolist())
    if instants:
        assert (log.start, log.end) == (int(log.times[0]), int(log.times[-1]))


def test_an_empty_log_starts_and_ends_nowhere() -> None:
    """An empty session would crash what asks for its range."""
    log = log_of([])
    assert (len(log), log.start, log.end, log.instant_at(0), log.position_at(0)) == (0, 0, 0, 0, 0)
    assert all(len(places) == 0 for places in log.events_by_kind)
    assert len(log.touches.event) == 0
    assert len(log.uncounted) == 0
    assert log.concept_code("raft") is None


@given(events=logs)
def test_each_lane_has_the_events_of_its_type(events: list[EventEnvelope]) -> None:
    """Steps by type would visit other events than the lane shows."""
    log = log_of(events)
    ordered = in_order(events)
    for name, places in zip(log.kind_names, log.events_by_kind, strict=True):
        assert places.tolist() == [i for i, e in enumerate(ordered) if e.event_type == name]
    notes = [i for i, e in enumerate(ordered) if e.event_type == "SessionContextUpdated"]
    assert log.uncounted.tolist() == notes


@given(events=logs)
def test_a_concept_has_at_each_position_the_name_it_had_then(events: list[EventEnvelope]) -> None:
    """The replay would call a concept by a name that nobody had given it yet."""
    log = log_of(events)
    names: dict[str, str] = {}
    for position, e in enumerate([None, *in_order(events)]):
        if e is not None:
            names |= names_given(e)
        for concept, concept_id in enumerate(log.contributions.concept_ids):
            assert log.names.at(concept, position) == names.get(concept_id)
            assert log.concept_label(concept, position) == names.get(concept_id, concept_id)
    for concept, concept_id in enumerate(log.contributions.concept_ids):
        assert log.concept_label(concept) == names.get(concept_id, concept_id)
        assert log.concept_code(concept_id) == concept


def names_given(e: EventEnvelope) -> dict[str, str]:
    if e.event_type == "UserViewed" and e.object_ref and e.payload.get("name"):
        return {e.object_ref.id: e.payload["name"]}
    mentions = e.payload.get("mentioned_concepts", [])
    return {m["concept_id"]: m["name"] for m in mentions if m["name"]}


def test_of_two_names_in_one_message_the_latter_stays() -> None:
    """The name would depend on which of the two ways computed it."""
    twice = [{"concept_id": "raft", "name": "Raft"}, {"concept_id": "raft", "name": "RAFT"}]
    message = event(EventType.CHAT_MESSAGE_CREATED, payload={"mentioned_concepts": twice})
    log = log_of([message, viewed("raft", seconds=1)])
    assert [log.concept_label(0, p) for p in (0, 1, 2)] == ["raft", "RAFT", "RAFT"]


@given(events=logs)
def test_contributions_are_in_order_and_concepts_by_first_contribution(
    events: list[EventEnvelope],
) -> None:
    """Equally heavy concepts would be ranked otherwise than by the backend."""
    log = log_of(events)
    made = log.contributions
    assert np.all(np.diff(made.event) >= 0)
    first = list(dict.fromkeys(made.concept.tolist()))
    assert first == list(range(len(made.concept_ids)))
    for position in range(len(log) + 1):
        assert made.before(position) == int((made.event < position).sum())
    for concept in range(len(made.concept_ids)):
        assert made.of(concept).tolist() == np.flatnonzero(made.concept == concept).tolist()


def test_contributions_of_one_event_keep_the_order_of_its_payload() -> None:
    """Of two concepts first met in one message, the first would come second."""
    log = log_of([chat("b", "a", "b"), claim("c", "z", "a", seconds=1)])
    assert list(log.contributions.concept_ids) == ["b", "a", "z"]
    assert log.contributions.concept.tolist() == [0, 1, 0, 2, 1]
    assert log.contributions.event.tolist() == [0, 0, 0, 1, 1]


def test_captures_and_claims_touch_their_objects() -> None:
    """An object's bar would begin at an event that has nothing to do with it."""
    log = log_of(
        [
            captured("document", "d", seconds=0),
            claim("cl", seconds=1),
            event(EventType.CLAIM_UPSERTED, seconds=2, ref=("document", "d")),
            event(EventType.SOURCE_CAPTURED, seconds=3),
            viewed("raft", seconds=4),
            captured("claim", "cl", seconds=5),
        ]
    )
    touches = log.touches
    assert touches.event.tolist() == [0, 1, 5]
    assert touches.touch.tolist() == [Touch.CAPTURED, Touch.CLAIM, Touch.CAPTURED]
    keys = [log.object_keys[o] for o in touches.object]
    assert keys == [("document", "d"), ("claim", "cl"), ("claim", "cl")]
    order, starts = log.touches_by_object
    own = list(log.object_keys).index(("claim", "cl"))
    assert order[starts[own] : starts[own + 1]].tolist() == [1, 2]


@given(codes=st.lists(st.integers(0, 5), max_size=30))
def test_a_group_has_all_places_of_its_code(codes: list[int]) -> None:
    """A concept would be explained by another's events."""
    order, starts = group(np.array(codes, dtype=np.int32), 6)
    for code in range(6):
        places = [i for i, c in enumerate(codes) if c == code]
        assert order[starts[code] : starts[code + 1]].tolist() == places


@given(codes=st.lists(st.sampled_from([0, 1, 65_535, 65_536, 65_537, 131_073])))
def test_a_group_has_its_places_among_very_many_codes(codes: list[int]) -> None:
    """Of a session with more concepts than two bytes count, one would stand for another."""
    order, starts = group(np.array(codes, dtype=np.int32), 131_074)
    assert order.tolist() == sorted(range(len(codes)), key=lambda place: codes[place])
    assert starts[[65_537, 131_074]].tolist() == [sum(c < 65_537 for c in codes), len(codes)]
