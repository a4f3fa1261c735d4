"""The ends of the marked range on the timeline: A where it starts, B where it ends."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter

from app import text
from app.theme import ui_font
from app.views.timeline.layout import LABELS, Layout
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.steps import x_of_playhead
from core.late_dataclass import dataclass
from core.replay.playback import Playhead

_TAG, _HIGH = 13, 12
_LINE_ALPHA = 170


@dataclass(frozen=True, slots=True)
class RangeMarks:
    """A layer with a lettered handle for each end that is there.

    It stands in the ruler and in the overview, A right of its moment and B left of it, so that both
    lean into the range; a line across the tracks goes with it.
    """

    a: Playhead | None
    b: Playhead | None

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        for _, end in self._ends():
            pixel = _pixel(scene, end)
            if pixel is not None:
                line = QColor(scene.theme.accent)
                line.setAlpha(_LINE_ALPHA)
                top, bottom = layout.plots.top(), layout.ruler.top() + LABELS
                painter.fillRect(QRect(pixel, top, 1, bottom - top), line)
        for letter, end in self._ends():
            for where, top in _places(layout, scene, everything):
                pixel = _pixel(where, end)
                if pixel is not None:
                    _paint_tag(painter, _tag(letter, pixel, top), letter, scene)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """See `Layer`; a handle leads to its moment."""
        for letter, end in reversed(self._ends()):
            for where, top in _places(layout, scene, everything):
                pixel = _pixel(where, end)
                if pixel is not None and _tag(letter, pixel, top).contains(point):
                    says = f"{letter}: the range {_SAYS[letter]} here\n{told(end)}"
                    return Hit(
                        f"{says}\nDrag it; with Shift from event to event", end, None, letter
                    )
        return None

    def _ends(self) -> list[tuple[str, Playhead]]:
        return [(name, end) for name, end in (("A", self.a), ("B", self.b)) if end is not None]


_SAYS = {"A": "starts", "B": "ends"}


def told(end: Playhead) -> str:
    """A moment in words: when it is, and after how many events."""
    when = f"{text.date_and_clock(end.instant)}{text.zone(end.instant)}"
    return f"{when}, after {text.count(end.position, 'event')}"


def _places(layout: Layout, scene: Scene, everything: Scene) -> tuple[tuple[Scene, int], ...]:
    """The two scales it stands on, each with the top of its tags (px)."""
    return (everything, layout.overview.top()), (scene, layout.ruler.top() + LABELS)


def _pixel(scene: Scene, end: Playhead) -> int | None:
    """Where a moment lies on a scale, None where that is out of sight."""
    x = x_of_playhead(scene.axis, end)
    return (
        round(scene.left + (x - scene.x0) / (scene.x1 - scene.x0) * scene.width)
        if (scene.x0 <= x <= scene.x1)
        else None
    )


def _tag(letter: str, pixel: int, top: int) -> QRect:
    return QRect(pixel if letter == "A" else pixel - _TAG + 1, top, _TAG, _HIGH)


def _paint_tag(painter: QPainter, rect: QRect, letter: str, scene: Scene) -> None:
    # Set apart from what it lies over.
    painter.fillRect(rect.adjusted(-2, 0, 2, 0), scene.theme.ground)
    painter.fillRect(rect, scene.theme.accent)
    painter.setFont(ui_font(10))
    painter.setPen(scene.theme.on_accent)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letter)
