"""Hands contexts to the clients that follow them: the newest one to each, and nobody waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from itertools import count

from core.projectors.context import SessionContext
from core.server.client import Client, ClientInfo, Frame

CLIENTS = 2_000
"""So many sockets at most."""
STALLED_AFTER = 10.0
"""Seconds after which a client that reads nothing is let go."""
INTERVAL = 0.020
"""Seconds between two frames of a session at least: fifty a second."""

GOING_AWAY = 1001
TOO_SLOW = 1013


class Topic:
    """What several clients follow: the newest frame, and when the next may be sent."""

    def __init__(self, interval: float) -> None:
        self.clients: set[Client] = set()
        self.frame: Frame | None = None
        self.asked = False
        self._interval = interval
        self._next: Frame | None = None
        self._last_sent = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    @property
    def position(self) -> int:
        """The position of the newest context that is known, -1 where there is none."""
        newest = self._next or self.frame
        return -1 if newest is None else newest.context.position

    def take(self, frame: Frame, loop: asyncio.AbstractEventLoop) -> None:
        """Send a frame to all now, or once it may be sent, unless a newer one has come by then."""
        self._next = frame
        if self._timer is None:
            wait = self._last_sent + self._interval - loop.time()
            if wait <= 0:
                self._send(loop)
            else:
                self._timer = loop.call_later(wait, self._send, loop)

    def end(self) -> None:
        """Send nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def greet(self, client: Client) -> None:
        """Send a new client the newest frame, if there is one for it."""
        if self.frame is not None and _concerns(client, self.frame):
            client.offer(self.frame)

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._last_sent = loop.time()
        frame = self.frame = self._next
        self._next = None
        if frame is not None:
            for client in self.clients:
                if _concerns(client, frame):
                    client.offer(frame)


def _concerns(client: Client, frame: Frame) -> bool:
    return client.session_id is None or client.session_id == frame.context.session_id


class Hub:
    """Knows the clients, and gives each the newest context of what it follows.

    `publish`, `publish_playhead`, `flush` and `clients` are for any thread, all else for the loop's
    that the hub was opened on. `watch` is told of a session when its first client comes, `unwatch`
    when the last has gone.
    """

    def __init__(
        self,
        *,
        watch: Callable[[str], None],
        unwatch: Callable[[str], None],
        limit: int = CLIENTS,
        stalled_after: float = STALLED_AFTER,
        interval: float = INTERVAL,
    ) -> None:
        self._watch = watch
        self._unwatch = unwatch
        self._limit = limit
        self._stalled_after = stalled_after
        self._interval = interval
        self._clients: dict[Client, None] = {}
        self._heads: dict[str, Topic] = {}
        self._playhead = Topic(interval)
        self._sequence = count(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._lock = threading.Lock()
        self._came: dict[str, SessionContext] = {}
        self._shown: SessionContext | None = None
        self._shown_changed = False
        self._told = False

    def open(self) -> None:
        """Begin, on the loop that runs."""
        self._loop = asyncio.get_running_loop()
        self._look_for_stalled()
        self._take_up()

    def close(self, reason: str) -> None:
        """Say good-bye to every client, and take no context any more."""
        with self._lock:
            self._loop = None
        if self._watchdog is not None:
            self._watchdog.cancel()
        for topic in (*self._heads.values(), self._playhead):
            topic.end()
        for client in list(self._clients):
            client.wire.hang_up(GOING_AWAY, reason)

    @property
    def full(self) -> bool:
        """Whether there are as many clients as there may be."""
        return len(self._clients) >= self._limit

    def clients(self) -> list[ClientInfo]:
        """The clients, the longest connected first."""
        return [client.info() for client in list(self._clients)]

    def join(self, client: Client) -> bool:
        """Let a client follow; whether the current context of its session has to be found first.

        Of several that wait for the same one, the first is told so.
        """
        self._clients[client] = None
        client.wire.on_writable = client.resume
        if client.follow == "playhead":
            topic = self._playhead
        elif client.session_id is None:
            raise ValueError("to follow the head of a log, name a session")
        else:
            topic = self._head(client.session_id)
        topic.clients.add(client)
        topic.greet(client)
        if client.follow == "playhead" or topic.asked:
            return False
        topic.asked = True
        return True

    def give_up(self, session_id: str, code: int, reason: str) -> None:
        """Close who waits for the context of a session, which cannot be found."""
        topic = self._heads.get(session_id)
        if topic is not None and topic.frame is None:
            topic.asked = False
            for client in list(topic.clients):
                client.wire.hang_up(code, reason)

    def greet(self, client: Client, context: SessionContext) -> None:
        """Send a client a context as its first, unless it has one by now."""
        if not client.sent and not client.behind:
            client.offer(self._framed(context))

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self._clients.pop(client, None)
        client.wire.on_writable = None
        self._playhead.clients.discard(client)
        session_id = client.session_id
        topic = None if session_id is None else self._heads.get(session_id)
        if session_id is None or topic is None or client not in topic.clients:
            return
        topic.clients.discard(client)
        if not topic.clients:
            topic.end()
            del self._heads[session_id]
            self._unwatch(session_id)

    def publish(self, context: SessionContext) -> None:
        """Hand on the context of a session's end; an older one than is known counts for nothing."""
        with self._lock:
            if self._loop is None:
                return
            known = self._came.get(context.session_id)
            if known is None or known.position <= context.position:
                self._came[context.session_id] = context
            self._tell()

    @property
    def is_followed(self) -> bool:
        """Whether any client follows the end of a session; for any thread."""
        return bool(self._heads)

    def flush(self, within: float) -> None:
        """Return when what was published by now is sent, or after so many seconds; any thread."""
        sent = threading.Event()
        with self._lock:
            if self._loop is None:
                return
            self._loop.call_soon_threadsafe(sent.set)
        sent.wait(within)

    def publish_playhead(self, context: SessionContext | None) -> None:
        """Hand on what the window shows now, None where it shows no session."""
        with self._lock:
            self._shown, self._shown_changed = context, True
            self._tell()

    def _tell(self) -> None:
        if not self._told and self._loop is not None:
            self._told = True
            self._loop.call_soon_threadsafe(self._take_up)

    def _take_up(self) -> None:
        """Take what came from other threads since the last time: the newest of each."""
        with self._lock:
            came, self._came = self._came, {}
            shown, changed = self._shown, self._shown_changed
            self._shown_changed = self._told = False
            loop = self._loop
        if loop is None:
            return
        for session_id, context in came.items():
            topic = self._heads.get(session_id)
            if topic is not None and context.position > topic.position:
                topic.take(self._framed(context), loop)
        if changed and shown is None:
            self._playhead.end()
            clients, self._playhead = self._playhead.clients, Topic(self._interval)
            self._playhead.clients = clients
        elif changed and shown is not None:
            self._playhead.take(self._framed(shown), loop)

    def _framed(self, context: SessionContext) -> Frame:
        return Frame(context, next(self._sequence))

    def _head(self, session_id: str) -> Topic:
        topic = self._heads.get(session_id)
        if topic is None:
            topic = self._heads[session_id] = Topic(self._interval)
            self._watch(session_id)
        return topic

    def _look_for_stalled(self) -> None:
        loop = self._loop
        if loop is None:
            return
        long_ago = time.monotonic() - self._stalled_after
        for client in list(self._clients):
            if client.blocked_since is not None and client.blocked_since < long_ago:
                client.wire.hang_up(
                    TOO_SLOW, f"Nothing was read for {self._stalled_after:g} seconds."
                )
        self._watchdog = loop.call_later(self._stalled_after / 4, self._look_for_stalled)
