"""A long export, written by a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from core.events.store.sqlite import SQLiteEventStore
from core.export.errors import ExportStopped, translated
from core.export.events import Progress
from core.export.order import Order, carry_out, write
from core.export.target import replacing
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.loader import log_of_instants
from core.replay.process import Origin, ReadHereError, items_apart, origin_of

logger = logging.getLogger(__name__)

WORTH_IT = 5_000
"""From how many events in a session on; to import what writes Parquet is as much work."""


def carry_out_apart(
    order: Order,
    store: SQLiteEventStore,
    log: SessionLog,
    index: Callable[[], ContextIndex],
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[Progress, None, None]:
    """As `carry_out`; what is long is written by another process where that can be.

    The file is made and named here, so that nothing is left where the other process is killed.
    Raises ExportStopped once ``stopped`` answers yes.
    """
    origin = origin_of(store, log.session_id)
    if origin is None or not is_long(order, log):
        yield from carry_out(order, store, log, index)
        return
    yield from written_apart(
        order.target, store.path, _write, order, origin, _sent(order, log, index),
        here=lambda file: write(order, file, store, log, index), stopped=stopped,
    )  # fmt: skip


def is_long(order: Order, log: SessionLog) -> bool:
    """Whether what is ordered of a log is worth a process."""
    return len(log) >= WORTH_IT or order.form.suffix == ".parquet"


def written_apart(
    target: Path,
    source: Path,
    work: Callable[..., Iterator[Progress]],
    *values: object,
    here: Callable[[BinaryIO], Iterator[Progress]],
    stopped: Callable[[], bool],
) -> Generator[Progress, None, None]:
    """What ``work(draft, *values)`` tells of writing a draft elsewhere, which is then the target.

    Where no other process does it, it is written ``here``; see `items_apart`.
    """
    with replacing(target, protect=[source]) as file:
        try:
            yield from items_apart(work, Path(file.name), *values, stopped=stopped)
        except ReadHereError as error:
            logger.warning("%s; writing in this process instead", error)
            file.seek(0)
            file.truncate()
            yield from here(file)
        if stopped():
            raise ExportStopped(f"“{target}” was not written, as was asked for.")


def _sent(order: Order, log: SessionLog, index: Callable[[], ContextIndex]) -> ContextIndex:
    """What the other process needs to know, without what is quicker worked out again than sent."""
    if order.form.is_events:
        return ContextIndex(log_of_instants(log.session_id, log.rows, log.times, log.last_row))
    known = index()
    return ContextIndex(replace(known.log), known.rules)


def _write(draft: Path, order: Order, origin: Origin, index: ContextIndex) -> Iterator[Progress]:
    with origin.opened() as store, translated(order.target), draft.open("r+b") as file:
        yield from write(order, file, store, index.log, lambda: index)
