"""One state of the timeline, laid out: what is painted where, and what lies under a point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QRegion

from app.views.timeline import cursor
from app.views.timeline.bands import Band
from app.views.timeline.curves import ConceptTrack
from app.views.timeline.gaps import hit_gap, paint_gap_lengths, paint_gaps
from app.views.timeline.lanes import LaneTrack, lane_count
from app.views.timeline.layout import Layout, arrange, gutters
from app.views.timeline.objects import ObjectTrack
from app.views.timeline.overview import Grip, Overview, box_of, grip_at
from app.views.timeline.ranges import Range, whole
from app.views.timeline.ruler import paint_ruler
from app.views.timeline.scene import Grid, Hit, Layer, Scene, Track
from app.views.timeline.uncertainty import UncertaintyTrack
from core.late_dataclass import dataclass
from core.replay.playback import Playhead

_LOOP_FILL = 26
_LOOP_EDGE = 170
_LOOP_MARK = 3
_BEFORE_PLOT = 4
"""How far left of the plots anything in them reaches, at the most (px)."""


class Tracks:
    """The painters of the strips; they keep what they worked out from one picture to the next."""

    def __init__(self) -> None:
        self.overview = Overview()
        self.lanes = LaneTrack()
        self.concepts = ConceptTrack()
        self.objects = ObjectTrack()
        self.uncertainty = UncertaintyTrack()
        self._known: tuple[Grid, ...] = ()

    def laid_out(self, scene: Scene, size: QSize, layers: Sequence[Layer] = ()) -> Picture:
        """The picture of a scene; its ``left`` and ``width`` are made to fit the widget's size."""
        left, right = gutters(size.width())
        width = max(1, size.width() - left - right)
        fitted = replace(scene, left=left, width=width, known=self._known)
        x0, x1 = whole(scene.axis)
        everything = replace(fitted, x0=x0, x1=x1)
        self._known = fitted.grid, everything.grid
        layout = arrange(
            size.width(),
            size.height(),
            lanes=lane_count(scene.log),
            objects=lambda available: self.objects.height(available, everything),
            uncertainty=lambda available: self.uncertainty.height(available, everything),
        )
        strips: tuple[tuple[Track, QRect], ...] = (
            (self.lanes, layout.lanes),
            (self.concepts, layout.concepts),
            (self.objects, layout.objects),
            (self.uncertainty, layout.uncertainty),
        )
        shown = tuple(strip for strip in strips if strip[1].height() > 0)
        return Picture(fitted, everything, layout, self, shown, tuple(layers))


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """``scene`` is the visible range, ``everything`` the overview's; ``strips`` go with tracks.

    ``layers`` lie over all of them.
    """

    scene: Scene
    everything: Scene
    layout: Layout
    tracks: Tracks
    strips: tuple[tuple[Track, QRect], ...]
    layers: tuple[Layer, ...] = ()

    @property
    def shown(self) -> Range:
        """The visible range of the axis."""
        return self.scene.x0, self.scene.x1

    # -- painting ---------------------------------------------------------------------------------

    def paint(self, painter: QPainter, loop: tuple[int, int] | None) -> None:
        """Paint all that stays still while the playhead moves."""
        self.paint_tracks(painter)
        self.paint_marks(painter, loop)

    def paint_tracks(self, painter: QPainter) -> None:
        """Paint what the log says; of a long one it takes some time."""
        for band in self.bands():
            painter.save()
            band.paint(painter)
            painter.restore()
        self.paint_gaps(painter, QRegion(self.layout.tracks))

    def bands(self) -> tuple[Band, ...]:
        """What `paint_tracks` paints, each part by itself; they share all of the widget.

        But for the `paint_gaps`, which lie over all of them.
        """
        scene, layout, whole_log = self.scene, self.layout, self.scene.log.whole
        overview, *tracks, ruler = _sharing(
            [layout.overview, *(rect for _, rect in self.strips), layout.ruler]
        )
        shows = scene.theme, self.everything.grid, self.shown, whole_log
        bands = [Band(overview, shows, self._paint_overview)]
        for (track, rect), around in zip(self.strips, tracks, strict=True):
            bands += self._bands_of(track, rect, around)
        return *bands, Band(ruler, (scene.theme, scene.grid, whole_log), self._paint_ruler)

    def _bands_of(self, track: Track, rect: QRect, around: QRect) -> Iterator[Band]:
        """A track in bands: its margins, which mostly stay when the range moves, and the rest."""
        scene, layout, rest = self.scene, self.layout, QRect(around)
        for margin in track.margins(rect, scene):
            area = QRect(rest)
            if margin.is_left:
                rest.setLeft(layout.left - _BEFORE_PLOT)
                area.setRight(rest.left() - 1)
            else:
                rest.setRight(layout.right - 1)
                area.setLeft(layout.right)
            yield Band(area, (scene.theme, *margin.shows), margin.paint)
        shows = scene.theme, scene.grid, *track.shows(scene)
        yield Band(rest, shows, partial(track.paint, rect=rect, scene=scene))

    def paint_gaps(self, painter: QPainter, within: QRegion) -> None:
        """Paint the folded gaps over bands that were painted anew, but not over words."""
        objects, words = self.tracks.objects, list[QRect]()
        for track, rect in self.strips:
            if track is objects:
                words = objects.words(rect, self.scene)
        paint_gaps(painter, self.layout.tracks, self.scene, within=within, around=words)

    def _paint_overview(self, painter: QPainter) -> None:
        lanes = self.tracks.lanes.lanes(self.scene.log)
        self.tracks.overview.paint(
            painter, self.layout.overview, self.everything, lanes=lanes, shown=self.shown
        )

    def _paint_ruler(self, painter: QPainter) -> None:
        paint_ruler(painter, self.layout.ruler, self.scene)
        paint_gap_lengths(painter, self.layout.ruler, self.scene)

    def paint_marks(self, painter: QPainter, loop: tuple[int, int] | None) -> None:
        """Paint what is marked over that: the range that is repeated, and the layers."""
        if loop is not None:
            self._paint_loop(painter, loop)
        for layer in self.layers:
            painter.save()
            layer.paint(painter, self.layout, self.scene, self.everything)
            painter.restore()

    def _paint_loop(self, painter: QPainter, loop: tuple[int, int]) -> None:
        x = self.scene.axis.x_of_instants(loop)
        colour, fill, edge = (QColor(self.scene.theme.accent) for _ in range(3))
        fill.setAlpha(_LOOP_FILL)
        edge.setAlpha(_LOOP_EDGE)
        left, right = (round(end) for end in self.everything.pixels(x).tolist())
        top = self.layout.overview.bottom() + 1
        painter.fillRect(QRect(left, top, max(1, right - left), _LOOP_MARK), colour)
        left, right = (round(end) for end in self.scene.pixels(x).tolist())
        plots = self.layout.plots
        area = QRect(left, plots.top(), max(1, right - left), plots.height())
        painter.fillRect(area.intersected(plots), fill)
        for side in (left, right):
            line = QRect(side, plots.top(), 1, plots.height())
            painter.fillRect(line.intersected(plots.adjusted(0, 0, 1, 0)), edge)

    def paint_playhead(self, painter: QPainter, playhead: Playhead) -> None:
        """Paint the cursor and what follows it, over the still picture."""
        cursor.paint_cursor(
            painter,
            self.layout,
            self.scene.theme.cursor,
            above=cursor.pixel_of(self.everything, playhead),
            below=cursor.pixel_of(self.scene, playhead),
        )
        for track, rect in self.strips:
            painter.save()
            track.paint_playhead(painter, rect, self.scene, playhead)
            painter.restore()

    def followed(self, playhead: Playhead | None) -> QRegion:
        """Where anything is painted for this playhead: around the cursor, and a value beside it."""
        value, reach = self.layout.uncertainty, cursor.REACH
        region = QRegion(self.layout.right, value.top(), value.width(), value.height())
        if playhead is None:
            return region
        bottom = self.layout.ruler.top()
        for scene in (self.everything, self.scene):
            pixel = cursor.pixel_of(scene, playhead)
            if pixel is not None:
                region += QRegion(pixel - reach, 0, 2 * reach + 1, bottom)
        return region

    def pointed(self, pixel: int | None) -> QRegion:
        """Where anything is painted for a pointer at this px."""
        if pixel is None:
            return QRegion()
        tracks = self.layout.tracks
        return QRegion(pixel, tracks.top(), 1, tracks.height()) + QRegion(self.layout.ruler)

    # -- pointing ---------------------------------------------------------------------------------

    def is_overview(self, point: QPoint) -> bool:
        """Whether a point lies in the overview rather than in the tracks."""
        return point.y() <= self.layout.overview.bottom()

    def is_in_plot(self, point: QPoint) -> bool:
        """Whether a point lies between the gutters, whatever its height."""
        return self.layout.left <= point.x() <= self.layout.right

    def grip(self, point: QPoint) -> Grip | None:
        """What of the range's box lies under a point, None outside the overview."""
        if not (self.is_overview(point) and self.is_in_plot(point)):
            return None
        is_all = self.shown == (self.everything.x0, self.everything.x1)
        return grip_at(point.x(), box_of(self.everything, self.shown), whole=is_all)

    def x_at(self, point: QPoint) -> float:
        """The visible x that is nearest to a point, in the overview by the overview's scale."""
        scene = self.everything if self.is_overview(point) else self.scene
        return min(max(scene.x_at(point.x()), self.scene.x0), self.scene.x1)

    def hit(self, point: QPoint) -> Hit | None:
        """What lies under a point."""
        for layer in reversed(self.layers):
            if hit := layer.hit(point, self.layout, self.scene, self.everything):
                return hit
        if self.is_overview(point):
            return self.tracks.overview.hit(point, self.everything)
        for track, rect in self.strips:
            if rect.contains(point):
                hit = track.hit(point, rect, self.scene)
                if hit is not None:
                    return hit
        return hit_gap(point, self.scene) if self.is_in_plot(point) else None


def _sharing(strips: Sequence[QRect]) -> list[QRect]:
    """The strips with what lies between them: each as far as the middle to the next."""
    tops = [0, *((above.bottom() + 1 + below.top()) // 2 for above, below in pairwise(strips))]
    bottoms = [*tops[1:], strips[-1].bottom() + 1]
    return [
        QRect(strip.left(), top, strip.width(), bottom - top)
        for strip, top, bottom in zip(strips, tops, bottoms, strict=True)
    ]
