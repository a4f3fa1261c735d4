"""The folded idle gaps: hatched strips through all tracks, with their lengths at the ruler."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

from app.theme import ui_font
from app.views.timeline.layout import LABELS
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.telling import moment, tell_idle
from core.replay.axis import Gap

_LEAST_STRIP = 3
_HATCH = 8
"""How far apart the lines of the hatching are (px)."""
_LEAST_HATCHED = 4
_BETWEEN = 8
_MOST_LABELS = 40


@dataclass(frozen=True, slots=True)
class Strip:
    """A gap in the picture: its left and right edge (px of the widget)."""

    left: int
    right: int
    gap: Gap


@lru_cache(maxsize=4)
def strips_of(scene: Scene) -> list[Strip]:
    """The visible gaps from the left; as many as there is room for, whatever their number."""
    gaps, per_x = scene.axis.gaps, scene.width / (scene.x1 - scene.x0)
    # Thousands of steps on the way of a frame: a list of numbers is searched three times as fast.
    ends = [gap.x1 for gap in gaps]
    place = bisect_right(ends, scene.x0)
    last = bisect_left(gaps, scene.x1, key=_start)
    least = _LEAST_STRIP if (last - place) * _LEAST_STRIP * 4 < scene.width else 0
    strips: list[Strip] = []
    free, plot_right = scene.left, scene.left + scene.width
    while place < last:
        gap = gaps[place]
        left = max(free, round(scene.left + (gap.x0 - scene.x0) * per_x))
        right = round(scene.left + (gap.x1 - scene.x0) * per_x)
        right = min(plot_right, max(right, left + least))
        if right > left:
            strips.append(Strip(left, right, gap))
        # On to the first gap that ends right of this pixel.
        free = max(left, right)
        place = max(place + 1, bisect_right(ends, scene.x_at(free + 0.5), place, last))
    return strips


def _start(gap: Gap) -> float:
    return gap.x0


def paint_gaps(
    painter: QPainter, tracks: QRect, scene: Scene, *, around: Iterable[QRect] = ()
) -> None:
    """Paint the strips over the plots of the tracks, but around words.

    Crowds of hair-thin ones would only blur.
    """
    words = _all_of(around)
    top, height = tracks.top(), tracks.height()
    wide = [s for s in strips_of(scene) if s.right - s.left >= _LEAST_STRIP]
    areas = [QRect(strip.left, top, strip.right - strip.left, height) for strip in wide]
    ground, line = QColor(scene.theme.track), QColor(scene.theme.muted)
    ground.setAlpha(120)
    line.setAlpha(110)
    painter.save()
    painter.setClipRegion(_all_of(areas) - words)
    painter.fillRect(tracks, ground)
    painter.setClipRegion(_all_of(a for a in areas if a.width() >= _LEAST_HATCHED) - words)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, 1))
    painter.drawLines(_hatching(tracks))
    painter.restore()


def _all_of(areas: Iterable[QRect]) -> QRegion:
    region = QRegion()
    for area in areas:
        region += area
    return region


def _hatching(area: QRect) -> list[QLineF]:
    """Lines across all of an area, rising to the right."""
    high, bottom = area.height(), area.bottom() + 1
    feet = range(area.left() - high, area.right() + 1, _HATCH)
    return [QLineF(foot, bottom, foot + high, area.top()) for foot in feet]


def paint_gap_lengths(painter: QPainter, ruler: QRect, scene: Scene) -> None:
    """Write the gaps' lengths below the labels of the ruler; the longest where all do not fit."""
    painter.setFont(ui_font(10))
    painter.setPen(scene.theme.muted)
    advance = painter.fontMetrics().horizontalAdvance
    top = ruler.top() + LABELS
    taken: list[tuple[int, int]] = []
    longest = sorted(strips_of(scene), key=lambda strip: strip.gap.start - strip.gap.end)
    for strip in longest[:_MOST_LABELS]:
        label = tell_idle(strip.gap.end - strip.gap.start)
        width = advance(label)
        start = (strip.left + strip.right - width) // 2
        start = min(max(start, scene.left), ruler.right() - width)
        if all(start + width + _BETWEEN <= a or b + _BETWEEN <= start for a, b in taken):
            taken.append((start, start + width))
            area = QRect(start, top, width + 1, ruler.bottom() - top)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, label)


def hit_gap(point: QPoint, scene: Scene) -> Hit | None:
    """The gap under the pointer, with its length and its ends."""
    for strip in strips_of(scene):
        if strip.left <= point.x() < strip.right:
            gap, log = strip.gap, scene.log
            ends = f"{moment(log, gap.start, decimals=0)} – {moment(log, gap.end, decimals=0)}"
            return Hit(f"{tell_idle(gap.end - gap.start)} · {ends}")
    return None
