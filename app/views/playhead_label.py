"""Where the playhead is, in as many words as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.text import clock, date_and_clock, is_in_session, offset, zone
from app.text import times as times_told
from app.theme import DARK, Theme
from app.views.lettering import lettering
from app.views.text_views import tip_of
from core.replay.playback import Playback

DETAILS = 6
"""How many forms there are, the first being the fullest."""

_Piece = tuple[str, bool, bool]
"""Text, whether it is bold, whether it is muted."""


class PlayheadLabel(QWidget):
    """`Event 214 / 400 · 10:04:40.901 UTC +01:04:40`, less of it at a higher `show_detail`.

    Its width depends on how long the session is, not on where the playhead is. It is painted with
    every frame, so it paints its ground itself: of what is behind it nothing has to be.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("playhead-label")
        self.setAccessibleName("Playhead")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._theme = DARK
        self._letters = lettering(13), lettering(13, weight=QFont.Weight.DemiBold)
        self._height = QFontMetrics(self._letters[1].font).height()
        self._detail = 0
        self._position = self._total = self._instant = self._start = self._end = 0
        self._lengths: tuple[int, ...] = ()
        self._measured: tuple[object, ...] | None = None

    @property
    def text(self) -> str:
        """What is shown."""
        return "".join(text for text, _, _ in self._pieces())

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.update()

    def show_playback(self, playback: Playback, total: int) -> bool:
        """Show where it is; whether the room that it takes changed with the session."""
        times = playback.times
        self._position, self._total, self._instant = playback.position, total, playback.instant
        self._start, self._end = (int(times[0]), int(times[-1])) if len(times) else (0, 0)
        self.update()
        shown = total, self._start, self._end, times_told()
        if shown == self._measured:
            return False
        # Figures are of one width: only texts of other lengths take other room.
        widest = self._pieces_at(total, self._end, detail=0)
        lengths = tuple(len(text) for text, _, _ in widest)
        changed, self._lengths = lengths != self._lengths, lengths
        self._measured = shown
        if changed:
            self.updateGeometry()
        return changed

    def show_detail(self, detail: int) -> None:
        """Show as much as this form has, from 0 to `DETAILS` - 1."""
        if detail != self._detail:
            self._detail = detail
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        widest = self._pieces_at(self._total, self._end)
        return QSize(sum(self._width(piece) for piece in widest), self._height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _width(self, piece: _Piece) -> int:
        text, bold, _ = piece
        # As figures are of one width, what stands for another moment is measured already.
        return self._letters[bold].advance(text.translate(_AS_ZEROS))

    def _pieces(self) -> list[_Piece]:
        return self._pieces_at(self._position, self._instant)

    def _pieces_at(self, position: int, instant: int, *, detail: int | None = None) -> list[_Piece]:
        detail = self._detail if detail is None else detail
        if not self._total:
            return [("No events", False, True)]
        pieces: list[_Piece] = [("Event ", False, False)] if detail < 2 else []
        if detail < 5:
            pieces.append((f"{position:,}", True, False))
        if detail < 4:
            pieces.append((f" / {self._total:,}", False, False))
        if detail < 5:
            pieces.append(("  ·  ", False, True))
        start = self._start
        told = clock(instant, decimals=3 if detail < 3 else 0, start=start)
        pieces.append((told, True, False))
        if detail < 2:
            pieces.append((zone(instant, start=start), False, False))
        if detail < 1:
            by_start = is_in_session(start=start)
            other = f"{clock(instant, decimals=0)}{zone(instant)}" if by_start else None
            pieces.append((f"  {other or offset(instant - start)}", False, True))
        return pieces

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._total:
            after = offset(self._instant - self._start)
            when = f"{date_and_clock(self._instant)}{zone(self._instant)}"
            told = f"{when}, {after} after the first event"
            QToolTip.showText(event.globalPos(), tip_of(told), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, pieces = self._theme, self._pieces()
        widths = [self._width(piece) for piece in pieces]
        x, middle = self.width() - sum(widths), self.height() / 2
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), theme.panel)
            for (text, bold, muted), width in zip(pieces, widths, strict=True):
                letters = self._letters[bold]
                painter.setFont(letters.font)
                painter.setPen(theme.muted if muted else theme.text)
                letters.put(painter, x, middle, text)
                x += width


_AS_ZEROS = str.maketrans("123456789", "0" * 9)
