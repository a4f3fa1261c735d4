"""Typed views of the payloads; every field is optional and unknown keys are kept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    Strict,
    ValidationError,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler

from core.events.schema import EventEnvelope, EventType

# Not pydantic's own `str`: it refuses the lone surrogates that a log may hold.
Text = InstanceOf[str]
Number = Annotated[float, Strict()]
Whole = Annotated[int, Strict()]


class Lenient(BaseModel):
    """Reads what it can: a field of the wrong shape is left out, as if it were absent."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_validator(mode="wrap")
    @classmethod
    def _without_wrong_fields(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            if not isinstance(data, Mapping):
                raise
            wrong = {details["loc"][0] for details in error.errors() if details["loc"]}
            return handler({key: value for key, value in data.items() if key not in wrong})


class AnyPayload(Lenient):
    """The payload of a type that nobody knows, and what all payloads share."""

    domain: Text | None = None


class UserViewed(AnyPayload):
    """The user looked at the object of the event."""

    name: Text | None = None


class UserHighlighted(AnyPayload):
    """The user marked a passage; `start` and `end` are offsets into the source."""

    text: Text | None = None
    start: Whole | None = None
    end: Whole | None = None


class Mention(Lenient):
    """A concept that a chat message speaks of."""

    concept_id: Text | None = None
    name: Text | None = None


class ChatMessageCreated(AnyPayload):
    """A question was asked and answered."""

    message: Text | None = None
    intent: Text | None = None
    answer_summary: Text | None = None
    evidence_count: Whole | None = None
    mentioned_concepts: list[Mention | Any] = Field(default_factory=list)


class SourceCaptured(AnyPayload):
    """A page or document was kept."""

    url: Text | None = None
    title: Text | None = None


class ClaimUpserted(AnyPayload):
    """A claim was stated or changed; `confidence` is from 0 to 1."""

    claim_id: Text | None = None
    text: Text | None = None
    confidence: Number | None = None
    concept_ids: list[Any] = Field(default_factory=list)


class RecommendationGenerated(AnyPayload):
    """The system proposed the object of the event; `score` is from 0 to 1."""

    reason: Text | None = None
    score: Number | None = None


class SessionContextUpdated(AnyPayload):
    """The system's own note that a context was recomputed."""


MODELS: Mapping[str, type[AnyPayload]] = MappingProxyType(
    {
        EventType.USER_VIEWED: UserViewed,
        EventType.USER_HIGHLIGHTED: UserHighlighted,
        EventType.CHAT_MESSAGE_CREATED: ChatMessageCreated,
        EventType.SOURCE_CAPTURED: SourceCaptured,
        EventType.CLAIM_UPSERTED: ClaimUpserted,
        EventType.RECOMMENDATION_GENERATED: RecommendationGenerated,
        EventType.SESSION_CONTEXT_UPDATED: SessionContextUpdated,
    }
)


def typed_payload(envelope: EventEnvelope) -> AnyPayload:
    """The payload as the model of its type; an unknown type gives `AnyPayload`."""
    return MODELS.get(envelope.event_type, AnyPayload).model_validate(envelope.payload)
