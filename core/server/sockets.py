"""The connections that uvicorn makes, bounded where it leaves them unbounded."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import cast

from h11 import IDLE, SEND_BODY
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

if sys.platform != "win32":
    import resource

CONNECTIONS = 4_000
"""So many connections are open at most; a further one is closed at once."""
REQUEST_WITHIN = 10.0
"""Seconds that a client may take for a request, from its first byte or the connection's begin."""

_READ_WITHIN = 30.0
"""Seconds that a client may leave an answer unread."""
_WAITING = 64 << 10
_IN_THE_SYSTEM = 128 << 10
_REASON = 123


class HttpConnection(H11Protocol):
    """A connection whose client is left where it does not send what it began, or does not read."""

    most = CONNECTIONS
    request_within = REQUEST_WITHIN

    _deadline: asyncio.TimerHandle | None = None
    _paused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came of a request."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Go on with the next request, or close."""
        super().on_response_complete()
        self._watch()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection on which nothing is asked for any more."""
        super().timeout_keep_alive_handler()
        self._watch()

    def pause_writing(self) -> None:
        """Note that the client does not read."""
        super().pause_writing()
        self._paused = True
        self._watch()

    def resume_writing(self) -> None:
        """Note that it does again."""
        super().resume_writing()
        self._paused = False
        self._watch()

    def _watch(self) -> None:
        """Have a deadline, the same one, for as long as something is due of the client."""
        due = self._due()
        if due is None and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        elif due is not None and self._deadline is None:
            self._deadline = self.loop.call_later(due, self.transport.abort)

    def _due(self) -> float | None:
        """Within how many seconds the client has to send or to read something; None if nothing."""
        if self not in self.connections:
            return None  # it has ended, or has become a socket
        if self._paused or self.transport.is_closing():
            return _READ_WITHIN
        begun = self.conn.their_state is SEND_BODY or (
            self.conn.their_state is IDLE
            and (getattr(self, "cycle", None) is None or bool(self.conn.trailing_data[0]))
        )
        return self.request_within if begun else None


def http_connections(*, most: int, request_within: float) -> type[HttpConnection]:
    """Connections of which so many are open at most, fewer where the system has few to give."""

    class Bounded(HttpConnection):
        pass

    # The log, and all else that the program opens, needs the other half.
    Bounded.most = min(most, _descriptors() // 2)
    Bounded.request_within = request_within
    return Bounded


def _descriptors() -> int:
    """How many files and connections this process may have open."""
    if sys.platform == "win32":
        return 2 * CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2 * CONNECTIONS if soft == resource.RLIM_INFINITY else soft


class SocketConnection(WebSocketsSansIOProtocol):
    """A socket that takes whole frames, or says that its client does not read.

    The application finds it as `state.wire` of its scope. At most 64 KB wait for a client in this
    process, and as much again as the system buffers.
    """

    on_writable: Callable[[], None] | None = None
    """Called once the client reads again."""
    hung_up = False
    """Whether this side has closed it."""
    _writable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over."""
        super().connection_made(transport)
        # Else the system keeps megabytes for a client that does not read, and it reads old frames.
        raw = cast("socket.socket", transport.get_extra_info("socket"))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _IN_THE_SYSTEM)
        self.transport.set_write_buffer_limits(high=_WAITING)
        # Where somebody debugs, headers would be logged, and the token with them.
        self.conn.debug = False
        # One that is refused may not read why, and then would stay.
        self.loop.call_later(REQUEST_WITHIN, self._end_unless_open)

    def handle_connect(self, event: Request) -> None:
        """Hand the application the request, and this connection with it."""
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope["state"]["wire"] = self

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the application says."""
        await super().send(message)
        # An answer in place of a handshake is no fault, for which uvicorn takes it, and logs it.
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True

    def _end_unless_open(self) -> None:
        if self.conn.state is not State.OPEN:
            self.transport.abort()

    def push(self, frame: bytes) -> bool:
        """Send a whole frame; False where the client does not read, or is gone."""
        if not self._writable or self.conn.state is not State.OPEN or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def hang_up(self, code: int, reason: str, *, grace: float = 1.0) -> None:
        """Close with a reason, and let go of the connection after so many seconds."""
        if self.hung_up:
            return
        self.hung_up = True
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            self.conn.send_close(code, cut_to(_REASON, reason))
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.loop.call_later(grace, self.transport.abort)

    def pause_writing(self) -> None:
        """Note that the client does not read."""
        self._writable = False
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that it does again."""
        self._writable = True
        super().resume_writing()
        if self.on_writable is not None:
            self.on_writable()

    def handle_ping(self) -> None:
        """Answer, unless the client asks and asks and does not read."""
        if self.transport.get_write_buffer_size() > _WAITING:
            self.transport.abort()
        else:
            super().handle_ping()

    def keepalive_timeout(self) -> None:
        """Let go of a client that is gone, even if there is something left to send."""
        super().keepalive_timeout()
        self.transport.abort()


def text_frame(data: bytes) -> bytes:
    """A whole text frame as it is sent, the same for every client."""
    return Frame(Opcode.TEXT, data).serialize(mask=False)


def cut_to(size: int, text: str) -> str:
    """The beginning of a text that takes so many bytes."""
    return text.encode()[:size].decode(errors="ignore")
