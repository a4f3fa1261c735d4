"""Appending an event over HTTP: the body is bounded, checked, and answered by what is stored."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from core.events.emission import Delivery, EmittedEvent
from core.events.payload_json import decode_payload
from core.events.schema import ObjectRef
from core.server.answers import JsonBytes, fault, wrong_fields
from core.server.encoding import encode
from core.server.errors import READ_ONLY, BadRequest, NotWritable
from core.server.service import LogService
from core.server.shapes import (
    REFUSED,
    ConflictShape,
    EnvelopeShape,
    FaultShape,
    PostedEvent,
    SessionId,
)

BODY_MOST = 256 << 10
"""Bytes of a posted event at most."""

_BODY_PATIENCE = 8.0
"""Seconds for a body; a little later the connection is ended without an answer."""
_SESSION_MOST = 256


def router(service: LogService) -> APIRouter:
    """The route by which an event is appended."""
    made = APIRouter(prefix="/api", responses=REFUSED)
    schema = PostedEvent.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs")
    schema["properties"]["object_ref"] = {"anyOf": [parts["ObjectShape"], {"type": "null"}]}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}

    @made.post(
        "/sessions/{session_id:path}/events",
        summary="Append an event",
        status_code=201,
        responses={
            200: {"model": EnvelopeShape, "description": "Stored before, under this key."},
            201: {"model": EnvelopeShape, "description": "Stored."},
            202: {"model": EnvelopeShape, "description": "Kept until the log can be written."},
            408: {"model": FaultShape, "description": "The body did not come."},
            409: {"model": ConflictShape, "description": "The key was used for another event."},
            413: {"model": FaultShape, "description": "More than 256 KB."},
            415: {"model": FaultShape, "description": "Not JSON."},
        },
        openapi_extra={"requestBody": body},
    )
    async def append(session_id: SessionId, request: Request) -> Response:
        """Append an event; the answer is the event as it is stored."""
        if not service.writable:
            raise NotWritable(READ_ONLY)
        if not _is_json(request.headers.get("content-type", "")):
            return fault(415, "Send the event as JSON, with “Content-Type: application/json”.")
        if not session_id.isprintable() or not 1 <= len(session_id) <= _SESSION_MOST:
            raise BadRequest(f"A session's id has 1 to {_SESSION_MOST} printable characters.")
        try:
            async with asyncio.timeout(_BODY_PATIENCE):
                raw = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return fault(408, "The event did not come in time.", {"connection": "close"})
        if raw is None:
            return fault(413, f"An event has at most {BODY_MOST >> 10} KB.")
        job = partial(_append, service, session_id, _posted(raw))
        status, content = await asyncio.wrap_future(service.submit(job))
        return JsonBytes(content, status)

    return made


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


async def _body(request: Request) -> bytes | None:
    """The body, None where it is too long; no more of it is read than that."""
    told = request.headers.get("content-length", "0")
    if told.isdecimal() and int(told) > BODY_MOST:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_MOST:
            return None
    return bytes(body)


def _posted(raw: bytes) -> PostedEvent:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not UTF-8.") from error
    value, wrong = decode_payload(text)
    if wrong is not None:
        raise BadRequest(f"The body {wrong}.")
    try:
        return PostedEvent.model_validate(value)
    except ValidationError as error:
        raise BadRequest(wrong_fields(error.errors(include_input=False))) from error


_STATUS = {
    Delivery.STORED: 201,
    Delivery.DUPLICATE: 200,
    Delivery.CONFLICT: 409,
    Delivery.SPOOLED: 202,
    Delivery.HELD: 202,
    Delivery.LOST: 503,
}


def _append(service: LogService, session_id: str, posted: PostedEvent) -> tuple[int, bytes]:
    ref = posted.object_ref
    emitted = service.append(
        posted.event_type,
        session_id,
        payload=posted.payload,
        actor_id=posted.actor_id,
        object_ref=None if ref is None else ObjectRef(type=ref.type, id=ref.id),
        correlation_id=posted.correlation_id,
        idempotency_key=posted.idempotency_key,
        trace_id=posted.trace_id,
    )
    return _STATUS[emitted.delivery], encode(_appended(emitted))


def _appended(emitted: EmittedEvent) -> dict[str, Any]:
    if emitted.delivery is Delivery.CONFLICT:
        detail = "This idempotency key was used for another event, which is the one given here."
        return {"detail": detail, "event": emitted.to_wire()}
    if emitted.delivery is Delivery.LOST:
        return {"detail": "The event could be kept nowhere. Send it again."}
    return emitted.to_wire()
