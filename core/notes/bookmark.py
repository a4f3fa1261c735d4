"""A bookmark: a moment or a range of a session, anchored to its events, with a name and a note."""

from __future__ import annotations

import time
from dataclasses import field, replace
from enum import StrEnum

from core.events.schema import uuid7
from core.late_dataclass import dataclass

NAME_MOST = 200
NOTE_MOST = 20_000
"""How many characters a name and a note may have."""


class Colour(StrEnum):
    """What a bookmark is painted in; a theme has the shades, which the colour-blind tell apart."""

    BLUE = "blue"
    ORANGE = "orange"
    GREEN = "green"
    PINK = "pink"
    YELLOW = "yellow"


def now() -> int:
    """This instant in µs since 1970 (UTC)."""
    return time.time_ns() // 1_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment told by an event, so that it stays where it is in a log that grows or was copied.

    It lies ``offset`` µs after the instant of the event of this id; without an id it is the moment
    before the first event. ``at`` is the instant (µs) that it had when it was marked: what there is
    to tell of it where the event is not at hand.
    """

    event_id: str | None
    offset: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A moment that somebody marked; a range where there is an ``end``.

    ``source`` names the file in which it was marked, as a hint. ``created`` and ``changed`` are
    instants in µs since 1970 (UTC); of two states of one bookmark the last change is right.
    """

    session_id: str
    anchor: Anchor
    name: str
    note: str = ""
    colour: Colour = Colour.BLUE
    end: Anchor | None = None
    source: str = ""
    id: str = field(default_factory=lambda: str(uuid7()))
    created: int = field(default_factory=now)
    changed: int = field(default_factory=now)

    def edited(self, *, name: str, note: str, colour: Colour) -> Bookmark:
        """The same with other words, changed now: later than before, whatever the clock says."""
        changed = max(now(), self.changed + 1)
        return replace(self, name=name, note=note, colour=colour, changed=changed)

    def restored(self) -> Bookmark:
        """The same, changed now: what was deleted comes back as it was."""
        return replace(self, changed=max(now(), self.changed + 1))
