"""Event logs in files for tests: written as the backend writes them, here or by another program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw

from core.events.schema import EventEnvelope, uuid7
from resources.make_events import INDEXES, TABLE

Row = dict[str, Any]
"""The columns of a row by name."""

# What the backend does: the standard library, a connection for each event, delete mode.
_APPEND = """
import json, sqlite3, sys
for row in json.load(sys.stdin):
    with sqlite3.connect(sys.argv[1]) as connection:
        names = ", ".join(row)
        values = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO events ({names}) VALUES ({values})", list(row.values()))
"""
_EXECUTE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.executescript(sys.argv[2])
connection.close()
"""
# A writer that is killed in the middle of a transaction leaves its journal behind.
_CRASH = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("UPDATE events SET payload = payload || hex(randomblob(2000))")
os._exit(0)
"""


def row_of(event: EventEnvelope, **odd: object) -> Row:
    """The row that the backend stores for an event; ``odd`` stores something else in columns.

    An event without an id of its own (the builders call it `e`) is given one.
    """
    ref = event.object_ref
    return {
        "event_id": str(uuid7()) if event.event_id == "e" else event.event_id,
        "event_type": event.event_type,
        "session_id": event.session_id,
        "actor_id": event.actor_id,
        "occurred_at": event.occurred_at.replace(tzinfo=None).isoformat(),
        "version": event.version,
        "object_ref_type": None if ref is None else ref.type,
        "object_ref_id": None if ref is None else ref.id,
        "payload": json.dumps(event.payload),
    } | odd


def in_session(session_id: str, events: Iterable[EventEnvelope]) -> list[EventEnvelope]:
    """The same events, of another session."""
    return [event.model_copy(update={"session_id": session_id}) for event in events]


def write_log(path: Path, events: Iterable[EventEnvelope | Row]) -> Path:
    """Make an events.db of these events (or rows), in order of arrival; answers its path."""
    connection = apsw.Connection(str(path))
    try:
        with connection:
            connection.execute(f"{TABLE};{INDEXES}")
            for row in map(_row, events):
                names, values = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(
                    f"INSERT INTO events ({names}) VALUES ({values})", list(row.values())
                )
    finally:
        connection.close()
    return path


def write_long_log(path: Path, events: int) -> Path:
    """Make an events.db of one session, `long`, that looks at another concept each second."""
    connection = apsw.Connection(str(write_log(path, [])))
    try:
        connection.execute(
            "WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ? - 1)"
            " INSERT INTO events (event_id, event_type, session_id, occurred_at, object_ref_type,"
            " object_ref_id) SELECT 'e-' || n, 'UserViewed', 'long',"
            " strftime('%Y-%m-%dT%H:%M:%S', 1794474000 + n, 'unixepoch'), 'concept',"
            " 'c-' || n % 100 FROM n",
            (events,),
        )
    finally:
        connection.close()
    return path


def append_elsewhere(path: Path, events: Sequence[EventEnvelope | Row]) -> None:
    """Append to a log as the backend does, in a process of its own."""
    _run(_APPEND, path, input=json.dumps([_row(event) for event in events]))


def execute_elsewhere(path: Path, sql: str) -> None:
    """Change a database in a process of its own."""
    _run(_EXECUTE, path, sql)


def crash_elsewhere(path: Path) -> None:
    """Leave the file as a writer leaves it that dies in the middle of a transaction."""
    _run(_CRASH, path)
    assert path.with_name(f"{path.name}-journal").stat().st_size > 0


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by name. Have none of them open when calling this."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def _row(event: EventEnvelope | Row) -> Row:
    return event if isinstance(event, dict) else row_of(event)


def _run(script: str, path: Path, *arguments: str, input: str | None = None) -> None:
    command = [sys.executable, "-I", "-c", script, str(path), *arguments]
    subprocess.run(command, input=input, text=True, check=True)
