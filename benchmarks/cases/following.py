"""How soon what another program appends is drawn, and at a WebSocket client.

A process of its own appends as a backend does (the standard library, a transaction each). The
window is real but offscreen, and serves; the clients are another process, one of them never reads.
All times are taken by one clock of the machine, from the commit.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import start
from app.models.opening import Wish
from app.theme import ThemeChoice
from app.window import Window
from benchmarks.figures import Figure, p99
from benchmarks.logs import SESSION as BIG
from benchmarks.logs import Logs
from core.events.store import SQLiteEventStore

SESSION = "session-live"
BEFORE = 2_000
EVENTS = 200
RATE = 10.0
"""Appends a second, on average."""
CLIENTS = 50

WRITER = """
import json, random, sqlite3, sys, time, uuid
path, count, rate, session = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
connection = sqlite3.connect(path, isolation_level=None, timeout=10)
chance = random.Random(1)
kinds = ["UserViewed", "ChatMessageCreated", "ClaimUpserted"]
committed = []
for n in range(count):
    kind, concept = kinds[n % 3], f"c-{chance.randrange(40)}"
    payload = {"name": concept, "concept_ids": [concept],
               "mentioned_concepts": [{"concept_id": concept, "name": concept}]}
    refs = {"UserViewed": ("concept", concept), "ClaimUpserted": ("claim", f"cl-{n % 9}")}
    now = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1e6):06}"
    connection.execute(
        "INSERT INTO events (event_id, event_type, session_id, actor_id, occurred_at,"
        " object_ref_type, object_ref_id, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (str(uuid.uuid4()), kind, session, "user-1", stamp,
         *refs.get(kind, (None, None)), json.dumps(payload)),
    )
    committed.append(time.time_ns())
    time.sleep(chance.expovariate(rate))
print(json.dumps(committed))
"""

LISTENERS = """
import asyncio, json, sys, time
from websockets.asyncio.client import connect
url, token, count, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
headers = {"Authorization": f"Bearer {token}"}

async def listen(ready):
    seen = []
    async with connect(url, additional_headers=headers, compression=None) as socket:
        async for text in socket:
            now = time.time_ns()
            position = json.loads(text)["position"]
            seen.append((position, now))
            if len(seen) == 1:
                ready.release()
            if position >= last:
                return seen

async def never_read():
    host, port = url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1)
    path = "/" + url.split("/", 3)[3]
    writer.write((f"GET {path} HTTP/1.1\\r\\nHost: {host}:{port}\\r\\nUpgrade: websocket\\r\\n"
        "Connection: Upgrade\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n"
        f"Sec-WebSocket-Version: 13\\r\\nAuthorization: Bearer {token}\\r\\n\\r\\n").encode())
    await writer.drain()
    return writer

async def main():
    ready = asyncio.Semaphore(0)
    listeners = [asyncio.create_task(listen(ready)) for _ in range(count)]
    stalled = await never_read()
    for _ in listeners:
        await ready.acquire()
    print("ready", flush=True)
    print(json.dumps(await asyncio.gather(*listeners)), flush=True)
    stalled.close()

asyncio.run(main())
"""


def measure(logs: Logs) -> Iterator[Figure]:
    """One run."""
    with tempfile.TemporaryDirectory(prefix="following-") as folder:
        committed, drawn, heard = _followed(Path(folder, "events.db"))
    yield Figure("foreign append: drawn, p99", p99(_late(committed, [drawn])), "ms")
    yield Figure("foreign append: at a client, p99", p99(_late(committed, heard)), "ms")
    with tempfile.TemporaryDirectory(prefix="following-") as folder:
        large = Path(folder, "large.db")
        shutil.copyfile(logs.concepts, large)
        committed, drawn = _followed_large(large, logs.events)
    late = p99(_late(committed, [drawn], logs.events))
    yield Figure("foreign append to a large session: drawn, p99", late, "ms")


Seen = list[tuple[int, int]]
"""Positions that something showed, and when (ns)."""


def _followed(path: Path) -> tuple[list[int], Seen, list[Seen]]:
    """When each event was committed; what the window and each client showed."""
    SQLiteEventStore(path, writable=True, create=True).close()
    write(path, BEFORE, rate=1e9)
    window = _window(path, SESSION)
    window.server.model.start(path, port=0)
    start.wait(lambda: window.server.model.state.running)
    window.clock.follow()
    listeners = listening(window, CLIENTS, BEFORE + EVENTS)
    committed, drawn = _watched(window, path, SESSION, BEFORE)
    assert listeners.stdout is not None
    heard = json.loads(listeners.stdout.readline())
    listeners.wait()
    window.close()
    return committed, drawn, heard


def _followed_large(path: Path, events: int) -> tuple[list[int], Seen]:
    """The same of a session of so many events and 100,000 concepts, without a server."""
    window = _window(path, BIG)
    window.clock.follow()
    committed, drawn = _watched(window, path, BIG, events)
    window.close()
    return committed, drawn


def _window(path: Path, session: str) -> Window:
    start.offscreen(1)
    start.application()
    window = Window(start.NoSettings(), theme=ThemeChoice.DARK)
    window.show()
    window.open(path, Wish(session))
    start.wait(lambda: not window.busy)
    return window


def _watched(window: Window, path: Path, session: str, before: int) -> tuple[list[int], Seen]:
    """What another program commits to a session, and what the window shows of it."""
    committed: list[int] = []
    writer = threading.Thread(
        target=lambda: committed.extend(write(path, EVENTS, rate=RATE, session=session))
    )
    writer.start()
    drawn = _drawn(window, before, before + EVENTS)
    writer.join()
    return committed, drawn


def _drawn(window: Window, shown: int, last: int) -> Seen:
    seen: Seen = []
    while shown < last:
        QApplication.processEvents()
        log = window.opening.log
        if log is not None and len(log) > shown:
            shown = len(log)
            # What the growth asked to be painted is painted by the next turn.
            QApplication.processEvents()
            seen.append((shown, time.time_ns()))
        time.sleep(0.0005)
    return seen


def _late(committed: list[int], seen: list[Seen], before: int = BEFORE) -> Iterator[float]:
    """How late (ms) each event was first shown, by itself or in a later state."""
    for each in seen:
        for n, moment in enumerate(committed, before + 1):
            reached = next((when for at, when in each if at >= n), None)
            if reached is not None:
                yield (reached - moment) / 1e6


def write(path: Path, count: int, *, rate: float, session: str = SESSION) -> list[int]:
    command = [sys.executable, "-c", WRITER, str(path), str(count), str(rate), session]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    moments: list[int] = json.loads(done.stdout)
    return moments


def listening(window: Window, clients: int, last: int) -> subprocess.Popen[str]:
    state = window.server.model.state
    url = f"{state.address.replace('http', 'ws', 1)}api/sessions/{SESSION}/context/stream"
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENERS, url, state.token, str(clients), str(last)],
        stdout=subprocess.PIPE,
        text=True,
    )
    heard: list[str] = []
    waiting = threading.Thread(target=lambda: heard.append(process.stdout.readline()))  # type: ignore[union-attr]
    waiting.start()
    start.wait(lambda: bool(heard))
    return process
