"""The chip that says that what is shown is a what-if, and takes it back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.theme import SPACE, Theme


class WhatIfChip(QWidget):
    """Two buttons in one: to the page of the rules, and back to the session as it was."""

    page_requested = Signal()
    reset_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("what-if-chip")
        self.setAccessibleName("What if")
        self.open = QPushButton("What if")
        self.open.setObjectName("what-if-open")
        self.reset = QPushButton("Reset")
        self.reset.setObjectName("what-if-reset")
        self.reset.setAccessibleName("Reset the what-if")
        self.reset.setToolTip("Show the session as it is under the base rules, with all its events")
        for button in (self.open, self.reset):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.open)
        row.addWidget(self.reset)
        self.open.clicked.connect(self.page_requested)
        self.reset.clicked.connect(self.reset_requested)
        self.hide()

    def show_told(self, told: str) -> None:
        """Show it, its tip telling what is otherwise; nothing hides it."""
        self.setVisible(bool(told))
        self.open.setToolTip(told)
        self.open.setAccessibleName(f"What if: {told}" if told else "What if")

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        warning, ground = theme.warning.name(), theme.raised.name()
        self.setStyleSheet(
            f"QPushButton {{ background: {ground}; color: {warning}; border-color: {warning};"
            f" padding: 3px {2 * SPACE}px; }}"
            f"#what-if-open {{ border-top-right-radius: 0; border-bottom-right-radius: 0; }}"
            f"#what-if-reset {{ border-top-left-radius: 0; border-bottom-left-radius: 0;"
            f" border-left: none; color: {theme.text.name()}; }}"
            f"QPushButton:hover {{ background: {theme.control_hover.name()}; }}"
            f"QPushButton:focus {{ border: 1px solid {theme.accent.name()}; }}"
        )
