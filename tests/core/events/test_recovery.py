"""A log whose writer was killed: what was never committed is not shown, and nothing is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events.errors import ReadOnlyStore, SourceChanged, SourceUnreadable
from core.events.store import SQLiteEventStore
from tests.core.events.logs import another_program, heard, make_log, row, stored, untouched
from tests.core.events.store_contract import event

DIE_WRITING = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 5")
connection.execute("BEGIN IMMEDIATE")
for number in range(2000):
    connection.execute(
        "INSERT INTO events (event_id, event_type, session_id, occurred_at, payload)"
        " VALUES (?, 'UserViewed', 's', '2026-01-05T00:01:00', ?)", (f"new-{number}", "x" * 300))
connection.execute("UPDATE events SET payload = 'torn'")
print("writing", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    path = make_log(folder / "events.db", [row(f"{n}", n, payload='{"n": 1}') for n in range(50)])
    with another_program(DIE_WRITING, path) as writer:
        assert heard(writer) == "writing"
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
        writer.wait()
    assert (folder / "events.db-journal").stat().st_size > 0
    return path


def test_only_what_was_committed_is_shown_and_the_file_stays_as_it_is(
    interrupted: Path, tmp_path: Path
) -> None:
    with (
        untouched(interrupted, interrupted.with_name("events.db-journal")),
        SQLiteEventStore(interrupted, cache=tmp_path / "cache") as store,
    ):
        events = list(store.replay("s"))
        assert [each.event_id for each in events] == [f"{n}" for n in range(50)]
        assert all(each.payload == {"n": 1} for each in events)
        assert store.recovered_from == interrupted
        assert store.notice is not None
        assert "recovered copy" in store.notice
        assert store.changed() == "same"


def test_the_copy_is_removed_when_the_store_is_closed(interrupted: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    store = SQLiteEventStore(interrupted, cache=cache)
    (copied,) = cache.iterdir()
    assert copied.stat().st_mode & 0o077 == 0
    store.close()
    assert list(cache.iterdir()) == []


def test_the_copy_is_removed_when_the_store_is_forgotten(interrupted: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    store = SQLiteEventStore(interrupted, cache=cache)
    del store
    assert list(cache.iterdir()) == []


def test_by_default_the_copy_goes_to_the_cache_of_the_user(interrupted: Path) -> None:
    with untouched(interrupted), SQLiteEventStore(interrupted) as store:
        assert len(list(store.replay("s"))) == 50


def test_a_copy_that_cannot_be_made_says_so(interrupted: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        untouched(interrupted),
        pytest.raises(SourceUnreadable, match="Make room or permission"),
    ):
        SQLiteEventStore(interrupted, cache=tmp_path / "file")


def test_the_writer_that_came_back_is_noticed(interrupted: Path, tmp_path: Path) -> None:
    with SQLiteEventStore(interrupted, cache=tmp_path / "cache") as store:
        assert stored(interrupted, "SELECT count(*) FROM events") == [(50,)]
        assert store.changed() == "replaced"
    with SQLiteEventStore(interrupted) as store:
        assert store.recovered_from is None


def test_a_copy_is_not_appended_to(interrupted: Path, tmp_path: Path) -> None:
    with (
        SQLiteEventStore(interrupted, cache=tmp_path / "cache") as store,
        pytest.raises(ReadOnlyStore),
    ):
        store.append(event())


def test_a_writer_that_dies_while_we_read_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row(f"{n}", n) for n in range(50)])
    with SQLiteEventStore(path) as store, another_program(DIE_WRITING, path) as writer:
        assert heard(writer) == "writing"
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
        writer.wait()
        with pytest.raises(SourceChanged, match="Open the file again"):
            list(store.replay("s"))
        assert store.changed() == "replaced"
    with SQLiteEventStore(path) as store:
        assert len(list(store.replay("s"))) == 50
