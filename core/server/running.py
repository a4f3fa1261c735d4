"""A server from its start to its stop: uvicorn on a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from contextlib import suppress

import uvicorn

from core.server.errors import ServerError
from core.server.hub import Hub
from core.server.listening import BACKLOG
from core.server.security import Gate
from core.server.service import LogService
from core.server.sockets import SocketConnection
from core.server.switching import quick_switching

logger = logging.getLogger(__name__)

_ACCEPTED_AT_ONCE = 64
"""So many are accepted before they are counted."""
_MESSAGE_MOST = 64 << 10
_GRACE = 2.0
"""Seconds that connections have to end, before they are ended."""
_START_MOST = 30.0
_TICK = 1.0
_STEPS_MOST = 8


class Running:
    """A server from its start to its stop."""

    def __init__(self, listening: socket.socket, hub: Hub, http: type[asyncio.Protocol]) -> None:
        self.hub = hub
        self._http = http
        self.port: int = listening.getsockname()[1]
        self._listening = listening
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._fault: BaseException | None = None

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, gate: Gate, service: LogService) -> None:
        config = uvicorn.Config(
            gate,
            http=self._http,
            ws=SocketConnection,
            ws_max_size=_MESSAGE_MOST,
            ws_per_message_deflate=False,
            loop="asyncio",
            lifespan="off",
            interface="asgi3",
            access_log=False,
            log_config=None,
            # Below it, addresses and headers are logged.
            log_level=logging.WARNING,
            proxy_headers=False,
            server_header=False,
            backlog=_ACCEPTED_AT_ONCE,
            timeout_graceful_shutdown=int(_GRACE * 2),
        )
        self._server = _Server(config, self.hub)
        self._thread = threading.Thread(target=self._serve, name="server", daemon=True)
        service.start(self.hub.publish)
        self._thread.start()
        if not self._server.is_up.wait(_START_MOST) or self._fault is not None:
            self.stop(service)
            raise ServerError("The server could not be started.") from self._fault

    def stop(self, service: LogService) -> None:
        if self._server is not None:
            self._server.end()
        service.stop()
        if self._thread is not None:
            self._thread.join()

    def _serve(self) -> None:
        assert self._server is not None
        try:
            with quick_switching():
                self._server.run(sockets=[self._listening])
        except BaseException as error:
            self._fault = error
            logger.exception("The server ended")
        finally:
            self._server.is_up.set()
            self._listening.close()


class _Server(uvicorn.Server):
    """Opens the hub on its loop, and ends connections that do not end."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.is_up = threading.Event()

    def end(self) -> None:
        """Shut down; for any thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._ending.set)

    async def main_loop(self) -> None:
        # uvicorn's own looks ten times a second whether it is to end.
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), _TICK)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._hub.open()
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(BACKLOG)  # asyncio takes this for how many it accepts in one go
        self.is_up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close("The server is being stopped.")
        loop = asyncio.get_running_loop()
        # A client is given a moment to answer its close, for its end to be a clean one.
        until = loop.time() + _GRACE / 2
        while self._hub.clients() and loop.time() < until:
            await asyncio.sleep(0.01)
        # What asyncio accepted and made no connection of until it closes would stay open for ever.
        for each in sockets or ():
            with suppress(NotImplementedError):  # such a loop accepts one at a time
                loop.remove_reader(each)
        await _turns()
        ending = loop.call_later(_GRACE, self._end_connections)
        await super().shutdown(sockets)
        ending.cancel()
        self._end_connections()
        # Transports let go of their sockets in the next turn of the loop.
        await _turns()

    def _end_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


async def _turns() -> None:
    """Let what has begun on the loop take its steps: a connection is made in three."""
    for _ in range(_STEPS_MOST):
        await asyncio.sleep(0)
