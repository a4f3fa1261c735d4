"""The events that changed most, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.models.impact import Impact
from app.text import clock, crosses_days, date_and_clock, is_in_session, plain, weight

SIZE, NUMBER, TIME, TYPE, WORDS = range(5)


class ImpactTableModel(CellTableModel):
    """The greatest first."""

    columns = ("Impact", "#", "Time (UTC)", "Type", "What it changed")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._impacts: Sequence[Impact] = ()
        self._start: int | None = None
        self._dated = False

    def show_start(self, start: int | None) -> None:
        """When the session of what comes began (µs)."""
        self._start = start

    def show_impacts(self, impacts: Sequence[Impact]) -> None:
        """Show these, in their order."""
        self.beginResetModel()
        self._impacts = impacts
        instants = [impact.instant for impact in impacts]
        several = bool(instants) and crosses_days(min(instants), max(instants))
        self._dated = several and not is_in_session(start=self._start, position=0)
        self.endResetModel()

    @property
    def is_dated(self) -> bool:
        """Whether the times have their day, since there are several."""
        return self._dated

    def impact(self, row: int) -> Impact:
        """What a row stands for."""
        return self._impacts[row]

    def cell(self, row: int, column: int) -> Cell:
        impact = self._impacts[row]
        if column == SIZE:
            return Cell(weight(impact.size), tabular=True)
        if column == NUMBER:
            return Cell(f"{impact.event + 1:,}", Tone.MUTED, tabular=True)
        if column == TIME:
            return Cell(self._time(impact), tabular=True)
        if column == TYPE:
            return Cell(plain(impact.kind, limit=100) or "—", swatch=impact.kind)
        return Cell(impact.words)

    def _time(self, impact: Impact) -> str:
        if self._dated:
            return date_and_clock(impact.instant)
        return clock(impact.instant, start=self._start, position=impact.event + 1)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._impacts)
