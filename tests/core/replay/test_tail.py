"""A log that is followed is heard whole: each row once, in order, whatever happens meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.events.errors import SourceLocked
from core.events.store import SQLiteEventStore
from core.events.store.base import Arrival
from core.replay.tail import Tail
from tests.builders import viewed
from tests.builders_files import append_elsewhere, row_of, write_log
from tests.core.events.logs import another_program, execute

# As a backend writes: one event a transaction, with pauses, in the file's own journal mode. It
# begins each lot when it is told to: however slow the reader is, there is something yet to come.
WRITER = """
import random, sqlite3, sys, time
path, count, lots = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
connection = sqlite3.connect(path, isolation_level=None, timeout=30)
connection.execute("PRAGMA synchronous = OFF")
chance = random.Random(7)
for n in range(count):
    if n % (count // lots) == 0:
        sys.stdin.readline()
    connection.execute(
        "INSERT INTO events (event_id, event_type, session_id, occurred_at) VALUES (?, ?, ?, ?)",
        (f"w-{n}", "UserViewed", f"s-{n % 7}", f"2026-11-12T09:{n // 100 % 60:02}:{n % 60:02}"),
    )
    if chance.random() < 0.002:
        time.sleep(chance.random() * 0.02)
sys.stdin.read()
"""
COUNT = 3_000
LOTS = 10


def poll(tail: Tail) -> list[Arrival]:
    return [arrival for page in tail.poll() for arrival in page]


@contextmanager
def opened(path: Path) -> Iterator[SQLiteEventStore]:
    with SQLiteEventStore(path) as store:
        yield store


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_each_of_many_appends_is_told_once_and_in_order(tmp_path: Path, mode: str) -> None:
    """A live view that drops or doubles an event shows a context that never was."""
    path = write_log(tmp_path / "events.db", [viewed("raft")])
    execute(path, f"PRAGMA journal_mode = {mode}")
    told: list[Arrival] = []
    with another_program(WRITER, path, COUNT, LOTS) as program:
        assert program.stdin is not None
        after = 1
        for lot in range(1, LOTS + 1):
            # The reader goes away in the middle of it, and begins again where it was.
            print(file=program.stdin, flush=True)
            with opened(path) as store:
                tail = Tail(store, after=after)
                while len(told) < lot * COUNT // LOTS and program.poll() is None:
                    told += poll(tail)
                after = tail.after
    assert [arrival.row for arrival in told] == list(range(2, COUNT + 2))
    assert [arrival.session_id for arrival in told] == [f"s-{n % 7}" for n in range(COUNT)]


def test_what_was_there_before_is_not_told(tmp_path: Path) -> None:
    path = write_log(tmp_path / "events.db", [viewed("raft")])
    with opened(path) as store:
        tail = Tail(store)
        assert poll(tail) == []
        append_elsewhere(path, [viewed("raft", seconds=1)])
        (arrival,) = poll(tail)
        assert (arrival.row, arrival.session_id, arrival.actor_id) == (2, "s", "user-ada")
        assert poll(tail) == []


def test_rows_that_cannot_be_read_are_told_as_far_as_they_can(tmp_path: Path) -> None:
    path = write_log(tmp_path / "events.db", [])
    with opened(path) as store:
        tail = Tail(store)
        append_elsewhere(
            path,
            [
                row_of(viewed("raft"), occurred_at="yesterday", actor_id=None),
                row_of(viewed("raft"), payload="{oops"),
            ],
        )
        bad, odd = poll(tail)
        assert (bad.session_id, bad.instant, bad.actor_id) == ("s", None, None)
        assert odd.instant is not None


def test_what_the_store_itself_appends_is_told_too(tmp_path: Path) -> None:
    """A server that writes and follows with one store hears what it wrote."""
    path = tmp_path / "events.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:
        tail = Tail(store)
        store.append(viewed("raft").model_copy(update={"event_id": "own"}))
        assert [arrival.row for arrival in poll(tail)] == [1]


def test_a_locked_file_is_looked_at_again(tmp_path: Path) -> None:
    """A backend in the middle of a write is no reason to stop following it."""
    path = write_log(tmp_path / "events.db", [])

    class Locked(SQLiteEventStore):
        is_locked = False

        def arrivals_in_all(self, after_rowid: int) -> Iterator[list[Arrival]]:
            if self.is_locked:
                raise SourceLocked("locked")
            return super().arrivals_in_all(after_rowid)

    with Locked(path) as store:
        tail = Tail(store)
        append_elsewhere(path, [viewed("raft")])
        store.is_locked = True
        assert poll(tail) == []
        store.is_locked = False
        assert len(poll(tail)) == 1


def test_who_stops_in_the_middle_hears_the_rest_later(tmp_path: Path) -> None:
    path = write_log(tmp_path / "events.db", [])
    with opened(path) as store:
        tail = Tail(store)
        append_elsewhere(path, [viewed("raft", seconds=n) for n in range(3)])
        first = next(iter(tail.poll()))
        rest = poll(tail)
        assert [arrival.row for arrival in [*first, *rest]] == [1, 2, 3]


def test_following_ends_when_told_to(tmp_path: Path) -> None:
    path = write_log(tmp_path / "events.db", [])
    stopped = threading.Event()
    with opened(path) as store:
        following = Tail(store).follow(stopped, every=0.001)
        append_elsewhere(path, [viewed("raft")])
        assert len(next(following)) == 1
        stopped.set()
        assert list(following) == []
