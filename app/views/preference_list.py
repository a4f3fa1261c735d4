"""What somebody prefers: style, domains and concepts, each with a bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView

from app.models.preference_rows import PreferenceRow
from app.models.rows import Row, RowListModel
from app.theme import SPACE, heading_font, ui_font
from app.views.bar import BAR, paint_bar
from app.views.contrast import readable
from app.views.lettering import LEFT, RIGHT
from app.views.row_list import EDGE, RowDelegate, RowList, Writer

_LEAST_BAR, _MOST_BAR = 24, 160
"""Where there is less room than that (px), there is no bar."""
_NAME_AHEAD = 16 * SPACE
"""How much wider than its bar a name is (px)."""
_RIGHT_EDGE = EDGE + SPACE


class PreferenceList(RowList):
    """``preference_chosen`` carries the row that was chosen; a heading cannot be.

    The arrow keys choose, as a press does.
    """

    preference_chosen = Signal(object)

    def __init__(self) -> None:
        self._model = RowListModel()
        self._preferences = PreferenceDelegate()
        super().__init__(
            self._model, self._preferences, name="preferences", told="What they prefer"
        )
        self._chosen: tuple[str | None, str] = (None, "")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.row_pressed.connect(self._choose)

    def show_rows(self, rows: Sequence[PreferenceRow]) -> None:
        """Show these; what was chosen stays so where it is there, else the first item is."""
        self._preferences.measure(rows)
        self._model.show(rows)
        self.viewport().update()
        items = [row for row in rows if row.facet is not None]
        same = [row for row in items if (row.facet, row.key) == self._chosen]
        first = [row for row in items if row.share > 0] or items
        chosen = [*same, *first]
        if not chosen:
            return
        if not same:
            self.verticalScrollBar().setValue(0)
        self._choose(chosen[0])

    @property
    def chosen(self) -> PreferenceRow | None:
        """The item that is chosen."""
        place = self._place()
        return None if place is None else self._row(place)

    def _place(self) -> int | None:
        if self._chosen[0] is None:
            return None
        places = range(self._model.rowCount())
        rows = ((place, self._row(place)) for place in places)
        return next((p for p, row in rows if (row.facet, row.key) == self._chosen), None)

    def _row(self, place: int) -> PreferenceRow:
        row = self._model.row(place)
        assert isinstance(row, PreferenceRow)
        return row

    def _choose(self, row: PreferenceRow) -> None:
        if row.facet is None:
            return
        self._chosen = row.facet, row.key
        place = self._place()
        if place is not None:
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self._model.index(place, 0), select)
        self.preference_chosen.emit(row)

    def _step(self, by: int) -> None:
        """Choose the next item that way, headings passed over."""
        place, rows = self._place(), self._model.rowCount()
        at = (-1 if by > 0 else rows) if place is None else place
        at += by
        while 0 <= at < rows and self._row(at).facet is None:
            at += by
        if 0 <= at < rows:
            self._choose(self._row(at))
            self.bring_into_view(at, margin=1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        ends = {Qt.Key.Key_Home: 1, Qt.Key.Key_End: -1}
        key = Qt.Key(event.key())
        if key in steps:
            self._step(steps[key])
        elif key in ends:
            self._chosen = (None, "")
            self._step(ends[key])
            if key == Qt.Key.Key_Home:
                self.verticalScrollBar().setValue(0)
        else:
            super().keyPressEvent(event)


class PreferenceDelegate(RowDelegate):
    """Name, bar and amount; a heading in small capitals."""

    def __init__(self) -> None:
        super().__init__()
        self._name = Writer(ui_font(13, tabular=False))
        self._number = Writer(ui_font(13))
        self._heading = Writer(heading_font())
        self._metrics = QFontMetrics(ui_font(13))
        self._amount = 0

    def measure(self, rows: Sequence[PreferenceRow]) -> None:
        """Keep as much room for amounts as these need."""
        amounts = [row.amount for row in rows if row.facet is not None]
        self._amount = max(map(self._metrics.horizontalAdvance, amounts), default=0) + 1

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        """See `RowDelegate`."""
        assert isinstance(row, PreferenceRow)
        theme, inner = self.theme, rect.adjusted(EDGE, 0, -_RIGHT_EDGE, 0)
        if row.facet is None:
            muted = readable(theme.muted, ground, theme.text)
            self._heading.write(painter, inner, row.text, muted)
            self._heading.write(painter, inner, row.amount, muted, RIGHT)
            return
        amount = QRect(inner.right() + 1 - self._amount, rect.y(), self._amount, rect.height())
        name = QRect(inner.x(), rect.y(), amount.x() - 2 * SPACE - inner.x(), rect.height())
        width = min((name.width() - 2 * SPACE - _NAME_AHEAD) // 2, _MOST_BAR)
        if width >= _LEAST_BAR:
            bar = QRect(name.right() + 1 - width, rect.center().y() - BAR // 2 + 1, width, BAR)
            name.setRight(bar.x() - 2 * SPACE - 1)
            colour = theme.accent if row.event_type is None else theme.type_colour(row.event_type)
            paint_bar(painter, bar, row.share, colour, behind=theme.track)
        self._name.write(painter, name, row.text, theme.text, LEFT)
        self._number.write(painter, amount, row.amount, theme.text, RIGHT)
