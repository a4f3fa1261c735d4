"""The server beside the program: in a thread of its own, from `start` to `stop`."""

from __future__ import annotations

import threading
import time

from core.projectors.context import SessionContext
from core.server import PORT
from core.server.api import create_app
from core.server.client import ClientInfo
from core.server.errors import ServerError
from core.server.hub import CLIENTS, STALLED_AFTER, Hub
from core.server.listening import is_loopback, is_wildcard, listening, named, resolved
from core.server.running import Running
from core.server.security import Gate, host_of
from core.server.service import LogService
from core.server.sockets import CONNECTIONS, REQUEST_WITHIN, http_connections


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
        self._running: Running | None = None
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
        return f"http://{host_of(named(self._host), self.port)}/"

    def start(self) -> None:
        """Listen, and return once requests are answered.

        Raises ServerError where the port is taken, the address is none of this machine's, or one
        that others reach without `allow_remote`. Starting twice is no fault.
        """
        with self._lock:
            if self._running is not None:
                return
            found = resolved(self._host, self._asked_port)
            if not self._allow_remote and not is_loopback(found[1][0]):
                raise ServerError(
                    f"Others on the network could reach {self._host}, and nothing is encrypted "
                    "between them and this server. Serve 127.0.0.1, or allow it: --allow-remote."
                )
            taken = listening(*found, self._host)
            running = Running(taken, self._hub(), self._http)
            try:
                running.start(self._gate(running), self._service)
            except BaseException:
                taken.close()
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

    def go_first(self, within: float) -> None:
        """Have what arrived sent to who follows a session before this returns; for any thread.

        It returns after so many seconds in any case, and at once where nobody follows.
        """
        running, until = self._running, time.monotonic() + within
        if running is not None and running.hub.is_followed:
            self._service.catch_up(within)
            running.hub.flush(max(0.0, until - time.monotonic()))

    def _hub(self) -> Hub:
        return Hub(
            watch=self._service.watch,
            unwatch=self._service.unwatch,
            limit=self._most_clients,
            stalled_after=self._stalled_after,
        )

    def _gate(self, running: Running) -> Gate:
        names = {"127.0.0.1", "localhost", "::1", named(self._host)}
        hosts = {host_of(name, running.port) for name in names}
        if running.port == 80:
            hosts |= {host_of(name, 80).removesuffix(":80") for name in names}
        return Gate(
            create_app(self._service, running.hub, window=self._window),
            hosts=hosts,
            token=self._token,
            own_address=is_wildcard(self._host),
        )
