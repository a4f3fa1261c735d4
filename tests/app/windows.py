"""The real window in a test, and what a test asks of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app import theme as themes
from app.settings import SettingsFile
from app.window import Window

LONGEST = "session_1794474072480_9c2hv6ron"
PATIENCE = 60_000
_TEXT_ROLES = (0, 3, 11, *range(256, 264))


def make_window(qtbot: QtBot, settings: Path) -> Window:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    themes.use_fonts(app)
    window = Window(SettingsFile(settings))
    qtbot.addWidget(window)
    window.show()
    return window


def texts(widget: QWidget) -> str:
    """All that the labels of a widget say."""
    return "\n".join(
        label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)
    )


def all_texts(window: Window) -> str:
    """All that labels, tips, lists, tables and the title say."""
    parts = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        parts += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel):
            parts.append(widget.text())
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model, root = widget.model(), QModelIndex()
            # A list's own number of columns is a secret of Qt's.
            is_list = isinstance(model, QAbstractListModel)
            for row in range(min(model.rowCount(root), 60)):
                for column in range(1 if is_list else model.columnCount(root)):
                    index = model.index(row, column, root)
                    parts += [str(model.data(index, role)) for role in _TEXT_ROLES]
    return "\n".join(parts)


def press(qtbot: QtBot, window: Window, key: Qt.Key, text: str = "") -> None:
    """A key as it comes from a keyboard: to the widget that has the focus."""
    target = QApplication.focusWidget() or window
    del text
    qtbot.keyClick(target, key)


def position(window: Window) -> int:
    assert window.clock.playback is not None
    return window.clock.playback.position
