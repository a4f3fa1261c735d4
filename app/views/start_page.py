"""What the window shows while nothing is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.theme import DARK, SPACE, Theme, heading_font, ui_font
from app.views.contrast import mixed
from app.views.recent_list import RecentList
from app.views.text_views import PlainLabel, tint

_WIDTH = 560
_PITCH = (
    "Open a Brain Web event log and play a session back: at every moment, what was on the "
    "learner's mind."
)


class StartPage(QWidget):
    """Offers to open a log, the sample, or one of the recent; tells why opening one failed."""

    open_requested = Signal()
    sample_requested = Signal()
    recent_requested = Signal(str)
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start-page")
        self.setAccessibleName("Start")
        self._name = PlainLabel("Brain Web Replay")
        self._name.setFont(ui_font(28, weight=QFont.Weight.DemiBold, tabular=False))
        self._pitch = PlainLabel(_PITCH)
        self._pitch.setFont(ui_font(14, tabular=False))
        self._pitch.setWordWrap(True)
        self._open = _button("Open…", "start-open", primary=True)
        self._sample = _button("Open the sample", "start-sample")
        self._drop = PlainLabel("or drop an events.db here")
        self._error = _ErrorBox()
        self._recent_heading = PlainLabel("RECENT")
        self._recent_heading.setFont(heading_font())
        self._recent = RecentList()
        self._lay_out()
        self._open.clicked.connect(self.open_requested)
        self._sample.clicked.connect(self.sample_requested)
        self._recent.recent_requested.connect(self.recent_requested)
        self._error.retry_requested.connect(self.retry_requested)
        self.setFocusProxy(self._open)
        self.show_recent(())

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * SPACE)
        buttons.addWidget(self._open)
        buttons.addWidget(self._sample)
        buttons.addWidget(self._drop)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch(2)
        column.addWidget(self._name)
        column.addSpacing(2 * SPACE)
        column.addWidget(self._pitch)
        column.addSpacing(6 * SPACE)
        column.addWidget(self._error)
        column.addLayout(buttons)
        column.addSpacing(8 * SPACE)
        column.addWidget(self._recent_heading)
        column.addSpacing(SPACE)
        column.addWidget(self._recent)
        column.addStretch(3)
        held = QWidget()
        held.setMaximumWidth(_WIDTH)
        held.setLayout(column)
        page = QHBoxLayout()
        page.setContentsMargins(6 * SPACE, 6 * SPACE, 6 * SPACE, 6 * SPACE)
        page.addWidget(held)
        inside = QWidget()
        inside.setLayout(page)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def showEvent(self, event: QShowEvent) -> None:
        """Be ready for Enter: what had the focus before is out of sight."""
        super().showEvent(event)
        self.setFocus()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        tint(self._name, theme.text)
        for label in (self._pitch, self._drop, self._recent_heading):
            tint(label, theme.muted)
        self._error.show_theme(theme)
        self._recent.show_theme(theme)

    def show_recent(self, paths: Sequence[str], *, missing: Collection[str] = ()) -> None:
        """Offer these files, the latest first; those that are not there now are muted."""
        self._recent.show_recent(paths, missing=missing)
        self._recent_heading.setVisible(bool(paths))
        self._recent.setVisible(bool(paths))

    def show_error(self, title: str, message: str) -> None:
        """Tell why opening failed, and offer to try again; empty texts take it away."""
        self._error.show_error(title, message)


class _ErrorBox(QWidget):
    """What went wrong, what to do, and a button to try again."""

    retry_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("start-error")
        self.setAccessibleName("Error")
        self._theme = DARK
        self._title = PlainLabel()
        self._title.setObjectName("start-error-title")
        self._title.setFont(ui_font(13, weight=QFont.Weight.DemiBold, tabular=False))
        self._message = PlainLabel()
        self._message.setObjectName("start-error-message")
        for label in (self._title, self._message):
            label.setWordWrap(True)
        self._retry = _button("Retry", "start-retry")
        self._retry.clicked.connect(self.retry_requested)
        texts = QVBoxLayout()
        texts.setSpacing(SPACE)
        texts.addWidget(self._title)
        texts.addWidget(self._message)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * SPACE, 3 * SPACE, 3 * SPACE, 9 * SPACE)
        row.setSpacing(4 * SPACE)
        row.addLayout(texts, 1)
        row.addWidget(self._retry, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label in (self._title, self._message):
            tint(label, theme.text)
        self.update()

    def show_error(self, title: str, message: str) -> None:
        self._title.setText(title)
        self._message.setText(message)
        self.setAccessibleDescription(f"{title}. {message}")
        self.setVisible(bool(title or message))

    def paintEvent(self, event: QPaintEvent) -> None:
        box = self.rect().adjusted(0, 0, 0, -6 * SPACE)
        with QPainter(self) as painter:
            painter.fillRect(box, mixed(self._theme.panel, self._theme.bad, 0.12))
            painter.fillRect(0, 0, SPACE, box.height(), self._theme.bad)


def _button(text: str, name: str, *, primary: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(text)
    button.setProperty("primary", primary)
    return button
