"""A client that follows contexts: one frame at most waits for it, the newest."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, Protocol

from core.late_dataclass import dataclass
from core.projectors.context import SessionContext
from core.server.encoding import encode
from core.server.sockets import text_frame

Follow = Literal["head", "playhead"]


class Wire(Protocol):
    """A client's socket, as the hub sees it."""

    on_writable: Callable[[], None] | None

    def push(self, frame: bytes) -> bool:
        """Send a whole frame; False where the client does not read, or is gone."""
        ...

    def hang_up(self, code: int, reason: str) -> None:
        """Close with a reason, and let go of the connection soon after."""
        ...


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """A client as a person would ask for it.

    `session_id` is None where it follows whatever the window shows. `behind` is how many frames
    came since the last that it was sent, `stalled` for how many seconds it has read nothing.
    """

    peer: str
    session_id: str | None
    follow: Follow
    connected_at: datetime
    sent: int
    behind: int
    stalled: float


class Frame:
    """A context to be sent; encoded once, whoever it is sent to."""

    def __init__(self, context: SessionContext, sequence: int) -> None:
        self.context = context
        self.sequence = sequence

    @cached_property
    def initial(self) -> bytes:
        """The frame for a client that has none yet."""
        return self._framed("initial_context")

    @cached_property
    def update(self) -> bytes:
        """The frame for a client that has an earlier one."""
        return self._framed("context_update")

    def _framed(self, kind: str) -> bytes:
        told = {
            "type": kind,
            "session_id": self.context.session_id,
            "context": self.context.to_wire(),
            "sequence": self.sequence,
            "position": self.context.position,
        }
        return text_frame(encode(told))


@dataclass(slots=True, eq=False)
class Client:
    """A socket and what it follows; holds one frame at most that it was not sent yet."""

    wire: Wire
    peer: str
    session_id: str | None
    follow: Follow = "head"
    connected_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent: int = 0
    behind: int = 0
    blocked_since: float | None = None
    _slot: Frame | None = None
    _pongs: list[bytes] = field(default_factory=list)

    def answer(self, pong: bytes) -> None:
        """Answer a ping: after the first context, where the client's session has one to come."""
        if self.sent or self.session_id is None:
            self.wire.push(pong)
        else:
            self._pongs.append(pong)

    def offer(self, frame: Frame) -> None:
        """Send the frame, or keep it as the newest until the client reads."""
        self.behind += 1
        self._slot = frame
        self._send()

    def resume(self) -> None:
        """Go on with the newest frame: the client reads again."""
        self.blocked_since = None
        self._send()

    def _send(self) -> None:
        frame = self._slot
        if frame is None:
            return
        if self.wire.push(frame.update if self.sent else frame.initial):
            self._slot = None
            self.sent += 1
            self.behind = 0
            while self._pongs:
                self.wire.push(self._pongs.pop())
        elif self.blocked_since is None:
            self.blocked_since = time.monotonic()

    def info(self) -> ClientInfo:
        """What there is to know of it now."""
        blocked = self.blocked_since
        stalled = 0.0 if blocked is None else time.monotonic() - blocked
        return ClientInfo(
            self.peer, self.session_id, self.follow, self.connected_at, self.sent, self.behind,
            stalled,
        )  # fmt: skip
