"""The timeline: overview, lanes, curves, objects, uncertainty and ruler under one cursor."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from app import text
from app.theme import DARK, Theme
from app.views.keys import LEAVES_KEYS
from app.views.text_views import tip_of
from app.views.timeline import gestures
from app.views.timeline.cursor import paint_pointer
from app.views.timeline.lanes import lane_count
from app.views.timeline.layout import RIGHT_GUTTER, least_height, low_height
from app.views.timeline.overview import Grip
from app.views.timeline.picture import Picture, Tracks
from app.views.timeline.ranges import Range, clamped, whole
from app.views.timeline.scene import Curve, Layer, Scene
from app.views.timeline.still import StillPicture, painted_nothing
from core.replay.axis import Axis
from core.replay.columns import KNOWN_KINDS, SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playhead

NOTHING = "No session is open"

__all__ = ["RIGHT_GUTTER", "TimelineView"]
_LOW = 600
"""A window that is lower than this (px) has no room for all tracks."""


class TimelineView(QWidget):
    """Shows a log, its context and the playhead on one axis; asks to seek and to move the range.

    All but what follows the playhead is painted into one pixmap, and of that only what changed.
    ``seek_requested`` carries a `Playhead`, ``range_requested`` (x0, x1) of the axis,
    ``concept_selected`` a concept's code or None. ``handle_dragged`` carries what a layer calls a
    handle and where to (a `Playhead`, None to where it was), ``handle_dropped`` ends that.
    """

    seek_requested = Signal(object)
    range_requested = Signal(object)
    concept_selected = Signal(object)
    fit_requested = Signal()
    handle_dragged = Signal(str, object)
    handle_dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._log: SessionLog | None = None
        self._axis: Axis | None = None
        self._index: ContextIndex | None = None
        self._range: Range | None = None
        self._curves: tuple[Curve, ...] = ()
        self._selected: int | None = None
        self._playhead: Playhead | None = None
        self._loop: tuple[int, int] | None = None
        self._tracks = Tracks()
        self._layers: dict[str, Layer] = {}
        self._picture: Picture | None = None
        self._followed = QRegion()
        """Where in the picture something is painted for the playhead."""
        self._painter = StillPicture()
        self._still: QPixmap | None = None
        self._gesture: gestures.Gesture | None = None
        self._pointer: int | None = None
        self._framed = False
        self.setObjectName("timeline")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(LEAVES_KEYS, True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._wishes = gestures.Wishes(
            self.seek_requested.emit,
            self._ask_range,
            self.concept_selected.emit,
            self.handle_dragged.emit,
            self.handle_dropped.emit,
        )
        self._tell_playhead()

    # -- what is shown ----------------------------------------------------------------------------

    def show_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self._repaint()

    def show_times(self) -> None:
        """Tell moments as they are told now."""
        self._repaint()
        self._tell_playhead()

    def show_log(self, log: SessionLog | None) -> None:
        """Show the events of a log, complete or still being read; None is none."""
        before, self._log = self.minimumSizeHint(), log
        self._pointer = None
        if log is None:
            self._range = self._loop = self._playhead = self._gesture = None
            # What they remember of the old log is let go.
            self._tracks = Tracks()
        self._repaint()
        if self.minimumSizeHint() != before:
            self.updateGeometry()
        self._tell_playhead()

    def show_axis(self, axis: Axis) -> None:
        """Lay the log out along this axis."""
        self._axis = axis
        self._repaint_changed()

    def show_index(self, index: ContextIndex | None) -> None:
        """Show the contexts of this index; None while there is none yet."""
        self._index = index
        self._repaint_changed()

    def show_range(self, x0: float, x1: float) -> None:
        """Show this range of the axis, as near as the axis has it."""
        if (x0, x1) != self._range:
            self._range = (x0, x1)
            self._repaint_changed()

    def show_curves(self, curves: tuple[Curve, ...]) -> None:
        """Draw these concepts."""
        if curves != self._curves:
            self._curves = curves
            self._repaint_changed()

    def show_selected(self, concept: int | None) -> None:
        """Bring out the concept with this code."""
        if concept != self._selected:
            self._selected = concept
            self._repaint_changed()

    def show_loop(self, loop: tuple[int, int] | None) -> None:
        """Shade a range of instants (µs)."""
        if loop != self._loop:
            self._loop = loop
            self._repaint_marks()

    def show_layer(self, name: str, layer: Layer | None) -> None:
        """Lay something over the tracks, instead of what had that name; None takes it away."""
        if layer is not None:
            self._layers[name] = layer
        elif self._layers.pop(name, None) is None:
            return
        if self._picture is not None:
            self._picture = replace(self._picture, layers=tuple(self._layers.values()))
        self._repaint_marks()

    def show_playhead(self, playhead: Playhead) -> None:
        """Move the cursor; nothing else is painted anew."""
        if playhead == self._playhead:
            return
        before, self._playhead = self._followed, playhead
        self._followed = QRegion() if self._picture is None else self._picture.followed(playhead)
        if before.isEmpty() or self._followed.isEmpty():
            self.update()
        else:
            self.update(before + self._followed)

    def tell(self, words: str) -> None:
        """Say to those who do not see it where the playhead is, and in these words what is there.

        Not for every frame: who listens cannot follow.
        """
        self._tell_playhead()
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)

    def _tell_playhead(self) -> None:
        name = "Timeline"
        if self._log is not None and self._playhead is not None:
            instant, start = self._playhead.instant, self._log.start if len(self._log) else None
            at = f"{text.clock(instant, start=start)}{text.zone(instant, start=start)}"
            name = f"Timeline, event {self._playhead.position:,} of {len(self._log):,}, {at}"
        if name != self.accessibleName():
            self.setAccessibleName(name)

    # -- painting ---------------------------------------------------------------------------------

    def _repaint(self) -> None:
        """Paint everything anew."""
        self._painter.forget()
        self._repaint_changed()

    def _repaint_changed(self) -> None:
        """Paint anew what shows something else than before."""
        self._picture, self._followed = None, QRegion()
        self._repaint_marks()

    def _repaint_marks(self) -> None:
        """The tracks stay as they are painted; what lies over them is painted anew."""
        self._still = None
        self.update()

    def _shown(self) -> Picture | None:
        """What there is to paint and to point at, None where that is nothing."""
        log, axis = self._log, self._axis
        if self._picture is None and log is not None and len(log) and axis is not None:
            scene = self._scene(log, axis)
            self._picture = self._tracks.laid_out(scene, self.size(), tuple(self._layers.values()))
        return self._picture

    def _scene(self, log: SessionLog, axis: Axis) -> Scene:
        x0, x1 = clamped(axis, self._range or whole(axis))
        # An index of another log than is shown would be asked for events that it does not have.
        fits = self._index is not None and self._index.log.whole is log
        return Scene(
            theme=self._theme,
            # The same events, also where some of them are left out.
            log=self._index.log if fits and self._index is not None else log,
            axis=axis,
            index=self._index if fits else None,
            x0=x0,
            x1=x1,
            left=0,
            width=1,
            curves=self._curves,
            selected=self._selected,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatioF() != ratio:
            self._still = self._painted(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        picture = self._picture
        if picture is None:
            return
        if self._pointer is not None:
            paint_pointer(painter, picture.layout, picture.scene, self._pointer)
        if self._playhead is not None:
            picture.paint_playhead(painter, self._playhead)
        if self._framed:
            painter.setPen(self._theme.accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _painted(self, ratio: float) -> QPixmap:
        """All but what follows the playhead."""
        picture = self._shown()
        if picture is None:
            words = NOTHING if self._log is None else ""
            return painted_nothing(self._theme, self.size(), ratio, words)
        return self._painter.painted(picture, self.size(), ratio, self._loop)

    # -- the pointer ------------------------------------------------------------------------------

    def _ask_range(self, wanted: Range) -> None:
        picture = self._shown()
        if picture is not None and wanted != picture.shown:
            self.range_requested.emit(wanted)

    def _point_at(self, point: QPoint | None) -> None:
        """Move the faint line to the pointer, where that is in a track."""
        picture = self._shown()
        if picture is None:
            return
        in_track = (
            point is not None and picture.is_in_plot(point) and not picture.is_overview(point)
        )
        pixel = point.x() if point is not None and in_track else None
        if pixel != self._pointer:
            self.update(picture.pointed(self._pointer) + picture.pointed(pixel))
            self._pointer = pixel

    def _begin(self, gesture: gestures.Gesture | None) -> None:
        self._gesture = gesture
        moves_box = isinstance(gesture, gestures.DragRange) and gesture.grip is Grip.INSIDE
        if moves_box or isinstance(gesture, gestures.Pan):
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    # -- Qt ---------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            picture = self._shown()
            hit = None if picture is None else picture.hit(event.pos())
            QToolTip.showText(event.globalPos(), tip_of(hit.text if hit else ""), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        picture, point = self._shown(), event.position().toPoint()
        if picture is None or self._gesture is not None:
            return
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and not control:
            self._begin(gestures.pressed(point, picture, self._wishes))
        elif left or event.button() == Qt.MouseButton.MiddleButton:
            pan = gestures.Pan(float(point.x()), picture.shown, self._ask_range)
            self._begin(None if picture.is_overview(point) else pan)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        picture, point = self._shown(), event.position().toPoint()
        if picture is None:
            return
        self._point_at(point)
        if self._gesture is not None:
            self._gesture.moved(event.position().x(), picture.scene)
        else:
            self.setCursor(gestures.shape_at(point, picture))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.released()
        picture = self._shown()
        if picture is not None:
            self.setCursor(gestures.shape_at(event.position().toPoint(), picture))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        gesture = self._gesture
        if event.key() == Qt.Key.Key_Escape and isinstance(gesture, gestures.DragHandle):
            self._gesture = None
            gesture.cancelled()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        picture = self._shown()
        left = event.button() == Qt.MouseButton.LeftButton
        if left and picture is not None and picture.is_in_plot(event.position().toPoint()):
            self.fit_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        picture = self._shown()
        if picture is not None:
            self._ask_range(gestures.turned(event, picture))
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._framed = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._framed = False
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._repaint()

    def sizeHint(self) -> QSize:
        return QSize(720, 616)

    def minimumSizeHint(self) -> QSize:
        lanes = len(KNOWN_KINDS) if self._log is None else lane_count(self._log)
        low = self.window().height() < _LOW
        return QSize(360, low_height(lanes) if low else least_height(lanes))
