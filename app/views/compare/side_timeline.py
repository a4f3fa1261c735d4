"""One side of a comparison: the lanes and the curves of a session on an axis that both share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from app import text
from app.theme import SPACE, Theme
from app.views.compare.sides import LETTERS
from app.views.timeline import gestures
from app.views.timeline.lanes import Lane, LaneTrack, lanes_of
from app.views.timeline.layout import RULER, Layout, gutters
from app.views.timeline.objects import ObjectTrack
from app.views.timeline.overview import Overview
from app.views.timeline.picture import Picture, Tracks
from app.views.timeline.ranges import Range
from app.views.timeline.scene import Hit, Layer, Scene
from app.views.timeline.view import TimelineView
from core.late_dataclass import dataclass
from core.replay.axis import AxisMode
from core.replay.columns import PENDING, SessionLog
from core.replay.playback import Playhead

_TOP = 2
_LEAST_LANE, _MOST_LANE = 12, 18
_LANES_SHARE = 0.34
_LEAST_CURVES = 60
_NEAR = 4
_OUTSIDE = 150


@dataclass(frozen=True, slots=True)
class Mark:
    """An event (index) that stands out, what it is, and whether it parts the sessions."""

    event: int
    text: str
    parts: bool = False


class SideTimeline(TimelineView):
    """A timeline without overview, objects and uncertainty, its lanes those that either side has.

    ``seek_requested`` carries a playhead of the session; by event number its position may lie
    beyond the end, where the other session is longer.
    """

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        self._side = side
        self._kinds: frozenset[str] = frozenset()
        super().__init__(parent)
        self._pixel = 0.0
        self._tracks = SideTracks()
        self.setObjectName(f"compare-timeline-{LETTERS[side].lower()}")
        self._wishes = gestures.Wishes(self._seek, self._ask_range, self.concept_selected.emit)

    def show_log(self, log: SessionLog | None) -> None:
        """See `TimelineView`."""
        super().show_log(log)
        if log is None:
            self._tracks = SideTracks(self._kinds)
            return
        self.show_layer("outside", Outside(log))

    def show_kinds(self, kinds: Collection[str]) -> None:
        """Have lanes for these types of events alone."""
        if frozenset(kinds) != self._kinds:
            self._kinds = frozenset(kinds)
            self._tracks = SideTracks(self._kinds)
            self.updateGeometry()
            self._repaint()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Bring out these events."""
        log = self._log
        kept = () if log is None else tuple(each for each in marks if each.event < len(log))
        self.show_layer("marks", Marks(kept) if kept else None)

    def _seek(self, playhead: Playhead) -> None:
        log, axis, picture = self._log, self._axis, self._shown()
        if log is None or axis is None or picture is None:
            return
        if axis.mode is AxisMode.EVENT and playhead.position >= len(log):
            at = min(max(picture.scene.x_at(self._pixel), 0.0), axis.length)
            playhead = replace(playhead, position=max(playhead.position, int(at)))
        self.seek_requested.emit(playhead)

    def _tell_playhead(self) -> None:
        super()._tell_playhead()
        name = f"Timeline of {LETTERS[self._side]}"
        if self._log is not None and self._playhead is not None:
            instant = self._playhead.instant
            at = f"{text.clock(instant)}{text.zone(instant)}"
            position = min(self._playhead.position, len(self._log))
            name += f", event {position:,} of {len(self._log):,}, {at}"
        self.setAccessibleName(name)

    # -- Qt ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pixel = event.position().x()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pixel = event.position().x()
        super().mouseMoveEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(720, 320)

    def minimumSizeHint(self) -> QSize:
        lanes = max(1, len(self._kinds))
        return QSize(360, lanes * _LEAST_LANE + _LEAST_CURVES + RULER + _TOP + SPACE)


class SideTracks(Tracks):
    """Lanes and curves alone."""

    def __init__(self, kinds: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.overview = _NoOverview()
        self.objects = _NoObjects()
        self.lanes = _ChosenLanes(kinds)

    def laid_out(self, scene: Scene, size: QSize, layers: Sequence[Layer] = ()) -> Picture:
        """See `Tracks`."""
        left, right = gutters(size.width())
        fitted = replace(scene, left=left, width=max(1, size.width() - left - right))
        layout = _arranged(fitted, size, lanes=len(self.lanes.lanes(scene.log)))
        strips = ((self.lanes, layout.lanes), (self.concepts, layout.concepts))
        return Picture(fitted, fitted, layout, self, strips, tuple(layers))


def _arranged(scene: Scene, size: QSize, *, lanes: int) -> Layout:
    """Lanes above, the ruler below, and the curves between."""
    width, height = size.width(), size.height()
    lane = min(max(int(height * _LANES_SHARE) // max(1, lanes), _LEAST_LANE), _MOST_LANE)
    upper = QRect(0, _TOP, width, lanes * lane)
    top, bottom = upper.bottom() + 1 + SPACE, height - RULER
    curves = QRect(0, top, width, max(_LEAST_CURVES, bottom - top))
    below = curves.bottom() + 1
    nothing = QRect(0, below, width, 0)
    return Layout(
        left=scene.left,
        width=scene.width,
        overview=QRect(0, 0, width, 0),
        lanes=upper,
        concepts=curves,
        objects=nothing,
        uncertainty=nothing,
        ruler=QRect(0, below, width, RULER),
    )


class _NoOverview(Overview):
    """Nothing: both sides show the same range."""

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        scene: Scene,
        *,
        lanes: Sequence[Lane],
        shown: Range,
    ) -> None:
        pass

    def hit(self, point: QPoint, scene: Scene) -> Hit | None:
        return None


class _NoObjects(ObjectTrack):
    """Nothing: the panel tells of objects."""

    def words(self, rect: QRect, scene: Scene) -> list[QRect]:
        return []


class _ChosenLanes(LaneTrack):
    """The lanes of some types of events; of all types that are not known, as ever, the last."""

    def __init__(self, kinds: frozenset[str]) -> None:
        super().__init__()
        self._kinds = kinds

    def lanes(self, log: SessionLog) -> tuple[Lane, ...]:
        if log is not self._log:
            self._log = log
            found = lanes_of(log)
            kept = tuple(
                lane for lane in found if lane.event_type is None or lane.event_type in self._kinds
            )
            self._lanes = kept or found[:1]
        return self._lanes

    def paint_playhead(
        self, painter: QPainter, rect: QRect, scene: Scene, playhead: Playhead
    ) -> None:
        # By event number the cursor may stand past the end.
        if playhead.position <= len(scene.log):
            super().paint_playhead(painter, rect, scene, playhead)

    def _number(self, log: SessionLog, event: int) -> int | None:
        kind = int(log.kinds[event])
        if kind == PENDING:
            return None
        name = log.kind_names[kind]
        lanes = [lane.event_type for lane in self.lanes(log)]
        return lanes.index(name) if name in lanes else len(lanes) - 1


@dataclass(frozen=True, eq=False, slots=True)
class Outside:
    """A `Layer`: dims where a session has not begun yet, or has ended."""

    log: SessionLog

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        if not len(self.log):
            return
        positions = [1, len(self.log)]
        first, last = scene.pixels(scene.axis.x_of_positions(positions)).tolist()
        plots, ground = layout.plots, QColor(scene.theme.ground)
        ground.setAlpha(_OUTSIDE)
        start = min(max(round(first), plots.left()), plots.right() + 1)
        end = min(max(round(last) + 2, plots.left()), plots.right() + 1)
        for left, right in ((plots.left(), start), (end, plots.right() + 1)):
            outside = QRect(left, plots.top(), right - left, plots.height())
            painter.fillRect(outside, ground)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """See `Layer`."""
        return None


@dataclass(frozen=True, eq=False, slots=True)
class Marks:
    """A `Layer`: a dashed line at each event that stands out, with a flag at its head."""

    marks: tuple[Mark, ...]

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        for mark in self.marks:
            pixel = _pixel(mark, scene)
            if layout.left <= pixel <= layout.right:
                colour = _colour(mark, scene.theme)
                for top in range(layout.lanes.top(), layout.concepts.bottom(), 6):
                    painter.fillRect(QRect(pixel, top, 1, 3), colour)
                painter.fillRect(QRect(pixel, layout.lanes.top(), 7, 5), colour)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """See `Layer`."""
        for mark in self.marks:
            near = abs(point.x() - _pixel(mark, scene)) <= _NEAR
            if near and layout.lanes.contains(point):
                at = int(scene.log.times[mark.event])
                return Hit(mark.text, Playhead(mark.event + 1, at))
        return None


def _pixel(mark: Mark, scene: Scene) -> int:
    return round(float(scene.pixels(scene.axis.x_of_positions(mark.event + 1))))


def _colour(mark: Mark, theme: Theme) -> QColor:
    return theme.warning if mark.parts else theme.accent
