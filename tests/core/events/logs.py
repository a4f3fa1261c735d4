"""Logs as backends leave them behind, made row by row."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw

GOLDEN = Path(__file__).parents[2] / "golden" / "events.db"

TABLE = """CREATE TABLE events (
    event_id TEXT PRIMARY KEY,
    event_type TEXT NOT NULL,
    session_id TEXT NOT NULL,
    actor_id TEXT,
    occurred_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    idempotency_key TEXT UNIQUE,
    correlation_id TEXT,
    trace_id TEXT,
    object_ref_type TEXT,
    object_ref_id TEXT,
    payload TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
)"""
INDEX = "CREATE INDEX idx_session_occurred ON events(session_id, occurred_at)"
LAX_TABLE = TABLE.replace("NOT NULL", "").replace(" TEXT", "").replace(" INTEGER", "")
"""The same columns, but anything may be stored in them."""

Row = Mapping[str, Any]


def row(event_id: str | None, second: int = 0, **columns: Any) -> dict[str, Any]:
    """A plain view in the session “s”, some seconds after midnight."""
    return {
        "event_id": event_id,
        "event_type": "UserViewed",
        "session_id": "s",
        "occurred_at": f"2026-01-05T00:{second // 60:02}:{second % 60:02}",
        "payload": "{}",
        **columns,
    }


def make_log(
    path: Path, rows: Iterable[Row] = (), *, statements: Iterable[str] = (TABLE, INDEX)
) -> Path:
    with closing(apsw.Connection(str(path))) as connection:
        for statement in statements:
            connection.execute(statement)
        insert(connection, rows)
    return path


def add(path: Path, *rows: Row) -> None:
    """Append as another program would."""
    with closing(apsw.Connection(str(path))) as connection:
        insert(connection, rows)


def insert(connection: apsw.Connection, rows: Iterable[Row]) -> None:
    with connection:
        for each in rows:
            names, marks = ", ".join(each), ", ".join("?" * len(each))
            connection.execute(
                f"INSERT INTO events ({names}) VALUES ({marks})", tuple(each.values())
            )


def execute(path: Path, *statements: str) -> None:
    with closing(apsw.Connection(str(path))) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def stored(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(apsw.Connection(str(path))) as connection:
        return connection.execute(sql).fetchall()


@contextmanager
def another_program(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A Python program of its own, with the standard library's SQLite; ended at the end."""
    program = subprocess.Popen(
        [sys.executable, "-I", "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def heard(program: subprocess.Popen[str]) -> str:
    """The next line that a program says."""
    assert program.stdout is not None
    return program.stdout.readline().strip()


@contextmanager
def untouched(*files: Path) -> Iterator[None]:
    """Fails if a file changes by a byte, or a name appears or goes in its folder."""
    before = [state(file) for file in files]
    yield
    assert [state(file) for file in files] == before


def state(file: Path) -> object:
    status = file.stat()
    names = sorted(each.name for each in file.parent.iterdir())
    return names, file.read_bytes(), status.st_ino, status.st_mtime_ns, status.st_mode
