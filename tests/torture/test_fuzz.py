"""Whatever comes in: no crash, no hang, no more memory than is there, and a fault with a name.

A short run here; `make fuzz`, or `make fuzz EXAMPLES=1000000`, for as long as one likes.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.events.errors import StoreError
from core.events.payload_json import RepairedText
from core.events.rows import RawRow, decode_row
from core.events.store.sqlite import SQLiteEventStore
from core.export.importing import import_events
from core.filter.completion import EMPTY, complete
from core.filter.parsing import FilterError, parse
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.rows import RowMask
from core.replay.index import ContextIndex
from core.replay.loader import load
from tests.builders import chat, claim, viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import BEARER, PATIENCE, UPGRADE, Serving, serving, wait_until
from tests.torture.conftest import FULL, Figure

EXAMPLES = int(os.environ.get("FUZZ", "0")) or (20_000 if FULL else 0)
HANG = 2.0
"""Seconds of processor time that no input may take."""
GROWTH = 512
"""MB that the process may grow by, over all inputs."""


class Inputs:
    """Counts inputs, and notes which one took longest."""

    def __init__(self) -> None:
        self.count = 0
        self.worst = 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        began = time.thread_time()
        yield
        self.count += 1
        self.worst = max(self.worst, time.thread_time() - began)
        assert self.worst < HANG, "an input took as long as a hang"


@contextmanager
def inputs(figure: Figure, what: str) -> Iterator[Inputs]:
    before, found = peak(), Inputs()
    yield found
    grown = peak() - before
    assert grown < GROWTH
    figure(what, f"{found.count:,} inputs, the slowest {found.worst * 1000:.0f} ms, +{grown} MB")


def peak() -> int:
    """The most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fuzzed(sample: int, *, share: float = 1.0) -> Any:
    """Settings of so many examples, or of a share of those that were asked for."""
    examples = max(1, round(EXAMPLES * share)) if EXAMPLES else sample
    # What fails is made smaller only in a long run: it is its own figure there.
    phases = [Phase.generate, Phase.shrink]
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    return settings(max_examples=examples, phases=phases, suppress_health_check=checks)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)
_TEXTS = (
    st.text(max_size=200)
    | st.text().map(RepairedText)
    | st.sampled_from(["", "\0", "\ud800", "\u202e", "\x1b[31m", "NaN", "[" * 500, '{"a":' * 300])
    | _JSON.map(json.dumps)
    | st.sampled_from(["2026-01-01T00:00:00", "0000-00-00T00:00:00", "9999-12-31T23:59:59.9+14:00"])
)
_VALUES = st.none() | st.integers() | st.floats() | st.binary(max_size=200) | _TEXTS


def test_rows(figure: Figure) -> None:
    """One row of another program would keep a whole session from being read."""
    mask = RowMask(Pseudonyms(b"k" * 32))

    with inputs(figure, "rows") as seen:

        @fuzzed(40)
        @given(st.tuples(*[_VALUES] * (len(RawRow._fields) - 1)))
        def each(values: tuple[Any, ...]) -> None:
            with seen.one():
                row = RawRow(1, *values)
                for shown in (row, mask.row(row)):
                    envelope, problems = decode_row(shown)
                    assert all(problem.reason for problem in problems)
                    if envelope is not None:
                        json.dumps(envelope.to_wire())

        each()


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    events = [viewed("raft", name="Raft"), chat("raft", "paxos", seconds=1), claim("c", "raft")]
    path = write_log(tmp_path / "whole.db", in_session("study", events * 20))
    return path.read_bytes()


def test_files_with_bytes_flipped(figure: Figure, tmp_path: Path, whole: bytes) -> None:
    """A damaged disk, or somebody who wants in, would end the program."""
    path = tmp_path / "flipped.db"
    place = st.integers(0, len(whole) - 1)
    # The header and the first pages say how the rest is to be read.
    flips = st.lists(st.tuples(place | st.integers(0, 8_191), st.integers(0, 255)), max_size=30)

    with inputs(figure, "database files with bytes flipped or cut") as seen:

        @fuzzed(30, share=0.25)
        @given(flips, st.integers(0, len(whole)) | st.just(len(whole)))
        def each(flipped: list[tuple[int, int]], length: int) -> None:
            content = bytearray(whole)
            for at, value in flipped:
                content[at] = value
            path.write_bytes(content[:length])
            with seen.one(), suppress(StoreError), SQLiteEventStore(path) as store:
                for session in store.sessions(counts=True):
                    log = load(store, session.session_id)
                    ContextIndex(log).context_at(len(log))
                list(store.problems())
                list(store.iter_events())

        each()


_SIGNS = (
    "type: actor: concept: object: text: after: before: has: is: payload. AND OR NOT "
    '= != < <= > >= : , - ( ) " * / \\ 10:04 #214 2026-11-12 Raft .. ß'
)
_WORDS = st.sampled_from([" ", "\0", "\ud800", *_SIGNS.split()])


def test_the_filter_language(figure: Figure) -> None:
    """What one types, letter by letter, would end the window or freeze it."""
    words = EMPTY
    text = st.lists(_WORDS | st.text(max_size=5), max_size=60).map("".join)

    with inputs(figure, "filters") as seen:

        @fuzzed(60)
        @given(text | text.map(lambda part: "(" * 500 + part) | st.text(max_size=2_000))
        def each(typed: str) -> None:
            with seen.one():
                with suppress(FilterError):
                    parse(typed)
                complete(typed, len(typed), words)

        each()


def test_json_lines(figure: Figure, tmp_path: Path) -> None:
    """A file of somebody else would end the import with half of it done, and no word."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.db"
    envelope = st.fixed_dictionaries(
        {
            "event_id": st.text(max_size=5),
            "event_type": _JSON,
            "session_id": st.just("study") | _JSON,
        },
        optional={
            "occurred_at": st.just("2026-01-01T00:00:00Z") | _JSON,
            "payload": _JSON,
            "version": _JSON,
            "object_ref": _JSON,
            "idempotency_key": _JSON,
        },
    )
    line = st.binary(max_size=100) | _JSON.map(json.dumps).map(str.encode)
    lines = st.lists(line | envelope.map(json.dumps).map(str.encode), max_size=10)

    with inputs(figure, "files of JSON Lines") as seen:

        @fuzzed(20, share=0.25)
        @given(lines)
        def each(found: list[bytes]) -> None:
            source.write_bytes(b"\n".join(found))
            with seen.one(), suppress(StoreError):
                list(import_events(source, target))

        each()
    with SQLiteEventStore(target) as store:
        assert len(load(store, "study")) == store.position("study")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serving]:
    path = write_log(tmp_path / "events.db", in_session("study", [viewed("raft")]))
    with serving(path, writable=True, request_within=0.2) as found:
        yield found


def test_http_bodies(figure: Figure, served: Serving) -> None:
    """A program with a mistake would have the server answer nobody any more."""
    body = st.binary(max_size=300) | _JSON.map(json.dumps).map(str.encode)
    event = st.dictionaries(
        st.sampled_from(["event_type", "payload", "actor_id", "object_ref", "idempotency_key"]),
        _JSON,
    )

    with inputs(figure, "HTTP bodies") as seen:

        @fuzzed(40, share=0.25)
        @given(body | event.map(json.dumps).map(str.encode))
        def each(content: bytes) -> None:
            with seen.one():
                answer = served.http.post(
                    "/api/sessions/study/events",
                    content=content,
                    headers={"Content-Type": "application/json"},
                )
                assert answer.status_code in (200, 201, 400, 409, 413, 422), answer.text

        each()
    assert served.get("/healthz").status_code == 200


def test_requests_of_any_bytes(figure: Figure, served: Serving) -> None:
    """Somebody on the machine would stop the server with one line."""
    token = BEARER["Authorization"].encode()
    head = f"GET /api/sessions HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n".encode()
    piece = st.sampled_from(
        [
            head, b"Authorization: " + token, b"\r\n", b"\r\n\r\n", b"POST / HTTP/1.1",
            b"Content-Length: -1", b"Transfer-Encoding: chunked", b"ffffffff\r\n",
            b"Upgrade: websocket\r\n",
        ]
    )  # fmt: skip
    sent = st.lists(piece | st.binary(max_size=100), max_size=12).map(b"".join)

    with inputs(figure, "requests of any bytes") as seen:

        @fuzzed(40, share=0.1)
        @given(sent)
        def each(content: bytes) -> None:
            with seen.one():
                _send(served, content)

        each()
    assert served.get("/healthz").status_code == 200


def test_websocket_frames(figure: Figure, served: Serving) -> None:
    """A page with a mistake would stop the stream of everybody."""
    headers = {"Host": f"127.0.0.1:{served.port}", **BEARER, **UPGRADE}
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    opening = f"GET /api/sessions/study/context/stream HTTP/1.1\r\n{told}\r\n".encode()
    opcode = st.integers(0, 255).map(lambda first: bytes([first]))
    length = st.sampled_from(
        [b"\x80", b"\x85", b"\xfe\xff\xff", b"\xff" + b"\xff" * 8, b"\x05", b"\x7f"]
    )
    frame = st.tuples(opcode, length, st.binary(max_size=140)).map(b"".join)
    text = st.binary(max_size=100).map(
        lambda raw: b"\x81" + bytes([0x80 | len(raw)]) + b"\0" * 4 + raw
    )

    with inputs(figure, "WebSocket frames") as seen:

        @fuzzed(40, share=0.1)
        @given(
            st.lists(frame | text | st.binary(max_size=60), min_size=1, max_size=8).map(b"".join)
        )
        def each(frames: bytes) -> None:
            with seen.one():
                _send(served, opening + frames)

        each()
    wait_until(lambda: not served.server.clients(), "all are let go")
    assert served.get("/healthz").status_code == 200


def _send(served: Serving, content: bytes) -> None:
    """Send it, and read until the server closes or has nothing more to say."""
    address = "127.0.0.1", served.port
    with socket.create_connection(address, PATIENCE) as made, suppress(ConnectionError):
        made.sendall(content)
        made.shutdown(socket.SHUT_WR)
        while made.recv(65_536):
            pass
