"""The palette: type a few letters of a command, a session, a concept or a bookmark, press Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.models.cells import NO_PARENT, Index
from app.models.finding import Found, Group, Item, Kind
from app.theme import SPACE, Theme, heading_font, ui_font
from app.views.contrast import readable
from app.views.text_views import ElidedLabel, PlainLabel, tint

PLACEHOLDER = "Find a command, session, concept, bookmark or moment"
HINT = (
    "> commands   @ sessions   # concepts, #214 an event   ! bookmarks   10:04:40, +01:04:40 a time"
)
NOTHING = "Nothing has these letters. > commands, @ sessions, # concepts, ! bookmarks."
_WIDTH, _HEIGHT = 640, 480
_ROW, _HEADING = 26, 28
_EDGE = 3 * SPACE
_ROLE = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

Row = Kind | Found


class Palette(QDialog):
    """``typed`` asks for what a text finds, ``chosen`` carries the `Item` that was chosen.

    Enter that comes before what was asked for waits for it.
    """

    typed = Signal(str)
    chosen = Signal(object)

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self._rows = _Rows(self)
        self._waiting = self._enter_waits = False
        self.search = QLineEdit(placeholderText=PLACEHOLDER)
        self.search.setAccessibleName(PLACEHOLDER)
        self.search.setAccessibleDescription(HINT)
        self.search.textChanged.connect(self._ask)
        self.search.installEventFilter(self)
        self.list = QListView()
        self.list.setAccessibleName("Found")
        self.list.setModel(self._rows)
        self.list.setItemDelegate(_Delegate(theme, self))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.clicked.connect(self._choose)
        self.message = PlainLabel(NOTHING)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.hide()
        hint = ElidedLabel(HINT)
        hint.setFont(ui_font(11))
        for label in (self.message, hint):
            tint(label, theme.muted)
        column = QVBoxLayout(self)
        column.setContentsMargins(_EDGE, _EDGE, _EDGE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.message, 1)
        column.addWidget(hint)
        self.resize(_WIDTH, _HEIGHT)
        self.search.setFocus()

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show what was found, the best chosen."""
        self._waiting = False
        self._rows.show_groups(groups)
        self.message.setVisible(not groups)
        self.list.setVisible(bool(groups))
        self._move(1, start=-1)
        self.list.scrollToTop()
        if self._enter_waits:
            self._enter_waits = False
            self._choose(self.list.currentIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter go to the list while the hand stays in the search."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _MOVES.get(Qt.Key(event.key()))
            if step is not None:
                self._move(step, start=self.list.currentIndex().row())
                return True
            if event.key() in _ENTER:
                self._enter_waits = self._waiting
                if not self._waiting:
                    self._choose(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _ask(self, text: str) -> None:
        self._waiting = True
        self._enter_waits = False
        self.typed.emit(text)

    def _move(self, step: int, *, start: int) -> None:
        """To an item that can be chosen, so many rows on or as near to it as there is one."""
        can = [row for row in range(self._rows.rowCount()) if self._rows.can_choose(row)]
        if not can:
            return
        if abs(step) == 1:
            beyond = [row for row in can if (row - start) * step > 0]
            row = (beyond[0] if step > 0 else beyond[-1]) if beyond else can[0 if step > 0 else -1]
        else:
            row = min(can, key=lambda each: abs(each - start - step))
        self.list.setCurrentIndex(self._rows.index(row))
        # Who does not see the list hears what Enter would choose.
        self.search.setAccessibleDescription(self._rows.data(self._rows.index(row)))
        if row == can[0]:
            self.list.scrollToTop()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self._rows.can_choose(index.row()):
            row = self._rows.row(index.row())
            assert isinstance(row, Found)
            item = row.item
            self.accept()
            self.chosen.emit(item)


class _Rows(QAbstractListModel):
    """Headings and what stands below them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show_groups(self, groups: Sequence[Group]) -> None:
        self.beginResetModel()
        self._rows = []
        for group in groups:
            self._rows += [group.kind, *group.found]
        self.endResetModel()

    def row(self, place: int) -> Row:
        return self._rows[place]

    def can_choose(self, place: int) -> bool:
        row = self._rows[place]
        return isinstance(row, Found) and row.item.enabled

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == _ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return told(row.item) if isinstance(row, Found) else str(row)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.can_choose(index.row()):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags


def told(item: Item) -> str:
    """An item in words."""
    detail = f", {item.detail}" if item.detail else ""
    return f"{item.text}{detail}{'' if item.enabled else ', cannot be chosen now'}"


class _Delegate(QStyledItemDelegate):
    """Paints headings small, the letters that were typed bold and underlined."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font, self._small = ui_font(13, tabular=False), ui_font(12)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(10, _ROW if isinstance(index.data(_ROLE), Found) else _HEADING)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(_ROLE)
        rect = QRect(option.rect)
        state = option.state
        if not isinstance(row, Found):
            painter.setFont(heading_font())
            painter.setPen(self._theme.muted)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            painter.drawText(rect.adjusted(2 * SPACE, 0, 0, -SPACE), flags, str(row).upper())
            return
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.selection)
        inside = rect.adjusted(2 * SPACE, 0, -2 * SPACE, 0)
        width = self._detail(
            painter, inside, row.item, bool(state & QStyle.StateFlag.State_Selected)
        )
        self._text(painter, inside.adjusted(0, 0, -width, 0), row)

    def _detail(self, painter: QPainter, rect: QRect, item: Item, selected: bool) -> int:
        if not item.detail:
            return 0
        metrics = QFontMetrics(self._small)
        shown = metrics.elidedText(
            item.detail, Qt.TextElideMode.ElideRight, rect.width() * 55 // 100
        )
        ground = self._theme.selection if selected else self._theme.panel
        painter.setFont(self._small)
        painter.setPen(readable(self._theme.muted, ground, self._theme.text))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, flags, shown)
        return metrics.horizontalAdvance(shown) + 4 * SPACE

    def _text(self, painter: QPainter, rect: QRect, row: Found) -> None:
        shown = QFontMetrics(self._font).elidedText(
            row.item.text, Qt.TextElideMode.ElideRight, rect.width() - 2 * SPACE
        )
        layout = QTextLayout(shown, self._font)
        plain = QTextOption()
        plain.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(plain)
        layout.setFormats([_bold(at) for at in _units(shown, row)])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(float(rect.width()))
        layout.endLayout()
        painter.setPen(self._theme.text if row.item.enabled else self._theme.muted)
        top = rect.top() + (rect.height() - line.height()) / 2
        layout.draw(painter, QPointF(QPoint(rect.left(), 0)) + QPointF(0, top))


def _units(shown: str, row: Found) -> list[int]:
    """The places in Qt's text, where letters beyond the first plane take two, of what is shown."""
    text = row.item.text
    same = next(
        (i for i, (a, b) in enumerate(zip(shown, text, strict=False)) if a != b), len(shown)
    )
    places = [at for at in row.places if at < same]
    if shown.isascii():
        return places
    return [len(text[:at].encode("utf-16-le")) // 2 for at in places]


def _bold(at: int) -> QTextLayout.FormatRange:
    how = QTextCharFormat()
    how.setFontWeight(QFont.Weight.Bold)
    how.setFontUnderline(True)
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = at, 1, how
    return span
