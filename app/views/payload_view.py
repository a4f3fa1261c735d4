"""A payload as a tree to open and to copy from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
    QWidget,
)

from app.models.cells import Index
from app.models.payload_tree import KEY, PayloadTreeModel
from app.theme import DARK, SPACE, Theme, ui_font
from app.views.contrast import readable
from app.views.text_views import tip_of

_ROW = 5 * SPACE
_KEY_WIDTH = 180
_OPENED = 12
"""Objects and lists of up to so many entries are shown open, where the payload has as few."""


class PayloadView(QTreeView):
    """Keys and values; what is opened is read then, in batches. The copy key copies one whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("payload")
        self.setAccessibleName("Payload")
        self._payload = PayloadTreeModel(self)
        self._rows = _RowDelegate(self)
        self.setModel(self._payload)
        self.setItemDelegate(self._rows)
        self.setFont(ui_font(12, tabular=False))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(4 * SPACE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.header().setStretchLastSection(True)
        self.header().resizeSection(KEY, _KEY_WIDTH)
        self.verticalScrollBar().valueChanged.connect(self._read_on)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._rows.theme = theme
        self.viewport().update()

    def show_payload(self, payload: Mapping[str, Any]) -> None:
        """Show this object; what is small is open."""
        self._payload.show_payload(payload)
        if len(payload) > _OPENED:
            return
        for row in range(self._payload.rowCount()):
            index = self._payload.index(row, KEY)
            value = self._payload.value(index)
            if isinstance(value, Mapping | list) and len(value) <= _OPENED:
                self.expand(index)

    def copied_text(self) -> str:
        """What the copy key copies: the current row's value, whole."""
        return self._payload.copy_text(self.currentIndex())

    def _read_on(self) -> None:
        """Take up more entries of what goes on beyond its last row, where that row is in view."""
        index, height = self.indexAt(QPoint(0, 0)), self.viewport().height()
        while index.isValid() and self.visualRect(index).top() < height:
            parent, below = index.parent(), self.indexBelow(index)
            is_last = index.row() == self._payload.rowCount(parent) - 1
            if is_last and self._payload.canFetchMore(parent):
                self._payload.fetchMore(parent)
                return
            index = below

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied_text())
        else:
            super().keyPressEvent(event)


class _RowDelegate(QStyledItemDelegate):
    """Keys muted, values plain; the tip tells what was cut."""

    def __init__(self, view: QTreeView) -> None:
        super().__init__(view)
        self.theme = DARK
        self._font = ui_font(12, tabular=False)
        self._metrics = QFontMetrics(self._font)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, rect = self.theme, option.rect
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        current = focused or bool(option.state & QStyle.StateFlag.State_Selected)
        ground = theme.selection if current else theme.panel
        painter.fillRect(rect, ground)
        if focused and index.column() == KEY:
            painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.accent)
        colour = theme.muted if index.column() == KEY else theme.text
        painter.setFont(self._font)
        painter.setPen(readable(colour, ground, theme.text))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        within = rect.adjusted(SPACE, 0, -SPACE, 0)
        painter.drawText(within, flags, self._shown(index, within.width()))

    def _shown(self, index: Index, width: int) -> str:
        text = str(index.data() or "")
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return False
        text = str(index.data() or "")
        width = option.rect.width() - 2 * SPACE
        whole = self._shown(index, width) == text
        QToolTip.showText(event.globalPos(), "" if whole else tip_of(text), view)
        return True
