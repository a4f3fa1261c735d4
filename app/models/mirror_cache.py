"""The cache of tables: what it holds, how large it may be, and making room, in the background."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.background import Background
from core.mirror.cache import Kept, kept, make_room


class MirrorCache(QObject):
    """``changed`` carries the mirrors that are there (`Kept`), the latest used first.

    ``removed`` says how many were removed by `clear`, and how many stay, for they are open.
    """

    changed = Signal(object)
    removed = Signal(int, int)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background

    def look(self) -> None:
        """Look what is there."""
        self._background.run(kept, then=self.changed.emit)

    def limit(self, most: int) -> None:
        """Remove what was not used for longest, until all has so many bytes at the most."""

        def job() -> Sequence[Kept]:
            make_room(most)
            return kept()

        self._background.run(job, then=self.changed.emit)

    def clear(self) -> None:
        """Remove all that is not open."""

        def job() -> tuple[int, Sequence[Kept]]:
            return len(make_room(-1)), kept()

        self._background.run(job, then=self._take_cleared)

    def _take_cleared(self, answer: tuple[int, Sequence[Kept]]) -> None:
        gone, left = answer
        self.removed.emit(gone, len(left))
        self.changed.emit(left)
