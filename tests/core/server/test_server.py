"""The server beside the program: it starts, says why it cannot, and ends with all its threads."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from core.events.store.base import EventPage
from core.events.store.sqlite import SQLiteEventStore
from core.server.context_server import ContextServer
from core.server.errors import ServerError
from core.server.service import LogService
from core.server.sockets import cut_to
from tests.builders import viewed
from tests.builders_files import append_elsewhere, in_session, write_log
from tests.core.server.serving import (
    BEARER,
    PATIENCE,
    TOKEN,
    ask_raw,
    frame,
    serving,
    stalled_socket,
    wait_until,
)

STREAM = "/api/sessions/study/context/stream"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_log(tmp_path / "events.db", in_session("study", [viewed("raft")]))


@pytest.fixture
def service(path: Path) -> Iterator[LogService]:
    with SQLiteEventStore(path) as store:
        yield LogService(store)


class TestStarting:
    def test_any_free_port(self, service: LogService) -> None:
        """Two windows could not serve at once."""
        server = ContextServer(service, port=0, token=TOKEN)
        assert not server.is_running
        server.start()
        server.start()
        try:
            assert server.port > 0
            assert server.address == f"http://127.0.0.1:{server.port}/"
            assert httpx.get(server.address, timeout=PATIENCE, trust_env=False).status_code == 200
        finally:
            server.stop()
        assert not server.is_running

    def test_a_taken_port_is_said_at_once(self, service: LogService) -> None:
        """The window would say that it serves, and nobody could connect; it has no options."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(ServerError, match=f"Port {port} of 127.0.0.1 is taken") as told:
                ContextServer(service, port=port, token=TOKEN).start()
        assert str(told.value).endswith("choose another port, 0 takes any free one.")

    def test_one_that_another_server_of_ours_has(self, service: LogService, path: Path) -> None:
        """Requests would go to the one or the other, by chance."""
        with serving(path) as served:
            second = ContextServer(service, port=served.port, token=TOKEN)
            with pytest.raises(ServerError, match="taken"):
                second.start()
        # It is free as soon as the first has stopped.
        second.start()
        second.stop()

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
    def test_others_on_the_network_are_not_let_in_by_accident(
        self, service: LogService, host: str
    ) -> None:
        """What a learner thinks would go through the room in clear text."""
        with pytest.raises(ServerError, match="--allow-remote"):
            ContextServer(service, host=host, port=0, token=TOKEN).start()

    def test_they_are_where_it_is_allowed(self, service: LogService) -> None:
        """Whoever asks for it could not show a session on another machine."""
        server = ContextServer(service, host="0.0.0.0", port=0, token=TOKEN, allow_remote=True)
        server.start()
        try:
            assert server.address == f"http://127.0.0.1:{server.port}/"
            for host, status in {"127.0.0.1": 200, "localhost": 200, "evil.com": 403}.items():
                told = {"Host": f"{host}:{server.port}", **BEARER}
                assert ask_raw(server.port, "/healthz", told)[0] == status
        finally:
            server.stop()

    def test_its_own_address_is_its_name_where_it_listens_on_all(self, service: LogService) -> None:
        """Another machine, which can only name the address, would be refused."""
        server = ContextServer(service, host="0.0.0.0", port=0, token=TOKEN, allow_remote=True)
        server.start()
        try:
            with socket.create_connection(("127.0.0.2", server.port), PATIENCE) as made:
                host = f"127.0.0.2:{server.port}"
                request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n"
                request += f"Authorization: {BEARER['Authorization']}\r\n\r\n"
                made.sendall(request.encode())
                assert made.recv(12) == b"HTTP/1.1 200"
        except OSError:
            pytest.skip("127.0.0.2 is no address of this machine")
        finally:
            server.stop()

    @pytest.mark.parametrize(
        ("host", "port", "message"),
        [
            ("no.such.host.invalid", 0, "no address"),
            ("127.0.0.1", 70_000, "no port"),
            ("x" * 300, 0, "no address"),
        ],
    )
    def test_an_address_that_is_none_is_said(
        self, service: LogService, host: str, port: int, message: str
    ) -> None:
        """A traceback of the system's resolver says nothing of what to do."""
        with pytest.raises(ServerError, match=message):
            ContextServer(service, host=host, port=port, token=TOKEN).start()

    def test_an_ipv6_loopback(self, service: LogService) -> None:
        """Where `localhost` means ::1, nobody could connect."""
        server = ContextServer(service, host="::1", port=0, token=TOKEN)
        try:
            server.start()
        except ServerError:
            pytest.skip("there is no IPv6 here")
        try:
            assert server.address == f"http://[::1]:{server.port}/"
            assert httpx.get(server.address, timeout=PATIENCE, trust_env=False).status_code == 200
        finally:
            server.stop()


class TestStopping:
    def test_clients_are_told(self, path: Path) -> None:
        """A page would take the end for a lost network, and a client for a fault."""
        with serving(path) as served, served.stream("study") as stream:
            frame(stream)
            served.server.stop()
            with pytest.raises(ConnectionClosed) as end:
                stream.recv(timeout=PATIENCE)
            assert end.value.rcvd is not None
            assert end.value.rcvd.code == 1001
            assert end.value.rcvd.reason

    def test_it_ends_in_time_with_clients_that_stalled(self, path: Path) -> None:
        """Closing the window would hang until a stranger's laptop wakes up."""
        with serving(path, window=True) as served:
            stalled = [stalled_socket(served.port, STREAM) for _ in range(3)]
            # One that sent half a request, one that never asked, one that reads no answer.
            half = socket.create_connection(("127.0.0.1", served.port))
            half.sendall(b"POST /api/sessions/study/events HTTP/1.1\r\nHost:")
            silent = socket.create_connection(("127.0.0.1", served.port))
            with served.stream("study") as stream:
                frame(stream)
                begun = time.monotonic()
                served.server.stop()
            assert time.monotonic() - begun < PATIENCE
            for each in (*stalled, half, silent):
                each.close()
        assert not [each for each in threading.enumerate() if each.name.startswith("server")]

    def test_what_is_being_read_is_given_up(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Closing the window would wait for a million events to be folded for somebody else."""
        with serving(path) as served:
            answers, begun = [], threading.Event()
            (page,) = served.store.since("study")

            def long(*_: object) -> Iterator[EventPage]:
                begun.set()
                until = time.monotonic() + PATIENCE
                while time.monotonic() < until:
                    yield page

            monkeypatch.setattr(served.store, "since", long)

            def ask() -> None:
                answers.append(served.get("/api/sessions/study/context").status_code)

            asking = threading.Thread(target=ask)
            asking.start()
            assert begun.wait(PATIENCE)
            served.server.stop()
            asking.join()
        assert answers == [503]

    def test_again_and_again(self, path: Path) -> None:
        """A switch in a menu is turned on and off all day."""
        with SQLiteEventStore(path) as store:
            server = ContextServer(LogService(store), port=0, token=TOKEN)
            for _ in range(5):
                server.start()
                told = {"Host": f"127.0.0.1:{server.port}", **BEARER}
                assert ask_raw(server.port, "/api/sessions/study/context", told)[0] == 200
                server.stop()
                server.stop()
        assert not [each for each in threading.enumerate() if each.name.startswith("server")]

    def test_what_is_published_after_the_end_does_no_harm(self, service: LogService) -> None:
        """The window would fail at the first move of the playhead."""
        server = ContextServer(service, port=0, token=TOKEN, window=True)
        context = service.context("study")
        server.publish_playhead(context)
        server.start()
        server.publish_playhead(context)
        server.stop()
        server.publish_playhead(context)
        assert server.clients() == []


class TestFollowing:
    def test_a_projection_is_told_of_sessions_that_grow(self, path: Path) -> None:
        """The read model would stay where the last program left it."""
        marked = []

        class Marks:
            def mark(self, session_id: str) -> None:
                marked.append(session_id)

        with serving(path, projection=Marks()):
            append_elsewhere(path, in_session("study", [viewed("elft", seconds=10)]))
            wait_until(lambda: marked, "the session was marked")
        assert set(marked) == {"study"}

    def test_a_log_that_was_replaced_is_said(self, path: Path, tmp_path: Path) -> None:
        """Pages would show a file that is no longer there as if all were well."""
        other = write_log(tmp_path / "other.db", in_session("else", [viewed("raft")] * 3))
        with serving(path) as served:
            assert served.get("/healthz").status_code == 200
            other.replace(path)
            answers = [served.get(f"/api/{url}") for url in ("sessions", "sessions/study/events")]
            wait_until(lambda: served.get("/healthz").status_code == 503, "it was noticed")
            with (
                served.stream("study") as stream,
                pytest.raises(ConnectionClosed, match="replaced"),
            ):
                stream.recv(timeout=PATIENCE)
        for each in answers:
            assert each.status_code == 503
            assert each.json()["detail"].startswith("“events.db” was replaced")


def test_a_reason_is_cut_between_characters() -> None:
    """A close frame holds 123 bytes; half a character would make it no frame."""
    assert cut_to(3, "aä" * 5) == "aä"
    assert cut_to(2, "aä") == "a"
