"""The active objects of a context, and when each was last touched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.models.contexts import ObjectRow
from app.models.rows import Row
from app.text import weight
from app.theme import SPACE, ui_font
from app.views.choice_list import ChoiceList
from app.views.contrast import readable
from app.views.lettering import RIGHT
from app.views.row_list import EDGE, RowDelegate, Writer
from app.views.touch_colours import touch_colour

_SWATCH = 8
_TIME = 58
_RELEVANCE = 30
_TYPE, _TYPE_SHARE = 56, 0.4


class ObjectList(ChoiceList):
    """In the order of the rules; ``chosen`` carries an object's type and id, or None."""

    def __init__(self) -> None:
        super().__init__(ObjectDelegate(), name="active-objects", told="Active objects")
        self.show_empty("No object is active yet")

    def choice_of(self, row: Row) -> tuple[str, str]:
        """See `ChoiceList`."""
        assert isinstance(row, ObjectRow)
        return row.key

    def show_rows(self, rows: Sequence[ObjectRow]) -> None:
        """Show these objects."""
        self.show_choices(rows)


class ObjectDelegate(RowDelegate):
    """A square in the colour of its touch, type, id, relevance and the time of its last touch."""

    def __init__(self) -> None:
        super().__init__()
        self._figures = Writer(ui_font(12))
        self._words = Writer(ui_font(12, tabular=False))
        self._key = Writer(ui_font(12, tabular=False), mode=Qt.TextElideMode.ElideMiddle)

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        """See `RowDelegate`."""
        assert isinstance(row, ObjectRow)
        theme = self.theme
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.line)
        self._paint_swatch(painter, rect, touch_colour(theme, row.touch))
        width = max(_TIME, self._figures.width(row.time))
        time = QRect(rect.right() + 1 - EDGE - width, rect.y(), width, rect.height())
        told = weight(row.relevance)
        wide = max(_RELEVANCE, self._figures.width(told))
        relevance = QRect(time.x() - 2 * SPACE - wide, rect.y(), wide, rect.height())
        left = rect.x() + EDGE + _SWATCH + 2 * SPACE
        room = relevance.x() - 2 * SPACE - left
        kind = QRect(left, rect.y(), max(_TYPE, round(room * _TYPE_SHARE)), rect.height())
        key = QRect(kind.right() + 1 + SPACE, rect.y(), 0, rect.height())
        key.setRight(relevance.x() - 2 * SPACE)
        self._words.write(painter, kind, row.object_type, theme.text)
        self._key.write(painter, key, row.object_id, theme.text)
        self._figures.write(painter, relevance, told, theme.text, RIGHT)
        muted = readable(theme.muted, ground, theme.text)
        self._figures.write(painter, time, row.time, muted, RIGHT)

    def _paint_swatch(self, painter: QPainter, rect: QRect, colour: QColor) -> None:
        top = rect.y() + (rect.height() - _SWATCH) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.drawRoundedRect(QRectF(rect.x() + EDGE, top, _SWATCH, _SWATCH), 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
