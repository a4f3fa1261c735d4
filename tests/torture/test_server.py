"""Hostile and unlucky clients: nobody else waits for them, and nothing of them stays."""

from __future__ import annotations

import gc
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from benchmarks.cases.clients import LISTENERS, context
from benchmarks.figures import p99
from tests.builders import viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import (
    BEARER,
    PATIENCE,
    TOKEN,
    Serving,
    ask_raw,
    frame,
    serving,
    stalled_socket,
    wait_until,
)
from tests.core.server.test_security import routes
from tests.torture.conftest import FULL, Figure, amount

STREAM = "/api/sessions/study/context/stream"
PLAYHEAD = "/api/playhead/context/stream"
RATE = 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_log(tmp_path / "events.db", in_session("study", [viewed("raft")]))


@pytest.fixture
def served(path: Path) -> Iterator[Serving]:
    with serving(path, writable=True, window=True) as found:
        yield found


def memory() -> float:
    """What this process holds, in MB."""
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def files() -> int:
    return psutil.Process().num_fds() if os.name == "posix" else psutil.Process().num_handles()


def test_one_of_fifty_that_never_reads(path: Path, figure: Figure) -> None:
    """One laptop that was closed would stop every other learner's page."""
    clients, contexts = amount(5, 49), amount(40, 3_000)
    with serving(path, window=True, stalled_after=5.0) as served, ExitStack() as stack:
        publish = served.server.publish_playhead
        publish(context(0))
        stalled = stack.enter_context(stalled_socket(served.port, PLAYHEAD))
        slow = f"127.0.0.1:{stalled.getsockname()[1]}"
        command = [sys.executable, "-c", LISTENERS, "127.0.0.1", str(served.port), TOKEN]
        others = stack.enter_context(
            subprocess.Popen(
                [*command, str(clients), str(contexts)], stdout=subprocess.PIPE, text=True
            )
        )
        assert others.stdout is not None
        others.stdout.readline()
        before, begun = memory(), time.monotonic()
        published, closed_after, behind = {}, 0.0, 0
        for position in range(1, contexts + 1):
            published[position] = time.time_ns()
            publish(context(position))
            there = {each.peer: each for each in served.server.clients()}
            if slow in there:
                behind = max(behind, there[slow].behind)
            elif not closed_after:
                closed_after = time.monotonic() - begun
            time.sleep(max(0.0, begun + position / RATE - time.monotonic()))
        seen = json.loads(others.stdout.readline())
        grown = memory() - before
    delays = [
        (moment - published[int(position)]) / 1e6
        for each in seen
        for position, moment in each.items()
        if int(position)
    ]
    assert all(str(contexts) in each for each in seen)
    assert grown < 50
    assert closed_after or not FULL
    told = f"p99 {p99(delays):.1f} ms of {len(delays):,} contexts that came"
    figure(f"{clients} clients beside one that never reads, {RATE} contexts/s", told)
    figure("the one that never reads", f"{behind:,} behind, closed after {closed_after:.1f} s")
    figure("memory meanwhile", f"+{grown:.1f} MB")


def test_connects_and_disconnects(served: Serving, figure: Figure) -> None:
    """A page that is reloaded all day would leave no file to be opened."""

    def come_and_go(number: int) -> None:
        with stalled_socket(served.port, STREAM) as made:
            if number % 2:
                # In the midst of the first frame.
                made.recv(10)

    for number in range(6):
        come_and_go(number)
    wait_until(lambda: not served.server.clients(), "the first ones are forgotten")
    before, held = files(), memory()

    for number in range(amount(20, 1_000)):
        come_and_go(number)
    wait_until(lambda: not served.server.clients(), "all are forgotten")
    wait_until(lambda: files() <= before + 2, "their files are closed")

    assert served.get("/healthz").status_code == 200
    figure("connects and disconnects", amount(20, 1_000))
    figure("open files before and after", f"{before} and {files()}, +{memory() - held:.1f} MB")


def test_a_frame_of_ten_megabytes(served: Serving, figure: Figure) -> None:
    """One message could fill the memory."""
    before = memory()
    large = Frame(Opcode.TEXT, b"x" * 10_000_000).serialize(mask=True)
    with stalled_socket(served.port, STREAM) as made, pytest.raises(ConnectionError):
        # It is told why, and cut off before it has sent half of it.
        for start in range(0, len(large), 100_000):
            made.sendall(large[start : start + 100_000])
    wait_until(lambda: not served.server.clients(), "it is let go")
    grown = memory() - before
    assert grown < 30
    figure("a frame of 10 MB", f"cut off, +{grown:.1f} MB")


def test_text_that_is_none(served: Serving) -> None:
    """Bytes that mean nothing would end in a fault of ours."""
    with served.stream("study") as stream:
        frame(stream)
        stream.socket.sendall(Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True))
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(timeout=PATIENCE)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in (1003, 1007)


def test_a_flood_of_small_frames(served: Serving, figure: Figure) -> None:
    """A page with a mistake in a loop would keep the server from everybody."""
    small = Frame(Opcode.TEXT, b"ping").serialize(mask=True)
    sent, slowest = 0, 0.0
    with stalled_socket(served.port, STREAM) as flooding, suppress(OSError):
        for _ in range(amount(60, 2_000)):
            flooding.sendall(small * 500)
            sent += 500
            began = time.monotonic()
            assert served.get("/healthz").status_code == 200
            slowest = max(slowest, time.monotonic() - began)
    wait_until(lambda: not served.server.clients(), "it is let go")
    figure(
        "a flood of small frames", f"let go after {sent:,}; others waited {slowest * 1e3:.0f} ms"
    )


def test_the_end_with_clients_on(path: Path, figure: Figure) -> None:
    """Quitting would hang while somebody looks on."""
    clients = amount(4, 200)
    with serving(path) as served, ExitStack() as stack:
        streams = [stack.enter_context(served.stream("study")) for _ in range(clients)]
        for stream in streams:
            frame(stream)
        stack.enter_context(stalled_socket(served.port, STREAM))
        began = time.monotonic()
        served.server.stop()
        took = time.monotonic() - began
        codes = set()
        for stream in streams:
            with pytest.raises(ConnectionClosed) as closed:
                stream.recv(timeout=PATIENCE)
            codes.add(closed.value.rcvd and closed.value.rcvd.code)
    assert codes == {1001}
    figure(f"the end with {clients} clients on, one of them stalled", f"{took:.2f} s")


def test_forms_write_nothing_on_any_route(served: Serving) -> None:
    """A page elsewhere could post a form, which a browser sends without asking."""
    before = served.store.last_rowid()
    body = b"event_type=UserViewed&payload=%7B%7D"
    for kind in (
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "",
    ):  # fmt: skip
        for _, target, headers in routes(served):
            if "Upgrade" in headers:
                continue
            told = {
                "Host": f"127.0.0.1:{served.port}",
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                **BEARER,
            }
            status, _ = ask_raw(served.port, target, told, method="POST", body=body)
            assert status in (400, 404, 405, 415, 422), (target, kind, status)
    assert served.store.last_rowid() == before


def test_a_port_that_is_taken_is_said_and_left_alone(path: Path) -> None:
    """Another program would lose its port, or ours wait for ever."""
    from core.server.context_server import ContextServer
    from core.server.errors import ServerError

    with serving(path) as served:
        other = ContextServer(served.service, port=served.port, token=TOKEN)
        with pytest.raises(ServerError):
            other.start()
        assert served.get("/healthz").status_code == 200
        with socket.create_connection(("127.0.0.1", served.port), PATIENCE):
            pass
