"""An export with pseudonyms of what is open as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np

from core.events.store.sqlite import SQLiteEventStore
from core.export.events import Progress
from core.export.order import Order, carry_out
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.store import hide
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.leaving_out import NOTHING, without_rows
from core.replay.linked import LinkedEventStore, link_of
from core.replay.loader import load


def carry_out_privately(
    order: Order,
    store: SQLiteEventStore,
    log: SessionLog,
    index: Callable[[], ContextIndex],
    pseudonyms: Pseudonyms,
) -> Generator[Progress, None, None]:
    """As `carry_out`, with pseudonyms, and without the marks, which are a person's own words.

    The session is read once more; what came meanwhile is left out.
    """
    link = link_of(store, log.session_id)
    with LinkedEventStore(store.path, links=() if link is None else (link,)) as private:
        hide(private, pseudonyms)
        yield Progress(0, 0)
        hidden = load(private, log.session_id)
        wanted = log.rows if order.events is None else log.rows[np.fromiter(order.events, np.int64)]
        events = np.flatnonzero(np.isin(hidden.rows, wanted)).tolist()

        def made() -> ContextIndex:
            bare = index()
            gone = bare.log.left_out
            rows = NOTHING if gone is None else bare.log.rows[gone]
            return ContextIndex(without_rows(hidden, rows), bare.rules)

        yield from carry_out(replace(order, events=events, marks=()), private, hidden, made)
