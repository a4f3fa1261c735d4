"""Where bookmarks are in a log: from a playhead to an anchor, and back by the anchor's event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from core.events.store.base import Arrival
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.notes.bookmark import Anchor, Bookmark
from core.replay.columns import SessionLog
from core.replay.loader import load_steps
from core.replay.playback import Playhead


@dataclass(frozen=True, slots=True)
class Placed:
    """A bookmark and where it is in a log: None where its event is not there.

    ``end`` is that of a range, None where there is none or its event is not there.
    """

    bookmark: Bookmark
    playhead: Playhead | None
    end: Playhead | None = None

    @property
    def instant(self) -> int:
        """Where it is in time (µs); where it was marked, if its event is not there."""
        return self.bookmark.anchor.at if self.playhead is None else self.playhead.instant


def anchor_at(log: SessionLog, playhead: Playhead, event_id: Callable[[int], str]) -> Anchor:
    """The anchor of a playhead in a log; ``event_id`` gives the id of the event of a row (key)."""
    event = playhead.position - 1
    if event < 0:
        return Anchor(None, 0, log.start)
    offset = max(0, playhead.instant - int(log.times[event]))
    return Anchor(event_id(int(log.rows[event])), offset, playhead.instant)


def playhead_of(anchor: Anchor, log: SessionLog, event: Arrival | None) -> Playhead | None:
    """The playhead of an anchor whose event is that one, None where the log has it not.

    At the event's own instant it is right after the event; later, after all that had happened by
    then. It takes two binary searches, whatever the log's length.
    """
    if anchor.event_id is None:
        return Playhead(0, log.start) if len(log) else None
    if event is None or event.instant is None:
        return None
    index = index_of(log, event.row, event.instant)
    if index is None:
        return None
    if not anchor.offset:
        return Playhead(index + 1, event.instant)
    instant = event.instant + anchor.offset
    return Playhead(log.position_at(instant), instant)


def index_of(log: SessionLog, row: int, instant: int) -> int | None:
    """The index of the event with this key and instant (µs), None where the log has it not."""
    start, stop = (int(np.searchsorted(log.times, instant, side=s)) for s in ("left", "right"))
    # Events of one instant are in order of arrival, which is that of their keys.
    index = start + int(np.searchsorted(log.rows[start:stop], row))
    return index if index < stop and int(log.rows[index]) == row else None


def place(
    bookmarks: Iterable[Bookmark], log: SessionLog, events: Mapping[str, Arrival]
) -> list[Placed]:
    """Bookmarks of a log's session, by where they are; ``events`` are those of their anchors by id.

    Those that are not found keep the place in which they were marked.
    """

    def found(anchor: Anchor) -> Playhead | None:
        return playhead_of(anchor, log, events.get(anchor.event_id or ""))

    placed = (
        Placed(b, found(b.anchor), None if b.end is None else found(b.end)) for b in bookmarks
    )
    return sorted(placed, key=_order)


def place_in(store: SQLiteEventStore, bookmarks: Sequence[Bookmark]) -> list[Placed]:
    """Bookmarks of any sessions, by session and place; of each session the index is read.

    Raises StoreError.
    """
    events = store.whereabouts(event_ids(bookmarks))
    by_session: dict[str, list[Bookmark]] = {}
    for bookmark in bookmarks:
        by_session.setdefault(bookmark.session_id, []).append(bookmark)
    return [
        placed
        for session_id, marked in by_session.items()
        for placed in place(marked, next(load_steps(store, session_id)).log, events)
    ]


def event_ids(bookmarks: Iterable[Bookmark]) -> set[str]:
    """The ids of the events that bookmarks are anchored to."""
    anchors = (anchor for b in bookmarks for anchor in (b.anchor, b.end) if anchor is not None)
    return {anchor.event_id for anchor in anchors if anchor.event_id is not None}


def _order(placed: Placed) -> tuple[int, int, int]:
    position = 0 if placed.playhead is None else placed.playhead.position
    return placed.instant, position, placed.bookmark.created
