"""The field in which a filter is typed: it underlines what is wrong, and offers what can follow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from app.text import plain
from app.theme import DARK, ROW, SPACE, Theme, ui_font
from app.views.text_views import PlainLabel, tip_of
from core.filter.completion import EMPTY, Completion, Vocabulary, complete
from core.filter.parsing import FilterError

HINT = '⌕  type:ChatMessageCreated concept:Raft "write skew"'
_NARROW_HINT = "⌕  Filter the events"
_KEYS = "Ctrl+F"
_SHOWN = 9
"""How many completions are on screen at once."""
_WIDEST = 420


class FilterField(QLineEdit):
    """Asks for a filter as it is typed, and to go to the next hit or the one before.

    ``next_requested`` carries whether forward. Completions come below it: Tab or Enter takes one,
    Escape closes them, then clears the field.
    """

    filter_requested = Signal(str)
    next_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filter-field")
        self.setAccessibleName("Filter the events")
        self.setFont(ui_font(12, tabular=False))
        self.setMinimumWidth(120)
        self.setMaxLength(4_000)
        self._theme = DARK
        self._error: FilterError | None = None
        self._words = EMPTY
        self._completion = Completion(0, 0)
        self._popup = _Below(self)
        self.textChanged.connect(self._take_text)
        self.textEdited.connect(lambda _: self._offer())

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self._popup.show_theme(theme)
        self.setStyleSheet(
            f"QLineEdit {{ background: {theme.panel.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 5px;"
            f" padding: 3px {2 * SPACE}px; min-height: 20px; }}"
            f"QLineEdit:focus {{ border-color: {theme.accent.name()}; }}"
        )
        self.update()

    def show_words(self, words: Vocabulary) -> None:
        """Offer these."""
        self._words = words

    def show_error(self, error: FilterError | None) -> None:
        """Underline what is wrong, and tell below what was expected; None where all is well."""
        self._error = error
        told = "" if error is None else f"{error.problem}. Expected {error.expected}."
        self.setToolTip(tip_of(told))
        self.setAccessibleDescription(told)
        self._tell()
        self.update()

    @property
    def offered(self) -> tuple[str, ...]:
        """The completions on screen."""
        return self._completion.options if self._popup.offers else ()

    @property
    def told(self) -> str:
        """What is told below the field of its error."""
        return self._popup.message if self._popup.isVisible() and not self._popup.offers else ""

    def close_popup(self) -> None:
        """Offer nothing."""
        self._completion = Completion(0, 0)
        self._tell()

    def _take_text(self, text: str) -> None:
        self._error = None
        if not self.hasFocus():
            self.close_popup()
        self.filter_requested.emit(text)

    def _offer(self) -> None:
        self._completion = complete(self.text(), self.cursorPosition(), self._words)
        self._tell()

    def _tell(self) -> None:
        """Bring completions, or else what is wrong, below the field."""
        options = self._completion.options if self.hasFocus() else ()
        error = self._error if self.hasFocus() else None
        if options:
            self._popup.show_options(options)
        elif error is not None and self.text().strip():
            self._popup.show_message(f"{error.problem}. Expected {error.expected}.")
        else:
            self._popup.hide()

    def _accept(self) -> None:
        """Take the completion that is chosen."""
        found, option = self._completion, self._popup.chosen
        rest = self.text()[found.end :]
        # After a value the next term can be typed at once.
        end = "" if option.endswith((":", ".")) or rest.startswith(" ") else " "
        self._completion = Completion(0, 0)
        self.setText(self.text()[: found.start] + option + end + rest)
        self.setCursorPosition(found.start + len(option) + len(end))
        self._offer()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            takes = event.key() == Qt.Key.Key_Tab and self._popup.offers
            if takes:
                self._accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, offers = event.key(), self._popup.offers
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if offers and not back:
                self._accept()
            else:
                self.next_requested.emit(not back)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if offers:
                self._popup.move_choice(1 if key == Qt.Key.Key_Down else -1)
            elif key == Qt.Key.Key_Down:
                self._offer()
        elif key == Qt.Key.Key_Escape:
            if offers:
                self.close_popup()
            else:
                self.clear()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._completion = Completion(0, 0)
        self._popup.hide()

    def hideEvent(self, event: QEvent) -> None:
        self._popup.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - 80
        fits = QFontMetrics(self.font()).horizontalAdvance(HINT) < room
        self.setPlaceholderText(HINT if fits else _NARROW_HINT)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            if not self.text() and self.width() > 200:
                painter.setFont(ui_font(11))
                painter.setPen(self._theme.muted)
                where = self.rect().adjusted(0, 0, -3 * SPACE, 0)
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(where, right, _KEYS)
            if self._error is not None:
                self._paint_wave(painter, self._error)

    def _paint_wave(self, painter: QPainter, error: FilterError) -> None:
        left, right = self._span(error)
        inside = self.rect().adjusted(SPACE, 0, -SPACE, 0)
        path, bottom = QPainterPath(), self.height() - 5.0
        path.moveTo(left, bottom)
        x, up = left, True
        while x < right:
            x += 2
            path.lineTo(x, bottom - (2 if up else 0))
            up = not up
        painter.setClipRect(inside)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.bad, 1.2))
        painter.drawPath(path)

    def _span(self, error: FilterError) -> tuple[float, float]:
        """Where what is wrong begins and ends (px)."""
        metrics, text = QFontMetrics(self.font()), self.text()
        cursor = QRectF(self.cursorRect()).center().x()
        origin = cursor - metrics.horizontalAdvance(text[: self.cursorPosition()])
        start = origin + metrics.horizontalAdvance(text[: error.position])
        wrong = text[error.position : error.position + error.length]
        return start, start + max(8, metrics.horizontalAdvance(wrong))


class _Below(QWidget):
    """What comes below the field: completions, or a sentence; it takes no focus."""

    def __init__(self, field: FilterField) -> None:
        super().__init__(field)
        self._field = field
        self.setObjectName("filter-popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list = QListWidget(self)
        self._list.setAccessibleName("What can follow")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.setFont(ui_font(12, tabular=False))
        self._list.itemClicked.connect(lambda _: field._accept())
        self._label = PlainLabel("", self)
        self._label.setFont(ui_font(12, tabular=False))
        self._label.setWordWrap(True)
        self._options: tuple[str, ...] = ()
        self.hide()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self.setStyleSheet(
            f"#filter-popup {{ background: {theme.raised.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 5px; }}"
            f"QListWidget {{ background: transparent; border: none; }}"
            f"QListWidget::item {{ padding: 0 {2 * SPACE}px; height: {ROW}px; }}"
            f"QListWidget::item:selected {{ background: {theme.selection.name()};"
            f" color: {theme.text.name()}; }}"
            f"QLabel {{ color: {theme.bad.name()}; }}"
        )

    @property
    def offers(self) -> bool:
        """Whether there is a completion to take."""
        return self.isVisible() and bool(self._options)

    @property
    def chosen(self) -> str:
        """The completion that is chosen."""
        return self._options[max(0, self._list.currentRow())]

    @property
    def message(self) -> str:
        """The sentence."""
        return self._label.text()

    def move_choice(self, step: int) -> None:
        """Choose the next completion, or the one before."""
        self._list.setCurrentRow((self._list.currentRow() + step) % len(self._options))

    def show_options(self, options: tuple[str, ...]) -> None:
        """Offer these."""
        if options != self._options:
            self._options = options
            self._list.clear()
            self._list.addItems([plain(option, limit=120) for option in options])
            self._list.setCurrentRow(0)
        self._list.show()
        self._label.hide()
        widest = self._list.sizeHintForColumn(0) + 6 * SPACE
        height = ROW * min(len(options), _SHOWN) + 2
        self._place(min(max(widest, 180), _WIDEST), height)
        self._list.setGeometry(self.rect().adjusted(1, 1, -1, -1))

    def show_message(self, text: str) -> None:
        """Tell this."""
        self._options = ()
        self._list.hide()
        self._label.setText(text)
        self._label.show()
        width = min(max(self._field.width(), 260), _WIDEST)
        inner = width - 4 * SPACE
        metrics = QFontMetrics(self._label.font())
        flags = int(Qt.TextFlag.TextWordWrap)
        height = metrics.boundingRect(QRect(0, 0, inner, 400), flags, text).height()
        self._place(width, height + 3 * SPACE)
        self._label.setGeometry(self.rect().adjusted(2 * SPACE, SPACE, -2 * SPACE, -SPACE))

    def _place(self, width: int, height: int) -> None:
        """Below the field, within the window."""
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = self._field.mapTo(window, QPoint(0, self._field.height() + 2))
        left = max(0, min(corner.x(), window.width() - width - SPACE))
        self.setGeometry(left, corner.y(), width, height)
        self.show()
        self.raise_()
