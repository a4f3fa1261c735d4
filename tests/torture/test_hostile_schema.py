"""Files whose schema wants something run: it is never run, and only SELECTs are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from core.events.errors import StoreError
from core.events.store import SQLiteEventStore
from core.projectors.rules import BRAIN_WEB
from core.replay.index import ContextIndex
from core.replay.loader import load
from tests.core.events.logs import INDEX, TABLE, execute, make_log, row, untouched
from tests.torture.conftest import Figure

ROWS = [row(f"e-{n}", n) for n in range(300)]
FOR_EVER = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT"
COLUMNS = "event_id, event_type, session_id, actor_id, occurred_at, version, idempotency_key, " \
    "correlation_id, trace_id, object_ref_type, object_ref_id, payload, created_at"  # fmt: skip

OUR_SETTINGS = {"cell_size_check", "cache_size", "query_only"}

READABLE = {
    "triggers": [
        "CREATE TRIGGER a AFTER INSERT ON events BEGIN SELECT ran(1); END",
        "CREATE TRIGGER b BEFORE UPDATE ON events BEGIN DELETE FROM events; END",
        "CREATE TRIGGER c AFTER DELETE ON events BEGIN SELECT ran(2); END",
    ],
    "views of events": [
        "CREATE VIEW all_events AS SELECT *, ran(3) FROM events",
        f"CREATE VIEW slow AS {FOR_EVER} count(*) FROM n",
    ],
    "virtual tables beside": [
        "CREATE VIRTUAL TABLE found USING fts5(text)",
        "CREATE VIRTUAL TABLE places USING rtree(id, a, b)",
    ],
    "an index that computes": ["CREATE INDEX odd ON events(upper(payload))"],
    "a partial index": [
        "DROP INDEX idx_session_occurred",
        "CREATE INDEX p ON events(session_id, occurred_at) WHERE occurred_at > '2027'",
    ],
    "an index of another collation": [
        "DROP INDEX idx_session_occurred",
        "CREATE INDEX p ON events(session_id COLLATE NOCASE, occurred_at DESC)",
    ],
    "a check that computes": ["CREATE TABLE other (a CHECK (length(hex(a)) < 9))"],
}
REFUSED = {
    "a view in its place": [
        "ALTER TABLE events RENAME TO real",
        f"CREATE VIEW events AS SELECT {COLUMNS} FROM real WHERE ran(4) OR 1",
    ],
    "a view without end in its place": [
        "ALTER TABLE events RENAME TO real",
        f"CREATE VIEW events AS {FOR_EVER} {COLUMNS} FROM n, real",
    ],
    "a view that calls itself": [
        "DROP TABLE events",
        "CREATE VIEW events AS SELECT * FROM events",
    ],
    "a virtual table in its place": [
        "DROP TABLE events",
        f"CREATE VIRTUAL TABLE events USING fts5({COLUMNS})",
    ],
    "a computed payload": [
        "DROP TABLE events",
        TABLE.replace("payload TEXT NOT NULL DEFAULT '{}'", "payload TEXT AS (hex(zeroblob(4e7)))"),
        "INSERT INTO events (event_id, event_type, session_id, occurred_at)"
        " VALUES ('e', 'UserViewed', 's', '2026-01-05T00:00:00')",
    ],
    "a function that nobody has": [
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'trace_id TEXT',"
        " 'trace_id TEXT AS (nobody(payload))') WHERE name = 'events'",
    ],
    "a collation that nobody has": [
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'session_id TEXT',"
        " 'session_id TEXT COLLATE nobody') WHERE name = 'events'",
    ],
    "a schema that is none": [
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE events (' WHERE name = 'events'",
    ],
    "a schema of binary": [
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = x'00ff00', tbl_name = x'ff' WHERE name = 'events'",
    ],
}  # fmt: skip


@dataclass
class Watched:
    """What every connection was asked, and what of the schema was run."""

    statements: list[str] = field(default_factory=list)
    ran: list[object] = field(default_factory=list)

    def watch(self, connection: apsw.Connection) -> None:
        connection.create_scalar_function("ran", self.run, 1)
        connection.exec_trace = self.trace

    def run(self, which: object) -> int:
        self.ran.append(which)
        return 1

    def trace(self, cursor: object, sql: str, bindings: object) -> bool:
        self.statements.append(sql.strip())
        return True


@pytest.fixture
def watched() -> Iterator[Watched]:
    """From when it is asked for, every connection is watched."""
    made = Watched()
    apsw.connection_hooks.append(made.watch)
    try:
        yield made
    finally:
        apsw.connection_hooks.remove(made.watch)


def hostile(folder: Path, statements: list[str], watched: Watched) -> Path:
    path = make_log(folder / "events.db", ROWS, statements=[TABLE, INDEX])
    execute(path, *statements)
    watched.statements.clear()
    watched.ran.clear()
    return path


def read_all(path: Path) -> int:
    """Everything that a window and the command line read of a file."""
    with SQLiteEventStore(path) as store:
        log = load(store, "s")
        ContextIndex(log, BRAIN_WEB)
        assert store.sessions(counts=True)
        list(store.problems())
        list(store.iter_events())
        list(store.envelopes(log.rows.tolist()))
        store.get("e-1")
        store.changed()
        return len(log)


@pytest.mark.parametrize("name", READABLE)
def test_what_lies_beside_the_events_is_never_run(
    tmp_path: Path, watched: Watched, name: str, figure: Figure
) -> None:
    """Who opens a file that somebody sent would run what its maker likes."""
    path = hostile(tmp_path, READABLE[name], watched)
    with untouched(path):
        assert read_all(path) == len(ROWS)
    assert watched.ran == []
    assert_only_questions(watched)
    figure(
        f"{name}: statements asked, none but SELECT and settings of our own",
        len(watched.statements),
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_stands_in_the_place_of_the_events_is_refused(
    tmp_path: Path, watched: Watched, name: str, figure: Figure
) -> None:
    """A view or a computed column would run for ever, or take all memory, as soon as it is read."""
    path = hostile(tmp_path, REFUSED[name], watched)
    with untouched(path), pytest.raises(StoreError) as fault:
        read_all(path)
    assert len(str(fault.value).splitlines()) == 1
    assert watched.ran == []
    assert_only_questions(watched)
    figure(f"{name}: refused as", type(fault.value).__name__)


def assert_only_questions(watched: Watched) -> None:
    asked = {sql.split(maxsplit=1)[0].upper() for sql in watched.statements}
    assert asked <= {"SELECT", "PRAGMA", "WITH"}, asked
    for sql in watched.statements:
        # A pragma is a question, or sets what holds for our connection alone.
        name = (
            sql.split()[1].split("=")[0].split("(")[0] if sql.upper().startswith("PRAGMA") else ""
        )
        assert "=" not in sql or name in {"", "cell_size_check", "cache_size", "query_only"}, sql


def test_every_reading_connection_trusts_nothing(tmp_path: Path) -> None:
    """What is set once and forgotten with the next release protects nobody."""
    path = make_log(tmp_path / "events.db", ROWS)
    found: list[apsw.Connection] = []
    apsw.connection_hooks.append(found.append)
    try:
        with SQLiteEventStore(path):
            (connection,) = found
            assert connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, -1) == 0
            assert connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, -1) == 1
            assert connection.config(apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, -1) == 0
            assert connection.pragma("query_only") == 1
            assert connection.readonly("main")
            with pytest.raises(apsw.ReadOnlyError):
                connection.execute("DELETE FROM events")
    finally:
        apsw.connection_hooks.remove(found.append)
