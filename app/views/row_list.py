"""A list of rows in a panel: a press or Enter acts on a row, arrows move between them."""

from __future__ import annotations

from abc import abstractmethod
from math import ceil

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QHelpEvent,
    QHoverEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from app.models.rows import ROW_ROLE, Index, Row, RowModel
from app.theme import DARK, ROW, SPACE, Theme, ui_font
from app.views.contrast import mixed
from app.views.lettering import LEFT, Lettering
from app.views.row_table import RowTable
from app.views.text_views import tip_of

EDGE = 3 * SPACE
"""The distance of a row's content from both sides (px)."""

_HOVER = 0.5


class RowDelegate(QStyledItemDelegate):
    """Paints the content of one kind of row."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = DARK

    @abstractmethod
    def paint_row(self, painter: QPainter, rect: QRect, row: Row, ground: QColor) -> None:
        """Paint the content of a row upon its ground.

        ``rect`` is as wide as the list, scroll bar or not, so that nothing moves when one comes.
        """

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        row = index.data(ROW_ROLE) if index.isValid() else None
        if row is None or event.type() != QEvent.Type.ToolTip:
            return False
        QToolTip.showText(event.globalPos(), tip_of(row.tip), view)
        return True


class RowList(RowTable):
    """``row_pressed`` carries the row that was pressed, or on which Enter was.

    It paints its rows itself: what Qt asks of a model and tells a delegate takes as long again.
    """

    row_pressed = Signal(object)

    def __init__(self, model: RowModel, delegate: RowDelegate, *, name: str, told: str) -> None:
        super().__init__()
        self._rows = model
        self._delegate = delegate
        self._empty = ""
        self._hovered = -1
        self._words = Writer(ui_font(12))
        self.setObjectName(name)
        self.setAccessibleName(told)
        model.setParent(self)
        delegate.setParent(self)
        self.setModel(model)
        self.setItemDelegate(delegate)
        # A click leaves the focus, and so the player's keys, where they are.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._delegate.theme = theme
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, theme.panel)
        self.setPalette(palette)
        self.viewport().update()

    def show_empty(self, text: str) -> None:
        """What to say where there is no row."""
        self._empty = text
        self.viewport().update()

    def go_to(self, row: int) -> None:
        """Make a row the one that the keys move from, and bring it into view."""
        if 0 <= row < self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(row, 0))
            self.bring_into_view(row)

    def shows(self, rect: QRect) -> bool:
        """Whether a row's rectangle is in sight from top to bottom; half a row is not painted."""
        return rect.bottom() < self.viewport().height()

    def press(self, place: int) -> None:
        """Do what a press on a row does."""
        self.row_pressed.emit(self._rows.row(place))

    # -- Qt ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if index.isValid():
                self.press(index.row())
            event.accept()
        else:
            super().keyPressEvent(event)
            self.bring_into_view(self.currentIndex().row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index: QModelIndex = self.indexAt(event.position().toPoint())
        is_shown = index.isValid() and self.shows(self.visualRect(index))
        if event.button() == Qt.MouseButton.LeftButton and is_shown:
            select = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(index, select)
            self.press(index.row())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        # With a button down the table would select along the way.
        if event.buttons() == Qt.MouseButton.NoButton:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rowCount():
            first, select = self._rows.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(first, select)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            left = event.type() == QEvent.Type.HoverLeave
            self._hovered = -1 if left else self.rowAt(event.position().toPoint().y())
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        area = event.rect()
        first, last = self.rows_between(area.top(), area.bottom())
        with QPainter(self.viewport()) as painter:
            for place in range(first, last + 1):
                top, height = self.rowViewportPosition(place), self.rowHeight(place)
                rect = QRect(0, top, self.width(), height)
                if self.shows(rect):
                    self._paint_row(painter, rect, place)
            if self._empty and not self._rows.rowCount():
                line = QRect(EDGE, 0, self.viewport().width() - 2 * EDGE, ROW)
                self._words.write(painter, line, self._empty, self._delegate.theme.muted)

    def _paint_row(self, painter: QPainter, rect: QRect, place: int) -> None:
        theme, ground = self._delegate.theme, self._ground(place)
        if ground != theme.panel:
            painter.fillRect(rect, ground)
        self._delegate.paint_row(painter, rect, self._rows.row(place), ground)
        if place == self.currentIndex().row() and self._is_used_by_keys():
            painter.setPen(theme.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(0, rect.y(), self.viewport().width() - 1, rect.height() - 1)

    def _is_used_by_keys(self) -> bool:
        shows_focus = Qt.WidgetAttribute.WA_KeyboardFocusChange
        return self.hasFocus() and self.window().testAttribute(shows_focus)

    def _ground(self, place: int) -> QColor:
        theme = self._delegate.theme
        if self.selectionModel().isRowSelected(place):
            return theme.selection
        return mixed(theme.panel, theme.control, _HOVER) if place == self._hovered else theme.panel


class Writer:
    """Writes single lines in one font, cut where there is no room."""

    def __init__(
        self, font: QFont, *, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        self._letters = Lettering(font, mode=mode)

    def width(self, text: str) -> int:
        """How wide (px) a rectangle must be to hold a text uncut."""
        # What is rounded down is too narrow by less than a pixel, and the text is cut.
        return ceil(self._letters.width(text))

    def write(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        colour: QColor,
        along: float = LEFT,
    ) -> None:
        """Write a text into a rectangle."""
        painter.setPen(colour)
        self._letters.write(painter, rect, self._letters.cut(text, rect.width()), along=along)
