"""The WebSocket side, with real clients: live, in order, and one that stalls delays nobody."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection

from core.events.errors import SourceLocked
from core.events.schema import uuid7
from core.projectors.context import ActiveConcept, SessionContext
from core.projectors.session_context import fold
from tests.builders import chat, viewed
from tests.builders_files import append_elsewhere, in_session, write_log
from tests.core.server.serving import (
    PATIENCE,
    Serving,
    frame,
    frame_at,
    serving,
    stalled_socket,
    wait_until,
)

STREAM = "/api/sessions/study/context/stream"
STUDY = [viewed("raft", seconds=0, name="Raft"), chat("raft", "paxos", seconds=10)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    other = in_session("other", [viewed("elft", seconds=3600)])
    return write_log(tmp_path / "events.db", [*in_session("study", STUDY), *other])


@pytest.fixture
def served(path: Path) -> Iterator[Serving]:
    with serving(path) as found:
        yield found


@pytest.fixture
def with_window(path: Path) -> Iterator[Serving]:
    with serving(path, window=True) as found:
        yield found


def shown(session_id: str, position: int, *, names: int = 1) -> SessionContext:
    """A context as a window might show it; with many names it is a large one."""
    concepts = tuple(ActiveConcept(f"c-{n}", 0.5, "n" * 100) for n in range(names))
    return SessionContext(session_id, position, 0, concepts)


def closed(stream: ClientConnection) -> tuple[int, str]:
    """Read until the stream is closed; answers the code and the reason."""
    try:
        while True:
            stream.recv(timeout=PATIENCE)
    except ConnectionClosed as end:
        assert end.rcvd is not None
        return end.rcvd.code, end.rcvd.reason


class TestLive:
    def test_the_current_context_comes_first(self, served: Serving) -> None:
        """A page would be empty until the user did something."""
        with served.stream("study") as stream:
            first = frame(stream)
        assert list(first) == ["type", "session_id", "context", "sequence", "position"]
        assert first["type"] == "initial_context"
        assert first["session_id"] == "study"
        assert first["position"] == 2
        assert first["context"] == fold("study", STUDY).to_wire()

    def test_what_another_process_appends_follows(self, served: Serving) -> None:
        """A learner's page would be as old as its last reload."""
        later = [viewed("elft", seconds=20), viewed("elft", seconds=30)]
        with served.stream("study") as stream:
            frames = [frame(stream)]
            for event in later:
                append_elsewhere(served.path, in_session("study", [event]))
                frames.append(frame_at(stream, frames[-1]["position"] + 1))
        assert [each["type"] for each in frames[1:]] == ["context_update"] * 2
        assert frames[-1]["context"] == fold("study", [*STUDY, *later]).to_wire()
        sequences = [each["sequence"] for each in frames]
        assert sequences == sorted(set(sequences))

    def test_what_arrived_is_sent_before_who_asks_goes_on(self, served: Serving) -> None:
        """A window that takes it up beside would have the interpreter while clients wait."""
        with served.stream("study") as stream:
            frame(stream)
            for position in (3, 4):
                append_elsewhere(served.path, in_session("study", [viewed("x", seconds=40)]))
                served.server.go_first(PATIENCE)
                (client,) = served.server.clients()
                assert client.sent == position - 1
                assert frame(stream)["position"] == position

    def test_where_nobody_listens_nobody_waits(self, served: Serving) -> None:
        """A server that nobody uses would slow the window."""
        served.server.go_first(PATIENCE)
        with served.stream("study") as stream:
            frame(stream)
            served.server.go_first(PATIENCE)
        served.server.stop()
        served.server.go_first(PATIENCE)

    def test_an_event_of_another_session_is_nobody_s_news(self, served: Serving) -> None:
        """A page would blink whenever anybody on the system does anything."""
        with served.stream("study") as stream, served.stream("other") as other:
            frame(stream), frame(other)
            append_elsewhere(served.path, in_session("other", [viewed("x", seconds=4000)]))
            assert frame(other)["position"] == 2
            append_elsewhere(served.path, in_session("study", [viewed("x", seconds=40)]))
            assert frame(stream)["position"] == 3

    def test_who_comes_back_gets_the_current_context_first(self, served: Serving) -> None:
        """What was missed while the network was gone would be missed for good."""
        with served.stream("study") as stream:
            before = frame(stream)
        wait_until(lambda: not served.server.clients(), "the first client has gone")
        append_elsewhere(served.path, in_session("study", [viewed("elft", seconds=20)]))
        with served.stream("study") as stream:
            again = frame(stream)
            assert again["type"] == "initial_context"
            assert again["position"] == 3
            assert again["sequence"] > before["sequence"]
            with served.stream("study") as another:
                assert frame(another) == again

    def test_a_session_that_is_yet_to_begin(self, served: Serving) -> None:
        """Who opens the stream before the first event would miss it."""
        with served.stream("new") as stream:
            first = frame(stream)
            assert (first["position"], first["context"]["last_updated"]) == (0, None)
            append_elsewhere(served.path, in_session("new", [viewed("raft")]))
            assert frame(stream)["position"] == 1

    def test_a_late_event_takes_its_place(self, served: Serving) -> None:
        """The context would not be the one that the window shows of the same log."""
        late = chat("lisp", seconds=5)
        with served.stream("study") as stream:
            frame(stream)
            append_elsewhere(served.path, in_session("study", [late]))
            found = frame_at(stream, 3)
        assert found["context"] == fold("study", [STUDY[0], late, STUDY[1]]).to_wire()

    def test_ping_is_answered_by_pong(self, served: Serving) -> None:
        """Clients of the backend close a connection that does not answer."""
        with served.stream("study") as stream:
            frame(stream)
            stream.send("ping")
            assert stream.recv(timeout=PATIENCE) == "pong"
            stream.send("what?")
            stream.send(b"\x00")
            stream.send("ping")
            assert stream.recv(timeout=PATIENCE) == "pong"

    def test_a_ping_is_answered_after_the_first_context(
        self, served: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client that takes the first frame for the context would fail."""
        context, go_on = served.service.context, Event()

        def slow(session_id: str, *, known: bool) -> SessionContext:
            assert go_on.wait(PATIENCE)
            return context(session_id, known=known)

        monkeypatch.setattr(served.service, "context", slow)
        # The first has its context looked up, the second waits for the same one.
        with served.stream("study") as first, served.stream("study") as second:
            wait_until(lambda: len(served.server.clients()) == 2, "both are there")
            for stream in (first, second):
                stream.send("ping")
                stream.send("ping")
            # The server has read what the second sent.
            assert second.ping().wait(PATIENCE)
            go_on.set()
            for stream in (first, second):
                assert frame(stream)["type"] == "initial_context"
                assert [stream.recv(timeout=PATIENCE) for _ in range(2)] == ["pong", "pong"]

    def test_many_events_are_conflated(self, path: Path) -> None:
        """A page that must draw every context of a thousand is behind for seconds."""
        with serving(path, writable=True) as served, served.stream("study") as stream:
            frame(stream)
            for start in range(0, 300, 60):
                many = (viewed(f"c-{n % 20}", seconds=20 + n) for n in range(start, start + 60))
                served.store.append_many(
                    [
                        each.model_copy(update={"event_id": str(uuid7())})
                        for each in in_session("study", many)
                    ]
                )
            frames = [frame(stream)]
            while frames[-1]["position"] < 302:
                frames.append(frame(stream))
            events = list(served.store.replay("study"))
        positions = [each["position"] for each in frames]
        assert positions == sorted(set(positions))
        assert len(positions) < 300
        assert frames[-1]["context"] == fold("study", events).to_wire()

    def test_a_crowd_that_comes_back_at_once_asks_once(
        self, served: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After a restart, half a class would be turned away, or the log be folded for each."""
        asked, context, go_on = [], served.service.context, Event()

        def slow(session_id: str, *, known: bool) -> SessionContext:
            asked.append(session_id)
            assert go_on.wait(PATIENCE)
            return context(session_id, known=known)

        monkeypatch.setattr(served.service, "context", slow)
        with ExitStack() as stack:
            streams = [stack.enter_context(served.stream("study")) for _ in range(80)]
            wait_until(lambda: len(served.server.clients()) == 80, "all are there")
            go_on.set()
            assert {frame(each)["position"] for each in streams} == {2}
        assert asked == ["study"]

    def test_a_log_that_is_locked_at_the_first_moment(
        self, served: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client would wait for ever for a context that never comes."""

        def locked(*_: object) -> None:
            raise SourceLocked("“events.db” is locked.")

        monkeypatch.setattr(served.store, "since", locked)
        with served.stream("study") as stream:
            assert closed(stream) == (1011, "“events.db” is locked.")


class TestPlayhead:
    def test_it_follows_the_window_whichever_session_it_shows(self, with_window: Serving) -> None:
        """A second screen would stand still while the analyst scrubs."""
        with with_window.socket("/api/playhead/context/stream") as stream:
            with_window.server.publish_playhead(shown("study", 1))
            first = frame(stream)
            assert (first["type"], first["session_id"]) == ("initial_context", "study")
            with_window.server.publish_playhead(shown("other", 7))
            found = frame(stream)
        assert (found["type"], found["session_id"], found["position"]) == (
            "context_update", "other", 7,
        )  # fmt: skip

    def test_scrubbing_back_is_told_too(self, with_window: Serving) -> None:
        """An older position is no older news where somebody moves the playhead."""
        with with_window.socket("/api/playhead/context/stream") as stream:
            for position in (5, 2):
                with_window.server.publish_playhead(shown("study", position))
                assert frame(stream)["position"] == position

    def test_who_comes_later_gets_what_is_shown_now(self, with_window: Serving) -> None:
        """The second screen would be empty until the playhead is moved."""
        with_window.server.publish_playhead(shown("study", 1))
        with with_window.socket("/api/playhead/context/stream") as stream:
            assert frame(stream)["position"] == 1
        with_window.server.publish_playhead(None)
        with with_window.socket("/api/playhead/context/stream") as stream:
            with_window.server.publish_playhead(shown("other", 3))
            assert frame(stream)["position"] == 3

    def test_one_session_of_the_window(self, with_window: Serving) -> None:
        """A page about one session would show another's concepts."""
        with with_window.stream("study", follow="playhead") as stream:
            # The window shows none yet, so it is the end of the log.
            first = frame(stream)
            assert (first["type"], first["position"]) == ("initial_context", 2)
            with_window.server.publish_playhead(shown("study", 1))
            assert frame(stream)["position"] == 1
            with with_window.socket("/api/playhead/context/stream") as every:
                frame(every)
                with_window.server.publish_playhead(shown("other", 9))
                assert frame(every)["session_id"] == "other"
            append_elsewhere(with_window.path, in_session("study", [viewed("x", seconds=50)]))
            with_window.server.publish_playhead(shown("study", 0))
            assert frame(stream)["position"] == 0

    def test_without_a_window_it_is_closed_with_a_reason(self, served: Serving) -> None:
        """A page would wait for ever for a playhead that does not exist."""
        for url in (f"{STREAM}?follow=playhead", "/api/playhead/context/stream"):
            with served.socket(url) as stream:
                code, reason = closed(stream)
            assert code == 4404
            assert "no window" in reason

    def test_a_ping_is_answered_while_the_window_shows_nothing(self, with_window: Serving) -> None:
        """There may be no context for an hour, and a client would take the server for dead."""
        with with_window.socket("/api/playhead/context/stream") as stream:
            stream.send("ping")
            assert stream.recv(timeout=PATIENCE) == "pong"

    @pytest.mark.parametrize("follow", ["bogus", "Playhead", "head "])
    def test_what_cannot_be_followed_is_said(self, with_window: Serving, follow: str) -> None:
        """Who mistypes it would take the end of the log for what the window shows."""
        with with_window.stream("study", follow=quote(follow)) as stream:
            code, reason = closed(stream)
        assert code == 4422
        assert "playhead" in reason
        with with_window.stream("study", follow="head") as stream:
            assert frame(stream)["position"] == 2

    def test_a_playhead_that_runs_is_conflated(self, with_window: Serving) -> None:
        """At sixty frames a second a browser would be behind for as long as it plays."""
        with with_window.socket("/api/playhead/context/stream") as stream:
            with_window.server.publish_playhead(shown("study", 0))
            frames = [frame(stream)]
            for position in range(1, 2_001):
                with_window.server.publish_playhead(shown("study", position))
            while frames[-1]["position"] < 2_000:
                frames.append(frame(stream))
        assert len(frames) < 1_000


class TestSlowClients:
    def test_a_stalled_client_is_let_go_and_delays_nobody(self, path: Path) -> None:
        """One laptop that was closed would stop every other learner's page."""
        with serving(path, window=True, stalled_after=0.5) as served, ExitStack() as stack:
            publish = served.server.publish_playhead
            publish(shown("study", 0))
            others = [
                stack.enter_context(served.socket("/api/playhead/context/stream")) for _ in range(5)
            ]
            for other in others:
                frame(other)
            stalled = stack.enter_context(
                stalled_socket(served.port, "/api/playhead/context/stream")
            )
            slow = f"127.0.0.1:{stalled.getsockname()[1]}"
            wait_until(
                lambda: slow in {each.peer for each in served.server.clients()}, "it is there"
            )
            lagging: list[tuple[int, float]] = []
            position = 0
            while slow in {each.peer for each in served.server.clients()}:
                position += 1
                publish(shown("study", position, names=300))
                for other in others:
                    frame_at(other, position)
                lagging += [
                    (each.behind, each.stalled)
                    for each in served.server.clients()
                    if each.peer == slow
                ]
            assert max(behind for behind, _ in lagging) > 0
            assert max(since for _, since in lagging) > 0
            # The others were told everything meanwhile, and are all there. A client may read a
            # frame before the server's own task has noted that it went.
            wait_until(
                lambda: [each.behind for each in served.server.clients()] == [0] * 5,
                "the others are not behind",
            )
            assert all(each.sent >= position for each in served.server.clients())

    def test_what_waits_for_a_stalled_client_is_bounded(self, path: Path) -> None:
        """A few clients that read nothing would fill the memory."""
        with serving(path, window=True, stalled_after=60.0) as served, ExitStack() as stack:
            publish = served.server.publish_playhead
            stalled = stalled_socket(served.port, "/api/playhead/context/stream")
            stack.enter_context(stalled)
            with served.socket("/api/playhead/context/stream") as other:
                for position in range(60):
                    publish(shown("study", position, names=300))
                    frame_at(other, position)
                slow = min(served.server.clients(), key=lambda each: each.sent)
                # A frame has 40 KB here: these are all that this process and the system hold.
                assert slow.sent < 20
                assert slow.behind > 40
            # And once it reads again, the newest is what comes after the old ones.
            received = b""
            while b'"position":59}' not in received:
                received = received[-100:] + stalled.recv(65_536)

    def test_one_that_asks_too_much_is_let_go(self, served: Serving) -> None:
        """A page with a mistake in a loop would keep the server busy."""
        with served.stream("study") as stream:
            frame(stream)
            with suppress(ConnectionClosed):
                for _ in range(200):
                    stream.send("ping")
            assert closed(stream)[0] == 1008

    def test_a_message_that_is_too_long_is_not_read(self, served: Serving) -> None:
        """A message could fill the memory."""
        with served.stream("study") as stream:
            frame(stream)
            stream.send("x" * 70_000)
            assert closed(stream)[0] == 1009

    def test_pings_without_reading_are_bounded(self, served: Serving) -> None:
        """The answers to a client that never reads would pile up."""
        ping = Frame(Opcode.PING, b"x" * 125).serialize(mask=True)
        with stalled_socket(served.port, STREAM) as stalled, pytest.raises(OSError):
            for _ in range(2_000):
                stalled.sendall(ping * 50)
        wait_until(lambda: not served.server.clients(), "it was let go")

    def test_there_is_a_limit_of_clients(self, path: Path) -> None:
        """A program that opens sockets in a loop would take all that the system has."""
        with serving(path, clients=2) as served, ExitStack() as stack:
            for _ in range(2):
                frame(stack.enter_context(served.stream("study")))
            with pytest.raises(InvalidStatus, match="503"):
                served.stream("study")


class TestClients:
    def test_they_are_listed_with_what_they_follow(self, with_window: Serving) -> None:
        """Nobody could say who is looking on."""
        with with_window.stream("study") as one, with_window.socket("/api/playhead/context/stream"):
            frame(one)
            wait_until(
                lambda: [each.sent for each in with_window.server.clients()] == [1, 0],
                "both are there",
            )
            first, second = with_window.server.clients()
        assert (first.session_id, first.follow, first.sent) == ("study", "head", 1)
        assert (second.session_id, second.follow, second.sent) == (None, "playhead", 0)
        assert first.peer.startswith("127.0.0.1:")
        wait_until(lambda: not with_window.server.clients(), "both have gone")

    def test_a_client_that_vanishes_is_forgotten(self, served: Serving) -> None:
        """A list of the gone grows for as long as the server runs."""
        stalled = stalled_socket(served.port, STREAM)
        wait_until(lambda: served.server.clients(), "it is there")
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        stalled.close()
        wait_until(lambda: not served.server.clients(), "it was forgotten")

    def test_fifty_at_once_all_get_the_same(self, served: Serving) -> None:
        """One of many clients would be told of an older context than the others."""
        with ExitStack() as stack:
            streams = [stack.enter_context(served.stream("study")) for _ in range(50)]
            assert {frame(each)["position"] for each in streams} == {2}
            append_elsewhere(served.path, in_session("study", [viewed("elft", seconds=20)]))
            texts = {each.recv(timeout=PATIENCE) for each in streams}
        assert len(texts) == 1
        assert json.loads(texts.pop())["position"] == 3
