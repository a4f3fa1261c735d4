"""The line over one side of a comparison: its letter, its session, and what it is aligned by."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.theme import DARK, SPACE, Theme, ui_font
from app.views.compare.sides import LETTERS, on_side_colour, side_colour
from app.views.text_views import ElidedLabel, tint

_HEIGHT = 7 * SPACE
_BADGE = QSize(24, 18)


class SideHead(QWidget):
    """`A session-019  ada · 400 events · 5 h 12 m          Aligned at event 41`."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._letter = LETTERS[side]
        self.setObjectName(f"compare-head-{self._letter.lower()}")
        self.setFixedHeight(_HEIGHT)
        self._badge = _Badge(side)
        self._name = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._name.setFont(ui_font(13, weight=QFont.Weight.Bold, tabular=False))
        self._about = ElidedLabel()
        self._aligned = ElidedLabel()
        self._aligned.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (self._name, self._about, self._aligned):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        for label in (self._about, self._aligned):
            label.setFont(ui_font(12))
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._badge)
        row.addWidget(self._name, 0)
        row.addWidget(self._about, 0)
        row.addStretch(1)
        row.addWidget(self._aligned, 0)

    @property
    def text(self) -> str:
        """All that it says."""
        parts = (self._letter, self._name.text(), self._about.text(), self._aligned.text())
        return "  ".join(part for part in parts if part)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self._badge.show_theme(theme)
        tint(self._name, theme.text)
        tint(self._about, theme.muted)
        tint(self._aligned, theme.muted)
        self.update()

    def show_side(self, name: str, about: str, aligned: str) -> None:
        """Show these texts, safe as they are."""
        self._name.setText(name)
        self._about.setText(about)
        self._aligned.setText(aligned)
        self.setAccessibleName(self.text)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.ground)
            painter.fillRect(0, 0, self.width(), 1, self._theme.line)


class _Badge(QWidget):
    def __init__(self, side: int) -> None:
        super().__init__()
        self._side = side
        self._theme = DARK
        self.setFixedSize(_BADGE)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(side_colour(self._theme, self._side))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
            painter.setPen(on_side_colour(self._theme))
            painter.setFont(ui_font(12, weight=QFont.Weight.Bold))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, LETTERS[self._side])
