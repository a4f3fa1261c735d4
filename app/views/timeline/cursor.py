"""What moves over the still picture: the cursor with its head, and the line under the pointer."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from app import text
from app.views.lettering import MIDDLE, lettering
from app.views.timeline.layout import Layout
from app.views.timeline.scene import Scene
from app.views.timeline.steps import x_of_playhead
from app.views.timeline.telling import spans_days
from core.replay.axis import AxisMode
from core.replay.playback import Playhead

REACH = 8
"""How far from the cursor's line anything that follows it reaches (px)."""

_HEAD = 7
_HEAD_TOP = 2
_LINE = 2
_PILL_ROOM = 8


def pixel_of(scene: Scene, playhead: Playhead) -> int | None:
    """The px of the widget where the cursor stands, None where it is out of sight."""
    # All tracks ask for the same one.
    known = scene.cursors
    if playhead not in known:
        known.clear()
        x = x_of_playhead(scene.axis, playhead)
        along = (x - scene.x0) / (scene.x1 - scene.x0) * scene.width
        is_seen = -0.5 <= along <= scene.width + 0.5
        known[playhead] = round(scene.left + along) if is_seen else None
    return known[playhead]


def paint_cursor(
    painter: QPainter, layout: Layout, colour: QColor, *, above: int | None, below: int | None
) -> None:
    """Paint the cursor at the px where it stands in the overview and in the tracks.

    Where both are the same it is one line; else the tracks have a line and a head of their own.
    """
    bottom = layout.ruler.top()
    line = layout.overview.top() - _HEAD_TOP
    if above is not None:
        end = bottom if above == below else layout.overview.bottom() + 1
        painter.fillRect(QRect(above - _LINE // 2, line, _LINE, end - line), colour)
        _paint_head(painter, QPointF(above, layout.overview.top() - _HEAD_TOP), colour, 1.0)
    if below is not None and below != above:
        top = layout.overview.bottom() + 1
        painter.fillRect(QRect(below - _LINE // 2, top, _LINE, bottom - top), colour)
        _paint_head(painter, QPointF(below, top), colour, 0.6)


def _paint_head(painter: QPainter, tip: QPointF, colour: QColor, scale: float) -> None:
    """A flat top with a point below it, like the mark of a tape."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(_head(scale).translated(tip))
    painter.restore()


@cache
def _head(scale: float) -> QPolygonF:
    wide, shoulder, high = _HEAD * scale, 8 * scale, 14 * scale
    corners = ((-wide, 0), (wide, 0), (wide, shoulder), (0, high), (-wide, shoulder))
    return QPolygonF([QPointF(x, y) for x, y in corners])


def paint_pointer(painter: QPainter, layout: Layout, scene: Scene, pixel: int) -> None:
    """Paint the faint line under the pointer, and its time over the ruler."""
    colour = QColor(scene.theme.muted)
    colour.setAlpha(120)
    tracks = layout.tracks
    painter.fillRect(QRect(pixel, tracks.top(), 1, tracks.height()), colour)
    label, letters = pointer_label(scene, pixel), lettering(11)
    width = letters.advance(label) + 2 * _PILL_ROOM
    left = min(max(pixel - width // 2, 0), layout.ruler.right() - width)
    pill = QRect(left, layout.ruler.top(), width, 18)
    painter.fillRect(pill, scene.theme.control)
    painter.setPen(scene.theme.text)
    letters.write(painter, pill, label, along=MIDDLE)


def pointer_label(scene: Scene, pixel: int) -> str:
    """The moment at a px, as exactly as a px tells it."""
    playhead = scene.playhead_at(pixel)
    start, position, instant = scene.log.start, playhead.position, playhead.instant
    if scene.axis.mode.counts:
        by_arrival = scene.axis.mode is AxisMode.ARRIVAL
        arrival = f"arrival {max(0, int(scene.x_at(pixel))):,} · " if by_arrival else ""
        return f"{arrival}#{position:,} · {text.clock(instant, start=start)}"
    seconds = (scene.x1 - scene.x0) / scene.width
    decimals = 0 if seconds >= 1 else 3 if seconds >= 1e-3 else 6
    tell = text.dated if spans_days(scene.log) else text.clock
    return tell(instant, decimals=decimals, start=start, position=position)
