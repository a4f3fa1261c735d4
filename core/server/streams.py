"""The WebSocket side: contexts as they change."""

from __future__ import annotations

import asyncio
import time
from typing import cast

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from core.events.errors import StoreError
from core.server.answers import fault, without_folders
from core.server.client import Client
from core.server.hub import Hub
from core.server.security import PROTOCOL
from core.server.service import LogService
from core.server.sockets import SocketConnection, text_frame
from core.server.turns import Turns

NO_WINDOW = 4404
NO_SUCH_FOLLOW = 4422
CANNOT_READ = 1011
TOO_MUCH = 1008

_PONG = text_frame(b"pong")
_MESSAGES_A_SECOND = 20.0
_BURST = 60.0


class Allowance:
    """So many messages at once, and so many a second after that."""

    def __init__(self) -> None:
        self._left = _BURST
        self._since = time.monotonic()

    def take(self) -> bool:
        """Use one up; False where there is none left."""
        now = time.monotonic()
        self._left = min(_BURST, self._left + (now - self._since) * _MESSAGES_A_SECOND)
        self._since = now
        self._left -= 1
        return self._left >= 0


def router(service: LogService, hub: Hub, turns: Turns, *, window: bool) -> APIRouter:
    """The sockets; `window` says whether there is a playhead to follow."""
    found = APIRouter()

    @found.websocket("/api/sessions/{session_id:path}/context/stream")
    async def session(socket: WebSocket, session_id: str) -> None:
        await _serve(socket, session_id, socket.query_params.get("follow", "head"))

    @found.websocket("/api/playhead/context/stream")
    async def playhead(socket: WebSocket) -> None:
        await _serve(socket, None, "playhead")

    async def _serve(socket: WebSocket, session_id: str | None, follow: str) -> None:
        if hub.full:
            await socket.send_denial_response(fault(503, "There are too many clients."))
            return
        offered = socket.scope["subprotocols"]
        await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
        wire = cast("SocketConnection", socket.state.wire)
        if follow not in ("head", "playhead"):
            wire.hang_up(
                NO_SUCH_FOLLOW, "“follow” is “head”, which need not be said, or “playhead”."
            )
        elif follow == "playhead" and not window:
            wire.hang_up(NO_WINDOW, "This server has no window whose playhead could be followed.")
        client = Client(
            wire, _peer(socket), session_id, "playhead" if follow == "playhead" else "head"
        )
        if wire.hung_up:
            await _listen(socket, client)
            return
        lacks_context = hub.join(client)
        try:
            if session_id is not None and (lacks_context or _is_not_shown(client)):
                await _greet(client, session_id)
            await _listen(socket, client)
        finally:
            hub.leave(client)

    async def _greet(client: Client, session_id: str) -> None:
        """Have the client get the current context of its session."""
        try:
            # When a server comes back, so do all of its clients.
            async with turns.at(("context", session_id)):
                context = await asyncio.wrap_future(
                    service.read(lambda: service.context(session_id, known=False))
                )
        except Exception as error:
            is_known = isinstance(error, StoreError)
            told = without_folders(str(error)) if is_known else "The server failed."
            if client.follow == "head":
                hub.give_up(session_id, CANNOT_READ, told)
            client.wire.hang_up(CANNOT_READ, told)
            if not is_known:
                raise
            return
        if client.follow == "head":
            hub.publish(context)
        else:
            hub.greet(client, context)

    return found


def _is_not_shown(client: Client) -> bool:
    """Whether a client follows the window, and that shows another session than the client's."""
    return client.follow == "playhead" and not client.sent and not client.behind


async def _listen(socket: WebSocket, client: Client) -> None:
    """Answer pings until the client has gone; whatever else it says is passed over."""
    allowance = Allowance()
    while True:
        try:
            message = await socket.receive()
        except WebSocketDisconnect:
            return
        if message["type"] == "websocket.disconnect":
            return
        if not allowance.take():
            client.wire.hang_up(TOO_MUCH, "Too many messages: twenty a second are read.")
        elif message.get("text") == "ping":
            client.answer(_PONG)


def _peer(socket: WebSocket) -> str:
    client = socket.client
    return "unknown" if client is None else f"{client.host}:{client.port}"
