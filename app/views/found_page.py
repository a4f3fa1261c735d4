"""What pages share that show what a job finds: how far it is, a button, words in its place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.theme import SPACE, Theme, ui_font
from app.views.text_views import ElidedLabel, PlainLabel, tint


class FoundPage(QWidget):
    """A line that tells what was looked at, with progress and a button; below, what was found.

    ``shown_changed`` tells whether it is looked at; the button starts the job, or stops it.
    """

    shown_changed = Signal(bool)
    start_requested = Signal()
    stop_requested = Signal()

    def __init__(self, name: str, title: str, *, progress: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}-page")
        self.setAccessibleName(title)
        self._runs = False
        self._scope = ElidedLabel()
        self._scope.setObjectName(f"{name}-scope")
        self._scope.setFont(ui_font(12))
        self._bar = QProgressBar()
        self._bar.setAccessibleName(progress)
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setFixedSize(40 * SPACE, 6)
        self._button = QPushButton()
        self._button.setObjectName(f"{name}-button")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._press)
        self._message = PlainLabel()
        self._message.setObjectName(f"{name}-message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._body = QStackedWidget()
        self._body.addWidget(self._message)

    def _lay_out_found(self, found: QWidget, *, margin: int = 2 * SPACE) -> None:
        """Below the line stands what is found, or words in its place."""
        head = QHBoxLayout()
        head.setContentsMargins(margin, SPACE, margin, SPACE)
        head.setSpacing(3 * SPACE)
        head.addWidget(self._scope, 1)
        head.addWidget(self._bar)
        head.addWidget(self._button)
        self._head = QWidget()
        self._head.setLayout(head)
        self._found = found
        self._body.addWidget(found)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._body, 1)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        for label in (self._scope, self._message):
            tint(label, theme.muted)

    def _show_job(self, share: float | None, *, scope: str) -> None:
        """How far the job is, None where it does not run, and what it looks at."""
        self._runs = share is not None
        self._bar.setVisible(self._runs)
        self._bar.setValue(round(1000 * (share or 0.0)))
        self._scope.setText(scope)

    def _show_button(self, text: str, name: str | None = None, *, shown: bool) -> None:
        self._button.setText(text)
        self._button.setAccessibleName(name or text)
        self._button.setVisible(shown)

    def _show_words(self, text: str) -> None:
        """Show words in place of what is found; none shows that."""
        if text:
            # Else the focus would go on to a button, and the player's keys with it.
            for part in (self._found, *self._found.findChildren(QWidget)):
                part.clearFocus()
        self._message.setText(text)
        self._body.setCurrentWidget(self._message if text else self._found)

    def _press(self) -> None:
        if self._runs:
            self.stop_requested.emit()
        else:
            self.start_requested.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_changed.emit(False)
