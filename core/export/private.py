"""An export with pseudonyms of what is open as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from core.events.store.sqlite import SQLiteEventStore
from core.export.apart import is_long, written_apart
from core.export.errors import translated
from core.export.events import Progress
from core.export.order import Order, write
from core.export.target import replacing
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.store import hide
from core.projectors.rules import ProjectionRules
from core.replay.columns import Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.leaving_out import NOTHING, without_rows
from core.replay.linked import LinkedEventStore, link_of
from core.replay.loader import load
from core.replay.process import Origin, origin_of


class _Asked(NamedTuple):
    """What of the open session is asked for, by the keys of rows, which are the same with
    pseudonyms; under which rules, and without which rows, where contexts are."""

    session_id: str
    rows: Int64
    left_out: Int64
    rules: ProjectionRules | None


def carry_out_privately(
    order: Order,
    store: SQLiteEventStore,
    log: SessionLog,
    index: Callable[[], ContextIndex],
    pseudonyms: Pseudonyms,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Generator[Progress, None, None]:
    """As `carry_out_apart`, with pseudonyms, and without the marks, which are a person's own words.

    The session is read once more; what came meanwhile is left out.
    """
    asked = _asked(order, log, index)
    # Events are asked for by their rows.
    bare = replace(order, events=None, marks=())

    def here(file: BinaryIO) -> Iterator[Progress]:
        link = link_of(store, log.session_id)
        with LinkedEventStore(store.path, links=() if link is None else (link,)) as private:
            hide(private, pseudonyms)
            yield from _written(bare, file, private, asked)

    origin = origin_of(store, log.session_id)
    if origin is None or not is_long(order, log):
        with replacing(order.target, protect=[store.path]) as file:
            yield from here(file)
        return
    hidden = replace(origin, pseudonyms=pseudonyms)
    yield from written_apart(
        order.target, store.path, _write, bare, hidden, asked, here=here, stopped=stopped
    )


def _asked(order: Order, log: SessionLog, index: Callable[[], ContextIndex]) -> _Asked:
    rows = log.rows if order.events is None else log.rows[np.fromiter(order.events, np.int64)]
    if order.form.is_events:
        return _Asked(log.session_id, rows, NOTHING, None)
    known = index()
    gone = known.log.left_out
    left_out = NOTHING if gone is None else known.log.rows[gone]
    return _Asked(log.session_id, rows, left_out, known.rules)


def _write(draft: Path, order: Order, origin: Origin, asked: _Asked) -> Iterator[Progress]:
    with origin.opened() as private, translated(order.target), draft.open("r+b") as file:
        yield from _written(order, file, private, asked)


def _written(
    order: Order, file: BinaryIO, private: LinkedEventStore, asked: _Asked
) -> Iterator[Progress]:
    yield Progress(0, 0)
    log = load(private, asked.session_id)
    events = np.flatnonzero(np.isin(log.rows, asked.rows)).tolist()

    def index() -> ContextIndex:
        assert asked.rules is not None
        return ContextIndex(without_rows(log, asked.left_out), asked.rules)

    yield from write(replace(order, events=events), file, private, log, index)
