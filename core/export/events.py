"""Events of a session as JSON Lines, CSV or Parquet."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple

from core.events.instants import format_instant
from core.export.records import Record, RowSource, chosen, record_pages
from core.export.tables import Column, CsvSink, Kind, ParquetSink, Row, Sink, filled
from core.export.target import replacing
from core.replay.columns import SessionLog

_KINDS = {"occurred_at": Kind.INSTANT, "version": Kind.INTEGER}
COLUMNS = tuple(Column(name, _KINDS.get(name, Kind.TEXT)) for name in Record._fields)
"""The columns of a table of events: those of the envelope, the payload as JSON text."""


class EventFormat(StrEnum):
    """The kinds of file that hold events; the value is the suffix."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Progress(NamedTuple):
    """So many of so many are written; of them ``mended`` are not all that the log stores."""

    done: int
    total: int
    mended: int = 0


def export_events(
    source: RowSource,
    log: SessionLog,
    target: Path,
    form: EventFormat,
    *,
    events: Iterable[int] | None = None,
    bom: bool = False,
) -> Generator[Progress, None, None]:
    """Write events of a log (by index; by default all), telling after each page how far it is.

    Of the log only ``session_id``, ``rows`` and ``times`` are used, so one of instants alone will
    do. The target has its name once the iterator is exhausted; closed before, it leaves nothing.
    ``bom`` is for CSV. Raises ExportError, and what the source raises.
    """
    with replacing(target, protect=[source.path]) as file:
        yield from write_events(source, log, file, form, events=events, bom=bom)


def write_events(
    source: RowSource,
    log: SessionLog,
    file: BinaryIO,
    form: EventFormat,
    *,
    events: Iterable[int] | None = None,
    bom: bool = False,
) -> Generator[Progress, None, None]:
    """As `export_events`, into a file that is open."""
    wanted = chosen(log, events)
    done = mended = 0
    with filled(_sink(file, form, bom=bom)) as sink:
        yield Progress(0, len(wanted))
        for page in record_pages(source, log, wanted):
            sink.write(page.records)
            done += len(page.records)
            mended += page.mended
            yield Progress(done, len(wanted), mended)


def _sink(file: BinaryIO, form: EventFormat, *, bom: bool) -> Sink:
    if form is EventFormat.JSONL:
        return _JsonLinesSink(file)
    if form is EventFormat.CSV:
        return CsvSink(file, COLUMNS, bom=bom)
    return ParquetSink(file, COLUMNS)


class _JsonLinesSink:
    """The wire envelope, one a line, in ASCII."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, rows: Sequence[Row]) -> None:
        """See `Sink`."""
        lines = (json_line(Record._make(row)) for row in rows)
        self._file.write("".join(lines).encode("ascii"))

    def close(self) -> None:
        """See `Sink`."""

    def abandon(self) -> None:
        """See `Sink`."""


def json_line(record: Record) -> str:
    """A record as the line that `EventEnvelope.to_wire` gives, its payload as it is stored."""
    kind, key = record.object_ref_type, record.object_ref_id
    head = {
        "event_id": record.event_id,
        "event_type": record.event_type,
        "session_id": record.session_id,
        "actor_id": record.actor_id,
        "occurred_at": format_instant(record.occurred_at),
        "version": record.version,
        "idempotency_key": record.idempotency_key,
        "correlation_id": record.correlation_id,
        "trace_id": record.trace_id,
        "object_ref": {"type": kind, "id": key} if kind and key else None,
    }
    return f'{json.dumps(head)[:-1]}, "payload": {record.payload}}}\n'
