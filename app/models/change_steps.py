"""The next and the previous event that changed something, found without holding up the window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest
from app.models.explaining import Subject, Whole
from core.replay.changes import concept_changes, object_changes, uncertainty_changes
from core.replay.columns import Int32
from core.replay.impact import impacts
from core.replay.index import ContextIndex

_WINDOW = 1024
_LEAST = 1e-9

Target = Subject | int | None
"""What is to have changed: an object or the uncertainty, a concept (code), or anything at all."""


class ChangeSteps(QObject):
    """Finds events; ``found`` carries them (ascending), as `Playback.stepped_among` takes them.

    The events of one target are kept, so that the next step is immediate.
    """

    found = Signal(object, bool)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._working = Latest(background)
        self._known: tuple[ContextIndex, Target, Int32] | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._working.busy

    def cancel(self) -> None:
        """Forget what was asked for."""
        self._working.cancel()
        self._known = None

    def find(self, index: ContextIndex, target: Target, position: int, *, forward: bool) -> None:
        """Find the events that changed the target, in this direction from a position at least."""
        if target is None:
            self._working.run(
                lambda: any_change(index, position, forward=forward),
                then=lambda events: self.found.emit(events, forward),
            )
            return
        known = self._known
        if known is not None and known[0] is index and known[1] == target:
            self.found.emit(known[2], forward)
            return
        self._working.run(
            lambda: changes_of(index, target),
            then=lambda events: self._take(index, target, events, forward),
        )

    def _take(self, index: ContextIndex, target: Target, events: Int32, forward: bool) -> None:
        self._known = (index, target, events)
        self.found.emit(events, forward)


def changes_of(index: ContextIndex, target: Subject | int) -> Int32:
    """The events (ascending) that changed a concept (code), an object or the uncertainty."""
    if isinstance(target, Whole):
        return uncertainty_changes(index)
    if isinstance(target, int):
        return concept_changes(index, target)
    code = index.log.object_keys.find(target)
    return np.zeros(0, np.int32) if code is None else object_changes(index, code)


def any_change(index: ContextIndex, position: int, *, forward: bool) -> Int32:
    """The nearest event after a position, or before its own, that changed the context at all.

    It looks ever further: in most logs there is one near by.
    """
    start, size = (position if forward else position - 1), _WINDOW
    while (start < len(index.log)) if forward else (start > 0):
        low, high = (start, start + size) if forward else (max(0, start - size), start)
        changed = np.flatnonzero(impacts(index, low, high) > _LEAST)
        if len(changed):
            return (changed[[0 if forward else -1]] + low).astype(np.int32)
        start, size = (high if forward else low), size * 4
    return np.zeros(0, np.int32)
