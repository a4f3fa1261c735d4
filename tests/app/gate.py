"""A way to a DynamoDB server on which pages of a session wait at a gate, or all is refused."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError

_PATIENCE = 2.5
"""Seconds that a page waits at the most: a client waits three."""


class Gate(ThreadingHTTPServer):
    """Hands requests on; of the pages of sessions so many at once as were let through."""

    daemon_threads = True

    def __init__(self, target: str, longest: float, session: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self._longest = longest
        self.partition = f"session#{session}".encode()
        self.connections: set[socket.socket] = set()
        self.refusal: tuple[str, str] | None = None
        """The code and message with which all is refused, as AWS would say it; None: nothing is."""
        self.endpoint = f"http://127.0.0.1:{self.server_address[1]}"
        self._tickets = threading.Semaphore(0)
        self._open = threading.Event()

    def let(self, pages: int) -> None:
        """Let so many more pages through."""
        self._tickets.release(pages)

    def open(self) -> None:
        """Let all through from now on."""
        self._open.set()
        self._tickets.release(100)

    def wait(self) -> None:
        """Wait for a ticket."""
        if not self._open.is_set():
            self._tickets.acquire(timeout=self._longest)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gate

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.refusal is not None:
            code, message = self.server.refusal
            kind = f"com.amazonaws.dynamodb.v20120810#{code}"
            self._answer(400, json.dumps({"__type": kind, "message": message}).encode())
            return
        if (
            self.headers.get("X-Amz-Target", "").endswith(".Query")
            and self.server.partition in body
        ):
            self.server.wait()
        request = urllib.request.Request(self.server.target, data=body, method="POST")
        for name in ("X-Amz-Target", "Content-Type", "Authorization", "X-Amz-Date"):
            request.add_header(name, self.headers.get(name, ""))
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, said = answer.status, answer.read()
        except HTTPError as error:
            status, said = error.code, error.read()
        self._answer(status, said)

    def _answer(self, status: int, said: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def gate(target: str, *, longest: float = _PATIENCE, session: str = "") -> Iterator[Gate]:
    """A gate before a server, closed at first; a page waits so many seconds at the most.

    Only the sessions wait whose names begin with `session`.
    """
    server = Gate(target, longest, session)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.open()
        server.shutdown()
        # A client keeps its connections for as long as somebody holds the fault that ended it.
        for connection in list(server.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join()
        server.server_close()
