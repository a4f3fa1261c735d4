"""The line at the bottom: what is open, how much of it, and how to find the commands."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.text import count, plain
from app.theme import SPACE, Theme, ui_font
from app.views.menu_button import MenuButton
from app.views.text_views import ElidedLabel

_HEIGHT = 27


class StatusLine(QWidget):
    """Tells facts in small type; its buttons choose how times are shown and open the commands."""

    commands_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status-line")
        self.setAccessibleName("Status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # Else it would be as high as its fonts are, and what is above it jump as texts come.
        self.setFixedHeight(_HEIGHT)
        self._kind, self._amount, self._loaded = QLabel(), QLabel(), ElidedLabel()
        self._part = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._part.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._part.setObjectName("status-part")
        self._part.hide()
        self._what_if = ElidedLabel()
        self._what_if.setObjectName("status-what-if")
        self._what_if.setFont(ui_font(12))
        self._what_if.hide()
        self.times = MenuButton("How times are shown", flat=True)
        self._commands = QToolButton()
        self._commands.setText("Ctrl+K commands")
        self._commands.setObjectName("commands-button")
        self._commands.setAccessibleName("Commands")
        self._commands.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._commands.clicked.connect(self.commands_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        row.setSpacing(4 * SPACE)
        for label in (self._kind, self._amount, self._loaded, self._part):
            label.setFont(ui_font(12))
        for button in (self.times, self._commands):
            button.setFont(ui_font(12))
        row.addWidget(self._kind)
        row.addWidget(self._amount)
        row.addWidget(self._loaded, 1)
        row.addWidget(self._part, 1)
        row.addWidget(self._what_if)
        row.addWidget(self.times)
        row.addWidget(self._commands)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        line, panel, muted = theme.line.name(), theme.panel.name(), theme.muted.name()
        self.setStyleSheet(
            f"#status-line {{ background: {panel}; border-top: 1px solid {line}; }}"
            f" QLabel {{ color: {muted}; }}"
            f" QToolButton {{ background: transparent; border: 1px solid transparent;"
            f" color: {muted}; padding: 0 4px; min-height: 16px; }}"
            f" QToolButton:hover {{ color: {theme.text.name()}; }}"
            f" QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
        )
        self.times.show_theme(theme)

    def show_kind(self, text: str) -> None:
        """What is open and how."""
        self._kind.setText(text)

    def show_amount(self, events: int | None, sessions: int) -> None:
        """How much there is; the number of events may still be unknown."""
        amount = count(sessions, "session")
        self._amount.setText(amount if events is None else f"{count(events, 'event')} in {amount}")

    def show_times(self, text: str) -> None:
        """How times are shown."""
        self.times.setText(text)
        self.times.setAccessibleDescription(text)

    def show_loaded(self, text: str) -> None:
        """How long reading took."""
        self._loaded.setText(text)

    def show_what_if(self, text: str) -> None:
        """Say what holds while what is shown is a what-if; nothing otherwise."""
        self._what_if.setText(text)
        self._what_if.setVisible(bool(text))

    def show_part(self, text: str) -> None:
        """Which part of a linked session the playhead is in; nothing for another session."""
        self._part.setText(plain(text, limit=80))
        self._part.setVisible(bool(text))

    def clear(self) -> None:
        """Nothing is open."""
        self.show_part("")
        for label in (self._kind, self._amount, self._loaded):
            label.setText("")
