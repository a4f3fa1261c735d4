"""What the window has to say in a line of its own: a notice, or how far reading is."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QToolButton, QWidget

from app.theme import DARK, SPACE, Theme
from app.views.contrast import mixed
from app.views.icons import SIZE, icon
from app.views.text_views import ElidedLabel, tint

_HEIGHT = 9 * SPACE


class BannerKind(StrEnum):
    """How grave a notice is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Banner(QWidget):
    """A notice with, where there is something to do about it, a button; hidden once closed."""

    action_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAccessibleName("Notice")
        self.setFixedHeight(_HEIGHT)
        self._theme = DARK
        self._kind = BannerKind.INFO
        self._text = ElidedLabel()
        self._text.setObjectName("banner-text")
        self._action = QPushButton()
        self._action.setObjectName("banner-action")
        self._action.setAccessibleName("What to do")
        self._action.clicked.connect(self._act)
        self._then: Callable[[], object] | None = None
        self._close = QToolButton()
        self._close.setObjectName("banner-close")
        self._close.setAccessibleName("Close the notice")
        self._close.setToolTip("Close")
        self._close.setIconSize(QSize(SIZE, SIZE))
        self._close.setFixedSize(7 * SPACE, 7 * SPACE)
        self._close.clicked.connect(self.dismiss)
        for button in (self._action, self._close):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * SPACE, 0, SPACE, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self.hide()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        tint(self._text, theme.text)
        self._close.setIcon(icon("close", theme.text))
        self._close.setStyleSheet(
            "QToolButton { background: transparent; border-color: transparent; padding: 0; }"
            f"QToolButton:hover {{ background: {theme.control_hover.name()}; }}"
            f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
        )
        self.update()

    def show_message(
        self,
        text: str,
        *,
        kind: BannerKind = BannerKind.INFO,
        action: str | None = None,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Say this, instead of what was said; ``action`` is the text of the button.

        A press on it does ``then``; without one ``action_requested`` tells of it.
        """
        self._kind = kind
        self._then = then
        self._text.setText(text)
        self.setAccessibleDescription(f"{kind}: {text}")
        self._action.setText(action or "")
        self._action.setAccessibleName(action or "What to do")
        self._action.setVisible(action is not None)
        self.show()
        self.update()

    def _act(self) -> None:
        if self._then is None:
            self.action_requested.emit()
        else:
            self.dismiss()
            self._then()

    def take_back(self, text: str) -> None:
        """Hide it where this is what it says: it is no longer so."""
        if text and self._text.text() == text:
            self.hide()

    def dismiss(self) -> None:
        """Hide it, as its close button does."""
        self.hide()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        colours = {
            BannerKind.INFO: theme.accent,
            BannerKind.WARNING: theme.warning,
            BannerKind.ERROR: theme.bad,
        }
        colour = colours[self._kind]
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), mixed(theme.panel, colour, 0.14))
            painter.fillRect(0, 0, SPACE, self.height(), colour)
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)


class LoadingBar(QWidget):
    """How far a session is read: a thin bar, a text and a way to stop."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("loading-bar")
        self.setAccessibleName("Reading")
        self.setFixedHeight(_HEIGHT)
        self._theme = DARK
        self._text = ElidedLabel()
        self._text.setObjectName("loading-text")
        self._bar = QProgressBar()
        self._bar.setAccessibleName("Read so far")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._bar.setFixedHeight(6)
        self._bar.setMinimumWidth(20 * SPACE)
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("loading-cancel")
        self._cancel.setAccessibleName("Stop reading")
        self._cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel.clicked.connect(self.cancel_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * SPACE, 0, 2 * SPACE, 0)
        row.setSpacing(3 * SPACE)
        row.addWidget(self._text)
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        self.hide()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        tint(self._text, theme.text)
        self.update()

    def show_progress(self, name: str, done: int, total: int) -> None:
        """Show that so many events of so many are read; a total of 0 is not known yet."""
        if total > 0:
            text = f"Reading {done:,} of {total:,} events"
        else:
            text = f"Reading {name}…" if name else "Reading…"
        self.show_share(text, done, total)
        self.setAccessibleDescription(f"{name}: {text}" if name else text)

    def show_share(self, text: str, done: int, total: int) -> None:
        """Say this, and show that so much of so much is done; a total of 0 is not known."""
        self._text.setText(text)
        # In thousandths: the bar counts in 32 bits.
        self._bar.setRange(0, 1000 if total > 0 else 0)
        self._bar.setValue(min(1000, done * 1000 // total) if total > 0 else 0)
        self.setAccessibleDescription(text)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.panel)
            painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.line)
