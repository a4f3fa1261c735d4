"""The table `events`: how a new one is made, and whether a found one will do."""

from __future__ import annotations

from pathlib import Path

import apsw

from core.events.errors import NotAnEventLog, SourceDamaged
from core.events.rows import RawRow
from core.late_dataclass import dataclass

COLUMNS = RawRow._fields[1:]
"""The columns that a log must have."""

TEXTS = (
    "event_id",
    "event_type",
    "actor_id",
    "object_ref_type",
    "object_ref_id",
    "idempotency_key",
    "correlation_id",
    "trace_id",
)
"""Those that hold short texts, where a BLOB may stand; the first two are in every row."""

CREATE = (
    """CREATE TABLE events (
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
                )""",
    "CREATE INDEX idx_session_occurred ON events(session_id, occurred_at)",
    "CREATE INDEX idx_idempotency_key ON events(idempotency_key)",
    "CREATE INDEX idx_correlation_id ON events(correlation_id)",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What decides how the table is read.

    `index` is the quoted name of an index on session and instant, if there is one; `nullable`
    whether instants may be null; `text` whether every column that should hold text is declared so;
    `by_id` whether an event is found by its id without a scan, `by_correlation` whether events are
    by their correlation id; `indexed` are the columns of which an index knows every value.
    """

    index: str | None
    nullable: bool
    text: bool
    by_id: bool
    by_correlation: bool = False
    indexed: frozenset[str] = frozenset()


def read_layout(connection: apsw.Connection, path: Path) -> Layout:
    """How the table `events` can be read; raises NotAnEventLog where it is none of ours.

    Raises SourceDamaged where its names are no text.
    """
    try:
        return _layout(connection, path)
    except UnicodeDecodeError as error:
        raise SourceDamaged(
            f"“{path}” is damaged: the names of its tables are no text. Take a fresh copy from the "
            "backend."
        ) from error


def _layout(connection: apsw.Connection, path: Path) -> Layout:
    _check_table(connection, path)
    columns = {
        str(name).lower(): (str(declared).upper(), bool(not_null), bool(hidden))
        for name, declared, not_null, hidden in connection.execute(
            "SELECT name, type, \"notnull\", hidden FROM pragma_table_xinfo('events')"
        )
    }
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise NotAnEventLog(
            f"The table “events” of “{path}” lacks {', '.join(missing)}. "
            "Choose the events.db of a Brain Web backend."
        )
    if "rowid" in columns:
        raise NotAnEventLog(
            f"The table “events” of “{path}” has a column “rowid”, which hides the order of "
            "arrival. Choose the events.db of a Brain Web backend."
        )
    # What is computed as it is read takes as long, and as much memory, as who made the file likes.
    if computed := [name for name in COLUMNS if columns[name][2]]:
        raise NotAnEventLog(
            f"The table “events” of “{path}” computes {', '.join(computed)} instead of storing it. "
            "Choose the events.db of a Brain Web backend."
        )
    texts = [columns[name][0] for name in COLUMNS if name not in ("version", "created_at")]
    indexes = _indexes(connection)
    return Layout(
        index=next((name for name, keys, _ in indexes if keys == _SESSION_KEYS), None),
        nullable=not columns["occurred_at"][1],
        text=all("TEXT" in declared or "CHAR" in declared for declared in texts),
        by_id=any(keys[:1] == _ID_KEYS for _, keys, _ in indexes),
        by_correlation=any(keys[:1] == _CORRELATION_KEYS for _, keys, _ in indexes),
        indexed=frozenset(keys[0][0] for _, keys, _ in indexes if keys[0][1] == "BINARY"),
    )


def missing_unique(connection: apsw.Connection) -> list[str]:
    """The columns of event id and idempotency key that the table does not hold unique."""
    unique = [keys for _, keys, is_unique in _indexes(connection) if is_unique]
    return [
        name for name in ("event_id", "idempotency_key") if ((name, "BINARY", 0),) not in unique
    ]


Keys = tuple[tuple[str, str, int], ...]
_SESSION_KEYS: Keys = (("session_id", "BINARY", 0), ("occurred_at", "BINARY", 0))
_ID_KEYS: Keys = (("event_id", "BINARY", 0),)
_CORRELATION_KEYS: Keys = (("correlation_id", "BINARY", 0),)


def _check_table(connection: apsw.Connection, path: Path) -> None:
    tables = {
        str(name).lower(): (kind, without_rowid)
        for name, kind, without_rowid in connection.execute(
            "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
    }
    advice = "Choose the events.db of a Brain Web backend."
    if "events" not in tables:
        has = f"it has {', '.join(sorted(tables)[:8])}" if tables else "it has no table"
        raise NotAnEventLog(f"“{path}” is a database without a table “events”: {has}. {advice}")
    kind, without_rowid = tables["events"]
    if kind != "table":
        raise NotAnEventLog(f"“events” of “{path}” is a {kind}, not an ordinary table. {advice}")
    if without_rowid:
        raise NotAnEventLog(
            f"The table “events” of “{path}” is WITHOUT ROWID: it does not keep the order of "
            f"arrival. {advice}"
        )


def _indexes(connection: apsw.Connection) -> list[tuple[str, Keys, bool]]:
    """Quoted name, key columns with collation and direction, and whether it is unique, of each."""
    found = connection.execute(
        "SELECT name, \"unique\" FROM pragma_index_list('events') WHERE NOT partial"
    ).fetchall()
    return [
        ('"' + str(name).replace('"', '""') + '"', _keys(connection, str(name)), bool(unique))
        for name, unique in found
    ]


def _keys(connection: apsw.Connection, index: str) -> Keys:
    return tuple(
        (str(name).lower(), str(collation).upper(), int(descending))
        for name, collation, descending in connection.execute(
            'SELECT name, coll, "desc" FROM pragma_index_xinfo(?) WHERE key', (index,)
        )
    )
