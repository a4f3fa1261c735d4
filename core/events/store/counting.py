"""Counting the events of many short sessions, some hundred in a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import apsw
import numpy as np

from core.events.instants import UNREADABLE, parse_joined
from core.events.store.lane import Lane, Select

_AT_ONCE = 512
_MOST = 500
"""A session with as many events is no short one: nobody else could read while it is counted."""


def short_counts(lane: Lane, index: str, session_ids: Sequence[str]) -> dict[str, int]:
    """How many readable events the sessions have, by id.

    ``index`` is that on session and instant. Left out are those that have no event or many, or
    where what stands for an instant is to be looked at more carefully.
    """
    found: dict[str, int] = {}
    select, rest = _select(index), session_ids
    while rest:
        try:
            names = apsw.carray(tuple(rest[:_AT_ONCE]))
        except UnicodeEncodeError:
            # A name that SQLite cannot hold: it is found to have none by who looks for it alone.
            return found
        page = lane.page(select, (names, _MOST))
        if not page.careful:
            found.update(_counted(rest, [row[0] for row in page.rows]))
        rest = rest[len(page.rows) :]
    return found


def _select(index: str) -> Select:
    # Numbers come before every text and BLOBs after: neither is an instant.
    texts = (
        f"(SELECT occurred_at FROM events INDEXED BY {index} WHERE session_id = c.value"
        " AND occurred_at >= '' AND occurred_at < x'' LIMIT ?2)"
    )
    joined = "count(*) || ':' || ifnull(group_concat(occurred_at, ','), '')"
    return Select((f"(SELECT {joined} FROM {texts})",), "FROM carray(?1) AS c")


def _counted(ids: Sequence[str], joined: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The counts of the first of these, from number and instants of each."""
    parts = [each.partition(":") for each in joined]
    counts = [int(count) for count, _, _ in parts]
    short = [place for place, count in enumerate(counts) if 0 < count < _MOST]
    if not short:
        return
    numbers = np.array([counts[place] for place in short])
    instants, _ = parse_joined(",".join(parts[place][2] for place in short), int(numbers.sum()))
    if len(instants) != numbers.sum():
        # One holds a comma.
        return
    starts = np.append(0, np.cumsum(numbers)[:-1])
    readable = np.add.reduceat(instants != UNREADABLE, starts, dtype=np.int64).tolist()
    yield from zip((ids[place] for place in short), readable, strict=True)
