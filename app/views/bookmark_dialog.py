"""The small dialog in which a bookmark gets its name, its note and its colour."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QWidget,
)

from app.theme import SPACE, Theme
from app.views.bookmark_colours import shade
from app.views.dialog import column_of, foot_of, primary_button
from app.views.text_views import ElidedLabel, PlainLabel, tint
from core.notes.bookmark import NAME_MOST, NOTE_MOST, Colour

_WIDTH = 456
_SWATCH = 14
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class BookmarkDialog(QDialog):
    """Enter saves (in the note Ctrl+Enter does), Escape cancels.

    ``saved`` carries the name, the note and the colour.
    """

    saved = Signal(str, str, object)

    def __init__(
        self,
        parent: QWidget,
        theme: Theme,
        *,
        title: str,
        about: str,
        name: str,
        note: str = "",
        colour: Colour = Colour.BLUE,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bookmark-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._suggested = name
        self._about = ElidedLabel(about)
        tint(self._about, theme.muted)
        self.name = QLineEdit(name)
        self.name.setAccessibleName("Name")
        self.name.setMaxLength(NAME_MOST)
        self.name.setPlaceholderText(name)
        self.name.selectAll()
        self.note = QPlainTextEdit(note)
        self.note.setObjectName("bookmark-note")
        self.note.setAccessibleName("Note")
        self.note.setPlaceholderText("Ctrl+Enter saves")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(22 * SPACE)
        self.note.installEventFilter(self)
        self.note.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.ground.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: 5px; padding: 2px 4px; }}"
            f"QPlainTextEdit:focus {{ border-color: {theme.accent.name()}; }}"
        )
        self._colours = QButtonGroup(self)
        self._swatches = QHBoxLayout()
        self._swatches.setSpacing(SPACE)
        for place, each in enumerate(Colour):
            button = _swatch(theme, each)
            button.setChecked(each is colour)
            self._colours.addButton(button, place)
            self._swatches.addWidget(button)
        self._swatches.addStretch(1)
        self._save = primary_button("Save")
        self._save.clicked.connect(self._accept)
        self._lay_out(theme)

    def _lay_out(self, theme: Theme) -> None:
        column = column_of(self, self._about, spacing=SPACE)
        for text, field in (("Name", self.name), ("Note", self.note)):
            label = PlainLabel(text)
            label.setBuddy(field)
            column.addSpacing(SPACE)
            column.addWidget(label)
            column.addWidget(field)
        column.addSpacing(SPACE)
        column.addWidget(PlainLabel("Colour"))
        column.addLayout(self._swatches)
        column.addSpacing(2 * SPACE)
        column.addLayout(foot_of(self, self._save))
        self.setFixedWidth(_WIDTH)
        self.name.setFocus()

    @property
    def colour(self) -> Colour:
        """The colour that is chosen."""
        return tuple(Colour)[max(0, self._colours.checkedId())]

    def choose(self, colour: Colour) -> None:
        """Choose a colour, as a click on it does."""
        self._colours.button(tuple(Colour).index(colour)).click()

    def _accept(self) -> None:
        name = self.name.text().strip() or self._suggested
        note = self.note.toPlainText().strip()[:NOTE_MOST]
        colour = self.colour
        self.accept()
        self.saved.emit(name, note, colour)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter in the note saves: Enter alone begins a line."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and _is_control_enter(event):
            self._accept()
            return True
        return super().eventFilter(watched, event)


def _is_control_enter(event: QEvent) -> bool:
    assert isinstance(event, QKeyEvent)
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return event.key() in _ENTER and bool(control)


def _swatch(theme: Theme, colour: Colour) -> QToolButton:
    pixmap = QPixmap(_SWATCH * 2, _SWATCH * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade(theme, colour))
        painter.drawEllipse(1, 1, _SWATCH - 2, _SWATCH - 2)
    button = QToolButton()
    button.setCheckable(True)
    button.setIcon(pixmap)
    button.setIconSize(QSize(_SWATCH, _SWATCH))
    button.setText(colour.value.capitalize())
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAccessibleName(colour.value.capitalize())
    button.setStyleSheet("QToolButton { padding: 2px 8px; }")
    return button
