"""What was known of a moment and what is known of it now, side by side."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.text import plain, weight
from core.projectors.context import ContextDifference

WHAT, THEN, NOW = range(3)
_NOT_THERE = "—"
_Row = tuple[Cell, Cell, Cell]


class KnownTableModel(CellTableModel):
    """A row for the uncertainty, each concept and each object that differs."""

    columns = ("What", "Known then", "Known now")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []

    def show_change(self, change: ContextDifference | None) -> None:
        """Show what leads from what was known to what is known; None is nothing."""
        rows = [] if change is None else _rows(change)
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        return self._rows[row][column]

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)


def _rows(change: ContextDifference) -> list[_Row]:
    rows = []
    if change.uncertainty_before != change.uncertainty_after:
        values = weight(change.uncertainty_before), weight(change.uncertainty_after)
        rows.append(_row("Uncertainty", *values))
    for concept in change.concepts:
        then = _ranked(concept.rank_before, concept.before)
        rows.append(_row(concept.label, then, _ranked(concept.rank_after, concept.after)))
    for item in change.objects:
        then, now = _value(item.before), _value(item.after)
        rows.append(_row(f"{item.object_type} {item.object_id}", then, now))
    return rows


def _row(name: str, then: str, now: str) -> _Row:
    return (
        Cell(plain(name, limit=120)),
        Cell(then, Tone.MUTED, tabular=True),
        Cell(now, tabular=True),
    )


def _ranked(rank: int | None, value: float | None) -> str:
    return _NOT_THERE if rank is None or value is None else f"{rank}.  {weight(value)}"


def _value(value: float | None) -> str:
    return _NOT_THERE if value is None else weight(value)
