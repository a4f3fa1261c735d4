"""What an emission is given and answers, whatever becomes of it in between."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any

from pydantic import Field

from core.events.payload_json import decode_payload
from core.events.schema import EventEnvelope, ObjectRef, new_event
from core.events.upcasting import UpcastError, upcast
from core.late_dataclass import dataclass

logger = logging.getLogger(__name__)


class Delivery(StrEnum):
    """Where an emitted event is by the time that its emission is answered."""

    STORED = "stored"
    """In the log, durably."""
    DUPLICATE = "duplicate"
    """Not new: the first event of its idempotency key is the answer."""
    CONFLICT = "conflict"
    """As a duplicate, but the first event says something else: the key was used for two things."""
    SPOOLED = "spooled"
    """On disk, durably; it is stored when the log can be written."""
    HELD = "held"
    """In memory alone: neither the log nor the spool could be written."""
    LOST = "lost"
    """Nowhere: the memory for held events is full too."""


class EmittedEvent(EventEnvelope):
    """The event as it is stored (or waits to be), and where it is. `delivery` is not sent."""

    delivery: Delivery = Field(exclude=True)

    @property
    def duplicate(self) -> bool:
        """Whether this is an earlier event of the same idempotency key."""
        return self.delivery in (Delivery.DUPLICATE, Delivery.CONFLICT)


@dataclass(frozen=True, slots=True)
class EmitterStatus:
    """What an emitter did since it was made, in numbers of events.

    `stored` counts new events in the log, drained ones among them; `duplicates` and `conflicts`
    what was not new; `spooled` what had to wait on disk, `rejected` what of it the log refused.
    `waiting` is how many wait on disk now, those of other programs among them, None where the spool
    cannot be read; `held` how many wait in memory now. `last_fault` is the latest fault, in words.
    """

    emitted: int
    stored: int
    duplicates: int
    conflicts: int
    spooled: int
    rejected: int
    lost: int
    waiting: int | None
    held: int
    last_fault: str | None


def emitted(event: EventEnvelope, delivery: Delivery) -> EmittedEvent:
    """The answer to an emission."""
    return EmittedEvent(**dict(event), delivery=delivery)


def checked_event(
    event_type: str,
    session_id: str,
    actor_id: str | None = None,
    object_ref: ObjectRef | None = None,
    payload: Mapping[str, Any] | None = None,
    correlation_id: str | None = None,
    idempotency_key: str | None = None,
    trace_id: str | None = None,
) -> EventEnvelope:
    """A new event of these arguments; its payload is a copy, as JSON has it.

    Raises TypeError or ValueError for what no store could keep as it is.
    """
    _check_text("event_type", event_type)
    _check_text("session_id", session_id)
    optional = {
        "actor_id": actor_id,
        "correlation_id": correlation_id,
        "idempotency_key": idempotency_key,
        "trace_id": trace_id,
    }
    for name, value in optional.items():
        if value is not None:
            _check_text(name, value, may_be_empty=name != "idempotency_key")
    _check_reference(object_ref)
    return new_event(
        event_type,
        session_id,
        payload=_json_copy(payload),
        object_ref=object_ref,
        actor_id=actor_id,
        correlation_id=correlation_id,
        idempotency_key=idempotency_key,
        trace_id=trace_id,
    )


def same_content(first: EventEnvelope, again: EventEnvelope) -> bool:
    """Whether two events of one key say the same, so that the second is a mere repetition.

    Ids, times, correlation and trace do not count: they differ between two attempts at one thing.
    """
    return _content(first) == _content(again)


def warn_of_conflict(first: EventEnvelope, again: EventEnvelope) -> None:
    """Tell of an event that is dropped, since the first one of its key says something else."""
    logger.warning(
        "The idempotency key %r was used for two things: the event %s (%s) is kept, and another "
        "(%s) is dropped. Give each thing a key of its own.",
        first.idempotency_key, first.event_id, first.event_type, again.event_type,
    )  # fmt: skip


def _content(event: EventEnvelope) -> tuple[object, ...]:
    payload = event.payload
    # A stored event was brought to the newest version when it was read.
    with suppress(UpcastError):
        _, payload = upcast(event.event_type, event.version, payload)
    text = json.dumps(payload, sort_keys=True)
    return event.event_type, event.session_id, event.actor_id, event.object_ref, text


def _check_text(name: str, value: object, *, may_be_empty: bool = False) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} is text, not {type(value).__name__}: {value!r:.80}")
    if not value and not may_be_empty:
        advice = "Leave it out for a new event." if name == "idempotency_key" else "Give it."
        raise ValueError(f"{name} is empty. {advice}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{name} holds half of a surrogate pair, which no log can keep: {value!a:.80}"
        ) from error


def _check_reference(ref: object) -> None:
    if ref is None:
        return
    if not isinstance(ref, ObjectRef):
        raise TypeError(f"object_ref is an ObjectRef, not {type(ref).__name__}: {ref!r:.80}")
    # A log has no reference unless both are set.
    _check_text("object_ref.type", ref.type)
    _check_text("object_ref.id", ref.id)


def _json_copy(payload: Mapping[Any, Any] | None) -> dict[str, Any]:
    """The payload as it will be read back from a log."""
    if payload is None:
        return {}
    if not isinstance(payload, Mapping):
        raise TypeError(f"payload is a mapping, not {type(payload).__name__}: give a dict")
    strangers = [key for key in payload if not isinstance(key, str)]
    if strangers:
        raise TypeError(f"payload has a key that is no text: {strangers[0]!r:.80}")
    try:
        text = json.dumps(dict(payload), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"payload cannot be written as JSON: {error}") from error
    copy, wrong = decode_payload(text)
    if wrong is not None:
        raise ValueError(f"payload {wrong}")
    return copy
