"""Lists that set a value of A against the same of B."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from app.models.pair_rows import LastEventRow, ObjectPairRow, PairRow
from app.models.rows import Row, RowListModel
from app.theme import ROW, SPACE, Theme, ui_font
from app.views.bar import BAR, paint_bar
from app.views.compare.sides import LETTERS, on_side_colour, side_colour
from app.views.contrast import readable
from app.views.lettering import LEFT, MIDDLE, RIGHT
from app.views.row_list import EDGE, RowDelegate, RowList, Writer

PAIR = 44
"""The height of a row with two bars (px)."""

_LETTER = 14
_BADGE = 14
_VALUES = 92
_TIME = 60
_TYPE = 62


class PairList(RowList):
    """A name with both values, and below it a bar for A and one for B."""

    def __init__(self, *, name: str, told: str) -> None:
        self._model = RowListModel()
        super().__init__(self._model, _PairDelegate(), name=name, told=told)
        self.verticalHeader().setDefaultSectionSize(PAIR)

    def show_rows(self, rows: Sequence[PairRow]) -> None:
        """Show these."""
        self._model.show(rows)


class ObjectPairList(RowList):
    """Objects with the letters of the sessions that have them."""

    def __init__(self) -> None:
        self._model = RowListModel()
        super().__init__(
            self._model, _ObjectDelegate(), name="compare-objects", told="Objects of A and B"
        )
        self.show_empty("No object is active in either")

    def show_rows(self, rows: Sequence[ObjectPairRow]) -> None:
        """Show these."""
        self._model.show(rows)


class LastEventList(RowList):
    """What happened last in A, and in B."""

    def __init__(self) -> None:
        self._model = RowListModel()
        super().__init__(
            self._model, _LastDelegate(), name="compare-last", told="Last events of A and B"
        )
        self.setFixedHeight(2 * ROW)

    def show_rows(self, rows: Sequence[LastEventRow]) -> None:
        """Show these two."""
        self._model.show(rows)


class _PairDelegate(RowDelegate):
    def __init__(self) -> None:
        super().__init__()
        self._name = Writer(ui_font(13, tabular=False))
        self._number = Writer(ui_font(12))
        self._letter = Writer(ui_font(9, weight=QFont.Weight.DemiBold))

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        assert isinstance(row, PairRow)
        theme = self.theme
        line = QRect(rect.x() + EDGE, rect.y() + 2, rect.width() - 2 * EDGE, 18)
        values = QRect(line.right() + 1 - _VALUES, line.y(), _VALUES, line.height())
        name = line.adjusted(0, 0, -_VALUES - SPACE, 0)
        muted = readable(theme.muted, ground, theme.text)
        self._name.write(painter, name, row.text, theme.text)
        self._number.write(painter, values, row.values, muted, RIGHT)
        top = line.bottom() + 2
        for side, share in enumerate(row.shares):
            letter = QRect(line.x(), top - 1, _LETTER, BAR + 2)
            self._letter.write(painter, letter, LETTERS[side], muted)
            bar = QRect(line.x() + _LETTER, top, line.width() - _LETTER, BAR)
            paint_bar(painter, bar, share, side_colour(theme, side), behind=theme.track)
            top += BAR + 2


class _ObjectDelegate(RowDelegate):
    def __init__(self) -> None:
        super().__init__()
        self._words = Writer(ui_font(12, tabular=False))
        self._key = Writer(ui_font(12, tabular=False), mode=Qt.TextElideMode.ElideMiddle)
        self._figures = Writer(ui_font(12))
        self._badge = Writer(ui_font(10, weight=QFont.Weight.Bold))

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        assert isinstance(row, ObjectPairRow)
        theme = self.theme
        left = rect.x() + EDGE
        for side, letter in enumerate(LETTERS):
            if letter in row.where:
                at = QRect(left + side * (_BADGE + 2), rect.center().y() - 6, _BADGE, _BADGE)
                paint_badge(painter, at, side, theme, self._badge)
        left += 2 * (_BADGE + 2) + SPACE
        values = QRect(rect.right() + 1 - EDGE - _VALUES, rect.y(), _VALUES, rect.height())
        kind = QRect(left, rect.y(), _TYPE, rect.height())
        key = QRect(kind.right() + 1 + SPACE, rect.y(), 0, rect.height())
        key.setRight(values.x() - SPACE)
        muted = readable(theme.muted, ground, theme.text)
        self._words.write(painter, kind, row.object_type, theme.text)
        self._key.write(painter, key, row.object_id, theme.text)
        self._figures.write(painter, values, row.values, muted, RIGHT)


class _LastDelegate(RowDelegate):
    def __init__(self) -> None:
        super().__init__()
        self._figures = Writer(ui_font(12))
        self._words = Writer(ui_font(12, tabular=False))
        self._badge = Writer(ui_font(10, weight=QFont.Weight.Bold))

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        assert isinstance(row, LastEventRow)
        theme, left = self.theme, rect.x() + EDGE
        at = QRect(left, rect.center().y() - 6, _BADGE, _BADGE)
        paint_badge(painter, at, LETTERS.index(row.letter), theme, self._badge)
        time = QRect(left + _BADGE + 2 * SPACE, rect.y(), _TIME, rect.height())
        what = QRect(time.right() + 1 + SPACE, rect.y(), 0, rect.height())
        what.setRight(rect.right() - EDGE)
        self._figures.write(painter, time, row.time, readable(theme.muted, ground, theme.text))
        self._words.write(painter, what, row.what, theme.text, LEFT)


def paint_badge(painter: QPainter, rect: QRect, side: int, theme: Theme, writer: Writer) -> None:
    """The letter of a side upon its colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(side_colour(theme, side))
    painter.drawRoundedRect(QRectF(rect), 3, 3)
    painter.restore()
    writer.write(painter, rect, LETTERS[side], on_side_colour(theme), MIDDLE)
