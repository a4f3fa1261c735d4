"""The problems of a log as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.text import plain
from core.events.problems import Problem

ROW, EVENT, REASON, RAW = range(4)


class ProblemListModel(CellTableModel):
    """What is wrong with which row, and what is stored there."""

    columns = ("Row", "Event", "Reason", "Raw text")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these, in their order."""
        self.beginResetModel()
        self._problems = list(problems)
        self.endResetModel()

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Show these below."""
        if problems:
            known = len(self._problems)
            self.beginInsertRows(NO_PARENT, known, known + len(problems) - 1)
            self._problems.extend(problems)
            self.endInsertRows()

    def problem(self, row: int) -> Problem:
        """The problem of a row."""
        return self._problems[row]

    def cell(self, row: int, column: int) -> Cell:
        problem = self._problems[row]
        if column == ROW:
            return Cell("—" if problem.row is None else str(problem.row), Tone.MUTED, tabular=True)
        if column == EVENT:
            return Cell(plain(problem.event_id or "—", limit=100))
        if column == REASON:
            return Cell(plain(problem.reason))
        return Cell(plain(problem.raw), Tone.MUTED, monospace=True)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._problems)
