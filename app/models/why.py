"""What a value is made of: a row for each event behind it, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Index
from app.models.rows import RowModel
from app.text import clock, date_and_clock, delta, plain, weight
from core.events.contributions import Source, Touch
from core.late_dataclass import dataclass
from core.replay.columns import NONE, SessionLog
from core.replay.explain import Share
from core.replay.explain_object import TouchShare
from core.replay.explain_uncertainty import Fall
from core.replay.playback import Playhead

Part = Share | TouchShare | Fall
"""An event's part in a weight, in a relevance, or in the uncertainty."""

_WORDS = {
    Source.VIEWED: "viewed",
    Source.MENTIONED: "mentioned",
    Source.CLAIMED: "claimed",
}
_TOUCHES = {Touch.CAPTURED: "captured", Touch.CLAIM: "claimed"}
_KINDS = {"chat_message": "chat ", "claim": ""}
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One event: when, what happened, and what of it counts now (``share``).

    ``detail`` says how that comes, ``unless`` why nothing of it counts where nothing does.
    ``start`` is when the session began (µs).
    """

    event: int
    instant: int
    share: float
    text: str
    detail: str
    unless: str = ""
    start: int | None = None

    @property
    def time(self) -> str:
        """When it happened."""
        return clock(self.instant, decimals=0, start=self.start, position=self.event + 1)

    @property
    def counts(self) -> bool:
        """Whether anything of it counts: nothing does that came when the weight was at the cap."""
        return abs(self.share) > _LEAST

    @property
    def amount(self) -> str:
        """What of it counts now: `+0.20`."""
        return delta(self.share if self.counts else 0.0)

    @property
    def told(self) -> str:
        """See `Row`."""
        return f"{self.time} {self.text}, {self.amount}{'' if self.counts else self.unless}"

    @property
    def tip(self) -> str:
        """See `Row`."""
        when = date_and_clock(self.instant)
        return f"#{self.event + 1:,} · {when} · {self.text} · {self.detail}"

    @property
    def playhead(self) -> Playhead:
        """The moment just after the event."""
        return Playhead(self.event + 1, self.instant)


class WhyModel(RowModel):
    """The events behind one value; a row is made when it is looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: Sequence[Part] = ()
        self._log: SessionLog | None = None

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._parts)

    def row(self, place: int) -> WhyRow:
        """See `RowModel`."""
        log = self._log
        row = _row(self._parts[len(self._parts) - 1 - place], log)
        return row if log is None else replace(row, start=log.start)

    def show(self, parts: Sequence[Part], log: SessionLog | None) -> None:
        """Show these (given oldest first), and name their events' objects by a log.

        Where they are the ones before and newer ones, or fewer, the rows that stay keep their
        place: who reads further down goes on reading.
        """
        if not _is_continued(self._parts, parts):
            self.beginResetModel()
            self._parts, self._log = parts, log
            self.endResetModel()
            return
        grown = len(parts) - len(self._parts)
        if grown > 0:
            self.beginInsertRows(NO_PARENT, 0, grown - 1)
        elif grown < 0:
            self.beginRemoveRows(NO_PARENT, 0, -grown - 1)
        self._parts, self._log = parts, log
        if grown > 0:
            self.endInsertRows()
        elif grown < 0:
            self.endRemoveRows()
        self.dataChanged.emit(self.index(0), self.index(len(parts) - 1))


def _is_continued(old: Sequence[Part], new: Sequence[Part]) -> bool:
    """Whether one begins with the other, by its ends: an event comes after those before it."""
    both = min(len(old), len(new))
    return both > 0 and all(old[at].event == new[at].event for at in (0, both - 1))


def _row(part: Part, log: SessionLog | None) -> WhyRow:
    if isinstance(part, Share):
        detail = _counted(part.share, part.amount, "at the cap, so it adds nothing")
        return WhyRow(
            part.event, part.instant, part.share, _happening(part, log), detail, ", at the cap"
        )
    if isinstance(part, TouchShare):
        detail = _counted(part.share, part.amount, "nothing of it counts now")
        text = _TOUCHES[part.touch]
        return WhyRow(part.event, part.instant, part.share, text, detail, ", does not count")
    kind = "event" if log is None else plain(log.kind_names[log.kinds[part.event]], limit=80)
    return WhyRow(
        part.event, part.instant, part.share, kind, f"{weight(part.attention)} of an event is left"
    )


def _counted(share: float, amount: float, otherwise: str) -> str:
    return f"{weight(share)} of {weight(amount)} counts now" if share > _LEAST else otherwise


def _happening(share: Share, log: SessionLog | None) -> str:
    """`viewed`, `mentioned in chat m-209`, `claimed in cl-14`."""
    word = _WORDS[share.source]
    code = NONE if log is None else int(log.objects[share.event])
    if log is None or code == NONE or share.source is Source.VIEWED:
        return word
    kind, key = log.object_keys[code]
    return f"{word} in {_KINDS.get(kind, plain(kind) + ' ')}{plain(key)}"
