"""The foot of a dialog that tells something to hand on: a button that copies it, and Close."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton

_COPIED = "Copied"


class CopyRow(QHBoxLayout):
    """Copies what ``told`` answers, and says that it did; Close closes the dialog."""

    def __init__(self, dialog: QDialog, text: str, told: Callable[[], str]) -> None:
        super().__init__()
        self._told = told
        self.copy_button = QPushButton(text)
        self.copy_button.clicked.connect(self._copy)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(dialog.accept)
        self.addWidget(self.copy_button)
        self.addStretch(1)
        self.addWidget(close)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._told())
        self.copy_button.setText(_COPIED)
