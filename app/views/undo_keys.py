"""Undo and redo by keys within a page, whatever in it has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence


class UndoKeys(QObject):
    """An event filter for a page's widgets: Ctrl+Z and its like mean the page's own changes.

    ``command_requested`` carries the id of the command.
    """

    command_requested = Signal(str)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See `QObject`."""
        if not isinstance(event, QKeyEvent):
            return False
        command = _undoing(event)
        if command is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            self.command_requested.emit(command)
        else:
            return False
        return True


def _undoing(event: QKeyEvent) -> str | None:
    standard = QKeySequence.StandardKey
    if event.matches(standard.Undo):
        return "undo-what-if"
    return "redo-what-if" if event.matches(standard.Redo) else None
