"""Bookmarks over the timeline: pennants above the lanes, and marks in the overview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPolygonF

from app import text
from app.views.bookmark_colours import shade
from app.views.contrast import mixed
from app.views.timeline.layout import Layout
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.telling import moment
from core.notes.places import Placed
from core.replay.columns import Float64
from core.replay.playback import Playhead

REACH = 5
"""How many px beside a pennant the pointer still finds it."""

_HALF, _HIGH = 4, 9
_BAR = 3
_OVERVIEW_MARK = 5
_LINE_SHARE = 0.5
_LINES_MOST = 60
"""With more of them in view their lines would hide the charts."""
_TOLD = 4
_NOTE_MOST = 600


class BookmarkLayer:
    """The bookmarks of a session that are in its log; those of one px are painted as one."""

    def __init__(self, bookmarks: Sequence[Placed]) -> None:
        self._marks = [placed for placed in bookmarks if placed.playhead is not None]
        self._starts = _Playheads([placed.playhead for placed in self._marks])
        self._ranges = [placed for placed in self._marks if placed.end is not None]
        self._range_starts = _Playheads([placed.playhead for placed in self._ranges])
        self._range_ends = _Playheads([placed.end for placed in self._ranges])

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        theme, plots = scene.theme, layout.plots
        flags, plot = strip(layout), layout.within_plot(strip(layout))
        bottom = flags.bottom() + 1
        for placed, left, right in self._seen_ranges(scene):
            bar = QRect(left, bottom - _BAR, max(_BAR, right - left), _BAR)
            painter.fillRect(bar.intersected(plot), shade(theme, placed.bookmark.colour))
        seen = list(self._seen(scene))
        for pixel, placed in seen if len(seen) <= _LINES_MOST else ():
            # Opaque: what shines through takes six times as long.
            line = mixed(theme.panel, shade(theme, placed.bookmark.colour), _LINE_SHARE)
            painter.fillRect(QRect(pixel, plots.top(), 1, plots.height()), line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for pixel, placed in seen:
            painter.setBrush(shade(theme, placed.bookmark.colour))
            painter.drawPolygon(_pennant(QPointF(pixel + 0.5, bottom), flags.height()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for pixel, placed in self._seen(everything):
            top = layout.overview.bottom() + 1 - _OVERVIEW_MARK
            mark = QRect(pixel - 1, top, 3, _OVERVIEW_MARK)
            painter.fillRect(mark.adjusted(-1, -1, 1, 0), theme.ground)
            painter.fillRect(mark, shade(theme, placed.bookmark.colour))

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """See `Layer`."""
        overview = layout.overview
        in_overview = overview.bottom() - 2 * _OVERVIEW_MARK < point.y() <= overview.bottom()
        if not in_overview and not strip(layout).contains(point):
            return None
        near = self._near(point.x(), everything if in_overview else scene)
        if not near and not in_overview:
            near = [p for p, left, right in self._seen_ranges(scene) if left <= point.x() <= right]
        if not near:
            return None
        told = "\n".join(_tell(scene, placed) for placed in near[:_TOLD])
        more = len(near) - _TOLD
        told += f"\nand {text.count(more, 'more bookmark')}" if more > 0 else ""
        return Hit(told, seek=near[0].playhead)

    def _near(self, pixel: int, scene: Scene) -> list[Placed]:
        """The bookmarks near a px, the nearest first."""
        away = np.abs(scene.pixels(self._starts.x(scene)) - pixel)
        return [self._marks[i] for i in np.argsort(away, kind="stable") if away[i] <= REACH]

    def _seen(self, scene: Scene) -> Iterator[tuple[int, Placed]]:
        """One bookmark for each px where there are any: the last of them."""
        x = self._starts.x(scene)
        seen = np.flatnonzero((x >= scene.x0) & (x <= scene.x1))
        pixels = np.rint(scene.pixels(x[seen])).astype(np.int64)
        by_pixel = dict(zip(pixels.tolist(), seen.tolist(), strict=True))
        return ((pixel, self._marks[mark]) for pixel, mark in by_pixel.items())

    def _seen_ranges(self, scene: Scene) -> Iterator[tuple[Placed, int, int]]:
        """The bookmarks of a range that is in view, with its ends (px)."""
        x0, x1 = self._range_starts.x(scene), self._range_ends.x(scene)
        seen = np.flatnonzero((x1 >= scene.x0) & (x0 <= scene.x1))
        ends = (np.rint(scene.pixels(np.clip(x[seen], scene.x0, scene.x1))) for x in (x0, x1))
        for mark, left, right in zip(seen.tolist(), *ends, strict=True):
            yield self._ranges[mark], int(left), int(right)


class _Playheads:
    """Where many playheads lie on an axis: `x_of_playhead` of all at once."""

    def __init__(self, playheads: Sequence[Playhead | None]) -> None:
        known = [playhead for playhead in playheads if playhead is not None]
        self._instants = np.array([playhead.instant for playhead in known], dtype=np.int64)
        self._positions = np.array([playhead.position for playhead in known], dtype=np.float64)

    def x(self, scene: Scene) -> Float64:
        """Their x on the scene's axis."""
        axis, positions = scene.axis, self._positions
        x = np.minimum(axis.x_of_instants(self._instants), axis.length)
        if not axis.mode.counts:
            return x
        here, following = axis.x_of_positions(positions), axis.x_of_positions(positions + 1)
        return np.where((here <= x) & (x < following), x, here)


def strip(layout: Layout) -> QRect:
    """Where pennants are: between the overview and the lanes."""
    top, bottom = layout.overview.bottom() + 1, layout.lanes.top()
    return QRect(layout.left - REACH, top, layout.width + 2 * REACH, bottom - top)


def _pennant(foot: QPointF, room: int) -> QPolygonF:
    """A mark with a point below, as high as there is room (px)."""
    high = min(_HIGH, room - 2)
    corners = ((-_HALF, -high), (_HALF, -high), (_HALF, -high / 2), (0, 0), (-_HALF, -high / 2))
    return QPolygonF([foot + QPointF(x, y) for x, y in corners])


def _tell(scene: Scene, placed: Placed) -> str:
    """Its name, when it is, and its note."""
    assert placed.playhead is not None
    bookmark = placed.bookmark
    when = moment(scene.log, placed.playhead.instant)
    if placed.end is not None:
        length = text.duration(placed.end.instant - placed.playhead.instant)
        when = f"{when} · {length}"
    told = f"{text.plain(bookmark.name, limit=120)}\n#{placed.playhead.position:,} · {when}"
    note = "\n".join(text.plain(line) for line in bookmark.note[:_NOTE_MOST].splitlines())
    return f"{told}\n{note}" if note else told
