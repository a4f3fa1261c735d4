"""The report of the program's own faults, to be read and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.theme import SPACE
from app.views.copy_row import CopyRow
from app.views.text_views import PlainLabel

_WIDTH, _HEIGHT = 680, 460
_NONE = "Nothing went wrong in the program since it was started."
_SOME = (
    "Something in the program went wrong, and the window went on. This says what and where; it "
    "holds nothing of a log, no message and no path. Please copy it into a report."
)


class FaultDialog(QDialog):
    """Shows a report of so many faults, which a button copies."""

    def __init__(self, parent: QWidget, *, count: int, report: str) -> None:
        super().__init__(parent)
        self.setObjectName("fault-report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Faults of the program")
        about = PlainLabel(_SOME if count else _NONE)
        about.setWordWrap(True)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName("Report")
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        buttons = CopyRow(self, "Copy the report", self.report.toPlainText)
        self.copy_button = buttons.copy_button
        self.copy_button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * SPACE, 5 * SPACE, 5 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addWidget(about)
        column.addWidget(self.report, 1)
        column.addLayout(buttons)
        self.resize(_WIDTH, _HEIGHT)
