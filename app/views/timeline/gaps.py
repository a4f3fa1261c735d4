"""The folded idle gaps: hatched strips through all tracks, with their lengths at the ruler."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil

from PySide6.QtCore import QLineF, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QRegion

from app.views.lettering import lettering
from app.views.timeline.layout import LABELS
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.strips import LEAST, Strip
from app.views.timeline.telling import moment, tell_idle

_HATCH = 8
"""How far apart the lines of the hatching are (px)."""
_LEAST_HATCHED = 4
_BETWEEN = 8
_MOST_LABELS = 40


def paint_gaps(
    painter: QPainter,
    tracks: QRect,
    scene: Scene,
    *,
    within: QRegion,
    around: Iterable[QRect] = (),
) -> None:
    """Paint the strips over the plots of the tracks as far as they are ``within``, around words.

    Crowds of hair-thin ones would only blur, and are left out.
    """
    wide = [strip for strip in scene.strips if strip.right - strip.left >= LEAST]
    if not wide:
        return
    ground, line = QColor(scene.theme.track), QColor(scene.theme.muted)
    ground.setAlpha(120)
    line.setAlpha(110)
    ratio = painter.device().devicePixelRatioF()
    painter.save()
    painter.setClipRegion(within.intersected(tracks) - _all_of(around))
    # Two rows of tiles from end to end, since a strip by itself costs a call for each of its rows.
    for tiles in (_grounds(wide, tracks, ratio, ground), _hatchings(wide, tracks, ratio, line)):
        painter.drawTiledPixmap(tracks, tiles)
    painter.restore()


def _grounds(strips: Sequence[Strip], tracks: QRect, ratio: float, colour: QColor) -> QPixmap:
    tiles = _row_of_tiles(tracks.width(), ratio)
    with QPainter(tiles) as painter:
        for strip in strips:
            left = strip.left - tracks.left()
            painter.fillRect(left, 0, strip.right - strip.left, _HATCH, colour)
    return tiles


def _hatchings(strips: Sequence[Strip], tracks: QRect, ratio: float, colour: QColor) -> QPixmap:
    tiles, hatching = _row_of_tiles(tracks.width(), ratio), _hatching(colour.rgba(), ratio)
    with QPainter(tiles) as painter:
        for strip in strips:
            left, width = strip.left - tracks.left(), strip.right - strip.left
            if width >= _LEAST_HATCHED:
                painter.drawTiledPixmap(left, 0, width, _HATCH, hatching, left, 0)
    return tiles


def _row_of_tiles(width: int, ratio: float) -> QPixmap:
    tiles = QPixmap(ceil(width * ratio), round(_HATCH * ratio))
    tiles.setDevicePixelRatio(ratio)
    tiles.fill(Qt.GlobalColor.transparent)
    return tiles


def _all_of(areas: Iterable[QRect]) -> QRegion:
    region = QRegion()
    for area in areas:
        region += area
    return region


@lru_cache(maxsize=8)
def _hatching(colour: int, ratio: float) -> QPixmap:
    """A tile of lines that rise to the right: laid side by side it costs a tenth of the lines."""
    tile = QPixmap(round(_HATCH * ratio), round(_HATCH * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    with QPainter(tile) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor.fromRgba(colour), 1))
        for shift in (-_HATCH, 0, _HATCH):
            painter.drawLine(QLineF(shift - _HATCH, 2 * _HATCH, shift + 2 * _HATCH, -_HATCH))
    return tile


def paint_gap_lengths(painter: QPainter, ruler: QRect, scene: Scene) -> None:
    """Write the gaps' lengths below the labels of the ruler; the longest where all do not fit."""
    letters = lettering(10)
    painter.setPen(scene.theme.muted)
    top = ruler.top() + LABELS
    starts: list[int] = []
    ends: list[int] = []
    longest = sorted(scene.strips, key=lambda strip: strip.gap.start - strip.gap.end)
    for strip in longest[:_MOST_LABELS]:
        label = tell_idle(strip.gap.end - strip.gap.start)
        width = letters.advance(label)
        start = (strip.left + strip.right - width) // 2
        start = min(max(start, scene.left), ruler.right() - width)
        place = bisect_left(starts, start)
        is_free = not place or ends[place - 1] + _BETWEEN <= start
        if is_free and (place == len(starts) or start + width + _BETWEEN <= starts[place]):
            starts.insert(place, start)
            ends.insert(place, start + width)
            area = QRect(start, top, width + 1, ruler.bottom() - top)
            letters.write(painter, area, label)


def hit_gap(point: QPoint, scene: Scene) -> Hit | None:
    """The gap under the pointer, with its length and its ends."""
    for strip in scene.strips:
        if strip.left <= point.x() < strip.right:
            gap, log = strip.gap, scene.log
            ends = f"{moment(log, gap.start, decimals=0)} – {moment(log, gap.end, decimals=0)}"
            return Hit(f"{tell_idle(gap.end - gap.start)} · {ends}")
    return None
