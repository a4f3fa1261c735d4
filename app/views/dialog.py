"""What every dialog has: its column, and at the foot “Cancel” beside what the dialog does."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.theme import SPACE


def primary_button(text: str) -> QPushButton:
    """The button that does what its dialog is for; Enter presses it."""
    button = QPushButton(text)
    button.setDefault(True)
    button.setProperty("primary", True)
    return button


def column_of(dialog: QDialog, *parts: QWidget | QLayout, spacing: int = 3 * SPACE) -> QVBoxLayout:
    """Lay these out below each other; room that is left over is given to what takes it."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
    column.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    return column


def foot_of(dialog: QDialog, accept: QPushButton, *, told: QWidget | None = None) -> QHBoxLayout:
    """What the dialog says of what is chosen, “Cancel”, and the button that accepts."""
    cancel = QPushButton("Cancel")
    cancel.setAutoDefault(False)
    cancel.clicked.connect(dialog.reject)
    foot = QHBoxLayout()
    foot.setSpacing(2 * SPACE)
    if told is None:
        foot.addStretch(1)
    else:
        foot.addWidget(told, 1)
    foot.addWidget(cancel)
    foot.addWidget(accept)
    return foot
