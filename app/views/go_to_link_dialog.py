"""The small dialog that takes a link to a moment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from app.theme import SPACE, Theme
from app.views.dialog import column_of, foot_of, primary_button
from app.views.text_views import PlainLabel, tint

_WIDTH = 560


class GoToLinkDialog(QDialog):
    """Takes a link; ``go`` answers what is wrong with it, or nothing, and then the dialog closes.

    ``about`` says what kind of link is expected.
    """

    def __init__(
        self, parent: QWidget, theme: Theme, *, text: str, about: str, go: Callable[[str], str]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("go-to-link")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Go to a link")
        self._go = go
        self.field = QLineEdit(text)
        self.field.setAccessibleName("Link")
        self.field.setPlaceholderText("brainweb-replay://open?…")
        self.field.selectAll()
        said = PlainLabel(about)
        said.setWordWrap(True)
        tint(said, theme.muted)
        self.error = PlainLabel()
        self.error.setObjectName("go-to-link-error")
        self.error.setAccessibleName("What is wrong with the link")
        self.error.setWordWrap(True)
        self.error.setMinimumHeight(2 * self.error.fontMetrics().lineSpacing())
        self.error.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        tint(self.error, theme.bad)
        self.field.textEdited.connect(lambda _: self.error.clear())
        self.accept_button = primary_button("Go there")
        self.accept_button.clicked.connect(self._try)
        foot = foot_of(self, self.accept_button)
        column_of(self, said, self.field, self.error, foot, spacing=2 * SPACE)
        self.setFixedWidth(_WIDTH)
        self.field.setFocus()

    def _try(self) -> None:
        wrong = self._go(self.field.text())
        if wrong:
            self.error.setText(wrong)
            self.field.setFocus()
        else:
            self.accept()
