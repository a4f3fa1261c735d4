"""A long search, read in a process of its own after its first pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import islice

from core.filter.search import Reading, Rows, matches
from core.replay.columns import Bool
from core.replay.process import WORTH_IT, Origin, ReadHereError, items_apart, origin_of

logger = logging.getLogger(__name__)

_HERE = 3
"""How many pages are read here at first, so that first hits do not wait for a process."""


def matches_apart(
    store: Rows, reading: Reading, *, session_id: str, stopped: Callable[[], bool]
) -> Iterator[Bool]:
    """As `matches`; what is long is read apart, and here where it cannot be.

    It ends early once ``stopped`` answers yes.
    """
    done = 0
    origin = origin_of(store, session_id)
    if origin is not None and len(reading.rows) >= WORTH_IT:
        for found in islice(matches(store, reading), _HERE):
            done += len(found)
            yield found
        try:
            for found in items_apart(_matches, origin, reading.rest(done), stopped=stopped):
                done += len(found)
                yield found
        except ReadHereError as error:
            logger.warning("%s; searching in this process instead", error)
        if stopped():
            return
    yield from matches(store, reading.rest(done))


def _matches(origin: Origin, reading: Reading) -> Iterator[Bool]:
    with origin.opened() as store:
        yield from matches(store, reading)
