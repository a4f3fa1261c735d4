"""Answers of the API: JSON sent in pieces, and what each kind of fault is answered by."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.events.errors import EventRejected, SourceLocked, StoreError
from core.server.encoding import encode
from core.server.errors import BadRequest, NotWritable, ServiceBusy, UnknownSession
from core.server.service import LogService

logger = logging.getLogger(__name__)

# As stores quote a path, and as Python's own errors do.
_FOLDERS = re.compile(r"(?<=“)[^”]*[/\\](?=[^”/\\]+”)|(?<=')(?:/|[A-Za-z]:)[^']*[/\\](?=[^'/\\]+')")
_PIECE = 64 << 10


class JsonBytes(Response):
    """JSON that is encoded already, sent in pieces; the connection sees that they are read."""

    media_type = "application/json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, until the client has gone."""
        # A socket that is refused is answered in the same way.
        kind = "websocket.http" if scope["type"] == "websocket" else "http"
        start = {"type": f"{kind}.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        body = bytes(self.body)
        for begin in range(0, max(1, len(body)), _PIECE):
            end = begin + _PIECE
            piece = {"type": f"{kind}.response.body", "body": body[begin:end]}
            await send({**piece, "more_body": end < len(body)})
            # For the loop to notice that a client has gone, and to serve the others.
            await asyncio.sleep(0)


class Contained:
    """ASGI middleware: a bug is logged under an id, which is all that the client is told of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, or answer 500 where it fails."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            name = secrets.token_hex(8)
            logger.exception("This should not have happened (%s)", name)
            if begun or scope["type"] != "http":
                raise
            told = {"detail": "The server failed; its log says more under this id.", "id": name}
            await JsonBytes(encode(told), 500)(scope, receive, send)


async def answer(
    service: LogService,
    job: Callable[[], Any],
    *,
    status: int = 200,
    headers: Callable[[Any], Mapping[str, str]] | None = None,
    shape: Callable[[Any], Any] = lambda value: value,
) -> JsonBytes:
    """Do a job off the loop and answer with what `shape` makes of it."""

    def work() -> tuple[bytes, Mapping[str, str]]:
        value = job()
        return encode(shape(value)), {} if headers is None else headers(value)

    body, more = await asyncio.wrap_future(service.read(work))
    return JsonBytes(body, status, dict(more))


def fault(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JsonBytes:
    """A fault, told in a sentence."""
    return JsonBytes(encode({"detail": detail}), status, dict(headers or {}))


def add_faults(app: FastAPI) -> None:
    """Have every kind of fault answered."""
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(UnknownSession, _unknown)
    app.add_exception_handler(BadRequest, _bad)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Contained)


def without_folders(text: str) -> str:
    """What a store says is wrong, with files by their names alone: folders tell of people."""
    return _FOLDERS.sub("", text)


async def _store(request: Request, error: Exception) -> Response:
    told = without_folders(str(error))
    if isinstance(error, EventRejected):
        return fault(422, told)
    if isinstance(error, NotWritable):
        return fault(403, str(error))
    again = {"retry-after": "1"} if isinstance(error, SourceLocked | ServiceBusy) else None
    return fault(503, told, again)


async def _unknown(request: Request, error: Exception) -> Response:
    return fault(404, str(error))


async def _bad(request: Request, error: Exception) -> Response:
    return fault(422, str(error))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return fault(422, wrong_fields(error.errors()))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return fault(error.status_code, error.detail, error.headers)


def wrong_fields(errors: Any) -> str:
    """What pydantic found wrong, as text that repeats nothing of what was sent but names."""
    told = []
    for each in errors:
        where = ".".join(str(part) for part in each["loc"] if part not in ("query", "path", "body"))
        told.append(f"{where}: {each['msg']}" if where else str(each["msg"]))
    return "; ".join(told)
