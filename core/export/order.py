"""What is to be exported, and how it is carried out: for the command line and the window alike."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from core.export.contexts import ContextFormat, moments_of, write_contexts
from core.export.errors import ExportError
from core.export.events import EventFormat, Progress, write_events
from core.export.records import RowSource, chosen
from core.export.report import Mark, session_report
from core.export.target import replacing
from core.late_dataclass import dataclass
from core.replay.columns import Int32, SessionLog
from core.replay.index import ContextIndex


class ExportFormat(StrEnum):
    """What can be written of a session."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"
    CONTEXT_CSV = "context-csv"
    CONTEXT_PARQUET = "context-parquet"

    @property
    def is_events(self) -> bool:
        """Whether it holds events: then a log of instants alone will do."""
        return self in (ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.PARQUET)

    @property
    def is_contexts(self) -> bool:
        """Whether it holds contexts over time."""
        return self in (ExportFormat.CONTEXT_CSV, ExportFormat.CONTEXT_PARQUET)

    @property
    def suffix(self) -> str:
        """How the name of such a file ends, the dot included."""
        return f".{self.removeprefix('context-')}"


_SUFFIXES = {".ndjson": ExportFormat.JSONL, ".htm": ExportFormat.HTML}


def format_of(target: Path) -> ExportFormat:
    """The format that a file's name tells. Raises ExportError where it tells none."""
    suffix = target.suffix.lower()
    try:
        return _SUFFIXES.get(suffix) or ExportFormat(suffix[1:])
    except ValueError:
        raise ExportError(
            f"The name “{target.name}” does not tell the format: let it end in .jsonl, .csv, "
            ".parquet or .html, or give --format."
        ) from None


@dataclass(frozen=True, eq=False, slots=True)
class Order:
    """A file to write: of all events or of those with these indexes.

    ``every`` (seconds) is for contexts: they are told at steps of time instead of after each event.
    ``bom`` is for CSV, ``marks`` for a report, which is always of the whole session.
    """

    target: Path
    form: ExportFormat
    events: Iterable[int] | Int32 | None = None
    every: float | None = None
    bom: bool = False
    marks: Sequence[Mark] = ()


def carry_out(
    order: Order, source: RowSource, log: SessionLog, index: Callable[[], ContextIndex]
) -> Generator[Progress, None, None]:
    """Write the file, telling how far it is; ``index`` is asked for where the format needs one.

    The file has its name once the generator is exhausted; closed before, it leaves nothing. Raises
    ExportError, and what the source raises.
    """
    with replacing(order.target, protect=[source.path]) as file:
        yield from write(order, file, source, log, index)


def write(
    order: Order,
    file: BinaryIO,
    source: RowSource,
    log: SessionLog,
    index: Callable[[], ContextIndex],
) -> Generator[Progress, None, None]:
    """As `carry_out`, into a file that is open."""
    form = order.form
    if form.is_events:
        kind = EventFormat(form.value)
        yield from write_events(source, log, file, kind, events=order.events, bom=order.bom)
    elif form.is_contexts:
        moments = moments_of(log, chosen(log, order.events), every=order.every)
        yield from write_contexts(
            index(), file, ContextFormat(form.suffix[1:]), moments, bom=order.bom
        )
    else:
        yield Progress(0, len(log))
        page = session_report(index(), file_name=source.path.name, bookmarks=order.marks)
        file.write(page.encode("utf-8"))
        yield Progress(len(log), len(log))
