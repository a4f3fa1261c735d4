"""The shapes that the API takes and gives, as its OpenAPI document shows them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_TIME = "2026-11-12T10:04:40.901Z"
_SESSION = "session_1794474072480_9c2hv6ron"
_EVENT = {
    "event_id": "019a7764-5d35-7c3e-a1b2-0d6f3f0c9a11",
    "event_type": "UserViewed",
    "session_id": _SESSION,
    "actor_id": "user-ada",
    "occurred_at": _TIME,
    "version": 1,
    # Not null, which the document would leave out.
    "idempotency_key": "view-8f3a",
    "correlation_id": "visit-12",
    "trace_id": "4bf92f3577b34da6",
    "object_ref": {"type": "concept", "id": "raft"},
    "payload": {"name": "Raft"},
}
_CONTEXT = {
    "session_id": _SESSION,
    "active_concepts": [{"concept_id": "raft", "weight": 0.55, "name": "Raft"}],
    "active_objects": [{"object_type": "claim", "object_id": "cl-1", "relevance_score": 0.8}],
    "uncertainty_score": 0.5,
    "last_updated": _TIME,
    "position": 7,
}

Text = Annotated[str, StringConstraints(max_length=1_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


def _example(value: Any, *, strict: bool = False) -> ConfigDict:
    extra: dict[str, Any] = {"examples": [value]}
    return ConfigDict(json_schema_extra=extra, extra="forbid" if strict else "ignore", strict=True)


class ObjectShape(BaseModel):
    """What an event is about."""

    model_config = _example({"type": "concept", "id": "raft"}, strict=True)

    type: Name
    id: Name


class PostedEvent(BaseModel):
    """An event to append. Without a key it is a new one, every time."""

    model_config = _example(
        {
            "event_type": "UserViewed",
            "payload": {"name": "Raft"},
            "actor_id": "user-ada",
            "object_ref": {"type": "concept", "id": "raft"},
        },
        strict=True,
    )

    event_type: Name
    payload: dict[str, Any]
    actor_id: Text | None = None
    object_ref: ObjectShape | None = None
    correlation_id: Text | None = None
    idempotency_key: Name | None = None
    trace_id: Text | None = None


class EnvelopeShape(BaseModel):
    """An event as it is stored."""

    model_config = _example(_EVENT)

    event_id: str
    event_type: str
    session_id: str
    actor_id: str | None
    occurred_at: str
    version: int
    idempotency_key: str | None
    correlation_id: str | None
    trace_id: str | None
    object_ref: dict[str, str] | None
    payload: dict[str, Any]


class SessionShape(BaseModel):
    """A session in the list."""

    model_config = _example(
        {
            "session_id": _SESSION,
            "first": "2026-11-12T09:01:12.480Z",
            "last": _TIME,
            "count": 214,
            "actor_id": "user-ada",
        }
    )

    session_id: str
    first: str
    last: str
    count: int
    actor_id: str | None


class ConceptShape(BaseModel):
    """A concept in the user's mind."""

    concept_id: str
    weight: float
    name: str | None = None


class ActiveObjectShape(BaseModel):
    """An object in play."""

    object_type: str
    object_id: str
    relevance_score: float


class ContextShape(BaseModel):
    """The context of a session after `position` events."""

    model_config = _example(_CONTEXT)

    session_id: str
    active_concepts: list[ConceptShape]
    active_objects: list[ActiveObjectShape]
    uncertainty_score: float
    last_updated: str | None
    position: int
    at: str | None = Field(default=None, description="The moment that was asked for, in UTC.")


class PreferencesShape(BaseModel):
    """The preferences that a session of the user speaks of."""

    model_config = _example(
        {
            "session_id": _SESSION,
            "user_id": "user-ada",
            "preferred_domains": ["distributed systems"],
            "preferred_concepts": ["raft", "paxos"],
            "interaction_style": "explorer",
        }
    )

    session_id: str
    user_id: str
    preferred_domains: list[str]
    preferred_concepts: list[str]
    interaction_style: str


class HealthShape(BaseModel):
    """What the server does while all is well."""

    status: str
    writable: bool
    window: bool
    clients: int


class FaultShape(BaseModel):
    """What is wrong; for a fault of the program `id` is what its log calls it."""

    model_config = _example({"detail": "There is no session of that name."})

    detail: str
    id: str | None = None


class ConflictShape(BaseModel):
    """The key was used for another event, which is given."""

    detail: str
    event: EnvelopeShape


SessionId = Annotated[str, Path(description="The session's id.")]
Answers = dict[int | str, dict[str, Any]]

REFUSED: Answers = {
    status: {"model": FaultShape, "description": description}
    for status, description in {
        401: "No token, or a wrong one.",
        403: "A foreign Host or Origin, or a log that is open for reading only.",
        422: "What was asked for cannot be understood.",
        429: "Too many wrong tokens.",
        500: "The program failed.",
        503: "The log cannot be read, or too much is asked for at once.",
    }.items()
}
"""What every route may answer in place of what it is for."""
