"""The envelope that every event travels in, and the names of its types."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator


class EventType(StrEnum):
    """The types that Brain Web writes; a log may hold others, and keeps them."""

    USER_VIEWED = "UserViewed"
    USER_HIGHLIGHTED = "UserHighlighted"
    CHAT_MESSAGE_CREATED = "ChatMessageCreated"
    SOURCE_CAPTURED = "SourceCaptured"
    CLAIM_UPSERTED = "ClaimUpserted"
    RECOMMENDATION_GENERATED = "RecommendationGenerated"
    SESSION_CONTEXT_UPDATED = "SessionContextUpdated"


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a naive one is taken to be UTC already."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} is outside the years 1 to 9999 in UTC") from error


def wire_time(moment: datetime) -> str:
    """The UTC text of an aware moment with `Z`; six digits of fraction, or none when it is zero."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _plain_text(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _object(value: object) -> dict[str, Any]:
    """Takes a payload as it is: pydantic's own `str` refuses keys with lone surrogates."""
    if not isinstance(value, dict):
        raise ValueError("a payload is an object")
    for key in value:
        if not isinstance(key, str):
            raise ValueError("a payload's keys are text")
    return value


UtcDatetime = Annotated[datetime, AfterValidator(as_utc)]
Payload = Annotated[dict[str, Any], PlainValidator(_object)]
TypeName = Annotated[str, BeforeValidator(_plain_text)]


class ObjectRef(BaseModel):
    """What an event is about: a concept, a claim, a document, …"""

    model_config = ConfigDict(frozen=True)

    type: str
    id: str


class EventEnvelope(BaseModel):
    """One event, whatever its type and version.

    `occurred_at` is aware and in UTC. An unknown `event_type` or `version` is kept as it is.
    `stored_version` is the version that the log holds, before any upcasting; it is not sent.
    """

    model_config = ConfigDict(frozen=True)

    event_id: str
    event_type: TypeName
    session_id: str
    actor_id: str | None = None
    occurred_at: UtcDatetime
    version: int = 1
    idempotency_key: str | None = None
    correlation_id: str | None = None
    trace_id: str | None = None
    object_ref: ObjectRef | None = None
    payload: Payload = Field(default_factory=dict)
    stored_version: int = Field(
        default_factory=lambda fields: fields.get("version", 1), exclude=True, repr=False
    )

    def to_wire(self) -> dict[str, Any]:
        """The envelope as it is sent and exported; the payload is not copied."""
        ref = self.object_ref
        return {
            "event_id": self.event_id,
            "event_type": self.event_type,
            "session_id": self.session_id,
            "actor_id": self.actor_id,
            "occurred_at": wire_time(self.occurred_at),
            "version": self.version,
            "idempotency_key": self.idempotency_key,
            "correlation_id": self.correlation_id,
            "trace_id": self.trace_id,
            "object_ref": None if ref is None else {"type": ref.type, "id": ref.id},
            "payload": self.payload,
        }


def new_event(
    event_type: str,
    session_id: str,
    *,
    payload: Mapping[str, Any] | None = None,
    object_ref: ObjectRef | None = None,
    actor_id: str | None = None,
    occurred_at: datetime | None = None,
    version: int = 1,
    idempotency_key: str | None = None,
    correlation_id: str | None = None,
    trace_id: str | None = None,
) -> EventEnvelope:
    """An envelope for something that happens now (or at `occurred_at`), with a fresh UUIDv7.

    No `idempotency_key` means a new event every time.
    """
    return EventEnvelope(
        event_id=str(uuid7()),
        event_type=event_type,
        session_id=session_id,
        actor_id=actor_id,
        occurred_at=occurred_at or datetime.now(UTC),
        version=version,
        idempotency_key=idempotency_key,
        correlation_id=correlation_id,
        trace_id=trace_id,
        object_ref=object_ref,
        payload=dict(payload or {}),
    )


_stamp_lock = threading.Lock()
_last_stamp = 0


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7), increasing within this process.

    Its 12 bits of `rand_a` carry the fraction of the millisecond, section 6.2, method 3.
    """
    stamp = _next_stamp()
    random = int.from_bytes(os.urandom(8), "big") >> 2
    milliseconds, fraction = divmod(stamp, 4096)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


def _next_stamp() -> int:
    """The clock in 4096ths of a millisecond, stepped where it stands still or goes back."""
    global _last_stamp
    now = time.time_ns() * 4096 // 1_000_000
    with _stamp_lock:
        _last_stamp = max(now, _last_stamp + 1)
        return _last_stamp
