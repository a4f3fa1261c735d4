"""How a row of the session list is painted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from app.models.cells import Index
from app.models.session_list import SessionListModel, SessionRow
from app.theme import DARK, SPACE, Theme, ui_font
from app.views.contrast import mixed, readable
from app.views.icons import draw_chevron
from app.views.row_table import RowTable
from app.views.text_views import tip_of

ROW_HEIGHT = 60
FOLD_HEIGHT = 32
_EDGE = 3 * SPACE
_SPARK = 10
DOT = 8
"""How wide the mark of a running session is (px)."""
LINK = 14
"""How wide the mark of a linked session is (px)."""
_YEAR = " 0000"


class SessionDelegate(QStyledItemDelegate):
    """Id and actor, size and start, and below them how busy the session was over its time."""

    def __init__(self, table: RowTable, model: SessionListModel) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._theme = DARK
        self._bold = ui_font(13, weight=QFont.Weight.DemiBold, tabular=False)
        self._body = ui_font(13, tabular=False)
        self._small = ui_font(11)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self._table.viewport().update()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state = option.state
        row = self._model.row(index.row())
        ground = self._ground(row, over=bool(state & QStyle.StateFlag.State_MouseOver))
        painter.fillRect(rect, ground)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, self._theme.line)
        if row is None:
            self._paint_fold(painter, rect, ground)
        else:
            self._paint_session(painter, rect, row, ground)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _ground(self, row: SessionRow | None, *, over: bool) -> QColor:
        theme = self._theme
        if row is not None and row.current:
            return theme.selection
        return mixed(theme.panel, theme.control, 0.6) if over else theme.panel

    def _paint_fold(self, painter: QPainter, rect: QRect, ground: QColor) -> None:
        colour = readable(self._theme.muted, ground, self._theme.text)
        chevron = QRectF(rect.x() + _EDGE - 2, rect.y(), SPACE * 2, rect.height() - 1)
        draw_chevron(painter, chevron, colour, down=self._model.is_open)
        within = rect.adjusted(_EDGE + 3 * SPACE, 0, -_EDGE, -1)
        self._write(painter, within, self._model.fold_text(), self._small, colour)

    def _paint_session(
        self, painter: QPainter, rect: QRect, row: SessionRow, ground: QColor
    ) -> None:
        theme = self._theme
        muted = readable(theme.muted, ground, theme.text)
        # Without a sparkline the two lines stand in the middle.
        top = rect.y() + (2 * SPACE if row.length else 3 * SPACE + 1)
        first = QRect(rect.x() + _EDGE, top, rect.width() - 2 * _EDGE, 18)
        if row.running:
            paint_dot(painter, first, readable(theme.good, ground, theme.text))
            first.setLeft(first.left() + DOT + SPACE + 2)
        if row.parts:
            paint_link(painter, first, readable(theme.accent, ground, theme.text))
            first.setLeft(first.left() + LINK + SPACE + 2)
        taken = self._write(
            painter, first, row.actor, self._body, muted, right=True, most=first.width() // 2
        )
        first.setRight(first.right() - taken - 2 * SPACE)
        middle = Qt.TextElideMode.ElideMiddle
        self._write(painter, first, row.session_id, self._bold, theme.text, mode=middle)
        second = QRect(rect.x() + _EDGE, top + 18, rect.width() - 2 * _EDGE, 16)
        size = f"{row.size} · {row.length}" if row.length else row.size
        taken = self._write(painter, second, size, self._small, muted)
        day, clock = row.started[: -len(_YEAR) - 6], row.started[-6:]
        room = second.width() - taken - 2 * SPACE
        for begun in (day + clock, day):
            if QFontMetrics(self._small).horizontalAdvance(begun) <= room:
                self._write(painter, second, begun, self._small, muted, right=True)
                break
        spark = QRect(rect.x() + _EDGE, rect.bottom() - 4 - _SPARK, second.width(), _SPARK)
        _paint_activity(painter, spark, row.activity, mixed(ground, theme.accent, 0.7))

    def _write(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        font: QFont,
        colour: QColor,
        *,
        right: bool = False,
        most: int | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> int:
        """Write a line, cut to the room it has (``most`` px, if given); its width in px."""
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, mode, rect.width() if most is None else most)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.setFont(font)
        painter.setPen(colour)
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(rect, flags, shown)
        return metrics.horizontalAdvance(shown)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return False
        row = self._model.row(index.row())
        told = "" if row is None else _told(row)
        QToolTip.showText(event.globalPos(), tip_of(told), view)
        return True


def _told(row: SessionRow) -> str:
    runs = " · running" if row.running else ""
    links = f" · links {row.parts} sessions" if row.parts else ""
    return f"{row.session_id} · {row.actor} · began {row.started}{row.zone}{runs}{links}"


def paint_link(painter: QPainter, rect: QRect, colour: QColor) -> None:
    """Two links of a chain at the left of a line: sessions that are replayed as one."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    top = rect.center().y() - 2.5
    for left in (0.75, LINK - 8.75):
        painter.drawRoundedRect(QRectF(rect.x() + left, top, 8, 6), 3, 3)
    painter.restore()


def paint_dot(painter: QPainter, rect: QRect, colour: QColor) -> None:
    """A round mark at the left of a line: something is going on."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(rect.x(), rect.center().y() - DOT / 2 + 0.5, DOT, DOT))
    painter.restore()


def _paint_activity(
    painter: QPainter, rect: QRect, activity: Sequence[int], colour: QColor
) -> None:
    """Bars on one line, the highest as high as there is room; a part with an event shows one."""
    most = max(activity, default=0)
    if not most:
        return
    pitch = rect.width() / len(activity)
    for place, number in enumerate(activity):
        if number:
            height = max(1, round(number / most * rect.height()))
            left, right = round(place * pitch), round((place + 1) * pitch)
            width = max(1, right - left - 1)
            painter.fillRect(
                rect.x() + left, rect.y() + rect.height() - height, width, height, colour
            )
