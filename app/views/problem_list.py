"""The problems of a log, in a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.models.problem_list import EVENT, REASON, ROW, ProblemListModel
from app.theme import ui_font
from app.views.cell_table import CellTable
from core.events.problems import Problem

NONE_FOUND = "No problems: every row could be read"


class ProblemListView(CellTable):
    """Rows that could not be read as they should; a click or Enter on one is a wish to see it."""

    problem_activated = Signal(object)
    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._problems = ProblemListModel()
        super().__init__(self._problems, parent)
        self._problems.setParent(self)
        self.setObjectName("problem-list")
        self.setAccessibleName("Problems")
        self._message = NONE_FOUND
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setStretchLastSection(True)
        for column, width in {ROW: 64, EVENT: 120, REASON: 360}.items():
            columns.resizeSection(column, width)
        self._show_header()
        self.clicked.connect(lambda index: self._activate(index.row()))
        self.row_entered.connect(self._activate)

    @property
    def count(self) -> int:
        """How many problems are shown."""
        return self._problems.rowCount()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these instead of what was shown."""
        self._problems.show_problems(problems)
        self._show_header()
        self.count_changed.emit(self.count)

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Show these too, below."""
        self._problems.add_problems(problems)
        self._show_header()
        self.count_changed.emit(self.count)

    def show_message(self, text: str) -> None:
        """What to say where there is no problem; empty text is that there is none."""
        self._message = text or NONE_FOUND
        self.viewport().update()

    def _show_header(self) -> None:
        """Without a row there is nothing to head, nor to scroll."""
        self.horizontalHeader().setVisible(bool(self.count))
        policy = Qt.ScrollBarPolicy
        needed = policy.ScrollBarAsNeeded if self.count else policy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(needed)

    def _activate(self, row: int) -> None:
        self.problem_activated.emit(self._problems.problem(row))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.count:
            with QPainter(self.viewport()) as painter:
                painter.setFont(ui_font(13))
                painter.setPen(self._theme.muted)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.viewport().rect(), flags, self._message)
