"""Logs for tests in which contexts are recorded, truly or not, and events come late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.events.schema import EventEnvelope, EventType
from core.projectors.session_context import fold
from tests.builders import captured, chat, event, viewed


def in_order(events: Sequence[EventEnvelope]) -> list[EventEnvelope]:
    """Events given in order of arrival, by time."""
    return sorted(events, key=lambda each: each.occurred_at)


def payload_of(events: Sequence[EventEnvelope]) -> dict[str, Any]:
    """The context of these events (in order of arrival) as our projection records it."""
    context = fold("s", in_order(events))
    return context.to_wire() | {"position": context.position}


def recorded(payload: dict[str, Any], *, seconds: float) -> EventEnvelope:
    """A context that was recorded so many seconds after START."""
    return event(
        EventType.SESSION_CONTEXT_UPDATED, seconds=seconds, payload=payload, actor="system"
    )


def with_recorded_contexts() -> list[EventEnvelope]:
    """In order of arrival: a true context, a late event, a tampered context, one that is none.

    By time: #1 raft, #2 raft (late, it arrives sixth), #3 paxos, #4 a paper, #5 the true context,
    #6 raft, #7 the tampered one (raft weighs 0.9 in it), #8 the nonsense, #9 paxos.
    """
    events = [
        viewed("raft", seconds=0, name="Raft"),
        chat("paxos", seconds=20),
        captured("document", "paper", seconds=30),
    ]
    events.append(recorded(payload_of(events), seconds=40))
    events.append(viewed("raft", seconds=50))
    events.append(viewed("raft", seconds=10, name="RAFT"))
    tampered = payload_of(events)
    tampered["active_concepts"][0]["weight"] = 0.9
    events.append(recorded(tampered, seconds=60))
    events.append(recorded({"active_concepts": "raft"}, seconds=70))
    events.append(chat("paxos", seconds=80))
    return events
