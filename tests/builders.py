"""Small logs for tests: events in, columns out, by the loader itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from core.events.instants import parse_instants
from core.events.rows import RawRow
from core.events.schema import EventEnvelope, EventType, ObjectRef
from core.events.store.scan import InstantPage
from core.replay.columns import Int64, SessionLog
from core.replay.loader import load
from core.replay.reading import RowTuple

START = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)


def event(
    event_type: str = EventType.USER_VIEWED,
    *,
    seconds: float = 0.0,
    ref: tuple[str, str] | None = None,
    payload: dict[str, Any] | None = None,
    actor: str | None = "user-ada",
    event_id: str = "e",
    session_id: str = "s",
) -> EventEnvelope:
    """An event so many seconds after START."""
    return EventEnvelope(
        event_id=event_id,
        event_type=event_type,
        session_id=session_id,
        actor_id=actor,
        occurred_at=START + timedelta(seconds=seconds),
        object_ref=None if ref is None else ObjectRef(type=ref[0], id=ref[1]),
        payload=payload or {},
    )


def viewed(concept: str, *, seconds: float = 0.0, name: str | None = None) -> EventEnvelope:
    """A look at a concept."""
    payload = {} if name is None else {"name": name}
    return event(seconds=seconds, ref=("concept", concept), payload=payload)


def chat(*concepts: str, seconds: float = 0.0) -> EventEnvelope:
    """A chat message that mentions concepts."""
    mentions = [{"concept_id": c, "name": c.title()} for c in concepts]
    return event(
        EventType.CHAT_MESSAGE_CREATED,
        seconds=seconds,
        ref=("chat_message", "m-1"),
        payload={"message": "Why?", "mentioned_concepts": mentions},
    )


def claim(claim_id: str, *concepts: str, seconds: float = 0.0) -> EventEnvelope:
    """A claim about concepts."""
    return event(
        EventType.CLAIM_UPSERTED,
        seconds=seconds,
        ref=("claim", claim_id),
        payload={"text": "It holds", "concept_ids": list(concepts)},
    )


def captured(kind: str, key: str, *, seconds: float = 0.0) -> EventEnvelope:
    """A source that was captured."""
    return event(
        EventType.SOURCE_CAPTURED, seconds=seconds, ref=(kind, key), payload={"title": "A paper"}
    )


class EventsInMemory:
    """The rows of one session as a store would give them to the loader, in order of arrival."""

    def __init__(self, events: Sequence[EventEnvelope], *, page: int = 7) -> None:
        self._rows: list[RawRow] = []
        self._page = page
        self.append(events)

    def append(self, events: Sequence[EventEnvelope]) -> None:
        """More events arrive."""
        self._rows += [_raw(rowid, e) for rowid, e in enumerate(events, len(self._rows) + 1)]

    def last_rowid(self) -> int:
        return len(self._rows)

    def instant_pages(self, session_id: str) -> Iterator[InstantPage]:
        for start in range(0, len(self._rows), self._page):
            rows = self._rows[start : start + self._page]
            instants, bad = parse_instants([r.occurred_at for r in rows])
            yield InstantPage(np.array([r.rowid for r in rows]), instants, bad)

    def arrival_pages(self, session_id: str, after_rowid: int) -> Iterator[InstantPage]:
        for page in self.instant_pages(session_id):
            new = page.rowids > after_rowid
            if np.any(new):
                yield InstantPage(page.rowids[new], page.instants[new], [])

    def row_pages(self, session_id: str, rowids: Int64) -> Iterator[list[RowTuple]]:
        wanted = set(rowids.tolist())
        rows = [_columns(r) for r in self._rows if r.rowid in wanted]
        yield from (rows[i : i + self._page] for i in range(0, len(rows), self._page))

    def joined_rows(self, rowids: Int64) -> None:
        """These are rows already."""

    def rows(self, rowids: Sequence[int]) -> list[RawRow]:
        return [self._rows[rowid - 1] for rowid in rowids]

    def likely(self, rowids: Int64, need: object) -> Int64:
        return rowids


def _raw(rowid: int, e: EventEnvelope) -> RawRow:
    return RawRow(
        rowid=rowid,
        event_id=e.event_id,
        event_type=str(e.event_type),
        session_id=e.session_id,
        actor_id=e.actor_id,
        occurred_at=e.occurred_at.replace(tzinfo=None).isoformat(),
        version=e.version,
        idempotency_key=None,
        correlation_id=None,
        trace_id=None,
        object_ref_type=e.object_ref and e.object_ref.type,
        object_ref_id=e.object_ref and e.object_ref.id,
        payload=json.dumps(e.payload),
        created_at="2026-11-12 09:00:00",
    )


def _columns(r: RawRow) -> RowTuple:
    return (
        r.rowid, r.event_type, r.actor_id, r.object_ref_type, r.object_ref_id, r.payload,
        int(r.version != 1),
    )  # fmt: skip


def log_of(events: Sequence[EventEnvelope]) -> SessionLog:
    """The columns of these events, given in order of arrival."""
    return load(EventsInMemory(events), "s")
