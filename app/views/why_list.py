"""Why a value is what it is: the events behind it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QColor, QPainter

from app.models.rows import Row
from app.models.why import Part, WhyModel, WhyRow
from app.theme import SPACE, ui_font
from app.views.contrast import readable
from app.views.lettering import RIGHT
from app.views.row_list import EDGE, RowDelegate, RowList, Writer
from core.replay.columns import SessionLog

_TIME = 60
_SHARE = 48


class WhyList(RowList):
    """The newest event first; a row leads to its event."""

    seek_requested = Signal(object)

    def __init__(self) -> None:
        self._model = WhyModel()
        super().__init__(self._model, WhyDelegate(), name="why", told="What the value is made of")
        self.row_pressed.connect(lambda row: self.seek_requested.emit(row.playhead))

    def show_parts(self, parts: Sequence[Part], log: SessionLog | None) -> None:
        """Show these, given oldest first."""
        self._model.show(parts, log)


class WhyDelegate(RowDelegate):
    """Time, what happened, and what of it counts now."""

    def __init__(self) -> None:
        super().__init__()
        self._figures = Writer(ui_font(12))
        self._words = Writer(ui_font(12, tabular=False))

    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        """See `RowDelegate`."""
        assert isinstance(row, WhyRow)
        theme = self.theme
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.line)
        muted = readable(theme.muted, ground, theme.text)
        width = max(_TIME, self._figures.width(row.time))
        time = QRect(rect.x() + EDGE, rect.y(), width, rect.height())
        share = QRect(rect.right() + 1 - EDGE - _SHARE, rect.y(), _SHARE, rect.height())
        words = QRect(time.right() + 2 * SPACE, rect.y(), 0, rect.height())
        words.setRight(share.x() - SPACE)
        self._figures.write(painter, time, row.time, muted)
        self._words.write(painter, words, row.text, theme.text)
        good = readable(theme.good, ground, theme.text)
        self._figures.write(painter, share, row.amount, good if row.counts else muted, RIGHT)
