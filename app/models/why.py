"""What a weight is made of: a row for each event that contributes, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Index
from app.models.rows import RowModel
from app.text import clock, date_and_clock, delta, plain, weight
from core.events.contributions import Source
from core.replay.columns import NONE, SessionLog
from core.replay.explain import Share
from core.replay.playback import Playhead

_WORDS = {
    Source.VIEWED: "viewed",
    Source.MENTIONED: "mentioned",
    Source.CLAIMED: "claimed",
}
_KINDS = {"chat_message": "chat ", "claim": ""}
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One contribution: when, what happened, and what of it counts now."""

    share: Share
    text: str

    @property
    def time(self) -> str:
        """When it happened."""
        return clock(self.share.instant, decimals=0)

    @property
    def counts(self) -> bool:
        """Whether anything of it counts: nothing does that came when the weight was at the cap."""
        return self.share.share > _LEAST

    @property
    def amount(self) -> str:
        """What of it counts now: `+0.20`."""
        return delta(self.share.share if self.counts else 0.0)

    @property
    def told(self) -> str:
        """See `Row`."""
        return f"{self.time} {self.text}, {self.amount}{'' if self.counts else ', at the cap'}"

    @property
    def tip(self) -> str:
        """See `Row`."""
        counted = f"{weight(self.share.share)} of {weight(self.share.amount)} counts now"
        what = counted if self.counts else "at the cap, so it adds nothing"
        when = date_and_clock(self.share.instant)
        return f"#{self.share.event + 1:,} · {when} · {self.text} · {what}"

    @property
    def playhead(self) -> Playhead:
        """The moment just after the event."""
        return Playhead(self.share.event + 1, self.share.instant)


class WhyModel(RowModel):
    """The shares of one concept's weight; a row is made when it is looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shares: Sequence[Share] = ()
        self._log: SessionLog | None = None

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shares)

    def row(self, place: int) -> WhyRow:
        """See `RowModel`."""
        share = self._shares[len(self._shares) - 1 - place]
        return WhyRow(share, _happening(share, self._log))

    def show(self, shares: Sequence[Share], log: SessionLog | None) -> None:
        """Show these (given oldest first), and name their events' objects by a log.

        Where they are the ones before and newer ones, or fewer, the rows that stay keep their
        place: who reads further down goes on reading.
        """
        if not _is_continued(self._shares, shares):
            self.beginResetModel()
            self._shares, self._log = shares, log
            self.endResetModel()
            return
        grown = len(shares) - len(self._shares)
        if grown > 0:
            self.beginInsertRows(NO_PARENT, 0, grown - 1)
        elif grown < 0:
            self.beginRemoveRows(NO_PARENT, 0, -grown - 1)
        self._shares, self._log = shares, log
        if grown > 0:
            self.endInsertRows()
        elif grown < 0:
            self.endRemoveRows()
        self.dataChanged.emit(self.index(0), self.index(len(shares) - 1))


def _is_continued(old: Sequence[Share], new: Sequence[Share]) -> bool:
    """Whether one begins with the other, by its ends: an event comes after those before it."""
    both = min(len(old), len(new))
    return both > 0 and all(old[at].event == new[at].event for at in (0, both - 1))


def _happening(share: Share, log: SessionLog | None) -> str:
    """`viewed`, `mentioned in chat m-209`, `claimed in cl-14`."""
    word = _WORDS[share.source]
    code = NONE if log is None else int(log.objects[share.event])
    if log is None or code == NONE or share.source is Source.VIEWED:
        return word
    kind, key = log.object_keys[code]
    return f"{word} in {_KINDS.get(kind, plain(kind) + ' ')}{plain(key)}"
