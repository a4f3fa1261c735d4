"""Moments and ranges that were marked and have no words yet."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from core.events.errors import SourceChanged
from core.events.store.sqlite import SQLiteEventStore
from core.notes.bookmark import Anchor, Bookmark, Colour
from core.notes.places import anchor_at
from core.replay.columns import SessionLog
from core.replay.playback import Playhead

Anchors = tuple[str, Anchor, Anchor | None]
"""The session that the first event is of, its anchor, and that of a range's end."""


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """What was marked in a log; its anchors are read while somebody writes the words."""

    log: SessionLog
    playhead: Playhead
    end: Playhead | None = None
    anchors: Future[Anchors] = field(default_factory=Future)

    def read(self, store: SQLiteEventStore) -> None:
        """Find out which events it is anchored to; never raises, `bookmark` does."""
        try:
            session_id, anchor = self._anchor(store, self.playhead)
            end = None if self.end is None else self._anchor(store, self.end)[1]
            self.anchors.set_result((session_id, anchor, end))
        except Exception as error:  # noqa: BLE001 - handed on to who asks for the answer
            self.anchors.set_exception(error)

    def bookmark(self, *, name: str, note: str, colour: Colour, source: str) -> Bookmark:
        """The bookmark with its words, once `read` has run; raises what that met."""
        session_id, anchor, end = self.anchors.result()
        return Bookmark(session_id, anchor, name, note, colour, end=end, source=source)

    def _anchor(self, store: SQLiteEventStore, playhead: Playhead) -> tuple[str, Anchor]:
        """An anchor and the session of its event: of linked sessions the one that it is of."""
        session_id = self.log.session_id

        def event_id(row: int) -> str:
            nonlocal session_id
            found = store.envelopes([row])
            if row not in found:
                raise SourceChanged("The event to be marked is not there any more. Press F5.")
            session_id = found[row].session_id
            return found[row].event_id

        anchor = anchor_at(self.log, playhead, event_id)
        return session_id, anchor
