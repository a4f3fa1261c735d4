"""Events as they are stored, to be written elsewhere: version and payload of old stay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.events.errors import SourceChanged
from core.events.instants import from_datetime, parse_instants
from core.events.payload_json import MAX_DEPTH, decode_payload
from core.events.rows import RawRow, decode_row
from core.replay.columns import SessionLog
from core.replay.linked import PREFIX

PAGE = 500


class Record(NamedTuple):
    """The columns of an envelope as the log stores them; ``occurred_at`` in µs, JSON as text."""

    event_id: str
    event_type: str
    session_id: str
    actor_id: str | None
    occurred_at: int
    version: int
    idempotency_key: str | None
    correlation_id: str | None
    trace_id: str | None
    object_ref_type: str | None
    object_ref_id: str | None
    payload: str


class RowSource(Protocol):
    """What exporting asks of a store."""

    @property
    def path(self) -> Path:
        """The file that is open, which nothing may replace."""
        ...

    def rows(self, rowids: Sequence[int]) -> list[RawRow]:
        """Whole rows by key, in the order asked for; those that are gone are left out."""
        ...


class RecordPage(NamedTuple):
    """Some records, and how many of them are not all that is stored: see `is_whole`."""

    records: list[Record]
    mended: int


def chosen(log: SessionLog, events: Iterable[int] | None) -> NDArray[np.int64]:
    """The indexes of events in order, each once; None means all. Raises ValueError beyond a log."""
    if events is None:
        return np.arange(len(log), dtype=np.int64)
    if isinstance(events, range) and events.step == 1:
        found = np.arange(events.start, events.stop, dtype=np.int64)
    elif isinstance(events, np.ndarray):
        found = np.unique(events).astype(np.int64)
    else:
        found = np.unique(np.fromiter(events, dtype=np.int64))
    if len(found) and not (found[0] >= 0 and found[-1] < len(log)):
        raise ValueError(f"the log has the events 0 to {len(log) - 1}")
    return found


def record_pages(
    source: RowSource, log: SessionLog, events: NDArray[np.int64]
) -> Iterator[RecordPage]:
    """The records of these events (indexes, ascending), some hundred at a time.

    Raises SourceChanged where a row is gone or no longer the one that the log knows.
    """
    for start in range(0, len(events), PAGE):
        block = events[start : start + PAGE]
        rows = source.rows(log.rows[block].tolist())
        if len(rows) != len(block) or not all(_belongs(row, log) for row in rows):
            raise _rewritten()
        instants, _ = parse_instants([row.occurred_at for row in rows])
        if not np.array_equal(instants, log.times[block]):
            raise _rewritten()
        yield _page(rows, instants.tolist())


def _belongs(row: RawRow, log: SessionLog) -> bool:
    """Whether it is of this session; those of linked ones keep the one they are stored with."""
    return row.session_id == log.session_id or log.session_id.startswith(PREFIX)


def _page(rows: Sequence[RawRow], instants: Sequence[int]) -> RecordPage:
    records, mended = [], 0
    for row, instant in zip(rows, instants, strict=True):
        if _is_usual(row):
            record = Record(*row[1:5], instant, *row[6:13])  # type: ignore[arg-type]
        else:
            record = _mended(row)
            mended += not is_whole(row)
        records.append(record)
    return RecordPage(records, mended)


def _is_usual(row: RawRow) -> bool:
    """Whether its columns can be taken as they are: texts, an integer and one line of JSON."""
    payload = row.payload
    return (
        all(type(text) is str for text in (*row[1:4], payload))
        and all(text is None or type(text) is str for text in (row.actor_id, *row[7:12]))
        and type(row.version) is int
        and bool(row.object_ref_type) == bool(row.object_ref_id)
        and row.object_ref_type != ""
        and row.object_ref_id != ""
        and _is_one_object(payload)  # type: ignore[arg-type]
    )


def _is_one_object(text: str) -> bool:
    if not text.startswith("{") or not text.isascii() or not text.isprintable():
        return False
    if text.count("[") + text.count("{") > MAX_DEPTH:
        return False
    try:
        return type(_decoder.decode(text)) is dict
    except (ValueError, RecursionError):
        return False


_decoder = msgspec.json.Decoder()


def _mended(row: RawRow) -> Record:
    """The record of a row that the careful reader can read."""
    event, _ = decode_row(row, upcasters={})
    if event is None:
        raise _rewritten()
    ref = event.object_ref
    return Record(
        event_id=event.event_id,
        event_type=event.event_type,
        session_id=event.session_id,
        actor_id=event.actor_id,
        occurred_at=from_datetime(event.occurred_at),
        version=event.version,
        idempotency_key=event.idempotency_key,
        correlation_id=event.correlation_id,
        trace_id=event.trace_id,
        object_ref_type=None if ref is None else ref.type,
        object_ref_id=None if ref is None else ref.id,
        payload=json.dumps(event.payload),
    )


def is_whole(row: RawRow) -> bool:
    """Whether all that a row stores of its event is in its record.

    Not so where an id is missing, something is stored as another class than it should be, half an
    object reference stands alone, or a payload cannot be read.
    """
    if not all(type(text) is str for text in (*row[1:4], row.payload)):
        return False
    if not all(text is None or type(text) is str for text in (row.actor_id, *row[7:12])):
        return False
    if type(row.version) is not int or bool(row.object_ref_type) != bool(row.object_ref_id):
        return False
    _, reason = decode_payload(row.payload)
    return reason is None or reason.endswith("which is not JSON")


def _rewritten() -> SourceChanged:
    return SourceChanged(
        "The file was rewritten while it was open: nothing was written. Open it again."
    )
