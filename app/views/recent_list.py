"""The files that were open lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.sources import shown_name
from app.text import plain
from app.theme import SPACE
from app.views.cell_table import CellTable

_ROW = 7 * SPACE
_NAME, _NAME_SHARE = 240, 0.4
"""How wide the name's column is (px), and at most of the whole."""


class RecentList(CellTable):
    """A row for each file, its name and its folder; a click or Enter asks for it."""

    recent_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._files = _RecentModel()
        super().__init__(self._files, parent, row_height=_ROW, pixels=13, inset=0)
        self._files.setParent(self)
        self.setObjectName("recent-list")
        self.setAccessibleName("Recent files")
        columns = self.horizontalHeader()
        columns.hide()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setStretchLastSection(True)
        columns.resizeSection(0, _NAME)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self._ask(index.row()))
        self.row_entered.connect(self._ask)

    def show_recent(self, paths: Sequence[str], *, missing: Collection[str] = ()) -> None:
        """Show these; those that are not there now are muted."""
        self._files.show_recent(paths, missing)
        self.setFixedHeight(_ROW * len(paths))

    def _ask(self, row: int) -> None:
        self.recent_requested.emit(self._files.path(row))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.horizontalHeader().resizeSection(0, min(_NAME, round(self.width() * _NAME_SHARE)))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())


class _RecentModel(CellTableModel):
    """File names and their folders."""

    columns = ("File", "Folder")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths: tuple[str, ...] = ()
        self._missing: frozenset[str] = frozenset()

    def show_recent(self, paths: Sequence[str], missing: Collection[str]) -> None:
        self.beginResetModel()
        self._paths, self._missing = tuple(paths), frozenset(missing)
        self.endResetModel()

    def path(self, row: int) -> str:
        return self._paths[row]

    def cell(self, row: int, column: int) -> Cell:
        path = self._paths[row]
        gone = path in self._missing
        if column == 0:
            return Cell(plain(shown_name(path)[0]), Tone.MUTED if gone else Tone.NORMAL)
        folder = plain(shown_name(path)[1])
        return Cell(f"not there now · {folder}" if gone else folder, Tone.MUTED)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._paths)
