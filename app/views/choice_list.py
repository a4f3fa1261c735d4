"""A list of which one row can be selected, by a press or by the keys."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from app.models.rows import Row, RowListModel
from app.views.row_list import RowDelegate, RowList


class ChoiceList(RowList):
    """``chosen`` carries what a row stands for, or None where the selected one was pressed again.

    The selected one stays selected wherever it goes, and while it is not in the list.
    """

    chosen = Signal(object)

    def __init__(self, delegate: RowDelegate, *, name: str, told: str) -> None:
        self._model = RowListModel()
        super().__init__(self._model, delegate, name=name, told=told)
        self._selected: Hashable = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.row_pressed.connect(self._toggle)

    @abstractmethod
    def choice_of(self, row: Row) -> Hashable:
        """What a row stands for."""

    def show_choices(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self._model.show(rows)
        self._mark()

    def show_selected(self, choice: Hashable) -> None:
        """Mark what is selected, where it is in the list; None is nothing."""
        self._selected = choice
        self._mark()

    def _mark(self) -> None:
        place, model = self._place(), self.selectionModel()
        if place is None:
            if model.hasSelection():
                model.clear()
        elif not model.isRowSelected(place) or self.currentIndex().row() != place:
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect
            model.setCurrentIndex(self._model.index(place, 0), select)

    def _place(self) -> int | None:
        """The row of what is selected."""
        if self._selected is None:
            return None
        known = (self.choice_of(self._model.row(at)) for at in range(self._model.rowCount()))
        return next((at for at, choice in enumerate(known) if choice == self._selected), None)

    def _toggle(self, row: Row) -> None:
        choice = self.choice_of(row)
        self._select(None if choice == self._selected else choice)

    def _select(self, choice: Hashable) -> None:
        self.show_selected(choice)
        self.chosen.emit(choice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step, rows = steps.get(Qt.Key(event.key())), self._model.rowCount()
        if event.key() == Qt.Key.Key_Escape and self._selected is not None:
            self._select(None)
        elif step is not None and rows:
            place = self._place()
            at = self.currentIndex().row() if place is None else place + step
            at = min(max(at, 0), rows - 1)
            self._select(self.choice_of(self._model.row(at)))
            self.bring_into_view(at)
        else:
            super().keyPressEvent(event)
