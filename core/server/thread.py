"""The server beside the program: in a thread of its own, from `start` to `stop`."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import os
import socket
import threading
from contextlib import suppress

import uvicorn

from core.projectors.context import SessionContext
from core.server.api import create_app
from core.server.client import ClientInfo
from core.server.errors import ServerError
from core.server.hub import CLIENTS, STALLED_AFTER, Hub
from core.server.security import Gate, host_of
from core.server.service import LogService
from core.server.sockets import (
    CONNECTIONS,
    REQUEST_WITHIN,
    SocketConnection,
    http_connections,
)
from core.server.switching import quick_switching

logger = logging.getLogger(__name__)

PORT = 8765
"""The port unless another is asked for."""

_BACKLOG = 1_024
"""So many wait to be accepted at most."""
_ACCEPTED_AT_ONCE = 64
"""So many are accepted before they are counted."""
_MESSAGE_MOST = 64 << 10
_GRACE = 2.0
"""Seconds that connections have to end, before they are ended."""
_START_MOST = 30.0
_TICK = 1.0
_STEPS_MOST = 8


class ContextServer:
    """Serves a log over HTTP and WebSocket. It can be started again after it was stopped.

    Port 0 takes any free one. `window` says whether `publish_playhead` will be told what a window
    shows. A client that reads nothing for `stalled_after` seconds is let go, as is a connection
    whose request has not come whole within `request_within` seconds.
    """

    def __init__(
        self,
        service: LogService,
        *,
        host: str = "127.0.0.1",
        port: int = PORT,
        token: str,
        allow_remote: bool = False,
        window: bool = False,
        stalled_after: float = STALLED_AFTER,
        clients: int = CLIENTS,
        connections: int = CONNECTIONS,
        request_within: float = REQUEST_WITHIN,
    ) -> None:
        self._service = service
        self._host = host or "0.0.0.0"
        self._asked_port = port
        self._token = token
        self._allow_remote = allow_remote
        self._window = window
        self._stalled_after = stalled_after
        self._most_clients = clients
        self._http = http_connections(most=connections, request_within=request_within)
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._shown: SessionContext | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started, and neither stopped nor ended by a fault."""
        running = self._running
        return running is not None and running.is_alive

    @property
    def port(self) -> int:
        """The port that it listens on, or would."""
        running = self._running
        return self._asked_port if running is None else running.port

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{host_of(_named(self._host), self.port)}/"

    def start(self) -> None:
        """Listen, and return once requests are answered.

        Raises ServerError where the port is taken, the address is none of this machine's, or one
        that others reach without `allow_remote`. Starting twice is no fault.
        """
        with self._lock:
            if self._running is not None:
                return
            found = _resolved(self._host, self._asked_port)
            if not self._allow_remote and not _is_loopback(found[1][0]):
                raise ServerError(
                    f"Others on the network could reach {self._host}, and nothing is encrypted "
                    "between them and this server. Serve 127.0.0.1, or allow it: --allow-remote."
                )
            listening = _listening(*found, self._host)
            running = _Running(listening, self._hub(), self._http)
            try:
                running.start(self._gate(running), self._service)
            except BaseException:
                listening.close()
                raise
            self._running = running
            if self._shown is not None:
                running.hub.publish_playhead(self._shown)

    def stop(self) -> None:
        """Close every client with a reason and end all threads, within a few seconds."""
        with self._lock:
            running, self._running = self._running, None
            if running is not None:
                running.stop(self._service)

    def clients(self) -> list[ClientInfo]:
        """Who is connected, the longest first; for any thread."""
        running = self._running
        return [] if running is None else running.hub.clients()

    def publish_playhead(self, context: SessionContext | None) -> None:
        """Tell who follows the window what it shows, None for no session; for any thread.

        Returns at once; of several within 20 ms the last one is sent.
        """
        self._shown = context
        running = self._running
        if running is not None:
            running.hub.publish_playhead(context)

    def _hub(self) -> Hub:
        return Hub(
            watch=self._service.watch,
            unwatch=self._service.unwatch,
            limit=self._most_clients,
            stalled_after=self._stalled_after,
        )

    def _gate(self, running: _Running) -> Gate:
        names = {"127.0.0.1", "localhost", "::1", _named(self._host)}
        hosts = {host_of(name, running.port) for name in names}
        if running.port == 80:
            hosts |= {host_of(name, 80).removesuffix(":80") for name in names}
        return Gate(
            create_app(self._service, running.hub, window=self._window),
            hosts=hosts,
            token=self._token,
            own_address=_is_wildcard(self._host),
        )


class _Running:
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
            each.listen(_BACKLOG)  # asyncio takes this for how many it accepts in one go
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


_Address = tuple[str, int]


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, _Address]:
    """The family and address to listen on."""
    if not 0 <= port <= 65_535:
        # The system would take the rest of its division by 65,536.
        raise ServerError(f"{port} is no port: choose one from 1 to 65535, or 0 for any free one.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ServerError(
            f"There is no address “{host}” here. Serve 127.0.0.1, or an address of this machine."
        ) from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _is_wildcard(host: str) -> bool:
    return host in ("0.0.0.0", "::")


def _named(host: str) -> str:
    """The host to be named in an address; one that listens on all is named by its loopback."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _listening(family: socket.AddressFamily, address: _Address, host: str) -> socket.socket:
    """A socket that listens already, so that nobody else can take the port."""
    # With the protocol named, or asyncio leaves Nagle's delay of 40 ms on what it accepts.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # Not elsewhere: there it lets two programs have one port.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise ServerError(_unbound(error, host, address[1])) from error
    return made


def _unbound(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken: another program listens there, perhaps another "
            "server of this one. Stop it, or choose another port, 0 takes any free one."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs permission. Choose one above 1023, such as {PORT}."
    return f"{host} port {port} cannot be listened on: {error.strerror or error}. Choose another."
