"""Moments and ranges that were marked and have no words yet."""

from __future__ import annotations

import threading
from dataclasses import field

from core.events.errors import SourceChanged
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.notes.bookmark import Anchor, Bookmark, Colour
from core.notes.places import anchor_at
from core.replay.columns import SessionLog
from core.replay.playback import Playhead

Anchors = tuple[str, Anchor, Anchor | None]
"""The session that the first event is of, its anchor, and that of a range's end."""


@dataclass(eq=False, slots=True)
class Draft:
    """What was marked in a log of a store; its anchors are read while somebody writes the words.

    Whoever needs them first reads them: nobody waits for a job that has no thread yet.
    """

    store: SQLiteEventStore
    log: SessionLog
    playhead: Playhead
    end: Playhead | None = None
    _anchors: Anchors | None = None
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def anchors(self) -> Anchors:
        """Which events it is anchored to, read once. Raises StoreError."""
        with self._reading:
            if self._anchors is None:
                session_id, anchor = self._anchor(self.playhead)
                end = None if self.end is None else self._anchor(self.end)[1]
                self._anchors = session_id, anchor, end
            return self._anchors

    def bookmark(self, *, name: str, note: str, colour: Colour, source: str) -> Bookmark:
        """The bookmark with its words. Raises StoreError."""
        session_id, anchor, end = self.anchors()
        return Bookmark(session_id, anchor, name, note, colour, end=end, source=source)

    def _anchor(self, playhead: Playhead) -> tuple[str, Anchor]:
        """An anchor and the session of its event: of linked sessions the one that it is of."""
        session_id = self.log.session_id

        def event_id(row: int) -> str:
            nonlocal session_id
            found = self.store.envelopes([row])
            if row not in found:
                raise SourceChanged("The event to be marked is not there any more. Press F5.")
            session_id = found[row].session_id
            return found[row].event_id

        anchor = anchor_at(self.log, playhead, event_id)
        return session_id, anchor
