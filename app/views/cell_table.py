"""A table that paints the cells of its model by the theme, quickly enough to follow playing."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QEvent, QModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QStaticText,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.models.cells import Cell, CellTableModel, Tone
from app.theme import DARK, ROW, SPACE, Theme, ui_font
from app.views.contrast import readable
from app.views.row_table import RowTable
from app.views.text_views import tip_of

PADDING = 2 * SPACE
"""Left and right of a cell's text (px)."""

_SWATCH = 8
_LIGHT = 3
_MARK_AT, _MARK = 3, 3
_SWATCH_ROOM = _SWATCH + 6
_MONOSPACE = ("JetBrains Mono", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


def mono_font(pixels: int) -> QFont:
    """A font of one width, for what is stored in a log."""
    font = QFont()
    font.setFamilies(list(_MONOSPACE))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(pixels)
    return font


class CellTable(RowTable):
    """Shows a `CellTableModel`: a square of its event type's colour, where there is one, and text.

    The tip of a cell tells what was cut. Rows are parted by ``lines`` and begin with so much
    ``inset`` (px). It paints itself: a delegate takes four times as long.
    """

    def __init__(
        self,
        model: CellTableModel,
        parent: QWidget | None = None,
        *,
        row_height: int = ROW,
        pixels: int = 12,
        lines: bool = True,
        inset: int = PADDING,
    ) -> None:
        super().__init__(parent, row_height=row_height)
        self._cells = model
        self._lines = lines
        self._inset = inset
        self._looks = _looks(pixels)
        self._theme = DARK
        self._colours: dict[tuple[Tone, bool], QColor] = {}
        self.setModel(model)
        self.selectionModel().currentRowChanged.connect(self._repaint_frame)
        self.show_theme(DARK)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        tones = {
            Tone.NORMAL: theme.text,
            Tone.MUTED: theme.muted,
            Tone.GOOD: theme.good,
            Tone.BAD: theme.bad,
        }
        for tone, colour in tones.items():
            for current, ground in ((False, theme.panel), (True, theme.selection)):
                self._colours[tone, current] = readable(colour, ground, theme.text)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        first, last = self.visible_rows()
        current = self.currentIndex().row()
        columns = [
            (column, self.columnViewportPosition(column), self.columnWidth(column))
            for column in range(len(self._cells.columns))
            if not self.isColumnHidden(column)
        ]
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), self._theme.panel)
            for row in range(first, last + 1):
                top, height = self.rowViewportPosition(row), self.rowHeight(row)
                self._paint_ground(painter, top, height, current=row == current)
                if self._cells.is_lit(row):
                    self._paint_light(painter, top, height, current=row == current)
                for column, left, width in columns:
                    cell = self._cells.cell(row, column)
                    if cell.mark:
                        painter.fillRect(left + _MARK_AT, top, _MARK, height, self._theme.accent)
                    if cell.text:
                        rect = QRectF(left, top, width, height)
                        self._paint_cell(painter, rect, cell, column, current=row == current)
            if current < 0 and self.hasFocus():
                painter.setPen(self._theme.accent)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _repaint_frame(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid() != previous.isValid():
            self.viewport().update()

    def _paint_ground(self, painter: QPainter, top: int, height: int, *, current: bool) -> None:
        width = self.viewport().width()
        if current:
            painter.fillRect(0, top, width, height, self._theme.selection)
            if self.hasFocus():
                painter.fillRect(0, top, 2, height, self._theme.accent)
        if self._lines:
            painter.fillRect(0, top + height - 1, width, 1, self._theme.line)

    def _paint_light(self, painter: QPainter, top: int, height: int, *, current: bool) -> None:
        """Bring out a row that stands out among the others."""
        if not current:
            painter.fillRect(0, top, self.viewport().width(), height - 1, self._theme.range_fill)
        painter.fillRect(0, top, _LIGHT, height - 1, self._theme.accent)

    def _paint_cell(
        self, painter: QPainter, rect: QRectF, cell: Cell, column: int, *, current: bool
    ) -> None:
        if cell.swatch is not None:
            left = rect.x() + self._indent(column)
            self._paint_swatch(painter, QPointF(left, rect.center().y()), cell.swatch)
        look = self._look(cell)
        left, width = self._room(cell, column, rect.width())
        painter.setFont(look.font)
        painter.setPen(self._colours[cell.tone, current])
        text = look.static(look.cut(cell.text, width))
        # A row's last pixel is its line.
        top = rect.y() + (rect.height() - 1 - look.height) / 2
        painter.drawStaticText(QPointF(rect.x() + left, top), text)
        if cell.struck:
            middle = round(top + look.height / 2)
            painter.fillRect(
                QRectF(rect.x() + left, middle, text.size().width(), 1), painter.pen().color()
            )

    def _paint_swatch(self, painter: QPainter, middle: QPointF, event_type: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.type_colour(event_type))
        square = QRectF(middle.x(), middle.y() - _SWATCH / 2, _SWATCH, _SWATCH)
        painter.drawRoundedRect(square, 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _indent(self, column: int) -> int:
        return PADDING if column else self._inset

    def _room(self, cell: Cell, column: int, width: float) -> tuple[int, int]:
        """Where the text begins within its cell, and how wide it may be."""
        left = self._indent(column) + (0 if cell.swatch is None else _SWATCH_ROOM)
        return left, int(width) - left - PADDING // 2

    def _look(self, cell: Cell) -> _Look:
        return self._looks[2 if cell.monospace else int(cell.tabular)]

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event), self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, event: QHelpEvent) -> str:
        index = self.indexAt(event.pos())
        if not index.isValid():
            return ""
        if tip := self._cells.tip(index.row(), index.column()):
            return tip_of(tip)
        cell = self._cells.cell(index.row(), index.column())
        _, width = self._room(cell, index.column(), self.columnWidth(index.column()))
        return "" if self._look(cell).cut(cell.text, width) == cell.text else tip_of(cell.text)


@lru_cache(maxsize=4)
def _looks(pixels: int) -> tuple[_Look, ...]:
    """The proportional, the tabular and the monospace one, which all tables share."""
    fonts = ui_font(pixels, tabular=False), ui_font(pixels), mono_font(pixels)
    return tuple(_Look(font) for font in fonts)


class _Look:
    """A font with what was lately written in it: texts cut to a width, and laid out."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        metrics = QFontMetrics(font)
        self.height = metrics.height()

        # Most texts have room, as the widths of their letters tell without laying them out.
        letters = [metrics.horizontalAdvance(chr(code)) + 1 for code in range(128)]

        @lru_cache(maxsize=4_096)
        def cut(text: str, width: int) -> str:
            if text.isascii() and sum(map(letters.__getitem__, text.encode())) <= width:
                return text
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

        @lru_cache(maxsize=4_096)
        def static(text: str) -> QStaticText:
            laid_out = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            laid_out.prepare(font=font)
            return laid_out

        self.cut = cut
        self.static = static
