"""How soon what another program appends is drawn, and at a WebSocket client: printed, not asserted.

    python benchmarks/live.py [--events 200] [--rate 10] [--before 2000] [--clients 50]

A process of its own appends as a backend does (the standard library, a transaction each). The
window is real but offscreen, and serves; the clients are another process, one of them never reads.
All times are taken by one clock of the machine, in ms from the commit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from app import start
from app.models.opening import Wish
from app.theme import ThemeChoice
from app.window import Window
from core.events.store import SQLiteEventStore

SESSION = "session-live"

WRITER = """
import json, random, sqlite3, sys, time, uuid
path, count, rate = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
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
        (str(uuid.uuid4()), kind, "session-live", "user-1", stamp,
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


def report(name: str, milliseconds: list[float]) -> None:
    values = np.array(milliseconds)
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    print(
        f"{name:34} p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f}  max {values.max():7.1f}"
        f"  n {len(values):,}"
    )


def first_reached(seen: list[tuple[int, int]], position: int) -> int | None:
    """When something first showed that position or a later one (contexts conflate)."""
    return next((when for at, when in seen if at >= position), None)


def run(options: argparse.Namespace) -> None:
    folder = Path(tempfile.mkdtemp(prefix="brainweb-live-"))
    path = folder / "events.db"
    SQLiteEventStore(path, writable=True, create=True).close()
    write(path, options.before, rate=1e9)
    start.offscreen(1)
    start.application()
    window = Window(start.NoSettings(), theme=ThemeChoice.DARK)
    window.show()
    window.open(path, Wish(SESSION))
    start.wait(lambda: not window.busy)
    window.server.model.start(path, port=0)
    start.wait(lambda: window.server.model.state.running)
    window.clock.follow()
    last = options.before + options.events
    listeners = listening(window, options.clients, last)
    drawn: list[tuple[int, int]] = []
    committed: list[int] = []
    writer = threading.Thread(
        target=lambda: committed.extend(write(path, options.events, rate=options.rate))
    )
    writer.start()
    shown = 0
    while shown < last:
        QApplication.processEvents()
        log = window.opening.log
        if log is not None and len(log) > shown:
            shown = len(log)
            # What the growth asked to be painted is painted by the next turn.
            QApplication.processEvents()
            drawn.append((shown, time.time_ns()))
        time.sleep(0.0005)
    writer.join()
    assert listeners.stdout is not None
    heard = json.loads(listeners.stdout.readline())
    listeners.wait()
    window.close()
    tell("append to drawn", committed, [drawn], options.before)
    tell(f"append to client, {options.clients} and 1 stalled", committed, heard, options.before)


def tell(name: str, committed: list[int], seen: list[list[tuple[int, int]]], before: int) -> None:
    late = []
    for each in seen:
        for n, moment in enumerate(committed, before + 1):
            reached = first_reached(each, n)
            if reached is not None:
                late.append((reached - moment) / 1e6)
    report(name, late)


def write(path: Path, count: int, *, rate: float) -> list[int]:
    command = [sys.executable, "-c", WRITER, str(path), str(count), str(rate)]
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=200, help="how many are appended")
    parser.add_argument("--rate", type=float, default=10, help="appends a second, on average")
    parser.add_argument("--before", type=int, default=2_000, help="events that are there before")
    parser.add_argument("--clients", type=int, default=50, help="clients that read")
    options = parser.parse_args()
    os.environ.setdefault("XDG_DATA_HOME", tempfile.mkdtemp(prefix="brainweb-live-data-"))
    run(options)


if __name__ == "__main__":
    main()
