"""A thousand WebSocket clients at twenty contexts a second, beside a server of frames alone.

That is the websockets package's own broadcast of the same frames to as many. The clients are a
process of their own on bare sockets, so that they cost little, and say when each frame came, by
one clock of the machine.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.figures import Figure, p99
from benchmarks.logs import Logs
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import ActiveConcept, SessionContext
from core.server.context_server import ContextServer
from core.server.service import LogService

CLIENTS = 1_000
CONTEXTS = 100
RATE = 20
TOKEN = "t" * 43

LISTENERS = r"""
import json, re, selectors, socket, sys, time
host, port, token, count, last = sys.argv[1], int(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:])
POSITION = re.compile(rb'"position":\s*(\d+)')
REQUEST = (f"GET /api/playhead/context/stream HTTP/1.1\r\nHost: {host}:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n")

waiting, selector = set(), selectors.DefaultSelector()
for _ in range(count):
    listener, seen = socket.create_connection((host, port)), {}
    listener.sendall(REQUEST.encode())
    listener.recv(65536)
    selector.register(listener, selectors.EVENT_READ, (listener.recv, seen))
    waiting.add(id(seen))
print("ready", flush=True)
while waiting:
    for key, _ in selector.select():
        receive, seen = key.data
        data, now = receive(65536), time.time_ns()
        if not data:
            sys.exit("a client was let go")
        for position in POSITION.findall(data):
            seen.setdefault(int(position), now)
        if last in seen:
            waiting.discard(id(seen))
print(json.dumps([key.data[1] for key in selector.get_map().values()]), flush=True)
"""


def measure(logs: Logs) -> Iterator[Figure]:
    """One run."""
    del logs
    with _our_server() as (port, publish):
        ours = p99(_delays(port, publish))
    with _raw_server() as (port, publish):
        raw = p99(_delays(port, publish))
    yield Figure("1,000 clients: delay, p99", ours, "ms")
    peer = "broadcast of the websockets package"
    yield Figure("1,000 clients: against a raw server", ours, "ms", peer, raw)


def context(position: int) -> SessionContext:
    """A context of about 2 KB."""
    concepts = tuple(ActiveConcept(f"concept-{n}", 0.5, "n" * 140) for n in range(10))
    return SessionContext("session", position, 0, concepts)


def _frame(position: int) -> str:
    """What of a context is sent, as large as ours."""
    concepts = [{"concept_id": each.concept_id, "weight": each.weight, "name": each.name}
                for each in context(position).active_concepts]  # fmt: skip
    return json.dumps({"type": "context_update", "position": position, "context": concepts})


def _delays(port: int, publish: Callable[[int], None]) -> Iterator[float]:
    """How long (ms) each context took to each client that it reached: contexts conflate."""
    command = [
        sys.executable, "-c", LISTENERS, "127.0.0.1", str(port), TOKEN, str(CLIENTS), str(CONTEXTS)
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listeners:
        assert listeners.stdout is not None
        listeners.stdout.readline()
        published = {}
        for position in range(1, CONTEXTS + 1):
            published[position] = time.time_ns()
            publish(position)
            time.sleep(1 / RATE)
        seen = json.loads(listeners.stdout.readline())
    for each in seen:
        for position, moment in each.items():
            yield (moment - published[int(position)]) / 1e6


@contextmanager
def _our_server() -> Iterator[tuple[int, Callable[[int], None]]]:
    with tempfile.TemporaryDirectory(prefix="clients-") as folder:
        path = Path(folder, "events.db")
        with SQLiteEventStore(path, writable=True, create=True) as store:
            server = ContextServer(
                LogService(store), port=0, token=TOKEN, window=True, clients=CLIENTS,
                connections=CLIENTS,
            )  # fmt: skip
            server.start()
            try:
                yield server.port, lambda at: server.publish_playhead(context(at))
            finally:
                server.stop()


@contextmanager
def _raw_server() -> Iterator[tuple[int, Callable[[int], None]]]:
    connections: set[ServerConnection] = set()
    loop, started = asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []

    async def take(connection: ServerConnection) -> None:
        connections.add(connection)
        await connection.send("{}")
        await connection.wait_closed()

    async def run() -> None:
        async with serve(take, "127.0.0.1", 0, compression=None) as server:
            ports.append(next(iter(server.sockets)).getsockname()[1])
            started.set()
            await stop.wait()

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    started.wait()
    try:
        yield (
            ports[0],
            lambda at: loop.call_soon_threadsafe(broadcast, connections, _frame(at)),
        )
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
