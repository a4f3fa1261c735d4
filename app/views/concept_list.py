"""The active concepts by rank, and which of them is selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPolygonF

from app.models.contexts import ConceptRow
from app.models.rows import Row
from app.text import weight
from app.theme import ROW, SPACE, ui_font
from app.views.bar import BAR, paint_bar
from app.views.choice_list import ChoiceList
from app.views.contrast import readable
from app.views.lettering import LEFT, RIGHT
from app.views.row_list import EDGE, RowDelegate, Writer

MOST_ROWS = 12
"""Of more than so many it shows some at a time."""

_USUAL_ROWS = 10
_RANK = 20
_WEIGHT = 30
_LEAST = "<0.01"
"""The widest weight there is."""
_CHANGE = 44
_ARROW = 7
_LEAST_BAR, _MOST_BAR = 40, 84
_NAME = 112


class ConceptList(ChoiceList):
    """``chosen`` carries an id, or None where the selected one was pressed again."""

    def __init__(self) -> None:
        super().__init__(ConceptDelegate(), name="active-concepts", told="Active concepts")
        self._reserved = 0
        self.show_empty("No concept is active yet")
        self.reserve(_USUAL_ROWS)

    def choice_of(self, row: Row) -> str:
        """See `ChoiceList`."""
        assert isinstance(row, ConceptRow)
        return row.concept_id

    def reserve(self, rows: int) -> None:
        """Keep the height of so many rows, whether there are as many or not."""
        self._reserved = rows
        self.setFixedHeight(min(max(rows, 1), MOST_ROWS) * ROW)

    def show_rows(self, rows: Sequence[ConceptRow]) -> None:
        """Show these concepts."""
        if len(rows) > self._reserved:
            self.reserve(len(rows))
        self.show_choices(rows)


class ConceptDelegate(RowDelegate):
    """Rank, name, bar, weight and what just changed."""

    def __init__(self) -> None:
        super().__init__()
        self._name = Writer(ui_font(13, tabular=False))
        self._number = Writer(ui_font(13))
        self._wide = max(_WEIGHT, self._number.width(_LEAST))
        self._small = Writer(ui_font(12))
        self._small_metrics = QFontMetrics(ui_font(12))

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        """See `RowDelegate`."""
        assert isinstance(row, ConceptRow)
        theme = self.theme
        change = QRect(rect.right() + 1 - EDGE - _CHANGE, rect.y(), _CHANGE, rect.height())
        wide = self._wide if row.weight < 0.01 else _WEIGHT
        number = change.translated(-wide - SPACE, 0)
        number.setWidth(wide)
        room = number.x() - 2 * SPACE - rect.x() - EDGE - _RANK - 2 * SPACE
        width = min(max(room - _NAME, _LEAST_BAR), _MOST_BAR)
        bar = QRect(number.x() - 2 * SPACE - width, rect.center().y() - BAR // 2 + 1, width, BAR)
        name = QRect(rect.x() + EDGE + _RANK, rect.y(), 0, rect.height())
        name.setRight(bar.x() - 2 * SPACE)
        rank = QRect(rect.x() + EDGE, rect.y(), _RANK, rect.height())
        muted = readable(theme.muted, ground, theme.text)
        self._small.write(painter, rank, str(row.rank), muted)
        self._name.write(painter, name, row.text, theme.text, LEFT)
        self._number.write(painter, number, weight(row.weight), theme.text, RIGHT)
        colour = theme.concept_colour(row.slot)
        paint_bar(painter, bar, row.share, colour, behind=theme.track)
        if row.change or row.is_new:
            self._paint_change(painter, change, row, ground)

    def _paint_change(
        self, painter: QPainter, rect: QRect, row: ConceptRow, ground: QColor
    ) -> None:
        theme, down = self.theme, row.change < 0
        colour = readable(theme.bad if down else theme.good, ground, theme.text)
        taken = self._small_metrics.horizontalAdvance(row.change_text) + _ARROW + 3
        left, middle = float(rect.right() + 1 - taken), rect.y() + rect.height() / 2
        tip, base = (middle + 3.5, middle - 3) if down else (middle - 3.5, middle + 3)
        corners = ((left, base), (left + _ARROW, base), (left + _ARROW / 2, tip))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._small.write(painter, rect, row.change_text, colour, RIGHT)
