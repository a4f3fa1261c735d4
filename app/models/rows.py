"""A list of rows that change in place: what stayed the same is not told again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from app.models.cells import NO_PARENT
from app.models.cells import Index as Index

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The row itself."""


class Row(Protocol):
    """One line of a list; its texts are safe to show."""

    @property
    def text(self) -> str:
        """What it is called."""
        ...

    @property
    def told(self) -> str:
        """All of it in words, for those who do not see it."""
        ...

    @property
    def tip(self) -> str:
        """What a tooltip says, as plain text."""
        ...


class RowModel(QAbstractListModel):
    """Rows as a view asks for them."""

    @abstractmethod
    def row(self, place: int) -> Row:
        """The row at a place that there is."""

    @abstractmethod
    def rowCount(self, parent: Index = NO_PARENT) -> int: ...

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        if role == ROW_ROLE:
            return self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.row(index.row()).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.row(index.row()).told
        return None


class RowListModel(RowModel):
    """A few rows, all of them shown anew at once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Row] = ()

    def row(self, place: int) -> Row:
        """See `RowModel`."""
        return self._rows[place]

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these; a view repaints from the first to the last that differ.

        Rows are added or dropped at the end.
        """
        old, kept = self._rows, min(len(self._rows), len(rows))
        if len(rows) < len(old):
            self.beginRemoveRows(NO_PARENT, kept, len(old) - 1)
            self._rows = old[:kept]
            self.endRemoveRows()
        elif len(rows) > len(old):
            self.beginInsertRows(NO_PARENT, kept, len(rows) - 1)
            self._rows = (*old, *rows[kept:])
            self.endInsertRows()
        self._rows = rows
        changed = [place for place in range(kept) if old[place] != rows[place]]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
