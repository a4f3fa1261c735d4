"""The connections that uvicorn makes, bounded where it leaves them unbounded."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

CONNECTIONS = 4_000
"""So many connections are open at most; a further one is closed at once."""
FIRST_REQUEST = 20.0
"""Seconds that a connection may take for its first request."""

_WAITING = 64 << 10
_IN_THE_SYSTEM = 128 << 10
_REASON = 123


class HttpConnection(H11Protocol):
    """A connection that must ask for something soon."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
        else:
            self.loop.call_later(FIRST_REQUEST, self._end_unless_asked)

    def _end_unless_asked(self) -> None:
        # One that became a socket is no longer among them.
        if getattr(self, "cycle", None) is None and self in self.connections:
            self.transport.abort()


class SocketConnection(WebSocketsSansIOProtocol):
    """A socket that takes whole frames, or says that its client does not read.

    The application finds it as `state.wire` of its scope. At most 64 KB wait for a client in this
    process, and as much again as the system buffers.
    """

    on_writable: Callable[[], None] | None = None
    """Called once the client reads again."""
    _writable = True
    _hung_up = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over."""
        super().connection_made(transport)
        # Else the system keeps megabytes for a client that does not read, and it reads old frames.
        raw = cast("socket.socket", transport.get_extra_info("socket"))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _IN_THE_SYSTEM)
        self.transport.set_write_buffer_limits(high=_WAITING)
        # Where somebody debugs, headers would be logged, and the token with them.
        self.conn.debug = False

    def handle_connect(self, event: Request) -> None:
        """Hand the application the request, and this connection with it."""
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope["state"]["wire"] = self

    def push(self, frame: bytes) -> bool:
        """Send a whole frame; False where the client does not read, or is gone."""
        if not self._writable or self.conn.state is not State.OPEN or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def hang_up(self, code: int, reason: str, *, grace: float = 1.0) -> None:
        """Close with a reason, and let go of the connection after so many seconds."""
        if self._hung_up:
            return
        self._hung_up = True
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
