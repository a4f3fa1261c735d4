"""What others do to a file while it is open is noticed, and told as what it is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from core.events.errors import SourceChanged, SourceDamaged, SourceNotFound
from core.events.store import SQLiteEventStore
from tests.core.events.logs import add, another_program, execute, heard, make_log, row


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_log(tmp_path / "events.db", [row(f"{n}", n) for n in range(300)])


def test_a_file_that_nobody_touches_is_the_same(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        identity = store.identity()
        list(store.replay("s"))
        assert [store.changed() for _ in range(3)] == ["same"] * 3
        assert store.identity() == identity
        assert identity.size == path.stat().st_size


@pytest.mark.parametrize("mode", ["DELETE", "WAL", "TRUNCATE", "PERSIST"])
def test_a_file_that_grows_is_told_once_for_each_time(path: Path, mode: str) -> None:
    execute(path, f"PRAGMA journal_mode = {mode}")
    with SQLiteEventStore(path) as store:
        assert store.changed() == "same"
        version = store.data_version()
        add(path, row("new"))
        assert store.changed() == "grown"
        assert store.data_version() != version
        assert store.changed() == "same"
        list(store.replay("s"))
        add(path, row("newer"))
        assert len(list(store.replay("s"))) == 302
        assert store.changed() == "grown"


def test_the_first_event_of_an_empty_log_is_growth(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db")
    with SQLiteEventStore(path) as store:
        add(path, row("a"))
        assert store.changed() == "grown"
        assert len(list(store.replay("s"))) == 1


def test_a_file_that_is_locked_at_the_moment_is_looked_at_again(path: Path) -> None:
    write = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
connection.execute("DELETE FROM events WHERE rowid = 1")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
print("done", flush=True)
"""
    with SQLiteEventStore(path, busy_timeout=0.01) as store, another_program(write, path) as writer:
        assert heard(writer) == "locked"
        assert store.changed() == "same"
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
        assert heard(writer) == "done"
        assert store.changed() == "grown"


def test_a_vacuum_keeps_the_log(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        execute(path, "VACUUM")
        assert store.changed() == "grown"
        assert len(list(store.replay("s"))) == 300


def test_keys_that_were_given_anew_are_a_fault_and_not_other_rows(path: Path) -> None:
    """Rows on screen would silently become other rows."""
    execute(path, "DELETE FROM events WHERE rowid < 100")
    with SQLiteEventStore(path) as store:
        execute(path, "UPDATE events SET rowid = rowid - 99")
        with pytest.raises(SourceChanged, match="Open it again"):
            store.rows([5])
        assert store.changed() == "replaced"
        assert store.changed() == "replaced"


def test_a_deleted_file(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        path.unlink()
        assert store.changed() == "deleted"
        with pytest.raises(SourceNotFound):
            store.identity()
        assert len(list(store.replay("s"))) == 300


def test_a_file_that_another_took_the_place_of(path: Path, tmp_path: Path) -> None:
    other = make_log(tmp_path / "other.db", [row("x")])
    with SQLiteEventStore(path) as store:
        other.rename(path)
        assert store.changed() == "replaced"


def test_a_file_that_another_was_copied_over(path: Path, tmp_path: Path) -> None:
    rows = [row(f"other-{n}", n) for n in range(900)]
    other = make_log(tmp_path / "other.db", rows)
    with SQLiteEventStore(path) as store:
        list(store.replay("s"))
        shutil.copyfile(other, path)
        assert store.changed() == "replaced"
        with pytest.raises(SourceChanged):
            list(store.replay("s"))


def test_a_file_that_is_cut_short(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        os.truncate(path, 8_192)
        with pytest.raises((SourceChanged, SourceDamaged)):
            list(store.iter_events())
        assert store.changed() == "replaced"


def test_a_table_that_is_dropped(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        execute(path, "DROP TABLE events")
        with pytest.raises(SourceChanged, match="Open it again"):
            list(store.replay("s"))
        assert store.changed() == "replaced"


def test_an_index_that_is_dropped_between_pages(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        execute(path, "DROP INDEX idx_session_occurred")
        with pytest.raises(SourceChanged, match="Open it again"):
            list(store.replay("s"))
    with SQLiteEventStore(path) as store:
        assert len(list(store.replay("s"))) == 300
