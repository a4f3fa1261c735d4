"""The context of a session over time, in long form: a row for each moment and active concept."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.export.errors import ExportError
from core.export.events import Progress
from core.export.tables import Column, CsvSink, Kind, ParquetSink, Row, filled
from core.export.target import replacing
from core.late_dataclass import dataclass
from core.replay.columns import Float64, Int64, SessionLog
from core.replay.index import ContextIndex, heaviest

COLUMNS = (
    Column("position", Kind.INTEGER),
    Column("instant", Kind.INSTANT),
    Column("uncertainty", Kind.NUMBER),
    Column("rank", Kind.INTEGER),
    Column("concept_id"),
    Column("name"),
    Column("weight", Kind.NUMBER),
)
MOMENTS_MOST = 5_000_000
"""More moments than this are asked for by mistake: a tenth of a second over six days."""

_PAGE = 250


class ContextFormat(StrEnum):
    """The kinds of file that hold contexts."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Playheads in order: positions, and instants in µs."""

    positions: Int64
    instants: Int64

    def __len__(self) -> int:
        return len(self.positions)


def moments_of(log: SessionLog, events: Int64, *, every: float | None = None) -> Moments:
    """The moments of these events (indexes, ascending).

    Without ``every`` one after each event; with it one each so many seconds from the first one's
    instant on, and one at the last one's, whatever else happens between them. Raises ExportError
    where that is no step or too many.
    """
    if every is None or not len(events):
        return Moments(events + 1, log.times[events])
    start, stop = int(events[0]), int(events[-1]) + 1
    first, last = int(log.times[start]), int(log.times[stop - 1])
    step = round(every * 1e6) if np.isfinite(every) else 0
    if step < 1:
        raise ExportError(f"{every} is no step of time. Give seconds, from 0.000001 on.")
    count = (last - first) // step + 2
    if count > MOMENTS_MOST:
        least = (last - first) / 1e6 / MOMENTS_MOST
        raise ExportError(
            f"A moment each {every:g} s makes {count:,} of them. Take at least {least:.3g} s."
        )
    instants = np.append(np.arange(first, last, step, dtype=np.int64), last)
    found = np.searchsorted(log.times, instants, side="right").astype(np.int64)
    return Moments(np.clip(found, start + 1, stop), instants)


def export_contexts(
    index: ContextIndex,
    target: Path,
    form: ContextFormat,
    moments: Moments,
    *,
    protect: Path | None = None,
    bom: bool = False,
) -> Generator[Progress, None, None]:
    """Write the contexts at these moments, telling after each page how far it is.

    A moment without an active concept is one row without concept. ``protect`` is the log that is
    open. As `export_events` otherwise.
    """
    with replacing(target, protect=[protect] if protect else []) as file:
        yield from write_contexts(index, file, form, moments, bom=bom)


def write_contexts(
    index: ContextIndex, file: BinaryIO, form: ContextFormat, moments: Moments, *, bom: bool = False
) -> Generator[Progress, None, None]:
    """As `export_contexts`, into a file that is open."""
    total, csv = len(moments), form is ContextFormat.CSV
    with filled(CsvSink(file, COLUMNS, bom=bom) if csv else ParquetSink(file, COLUMNS)) as sink:
        yield Progress(0, total)
        for start in range(0, total, _PAGE):
            stop = min(start + _PAGE, total)
            sink.write(list(_rows(index, moments, start, stop)))
            yield Progress(stop, total)


def _rows(index: ContextIndex, moments: Moments, start: int, stop: int) -> Iterator[Row]:
    positions, instants = moments.positions[start:stop], moments.instants[start:stop]
    uncertainty = index.uncertainty.over(positions, instants).tolist()
    ids, names = index.log.contributions.concept_ids, index.log.names
    for position, instant, unsure in zip(
        positions.tolist(), instants.tolist(), uncertainty, strict=True
    ):
        weights: Float64 = index.weights_at(position, instant)
        ranked = heaviest(weights, index.rules.max_concepts)
        for rank, concept in enumerate(ranked, 1):
            name = names.at(concept, position)
            yield position, instant, unsure, rank, ids[concept], name, float(weights[concept])
        if not ranked:
            yield position, instant, unsure, None, None, None, None
