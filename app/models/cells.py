"""Cells of a table: what one shows and how it stands out, without a colour."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.text import time_heading
from core.late_dataclass import dataclass

TIME_COLUMN = "Time (UTC)"
Index: TypeAlias = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


class Tone(StrEnum):
    """What a text says besides its words; a theme has the colours."""

    NORMAL = "normal"
    MUTED = "muted"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, safe to show, and its look.

    ``swatch`` is the event type of its square. ``tabular`` figures are of one width, so that
    numbers stand below each other; ``monospace`` is for what a log stores. A ``mark`` is a bar at
    its left edge, which joins rows to a group. ``struck`` text counts for nothing.
    """

    text: str
    tone: Tone = Tone.NORMAL
    swatch: str | None = None
    tabular: bool = False
    monospace: bool = False
    mark: bool = False
    struck: bool = False


class CellTableModel(QAbstractTableModel):
    """A table whose cells are made when they are looked at.

    A column named TIME_COLUMN is headed by what times are shown in; ``in_session`` says whether
    all of them are of the session on screen.
    """

    columns: Sequence[str] = ()
    in_session = True

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    @abstractmethod
    def cell(self, row: int, column: int) -> Cell:
        """The cell of a row that is there."""

    def cells(self, row: int, columns: Sequence[int]) -> list[Cell]:
        """The cells of a row that is there, in these columns."""
        return [self.cell(row, column) for column in columns]

    def tip(self, row: int, column: int) -> str:
        """What there is to say of a cell besides its text; it is told with it."""
        return ""

    def is_lit(self, row: int) -> bool:
        """Whether a row stands out among the others."""
        return False

    @abstractmethod
    def rowCount(self, parent: Index = NO_PARENT) -> int: ...

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _TEXT_ROLES or not index.isValid():
            return None
        text = self.cell(index.row(), index.column()).text
        tip = self.tip(index.row(), index.column())
        return f"{text}, {tip}" if tip and role == Qt.ItemDataRole.AccessibleTextRole else text

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            heading = self.columns[section]
            return time_heading(in_session=self.in_session) if heading == TIME_COLUMN else heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


_TEXT_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
