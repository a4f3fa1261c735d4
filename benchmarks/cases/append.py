"""Appending, durably: one at a time and by the thousand, beside the bare database and a peer."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, repeat
from pathlib import Path

import apsw
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteDatastore

from benchmarks.figures import Figure
from benchmarks.logs import Logs
from core.events.schema import EventEnvelope, EventType, ObjectRef, uuid7
from core.events.store.layout import CREATE
from core.events.store.sqlite import SQLiteEventStore

SINGLE = 2_000
BATCHES = 40
BATCH = 1_000


def measure(logs: Logs) -> Iterator[Figure]:
    """One run."""
    with tempfile.TemporaryDirectory(prefix="append-") as folder:
        singles = _events(SINGLE)
        ours = SINGLE / seconds(lambda: _append(Path(folder, "single.db"), singles, 1))
        peer = SINGLE / _peer(Path(folder, "peer.db"), singles)
        yield Figure("append: single", ours, "events/s", "the eventsourcing package", peer)
        many = _events(BATCHES * BATCH)
        batch = seconds(lambda: _append(Path(folder, "batch.db"), many, BATCH))
        bare = seconds(lambda: _bare(Path(folder, "bare.db"), many))
        yield Figure("append: by 1,000", batch, "s", "bare inserts by apsw", bare)
        ours = seconds(lambda: _replay(Path(folder, "batch.db")))
        peer = _peer_replay(Path(folder, "replayed.db"), many)
        yield Figure("replay: 40,000 envelopes", ours, "s", "the eventsourcing package", peer)
        large = Path(folder, "large.db")
        shutil.copyfile(logs.big, large)
        _in_wal(large)
        more = _events(BATCHES * BATCH)
        into = seconds(lambda: _append(large, more, BATCH))
        yield Figure("append: into a large log", into, "s", "into an empty one", batch)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _events(count: int) -> list[EventEnvelope]:
    """Events as a reader causes them, of about 300 bytes each."""
    return [
        EventEnvelope(
            event_id=str(uuid7()),
            event_type=EventType.USER_VIEWED,
            session_id=f"session-{number % 50}",
            actor_id="user-1",
            occurred_at=datetime.now(UTC),
            object_ref=ObjectRef(type="concept", id=f"c-{number % 997}"),
            payload={"name": f"Concept {number % 997}", "note": "x" * 120},
        )
        for number in range(count)
    ]


def _append(path: Path, events: Sequence[EventEnvelope], at_once: int) -> None:
    with SQLiteEventStore(path, writable=True, create=True) as store:
        for start in range(0, len(events), at_once):
            store.append_many(events[start : start + at_once])


def _in_wal(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.close()


def _bare(path: Path, events: Sequence[EventEnvelope]) -> None:
    """The same rows with the same indexes and the same durability, with nothing looked at."""
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "FULL")
    for statement in CREATE:
        connection.execute(statement)
    for start in range(0, len(events), BATCH):
        with connection:
            connection.executemany(
                "INSERT INTO events (event_id, event_type, session_id, actor_id, occurred_at,"
                " object_ref_type, object_ref_id, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(each) for each in events[start : start + BATCH]],
            )
    connection.close()


def _row(each: EventEnvelope) -> tuple[object, ...]:
    ref = each.object_ref
    assert ref is not None
    stamp = each.occurred_at.replace(tzinfo=None).isoformat()
    return (
        each.event_id, str(each.event_type), each.session_id, each.actor_id, stamp, ref.type,
        ref.id, json.dumps(each.payload),
    )  # fmt: skip


def _replay(path: Path) -> None:
    with SQLiteEventStore(path) as store:
        for _ in store.iter_events():
            pass


def _peer(path: Path, events: Sequence[EventEnvelope]) -> float:
    """Seconds of the eventsourcing package's recorder on SQLite for payloads of that size."""
    recorder = _recorder(path)
    stored = _stored(events, (uuid.uuid4() for _ in events), repeat(1))
    return seconds(lambda: [recorder.insert_events([each]) for each in stored])


def _peer_replay(path: Path, events: Sequence[EventEnvelope]) -> float:
    """Seconds that it takes to read the same payloads back, each decoded."""
    recorder, one = _recorder(path), uuid.uuid4()
    recorder.insert_events(_stored(events, repeat(one), count(1)))
    return seconds(lambda: [json.loads(each.state) for each in recorder.select_events(one)])


def _recorder(path: Path) -> SQLiteAggregateRecorder:
    recorder = SQLiteAggregateRecorder(SQLiteDatastore(os.fspath(path)))
    recorder.create_table()
    return recorder


def _stored(
    events: Sequence[EventEnvelope], ids: Iterable[uuid.UUID], versions: Iterable[int]
) -> list[StoredEvent]:
    return [
        StoredEvent(of, version, str(each.event_type), json.dumps(each.payload).encode())
        for each, of, version in zip(events, ids, versions, strict=False)
    ]
