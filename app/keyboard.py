"""Whose keys they are: the player's, unless a widget takes text or was reached by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QDockWidget,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from app.views.keys import LEAVES_KEYS

_TEXT = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_BY_KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_BACK = {
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
}
"""Where a dialog or a menu closes, the widget that had the focus has it as it had it before."""
_MOVING = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}
"""The keys of the player that move about in a widget, too."""
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_HEARD = (QFocusEvent, QKeyEvent)
_OTHER_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class KeyboardManners(QObject):
    """Keeps a window's plain keys from widgets that need them; Escape gives them back."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._kept_by: QWidget | None = None
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note how a widget was reached; leave it its keys where it may have them."""
        if not isinstance(event, _HEARD):
            # Every event of the program comes by here, and to ask one for its type takes long.
            return False
        if not isinstance(watched, QWidget) or not self._is_ours(watched):
            return False
        if isinstance(event, QFocusEvent) and event.gotFocus():
            if event.reason() not in _BACK:
                self._kept_by = watched if event.reason() in _BY_KEYBOARD else None
        elif isinstance(event, QKeyEvent):
            return self._key(watched, event)
        return False

    def _is_ours(self, widget: QWidget) -> bool:
        """Whether it is in the window, or on a panel of it that floats."""
        top = widget.window()
        if top is self._window:
            return True
        parent = top.parentWidget()
        is_panel = isinstance(top, QDockWidget) or top.inherits("QDockWidgetGroupWindow")
        return is_panel and parent is not None and parent.window() is self._window

    def _key(self, widget: QWidget, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._keeps(widget, event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._give_back(widget)
        elif event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            return self._press(widget)
        return False

    def _press(self, widget: QWidget) -> bool:
        """Enter presses a button, as Space does; Qt does so in dialogs alone."""
        if not isinstance(widget, QAbstractButton) or not widget.isEnabled():
            return False
        widget.click()
        return True

    def _give_back(self, widget: QWidget) -> None:
        """Leave the widget; a field with text in it has a use of its own for Escape."""
        if not (isinstance(widget, QLineEdit) and widget.text()):
            widget.clearFocus()
            self._kept_by = None

    def _keeps(self, widget: QWidget, event: QKeyEvent) -> bool:
        if event.modifiers() & _OTHER_MODIFIERS or event.key() >= Qt.Key.Key_F1:
            return False
        if isinstance(widget, _TEXT):
            return True
        own = event.key() in _MOVING and not widget.property(LEAVES_KEYS)
        own = own or (event.key() == Qt.Key.Key_Space and isinstance(widget, QAbstractButton))
        return own and widget is self._kept_by
