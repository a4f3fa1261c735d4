"""A table that paints the cells of its model by the theme, quickly enough to follow playing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app.models.cells import Cell, CellTableModel, Tone
from app.theme import DARK, ROW, SPACE, Theme
from app.views.contrast import readable
from app.views.lettering import Lettering, lettering
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
        self._letters = _letters(pixels)
        self._theme = DARK
        self._colours: dict[tuple[Tone, bool], QColor] = {}
        self.setModel(model)
        # A header that knows the selection paints itself anew whenever that moves.
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))
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
        area, current = event.rect(), self.currentIndex().row()
        columns = self._columns_within(area)
        first, last = self.rows_between(area.top(), area.bottom())
        with QPainter(self.viewport()) as painter:
            painter.fillRect(area, self._theme.panel)
            for row in range(first, last + 1):
                self._paint_row(painter, row, columns, current=row == current)
            if current < 0 and self.hasFocus():
                painter.setPen(self._theme.accent)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _columns_within(self, area: QRect) -> list[tuple[int, int, int]]:
        """The columns in sight there, each with its left edge and its width (px)."""
        every = (
            (column, self.columnViewportPosition(column), self.columnWidth(column))
            for column in range(len(self._cells.columns))
            if not self.isColumnHidden(column)
        )
        return [
            (column, left, width)
            for column, left, width in every
            if left <= area.right() and left + width > area.left()
        ]

    def _paint_row(
        self,
        painter: QPainter,
        row: int,
        columns: Sequence[tuple[int, int, int]],
        *,
        current: bool,
    ) -> None:
        top, height = self.rowViewportPosition(row), self.rowHeight(row)
        self._paint_ground(painter, top, height, current=current)
        if self._cells.is_lit(row):
            self._paint_light(painter, top, height, current=current)
        # A row's last pixel is its line.
        middle = top + (height - 1) / 2
        cells = self._cells.cells(row, [column for column, _, _ in columns])
        for (column, left, width), cell in zip(columns, cells, strict=True):
            if cell.mark:
                painter.fillRect(left + _MARK_AT, top, _MARK, height, self._theme.accent)
            if cell.text:
                room = self._room(cell, column, width)
                self._paint_cell(painter, cell, left, middle, room=room, current=current)

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
        self,
        painter: QPainter,
        cell: Cell,
        left: int,
        middle: float,
        *,
        room: tuple[int, int],
        current: bool,
    ) -> None:
        x, letters = left + room[0], self._letters_of(cell)
        if cell.swatch is not None:
            self._paint_swatch(painter, x - _SWATCH_ROOM, middle + 0.5, cell.swatch)
        text = letters.cut(cell.text, room[1])
        painter.setPen(self._colours[cell.tone, current])
        painter.setFont(letters.font)
        letters.put(painter, x, middle, text)
        if cell.struck:
            line = QRect(x, round(middle), letters.advance(text), 1)
            painter.fillRect(line, painter.pen().color())

    def _paint_swatch(self, painter: QPainter, left: int, middle: float, event_type: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.type_colour(event_type))
        square = QRectF(left, middle - _SWATCH / 2, _SWATCH, _SWATCH)
        painter.drawRoundedRect(square, 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _room(self, cell: Cell, column: int, width: int) -> tuple[int, int]:
        """Where the text begins within its cell, and how wide it may be."""
        left = PADDING if column else self._inset
        left += 0 if cell.swatch is None else _SWATCH_ROOM
        return left, width - left - PADDING // 2

    def _letters_of(self, cell: Cell) -> Lettering:
        return self._letters[2 if cell.monospace else int(cell.tabular)]

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
        return (
            "" if self._letters_of(cell).cut(cell.text, width) == cell.text else tip_of(cell.text)
        )


@cache
def _letters(pixels: int) -> tuple[Lettering, Lettering, Lettering]:
    """The proportional, the tabular and the monospace ones, which all tables share."""
    return lettering(pixels, tabular=False), lettering(pixels), Lettering(mono_font(pixels))
