"""The transport bar of a comparison: play, step, speed, and where both sessions are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.theme import DARK, SPACE, Theme, ui_font
from app.views.menu_button import MenuButton
from app.views.transport_bar import ActionButton, speed_text
from core.replay.playback import SPEEDS, Playback, Playhead

_BUTTONS = ("start", "previous", "play", "next", "end", "skip-idle", "fit")
_HEIGHT = 46
_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class CompareTransport(QWidget):
    """Buttons for the given actions, by id; ``speed_requested`` carries a float of `SPEEDS`."""

    speed_requested = Signal(object)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare-transport")
        self.setAccessibleName("Transport of both sessions")
        self.setFixedHeight(_HEIGHT)
        self._theme = DARK
        self._buttons = {name: ActionButton(name, actions[name]) for name in _BUTTONS}
        for name, button in self._buttons.items():
            button.setObjectName(f"compare-{name}")
        self._buttons["skip-idle"].show_text(False)
        self._speed = MenuButton("Compare speed")
        self._speed.setAccessibleName("Speed")
        self._speed.setToolTip("Speed")
        self._speed.show_choices({speed: speed_text(speed) for speed in SPEEDS}, 1.0)
        self._speed.chosen.connect(self.speed_requested)
        self.where = TwoPlayheads()
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        row.setSpacing(SPACE)
        for name in ("start", "previous", "play", "next", "end"):
            row.addWidget(self._buttons[name])
        row.addWidget(self._speed)
        row.addWidget(self._buttons["skip-idle"])
        row.addWidget(self.where, 1)
        row.addSpacing(SPACE)
        row.addWidget(self._buttons["fit"])

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        for button in self._buttons.values():
            button.show_theme(theme)
        self._speed.show_theme(theme)
        self._speed.reserve()
        self.where.show_theme(theme)
        self.update()

    def show_playback(self, playback: Playback) -> None:
        """Show how it plays."""
        self._buttons["play"].show_icon("pause" if playback.playing else "play")
        self._speed.show_choice(playback.speed)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(0, 0, self.width(), 1, self._theme.line)


class TwoPlayheads(QWidget):
    """`A 214 / 400 · B 22 / 30  +00:41:12 from the aligned event`, without the end where narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("compare-playhead")
        self.setAccessibleName("Playheads")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._theme = DARK
        self._fonts = ui_font(13), ui_font(13, weight=QFont.Weight.DemiBold)
        self._metrics = tuple(QFontMetrics(font) for font in self._fonts)
        self._pieces: list[tuple[str, bool, bool]] = []
        self._since = ("", "")

    @property
    def text(self) -> str:
        """All that it says."""
        return "".join(text for text, _, _ in self._pieces) + "  " + "".join(self._since)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.update()

    def show_playheads(
        self, playheads: tuple[Playhead, Playhead], totals: tuple[int, int], since: tuple[str, str]
    ) -> None:
        """Show where both are; ``since`` is a time, and from when it counts."""
        pieces: list[tuple[str, bool, bool]] = []
        for letter, at, total in zip("AB", playheads, totals, strict=True):
            pieces += [
                ("  ·  " if pieces else "", False, True),
                (f"{letter} ", False, True),
                (f"{at.position:,}", True, False),
                (f" / {total:,}", False, False),
            ]
        self._pieces, self._since = pieces, since
        self.setAccessibleDescription(self.text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self._metrics[1].height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._metrics[1].height())

    def paintEvent(self, event: QPaintEvent) -> None:
        time, whence = self._since
        endings: tuple[list[tuple[str, bool, bool]], ...] = (
            [(f"   {time}{whence}", False, True)],
            [(f"   {time}", False, True)],
            [],
        )
        for ending in endings:
            pieces = [*self._pieces, *ending]
            taken = sum(self._metrics[bold].horizontalAdvance(text) for text, bold, _ in pieces)
            if taken <= self.width():
                break
        x = max(0, self.width() - taken)
        with QPainter(self) as painter:
            for text, bold, muted in pieces:
                painter.setFont(self._fonts[bold])
                painter.setPen(self._theme.muted if muted else self._theme.text)
                width = self._metrics[bold].horizontalAdvance(text)
                painter.drawText(QRect(x, 0, width + SPACE, self.height()), _FLAGS, text)
                x += width
