"""What all tables share: rows of one height and cells painted by the theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from app.models.cells import Cell, CellTableModel, Index, Tone
from app.theme import DARK, ROW, SPACE, Theme, ui_font
from app.views.contrast import readable
from app.views.text_views import tip_of

PADDING = 2 * SPACE
"""Left and right of a cell's text (px)."""
_SWATCH = 8
_MONOSPACE = ("JetBrains Mono", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


def mono_font(pixels: int) -> QFont:
    """A font of one width, for what is stored in a log."""
    font = QFont()
    font.setFamilies([*_MONOSPACE])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(pixels)
    return font


class RowTable(QTableView):
    """A list of rows of one height: one is current, none is edited, Tab leaves it.

    It scrolls by whole rows, to where its owner says (`bring_into_view`). ``row_entered`` tells of
    the Enter key.
    """

    row_entered = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, row_height: int = ROW) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTabKeyNavigation(False)
        self.setAutoScroll(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._prepare_headers(row_height)

    def _prepare_headers(self, row_height: int) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(min(ROW, row_height))
        rows.setDefaultSectionSize(row_height)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns = self.horizontalHeader()
        columns.setFont(ui_font(12))
        columns.setFixedHeight(ROW)
        columns.setMinimumSectionSize(32)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(False)
        columns.setTextElideMode(Qt.TextElideMode.ElideRight)

    def visible_rows(self) -> tuple[int, int]:
        """The first and the last row on screen; the last is before the first if there is none."""
        last = self.rowAt(self.viewport().height() - 1)
        first = max(self.rowAt(0), 0)
        return first, self.model().rowCount() - 1 if last < 0 else last

    def bring_into_view(self, row: int, *, margin: int = 0) -> None:
        """Scroll as little as it takes to see the row, and so many beside it."""
        if not 0 <= row < self.model().rowCount():
            return
        fit = max(1, self.viewport().height() // max(1, self.rowHeight(row)))
        margin = min(margin, max(0, (fit - 2) // 2))
        bar = self.verticalScrollBar()
        if row - margin < bar.value():
            bar.setValue(row - margin)
        elif row + margin >= bar.value() + fit:
            bar.setValue(row + margin - fit + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.model().rowCount() - 1}
        row = ends.get(Qt.Key(event.key()), -1)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.row_entered.emit(self.currentIndex().row())
            return
        if row >= 0:
            self.setCurrentIndex(self.model().index(row, 0))
        else:
            super().keyPressEvent(event)
        self.bring_into_view(self.currentIndex().row())


class CellDelegate(QStyledItemDelegate):
    """Paints the cells of a `CellTableModel`: a square of its event type's colour, then its text.

    The tip of a cell tells what was cut. Rows are parted by ``lines``, and begin with so much
    ``inset`` (px).
    """

    def __init__(
        self, table: QTableView, *, pixels: int = 12, lines: bool = True, inset: int = PADDING
    ) -> None:
        super().__init__(table)
        self._table = table
        self._lines = lines
        self._inset = inset
        self._theme = DARK
        fonts = ui_font(pixels, tabular=False), ui_font(pixels), mono_font(pixels)
        self._looks = tuple((font, _cutter(font)) for font in fonts)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self._table.viewport().update()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, rect = self._theme, option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, theme.selection)
            if not index.column() and self._table.hasFocus():
                painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.accent)
        if self._lines:
            painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.line)
        cell = self._cell(index)
        if cell is None or not cell.text:
            return
        if cell.swatch is not None:
            self._paint_swatch(painter, rect, theme.type_colour(cell.swatch))
        within = self._text_rect(rect, cell, index)
        ground = theme.selection if selected else theme.panel
        font, cut = self._look(cell)
        painter.setFont(font)
        painter.setPen(readable(self._colour(cell.tone), ground, theme.text))
        painter.drawText(within, _LEFT, cut(cell.text, within.width()))

    def _paint_swatch(self, painter: QPainter, rect: QRect, colour: QColor) -> None:
        top = rect.y() + (rect.height() - _SWATCH) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(QRectF(rect.x() + PADDING, top, _SWATCH, _SWATCH), 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _text_rect(self, rect: QRect, cell: Cell, index: Index) -> QRect:
        left = PADDING if index.column() else self._inset
        left += 0 if cell.swatch is None else _SWATCH + 6
        return rect.adjusted(left, 0, -PADDING // 2, -1)

    def _look(self, cell: Cell) -> tuple[QFont, Callable[[str, int], str]]:
        return self._looks[2 if cell.monospace else int(cell.tabular)]

    def _colour(self, tone: Tone) -> QColor:
        theme = self._theme
        return {
            Tone.NORMAL: theme.text,
            Tone.MUTED: theme.muted,
            Tone.GOOD: theme.good,
            Tone.BAD: theme.bad,
        }[tone]

    def _cell(self, index: Index) -> Cell | None:
        model = index.model()
        return (
            model.cell(index.row(), index.column()) if isinstance(model, CellTableModel) else None
        )

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        cell = self._cell(index) if index.isValid() else None
        if cell is None or event.type() != QEvent.Type.ToolTip:
            return False
        width = self._text_rect(option.rect, cell, index).width()
        _, cut = self._look(cell)
        whole = cut(cell.text, width) == cell.text
        QToolTip.showText(event.globalPos(), "" if whole else tip_of(cell.text), view)
        return True


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def _cutter(font: QFont) -> Callable[[str, int], str]:
    """Cuts texts to a width; the same rows are painted over and over."""
    metrics = QFontMetrics(font)

    @lru_cache(maxsize=4_096)
    def cut(text: str, width: int) -> str:
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

    return cut
