"""The button that tells whether a running session is followed, and how far one is behind."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton

from app.text import count, duration
from app.theme import DARK, SPACE, Theme

_DOT = 8


class LiveButton(QToolButton):
    """`● Live` while followed, else how many events lie ahead of the playhead; a click follows.

    It is there only for a session that runs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("live-button")
        self.setAccessibleName("Live")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._theme = DARK
        self._live = False
        self.hide()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        left = 3 * SPACE + _DOT
        self.setStyleSheet(f"QToolButton {{ padding-left: {left}px; padding-right: 10px; }}")
        self.update()

    def show_live(self, *, quiet: bool = False) -> None:
        """The session is followed; ``quiet`` where nothing of it has happened for a while."""
        tip = "The playhead stays at the end as events arrive. Any seek leaves it."
        if quiet:
            self._show("Quiet", live=False, tip=f"Nothing happened for two minutes. {tip}")
        else:
            self._show("Live", live=True, tip=f"Live. {tip}")

    def show_behind(self, events: int, microseconds: int) -> None:
        """The session runs, and the playhead is so far behind its end."""
        if events == 0 and microseconds <= 0:
            self._show("Go live", live=False, tip="Follow the session as it runs (End)")
            return
        late = duration(microseconds) if microseconds > 0 else ""
        behind = " · ".join(filter(None, (count(events, "event") if events else "", late)))
        self._show(
            f"{behind} behind",
            live=False,
            tip=f"{behind} behind the running session. Go live (End)",
        )

    def _show(self, text: str, *, live: bool, tip: str) -> None:
        self._live = live
        if self.text() != text:
            self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName("Live" if live else "Go live")
        self.setAccessibleDescription(tip)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme = self._theme
            colour = theme.good if self._live else theme.muted
            dot = QRectF(2 * SPACE + 2, (self.height() - _DOT) / 2, _DOT, _DOT)
            if self._live:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
            else:
                painter.setPen(colour)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                dot.adjust(0.5, 0.5, -0.5, -0.5)
            painter.drawEllipse(dot)
