"""Copying sessions from one log to another, of whatever kind, so that a stopped copy can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from itertools import islice
from typing import NamedTuple

from core.events.errors import EventRejected
from core.events.problems import Problem
from core.events.rows import RawRow, decode_row
from core.events.schema import EventEnvelope
from core.events.store.base import Appended, EventStore
from core.events.store.dynamodb import reading
from core.events.store.dynamodb.store import DynamoDBEventStore
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass

FINDINGS_KEPT = 10_000
"""How many findings a report lists; all are counted."""

_BATCH = 200
_ROWS_A_TIME = 500
_BEFORE_ALL = -(2**63)

Log = SQLiteEventStore | DynamoDBEventStore
"""What can be copied, in either direction."""

Rows = Callable[[], Iterator[RawRow]]
"""Gives the rows of a session in order of arrival, from the first, as often as it is called."""


class Finding(NamedTuple):
    """An event that is not in the target as it is in the source, and why."""

    session_id: str
    event_id: str | None
    reason: str


@dataclass
class CopyReport:
    """What came of it so far, in sessions and events.

    ``known`` events were in the target before, ``refused`` ones it does not take or cannot be read;
    of them, and of those that could be read in part, ``findings`` tell.
    """

    sessions: int = 0
    added: int = 0
    known: int = 0
    refused: int = 0
    findings: list[Finding] = field(default_factory=list)
    found: int = 0

    def find(self, session_id: str, event_id: str | None, reason: str) -> None:
        """Keep why an event is not in the target as it is in the source."""
        self.found += 1
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(Finding(session_id, event_id, reason))

    def count(self, event: EventEnvelope, answer: Appended) -> None:
        """Take in the target's answer to an event."""
        if not answer.existed:
            self.added += 1
        elif answer.event.event_id == event.event_id:
            self.known += 1
        else:
            self.refuse(event, f"the target has the event {answer.event.event_id} of the same key")

    def refuse(self, event: EventEnvelope, reason: str) -> None:
        """Count an event that the target does not take."""
        self.refused += 1
        self.find(event.session_id, event.event_id, reason)


def copy_sessions(
    source: Log, target: EventStore, session_ids: Iterable[str]
) -> Iterator[CopyReport]:
    """Copy sessions in turn, each in its order of arrival; the same report after each batch.

    Events that the target has are left as they are, so copying twice is copying once. Where the
    target holds the beginning of a session, as after a copy that was stopped, it goes on from
    there; that takes a few reads to find out. Versions and payloads are copied as they are stored.
    Raises StoreError; what was told by then is stored.
    """
    report = CopyReport()
    yield report
    for session_id in session_ids:
        rows = _rows(source, session_id)
        there = _beginning(rows, target, session_id)
        report.known += there
        for batch in _batches(rows, there, report):
            _append(target, batch, report)
            yield report
        report.sessions += 1
        yield report


def _rows(source: Log, session_id: str) -> Rows:
    if isinstance(source, SQLiteEventStore):
        return lambda: _file_rows(source, session_id)
    placed = sorted(reading.whole(source.client, session_id), key=lambda each: each.arrival)
    return lambda: (each.row for each in placed)


def _file_rows(source: SQLiteEventStore, session_id: str) -> Iterator[RawRow]:
    rowids = source.arrivals(session_id, _BEFORE_ALL)
    for start in range(0, len(rowids), _ROWS_A_TIME):
        yield from source.rows(rowids[start : start + _ROWS_A_TIME])


def _beginning(rows: Rows, target: EventStore, session_id: str) -> int:
    """How many of the first readable events the target has, if it has nothing else of them."""
    there = target.position(session_id)
    if not there:
        return 0
    last = next(islice(_readable(rows), there - 1, None), None)
    stored = None if last is None else target.get(last.event_id)
    return there if last is not None and stored is not None and stored == last else 0


def _readable(rows: Rows) -> Iterator[EventEnvelope]:
    return (event for event in (_decoded(row)[0] for row in rows()) if event is not None)


def _batches(rows: Rows, skipped: int, report: CopyReport) -> Iterator[list[EventEnvelope]]:
    batch: list[EventEnvelope] = []
    for row in rows():
        event, problems = _decoded(row)
        for problem in problems:
            report.find(problem.session_id or "", problem.event_id, problem.reason)
        if event is None:
            report.refused += 1
        elif skipped:
            skipped -= 1
        else:
            batch.append(event)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _decoded(row: RawRow) -> tuple[EventEnvelope | None, list[Problem]]:
    """The event as it is stored: no payload is brought to a newer version."""
    event, problems = decode_row(row, upcasters={})
    return event, [each for each in problems if not each.reason.startswith("event type")]


def _append(target: EventStore, batch: Sequence[EventEnvelope], report: CopyReport) -> None:
    try:
        answers = target.append_many(batch)
    except EventRejected as refusal:
        if len(batch) == 1:
            report.refuse(batch[0], str(refusal))
            return
        # The one that cannot be stored is found by halves.
        middle = len(batch) // 2
        _append(target, batch[:middle], report)
        _append(target, batch[middle:], report)
        return
    for event, answer in zip(batch, answers, strict=True):
        report.count(event, answer)
