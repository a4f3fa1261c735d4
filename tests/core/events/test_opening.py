"""Files that are not what one hoped for: each says what is wrong and what to do."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.events.errors import (
    NotADatabase,
    NotAnEventLog,
    ReadOnlyStore,
    SourceDamaged,
    SourceLocked,
    SourceNotFound,
    SourceUnreadable,
    StoreError,
)
from core.events.store import SQLiteEventStore
from tests.core.events.logs import (
    INDEX,
    TABLE,
    add,
    another_program,
    heard,
    make_log,
    row,
    untouched,
)
from tests.core.events.store_contract import event


def refused(path: Path) -> StoreError:
    """Why a path cannot be opened for reading."""
    with pytest.raises(StoreError) as caught:
        SQLiteEventStore(path, busy_timeout=0.05)
    assert path.name in str(caught.value)
    assert str(caught.value).endswith(".")
    return caught.value


def test_a_missing_file(tmp_path: Path) -> None:
    assert isinstance(refused(tmp_path / "no.db"), SourceNotFound)
    assert isinstance(refused(tmp_path / "no" / "no.db"), SourceNotFound)
    (tmp_path / "file").write_text("")
    assert isinstance(refused(tmp_path / "file" / "no.db"), SourceNotFound)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_folder(tmp_path: Path) -> None:
    fault = refused(tmp_path)
    assert isinstance(fault, SourceUnreadable)
    assert "folder" in str(fault)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    with untouched(path):
        fault = refused(path)
    assert isinstance(fault, SourceUnreadable)
    assert "empty" in str(fault)


def test_a_pipe_does_not_hang_the_program(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    assert isinstance(refused(tmp_path / "pipe.db"), SourceUnreadable)


@pytest.mark.parametrize("content", [b"# Notes\n" * 200, b"PK\x03\x04" + bytes(5_000), b"x"])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with untouched(path):
        assert isinstance(refused(path), NotADatabase)


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["CREATE TABLE notes (a)", "CREATE TABLE tags (a)"], "notes, tags"),
        (["CREATE TABLE a (a)", "DROP TABLE a"], "no table"),
        (["CREATE TABLE events (event_id, payload)"], "lacks event_type, session_id"),
        (["CREATE TABLE t (a)", "CREATE VIEW events AS SELECT * FROM t"], "view"),
        ([TABLE + " WITHOUT ROWID"], "WITHOUT ROWID"),
        (["CREATE VIRTUAL TABLE events USING fts5(a)"], "virtual"),
        ([TABLE.replace("actor_id", "rowid INTEGER, actor_id")], "rowid"),
        ([TABLE.replace("DEFAULT '{}'", "AS (hex(zeroblob(4e8)))")], "computes payload"),
    ],
)
def test_a_database_that_is_no_log(tmp_path: Path, statements: list[str], told: str) -> None:
    path = make_log(tmp_path / "other.db", statements=statements)
    with untouched(path):
        fault = refused(path)
    assert isinstance(fault, NotAnEventLog)
    assert told in str(fault)


def test_names_are_told_apart_as_sqlite_does(tmp_path: Path) -> None:
    table = TABLE.replace("TABLE events", 'TABLE "Events"').replace("event_id", "EVENT_ID")
    path = make_log(tmp_path / "events.db", [row("a")], statements=[table])
    with SQLiteEventStore(path) as store:
        assert len(list(store.replay("s"))) == 1


@pytest.mark.parametrize("kept", [100, 4_096, 5_000, 0.5, 0.9])
def test_a_truncated_file(tmp_path: Path, kept: float) -> None:
    path = make_log(tmp_path / "events.db", [row(f"{n}", payload="x" * 500) for n in range(200)])
    size = path.stat().st_size
    os.truncate(path, int(kept if kept > 1 else size * kept))
    with untouched(path):
        assert isinstance(refused(path), SourceDamaged | NotADatabase)


def test_a_file_with_a_page_of_rubbish(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row(f"{n}", payload="x" * 500) for n in range(2_000)])
    content = bytearray(path.read_bytes())
    content[8 * 4_096 : 200 * 4_096] = os.urandom(192 * 4_096)
    path.write_bytes(content)
    with untouched(path), pytest.raises(SourceDamaged), SQLiteEventStore(path) as store:
        list(store.iter_events())


def test_a_file_whose_tables_have_names_that_are_no_text(tmp_path: Path) -> None:
    """One byte of the disk that turned would end the program instead of being told."""
    path = make_log(tmp_path / "events.db")
    content = path.read_bytes()
    assert content.count(b"idempotency_key TEXT") == 1
    path.write_bytes(content.replace(b"idempotency_key TEXT", b"idempotency\xffkey TEXT"))

    assert isinstance(refused(path), SourceDamaged | NotAnEventLog)


def test_a_file_locked_by_a_writer(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db")
    lock = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""
    with another_program(lock, path) as writer:
        assert heard(writer) == "locked"
        fault = refused(path)
    assert isinstance(fault, SourceLocked)
    assert "Try again" in str(fault)
    SQLiteEventStore(path).close()


def test_a_writer_in_the_middle_of_a_transaction_is_no_hindrance(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a")])
    write = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO events (event_id, event_type, session_id, occurred_at)"
                   " VALUES ('b', 'UserViewed', 's', '2026-01-05T00:00:01')")
print("written", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
print("committed", flush=True)
"""
    with another_program(write, path) as writer:
        assert heard(writer) == "written"
        with SQLiteEventStore(path) as store:
            assert store.recovered_from is None
            assert [e.event_id for e in store.replay("s")] == ["a"]
            assert writer.stdin is not None
            writer.stdin.write("\n")
            writer.stdin.flush()
            assert heard(writer) == "committed"
            assert [e.event_id for e in store.replay("s")] == ["a", "b"]


@pytest.mark.parametrize("name", ["a b?mode=rwc#x%20.db", "é😀.db", "-x.db", "a'\".db", "a\nb.db"])
def test_any_name_a_file_may_have(tmp_path: Path, name: str) -> None:
    path = make_log(tmp_path / name, [row("a")])
    with untouched(path), SQLiteEventStore(path) as store:
        assert len(list(store.replay("s"))) == 1


def test_a_relative_path_and_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_log(tmp_path / "events.db", [row("a")])
    (tmp_path / "link.db").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    for name in ("events.db", "link.db"):
        with SQLiteEventStore(name) as store:
            assert len(list(store.replay("s"))) == 1


def test_a_log_in_wal_mode_is_read_with_what_its_writer_has_not_moved_yet(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a")])
    write = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("INSERT INTO events (event_id, event_type, session_id, occurred_at)"
                   " VALUES ('b', 'UserViewed', 's', '2026-01-05T00:00:01')")
print("written", flush=True)
sys.stdin.read()
"""
    with another_program(write, path) as writer:
        assert heard(writer) == "written"
        before = path.read_bytes()
        with SQLiteEventStore(path) as store:
            assert [e.event_id for e in store.replay("s")] == ["a", "b"]
        names = {each.name for each in tmp_path.iterdir()}
        assert names == {"events.db", "events.db-wal", "events.db-shm"}
    assert path.read_bytes() == before


# -- without permission -------------------------------------------------------------------------


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the privileges of root, if the tests have them."""
    if os.geteuid() != 0:
        yield
        return
    nobody = 65_534
    os.setresuid(nobody, nobody, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may look into, which pytest's own are not."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    try:
        yield made
    finally:
        made.chmod(0o755)
        shutil.rmtree(made)


needs_permissions = pytest.mark.skipif(
    not hasattr(os, "setresuid"), reason="permissions work in another way here"
)


@needs_permissions
def test_a_file_that_may_not_be_read(folder: Path) -> None:
    path = make_log(folder / "events.db")
    path.chmod(0o000)
    with as_nobody():
        fault = refused(path)
    assert isinstance(fault, SourceUnreadable)
    assert "permission" in str(fault)


@needs_permissions
def test_a_file_that_may_not_be_written_is_not_appended_to(folder: Path) -> None:
    path = make_log(folder / "events.db")
    path.chmod(0o444)
    folder.chmod(0o555)
    with as_nobody(), pytest.raises(ReadOnlyStore):
        SQLiteEventStore(path, writable=True)
    with as_nobody(), pytest.raises(SourceUnreadable):
        SQLiteEventStore(folder / "new.db", writable=True, create=True)


@needs_permissions
def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    path = make_log(folder / "events.db", [row("a")])
    folder.chmod(0o555)
    with untouched(path), as_nobody(), SQLiteEventStore(path) as store:
        assert len(list(store.replay("s"))) == 1
        assert store.notice is None


@needs_permissions
def test_a_log_in_wal_mode_in_a_folder_that_cannot_be_written(folder: Path) -> None:
    path = make_log(folder / "events.db", [row("a")], statements=[*WAL, TABLE, INDEX])
    folder.chmod(0o555)
    with untouched(path), as_nobody(), SQLiteEventStore(path) as store:
        assert len(list(store.replay("s"))) == 1
        assert store.notice is not None
        assert "cannot be written" in store.notice
        assert store.changed() == "same"


@needs_permissions
def test_such_a_log_says_when_it_was_written_after_all(folder: Path) -> None:
    """It is read without locks, so that going on would show torn pages."""
    path = make_log(folder / "events.db", [row("a")], statements=[*WAL, TABLE, INDEX])
    folder.chmod(0o555)
    with as_nobody():
        store = SQLiteEventStore(path)
    folder.chmod(0o755)
    add(path, row("b"))
    assert store.changed() == "replaced"
    store.close()


WAL = ("PRAGMA journal_mode = WAL",)


@needs_permissions
@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_what_lies_beside_a_file_is_never_passed_over(
    folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading the file alone would show rows that were never committed, or lack some."""
    cache = folder / "cache"
    cache.mkdir(mode=0o777)
    cache.chmod(0o777)
    (folder / "logs").mkdir()
    path = make_log(folder / "logs" / "events.db", [row("a")], statements=[*WAL, TABLE, INDEX])
    write = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("INSERT INTO events (event_id, event_type, session_id, occurred_at)"
                   " VALUES ('b', 'UserViewed', 's', '2026-01-05T00:00:01')")
os.kill(os.getpid(), signal.SIGKILL)
"""
    with another_program(write, path) as writer:
        writer.wait()
    path.with_name("events.db-shm").unlink()
    if suffix == "-journal":
        path.with_name("events.db-wal").rename(path.with_name("events.db-journal"))
    path.parent.chmod(0o555)
    with untouched(path), as_nobody():
        for python in (sys.executable, "/usr/bin/python3"):
            if os.access(python, os.X_OK):
                monkeypatch.setattr(sys, "executable", python)
                break
        else:
            pytest.skip("nobody may not start any Python")
        with SQLiteEventStore(path, cache=cache) as store:
            found = [e.event_id for e in store.replay("s")]
            assert store.recovered_from == path
            assert store.notice is not None
    path.parent.chmod(0o755)
    assert found == (["a", "b"] if suffix == "-wal" else ["a"])
    assert list(cache.iterdir()) == []


def test_every_fault_is_a_sentence_and_an_advice(tmp_path: Path) -> None:
    faults: list[Callable[[], object]] = [
        lambda: SQLiteEventStore(tmp_path),
        lambda: SQLiteEventStore(tmp_path / "none"),
        lambda: SQLiteEventStore(make_log(tmp_path / "a.db")).append(event()),
    ]
    for fault in faults:
        with pytest.raises(StoreError) as caught:
            fault()
        assert str(caught.value).count(". ") >= 1, caught.value
