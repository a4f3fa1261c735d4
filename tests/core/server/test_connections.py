"""Connections that send or read nothing more are left, and there are so many at most."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event, Semaphore, Thread

import pytest

from core.server import sockets
from core.server.sockets import http_connections
from tests.builders import viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import BEARER, PATIENCE, UPGRADE, Serving, serving

GET = "GET / HTTP/1.1\r\n{headers}\r\n"
POST = "POST /api/sessions/study/events HTTP/1.1\r\n{headers}Content-Length: 1000\r\n\r\n"
FETCH = "GET / HTTP/1.1\r\n{headers}Content-Length: 1000\r\n\r\n"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_log(tmp_path / "events.db", in_session("study", [viewed("raft")]))


@pytest.fixture
def served(path: Path) -> Iterator[Serving]:
    with serving(path, writable=True, request_within=0.2) as found:
        yield found


def due_within(served: Serving, seconds: float) -> None:
    """What is asked from now on has to come in so many seconds."""
    served.server._http.request_within = seconds


def opened(served: Serving, text: str = "", **headers: str) -> socket.socket:
    """A connection that has sent a text, `{headers}` of which are Host and those given."""
    named = {"Host": f"127.0.0.1:{served.port}", **headers}
    told = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    made = socket.create_connection(("127.0.0.1", served.port), PATIENCE)
    made.sendall(text.format(headers=told).encode())
    return made


def rest(made: socket.socket) -> bytes:
    """All that comes until the server closes the connection; fails where it does not."""
    came = b""
    try:
        while piece := made.recv(65_536):
            came += piece
    except ConnectionResetError:
        pass
    return came


@pytest.mark.parametrize("text", ["", "GET / HT", "GET / HTTP/1.1\r\nHost:"])
def test_a_first_request_comes_in_time(served: Serving, text: str) -> None:
    """A thousand connections that never ask would leave no file to be opened."""
    with opened(served, text) as made:
        assert rest(made) == b""


@pytest.mark.parametrize("text", ["GET / HT", GET.format(headers="")[:-2], POST])
def test_so_does_a_second_one(served: Serving, text: str) -> None:
    """One answer would do to keep a connection for ever."""
    due_within(served, PATIENCE)
    with opened(served, "GET /healthz HTTP/1.1\r\n{headers}\r\n", **BEARER) as made:
        assert made.recv(12) == b"HTTP/1.1 200"
        due_within(served, 0.2)
        told = f"Host: 127.0.0.1:{served.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        made.sendall(text.format(headers=told + "Content-Type: application/json\r\n").encode())
        rest(made)


@pytest.mark.parametrize("sent", ["", "x"])
def test_so_does_a_body(served: Serving, sent: str) -> None:
    """A body that is awaited for ever keeps its connection as well."""
    with opened(served, POST + sent, **BEARER, **JSON) as made:
        rest(made)
    due_within(served, PATIENCE)
    assert served.get("/healthz").json()["status"] == "ok"


@pytest.mark.parametrize("text", [GET, POST, POST + "x", FETCH])
def test_without_a_token_nothing_more_is_awaited(path: Path, text: str) -> None:
    """Whoever knows no token could hold connections that others need."""
    with serving(path, request_within=10 * PATIENCE) as served, opened(served, text) as made:
        assert rest(made)[:12] in (b"HTTP/1.1 200", b"HTTP/1.1 401")


def test_a_socket_that_is_refused_is_closed(path: Path) -> None:
    """The same by asking for a stream."""
    text = "GET /api/playhead/context/stream HTTP/1.1\r\n{headers}\r\n"
    with serving(path) as served, opened(served, text, **UPGRADE) as made:
        assert rest(made).startswith(b"HTTP/1.1 401")


def test_an_answer_that_is_not_read_is_given_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests without an end, whose answers nobody reads, would keep a connection for ever."""
    monkeypatch.setattr(sockets, "_READ_WITHIN", 0.2)
    with serving(path) as served, socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.settimeout(PATIENCE)
        made.connect(("127.0.0.1", served.port))
        told = f"Host: 127.0.0.1:{served.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        request = f"GET /openapi.json HTTP/1.1\r\n{told}\r\n".encode()
        with pytest.raises(ConnectionError):
            while True:
                made.sendall(request)


def test_there_are_so_many_at_most(path: Path) -> None:
    """The log could not be opened any more, nor anything else."""
    with serving(path, connections=3) as served, ExitStack() as stack:
        for _ in range(3):
            made = stack.enter_context(
                opened(served, "GET /healthz HTTP/1.1\r\n{headers}\r\n", **BEARER)
            )
            assert made.recv(12) == b"HTTP/1.1 200"
        assert rest(stack.enter_context(opened(served, GET))) == b""


def test_half_of_what_the_system_gives_is_left_to_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A limit of 4,000 where there are 1,024 files is none."""
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, 4_096))
    assert http_connections(most=4_000, request_within=1).most == 512
    assert http_connections(most=100, request_within=1).most == 100
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, 4_096))
    assert http_connections(most=4_000, request_within=1).most == 4_000


def test_who_comes_while_it_is_stopped_is_not_kept(path: Path) -> None:
    """Each stop among busy clients would cost a hundred open files, for ever."""
    stopped = Event()

    def come(port: int) -> None:
        while not stopped.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), PATIENCE):
                came.release()

    came = Semaphore(0)
    with serving(path) as served:
        comers = [Thread(target=come, args=(served.port,)) for _ in range(3)]
        for comer in comers:
            comer.start()
        for _ in range(200):
            came.acquire()
    stopped.set()
    for comer in comers:
        comer.join()
    # A socket that nobody closed warns when it is collected, and a warning fails the test.
    gc.collect()
