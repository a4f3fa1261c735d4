"""What the window shows while nothing is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.theme import DARK, SPACE, Theme, heading_font, ui_font
from app.views.contrast import mixed
from app.views.recent_list import RecentList
from app.views.text_views import PlainLabel, tint

_WIDTH = 780
_TWO_COLUMNS_FROM = 720
_PITCH = (
    "Everything a learner does in Brain Web is an event in a log. Open such a log and play a"
    " session back: at every moment, what was on the learner's mind, and why."
)
_STEPS = (
    ("Play it", "Open the sample and press Space, or drag in the lanes to scrub."),
    ("Ask why", "Click a concept on the right: the events behind its weight are listed."),
    (
        "Find anything",
        "Ctrl+K, and a few letters of a command, a session or a concept; ? has the keys.",
    ),
)
_OPENS = (
    "An events.db of the backend (SQLite), or its table in the cloud. Both are only looked at:"
    " nothing is written, and the backend can go on writing."
)
_LIVE = "To follow a session as it happens, run brainweb-replay demo: a simulated learner at work."


class StartPage(QWidget):
    """Offers to open a log, the sample, or one of the recent; tells why opening one failed."""

    open_requested = Signal()
    sample_requested = Signal()
    table_requested = Signal()
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
        self._table = _button("Open a table…", "start-table")
        self._drop = PlainLabel("or drop an events.db here")
        self._error = _ErrorBox()
        self._steps_heading, self._recent_heading, self._opens_heading = headings = (
            PlainLabel("THREE THINGS TO TRY"), PlainLabel("RECENT"), PlainLabel("WHAT IT OPENS"),
        )  # fmt: skip
        for heading in headings:
            heading.setFont(heading_font())
        self._steps = [PlainLabel(title) for title, _ in _STEPS]
        for title in self._steps:
            title.setFont(ui_font(13, weight=QFont.Weight.DemiBold, tabular=False))
        self._words = [PlainLabel(text) for text in (*(text for _, text in _STEPS), _OPENS, _LIVE)]
        for words in self._words:
            words.setWordWrap(True)
        self._recent = RecentList()
        self._lay_out()
        self._open.clicked.connect(self.open_requested)
        self._sample.clicked.connect(self.sample_requested)
        self._table.clicked.connect(self.table_requested)
        self._recent.recent_requested.connect(self.recent_requested)
        self._error.retry_requested.connect(self.retry_requested)
        self.setFocusProxy(self._open)
        self.show_recent(())

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * SPACE)
        for button in (self._open, self._sample, self._table):
            buttons.addWidget(button)
        buttons.addWidget(self._drop)
        buttons.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(10 * SPACE)
        self._columns.addLayout(self._lay_out_steps(), 1)
        self._columns.addLayout(self._lay_out_sources(), 1)
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
        column.addLayout(self._columns)
        column.addStretch(3)
        held = QWidget()
        held.setMaximumWidth(_WIDTH)
        held.setLayout(column)
        page = QHBoxLayout()
        page.setContentsMargins(6 * SPACE, 4 * SPACE, 6 * SPACE, 4 * SPACE)
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

    def _lay_out_steps(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        column.addWidget(self._steps_heading)
        for title, words in zip(self._steps, self._words, strict=False):
            column.addSpacing(2 * SPACE)
            column.addWidget(title)
            column.addWidget(words)
        column.addStretch(1)
        return column

    def _lay_out_sources(self) -> QVBoxLayout:
        """Recent ones first; whoever has some knows what the program opens."""
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        column.addWidget(self._recent_heading)
        column.addWidget(self._recent)
        column.addWidget(self._opens_heading)
        column.addSpacing(2 * SPACE)
        column.addWidget(self._words[-2])
        column.addSpacing(2 * SPACE)
        column.addWidget(self._words[-1])
        column.addStretch(1)
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room."""
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        wide = self.width() >= _TWO_COLUMNS_FROM
        self._columns.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    def showEvent(self, event: QShowEvent) -> None:
        """Be ready for Enter: what had the focus before is out of sight."""
        super().showEvent(event)
        self.setFocus()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        tint(self._name, theme.text)
        headings = self._steps_heading, self._recent_heading, self._opens_heading
        for label in (self._pitch, self._drop, *headings, *self._words):
            tint(label, theme.muted)
        for title in self._steps:
            tint(title, theme.text)
        self._error.show_theme(theme)
        self._recent.show_theme(theme)

    def show_recent(self, paths: Sequence[str], *, missing: Collection[str] = ()) -> None:
        """Offer these files, the latest first; those that are not there now are muted."""
        self._recent.show_recent(paths, missing=missing)
        known = bool(paths)
        for widget in (self._recent_heading, self._recent):
            widget.setVisible(known)
        for widget in (self._opens_heading, *self._words[-2:]):
            widget.setVisible(not known)

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
