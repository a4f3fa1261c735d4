"""Events from JSON Lines into a log: what is there already stays as it is."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from core.events.errors import EventRejected, SourceNotFound
from core.events.schema import EventEnvelope
from core.events.store.base import Appended
from core.events.store.sqlite import SQLiteEventStore
from core.export.errors import ImportUnreadable
from core.export.lines import LineError, event_of_line
from core.late_dataclass import dataclass

REFUSALS_KEPT = 10_000
"""How many refused lines a report lists; all are counted."""

_BATCH = 1_000
_LONGEST = 64 << 20


class Refusal(NamedTuple):
    """A line that is not taken: its number, from 1 on, and why."""

    line: int
    reason: str


@dataclass
class ImportReport:
    """What came of it so far: events added, known before, and lines refused.

    ``ignored`` names keys of envelopes that are not kept. ``read`` of ``size`` bytes are read.
    """

    size: int
    read: int = 0
    added: int = 0
    known: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)

    def refuse(self, line: int, reason: str) -> None:
        """Count a line that is not taken."""
        self.refused += 1
        if len(self.refusals) < REFUSALS_KEPT:
            self.refusals.append(Refusal(line, reason))


class _Line(NamedTuple):
    number: int
    event: EventEnvelope


def import_events(source: Path, target: Path) -> Generator[ImportReport, None, None]:
    """Append the events of a file to a log, made where there is none; the same report each time.

    An event whose id or idempotency key the log has is known, and left as it is; where it is
    another event it is refused. Bad lines are refused, the rest is added, by the thousand; each
    batch is durable once it is told. So a second call, or one after a stop, goes on. Raises
    ImportUnreadable, and StoreError for the log.
    """
    with ExitStack() as stack:
        report = ImportReport(_size(source))
        batches = stack.enter_context(closing(_batches(source, report)))
        store = stack.enter_context(SQLiteEventStore(target, writable=True, create=True))
        for batch in batches:
            _append(store, batch, report)
            yield report


def check_import(source: Path, target: Path) -> Generator[ImportReport, None, None]:
    """What `import_events` would answer, with nothing written to the log, or made.

    Events are tried on a log of their own in the folder for temporary files.
    """
    with ExitStack() as stack:
        report = ImportReport(_size(source))
        batches = stack.enter_context(closing(_batches(source, report)))
        folder = stack.enter_context(TemporaryDirectory(prefix="brainweb-import-"))
        there = _existing(stack, target)
        trial = stack.enter_context(
            SQLiteEventStore(Path(folder) / "events.db", writable=True, create=True)
        )
        for batch in batches:
            new = batch if there is None else _unknown(there, batch, report)
            _append(trial, new, report)
            yield report


def _existing(stack: ExitStack, target: Path) -> SQLiteEventStore | None:
    try:
        return stack.enter_context(SQLiteEventStore(target))
    except SourceNotFound:
        if target.parent.is_dir():
            return None
        raise SourceNotFound(f"There is no folder “{target.parent}”. Make it first.") from None


def _unknown(store: SQLiteEventStore, batch: Sequence[_Line], report: ImportReport) -> list[_Line]:
    """The lines whose event the log does not have; the others are counted."""
    new = []
    for line in batch:
        try:
            first = store.first_like(line.event)
        except EventRejected as error:
            report.refuse(line.number, str(error))
            continue
        if first is None:
            new.append(line)
        else:
            _count(line, Appended(first, existed=True), report)
    return new


def _append(store: SQLiteEventStore, batch: Sequence[_Line], report: ImportReport) -> None:
    try:
        answers = store.append_many([line.event for line in batch])
    except EventRejected as error:
        if len(batch) == 1:
            report.refuse(batch[0].number, str(error))
            return
        # All or none: the one that cannot be stored is found by halves.
        middle = len(batch) // 2
        _append(store, batch[:middle], report)
        _append(store, batch[middle:], report)
        return
    for line, answer in zip(batch, answers, strict=True):
        _count(line, answer, report)


def _count(line: _Line, answer: Appended, report: ImportReport) -> None:
    if not answer.existed:
        report.added += 1
    elif _is_same(line.event, answer.event):
        report.known += 1
    else:
        report.refuse(line.number, _conflict(line.event, answer.event))


def _is_same(event: EventEnvelope, stored: EventEnvelope) -> bool:
    """Whether two envelopes say the same; compared as text, since NaN is not equal to itself."""
    if event is stored or stored.version != stored.stored_version:
        return True
    one, other = (json.dumps(each.to_wire(), sort_keys=True) for each in (event, stored))
    return one == other


def _conflict(event: EventEnvelope, stored: EventEnvelope) -> str:
    if event.event_id == stored.event_id:
        return f"the log has another event with the id {event.event_id!r}"
    return f"the log has another event with the idempotency key {event.idempotency_key!r}"


# -- reading --------------------------------------------------------------------------------------


def _batches(source: Path, report: ImportReport) -> Generator[list[_Line], None, None]:
    """The readable lines by the thousand, an empty batch at the end where none is left."""
    batch: list[_Line] = []
    pending = 0
    for number, raw in _lines(source, report):
        pending += 1
        try:
            event, ignored = event_of_line(raw)
        except LineError as error:
            report.refuse(number, str(error))
        else:
            batch.append(_Line(number, event))
            report.ignored |= ignored if len(report.ignored) < 20 else set()
        if pending >= _BATCH:
            yield batch
            batch, pending = [], 0
    yield batch


def _lines(source: Path, report: ImportReport) -> Iterator[tuple[int, bytes]]:
    """Numbers and bytes of the lines that have something in them; one too long is refused."""
    try:
        with source.open("rb") as file:
            number, cut = 0, False
            while raw := file.readline(_LONGEST):
                report.read += len(raw)
                was_cut, cut = cut, not raw.endswith(b"\n") and len(raw) == _LONGEST
                if was_cut:
                    continue
                number += 1
                if cut:
                    report.refuse(number, "the line is longer than 64 MB")
                    continue
                line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
                if line.strip():
                    yield number, line
    except OSError as error:
        raise _unreadable(source, error) from error


def _size(source: Path) -> int:
    try:
        return source.stat().st_size
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(source: Path, error: OSError) -> ImportUnreadable:
    return ImportUnreadable(
        f"“{source}” cannot be read: {error.strerror or error}. Give a file of JSON Lines, as "
        "`brainweb-replay export` writes it."
    )
