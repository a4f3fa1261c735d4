"""A real server on a real socket for tests, and clients that talk to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from core.events.emission import Delivery, EmittedEvent, checked_event, emitted, same_content
from core.events.schema import ObjectRef
from core.events.store.sqlite import SQLiteEventStore
from core.server.context_server import ContextServer
from core.server.service import LogService

TOKEN = "test-token-" + "0" * 32
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PATIENCE = 60.0
"""Seconds that a test waits for what happens at once on an idle machine."""


class StoringEmitter:
    """Stores at once; ``delivery`` makes it answer as if the store had done something else."""

    def __init__(self, store: SQLiteEventStore) -> None:
        self._store = store
        self.delivery: Delivery | None = None

    def emit(
        self,
        event_type: str,
        session_id: str,
        *,
        actor_id: str | None = None,
        object_ref: ObjectRef | None = None,
        payload: Mapping[str, Any] | None = None,
        correlation_id: str | None = None,
        idempotency_key: str | None = None,
        trace_id: str | None = None,
    ) -> EmittedEvent:
        event = checked_event(
            event_type, session_id, actor_id, object_ref, payload, correlation_id,
            idempotency_key, trace_id,
        )  # fmt: skip
        if self.delivery is not None:
            return emitted(event, self.delivery)
        stored = self._store.append(event)
        if not stored.existed:
            return emitted(stored.event, Delivery.STORED)
        same = same_content(stored.event, event)
        return emitted(stored.event, Delivery.DUPLICATE if same else Delivery.CONFLICT)


@dataclass
class Serving:
    """A server that runs, and how to ask it."""

    path: Path
    store: SQLiteEventStore
    service: LogService
    server: ContextServer
    http: httpx.Client
    emitter: StoringEmitter

    @property
    def port(self) -> int:
        return self.server.port

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.http.get(path, params=parameters)

    def stream(self, session_id: str, *, follow: str = "") -> ClientConnection:
        query = f"?follow={follow}" if follow else ""
        return self.socket(f"/api/sessions/{session_id}/context/stream{query}")

    def socket(self, path: str, **options: Any) -> ClientConnection:
        url = f"ws://127.0.0.1:{self.port}{path}"
        options.setdefault("additional_headers", BEARER)
        return connect(url, compression=None, open_timeout=PATIENCE, **options)


@contextmanager
def serving(path: Path, *, writable: bool = False, **options: Any) -> Iterator[Serving]:
    """Serve a log on any free port; ``options`` are the service's and the server's."""
    of_service = {
        name: options.pop(name)
        for name in ("read_model", "projection", "rules", "emitter")
        if name in options
    }
    with SQLiteEventStore(path, writable=writable) as store:
        emitter = StoringEmitter(store)
        if writable:
            of_service.setdefault("emitter", emitter)
        service = LogService(store, **of_service)
        server = ContextServer(service, port=0, token=TOKEN, **options)
        server.start()
        # Reading the system's certificates, of which none is used, would take longer than a test.
        http = httpx.Client(
            base_url=server.address, headers=BEARER, timeout=PATIENCE, verify=False, trust_env=False
        )
        try:
            with http:
                yield Serving(path, store, service, server, http, emitter)
        finally:
            server.stop()


def frame(stream: ClientConnection) -> dict[str, Any]:
    """The next frame of a stream."""
    found: dict[str, Any] = json.loads(stream.recv(timeout=PATIENCE))
    return found


def frame_at(stream: ClientConnection, position: int) -> dict[str, Any]:
    """The first frame of that position; earlier ones are passed over."""
    while True:
        found = frame(stream)
        assert found["position"] <= position
        if found["position"] == position:
            return found


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Look until something holds; fails after a while."""
    pause = Event()
    for _ in range(int(PATIENCE / 0.01)):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError(f"did not happen: {what}")


def ask_raw(
    port: int, target: str, headers: Mapping[str, str], *, method: str = "GET", body: bytes = b""
) -> tuple[int, str]:
    """A request with exactly these headers: its status, and all that was answered."""
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as made:
        made.sendall(f"{method} {target} HTTP/1.1\r\n{told}\r\n".encode("latin-1") + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = made.recv(65_536)
            if not piece:
                break
            answer += piece
    return int(answer.split(b" ", 2)[1]), answer.decode("latin-1")


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def stalled_socket(port: int, path: str) -> socket.socket:
    """A client that opens a stream and then reads nothing any more."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(PATIENCE)
    made.connect(("127.0.0.1", port))
    headers = {"Host": f"127.0.0.1:{port}", **BEARER, **UPGRADE}
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    made.sendall(f"GET {path} HTTP/1.1\r\n{told}\r\n".encode())
    assert made.recv(12) == b"HTTP/1.1 101"
    return made
