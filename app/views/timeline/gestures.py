"""What the mouse asks for: scrubbing, picking, panning, zooming, changing the range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent

from app.views.timeline.overview import Grip, dragged
from app.views.timeline.picture import Picture
from app.views.timeline.ranges import Range, clamped, panned, zoomed
from app.views.timeline.scene import Scene
from core.late_dataclass import dataclass
from core.replay.playback import Playhead

CLICK = 3
"""How many px a click may move and still be none but a click."""

_NOTCH = 120
_ZOOM = 1.2
"""How much narrower a notch of the wheel makes the range."""
_PAN_SHARE = 0.1
"""How much of the range a notch of the wheel pans."""
_TOUCHPAD_NOTCH = 50
"""How many px on a touchpad are a notch."""

_SHAPES = {
    Grip.LEFT: Qt.CursorShape.SizeHorCursor,
    Grip.RIGHT: Qt.CursorShape.SizeHorCursor,
    Grip.INSIDE: Qt.CursorShape.OpenHandCursor,
    Grip.OUTSIDE: Qt.CursorShape.CrossCursor,
}

Seek = Callable[[Playhead], None]
ShowRange = Callable[[Range], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Whom to tell what is asked for."""

    seek: Seek
    show_range: ShowRange
    select: Callable[[int | None], None]
    drag: Callable[[str, Playhead | None], None] = lambda _name, _where: None
    drop: Callable[[], None] = lambda: None


class Gesture(Protocol):
    """From a press to its release; px are the widget's, ``scene`` is what is shown by then."""

    def moved(self, pixel: float, scene: Scene) -> None:
        """The pointer moved."""
        ...

    def released(self) -> None:
        """The button was let go."""
        ...


@dataclass
class Scrub:
    """Seek along with the pointer; from a snapped press on only once it has left the place."""

    start: float
    seek: Seek
    snapped: bool = False

    def moved(self, pixel: float, scene: Scene) -> None:
        """See `Gesture`."""
        self.snapped = self.snapped and abs(pixel - self.start) <= CLICK
        if not self.snapped:
            self.seek(scene.playhead_at(pixel))

    def released(self) -> None:
        """See `Gesture`."""


@dataclass
class Pick:
    """A click does something with what is under the pointer; a drag scrubs."""

    start: float
    pick: Callable[[], None]
    seek: Seek
    dragging: bool = False

    def moved(self, pixel: float, scene: Scene) -> None:
        """See `Gesture`."""
        self.dragging = self.dragging or abs(pixel - self.start) > CLICK
        if self.dragging:
            self.seek(scene.playhead_at(pixel))

    def released(self) -> None:
        """See `Gesture`."""
        if not self.dragging:
            self.pick()


@dataclass
class Pan:
    """Move what is shown along with the pointer; ``shown`` is the range when it was pressed."""

    start: float
    shown: Range
    show_range: ShowRange

    def moved(self, pixel: float, scene: Scene) -> None:
        """See `Gesture`."""
        per_pixel = (self.shown[1] - self.shown[0]) / scene.width
        self.show_range(panned(scene.axis, self.shown, (self.start - pixel) * per_pixel))

    def released(self) -> None:
        """See `Gesture`."""


@dataclass
class DragRange:
    """Move or resize the range's box on the overview or draw a new one; a click seeks.

    ``whole`` is the overview's scene, ``shown`` the range when it was pressed, ``snap`` what a
    click on a mark leads to.
    """

    start: float
    grip: Grip
    whole: Scene
    shown: Range
    show_range: ShowRange
    seek: Seek
    snap: Playhead | None = None
    dragging: bool = False

    def moved(self, pixel: float, scene: Scene) -> None:
        """See `Gesture`."""
        self.dragging = self.dragging or abs(pixel - self.start) > CLICK
        if not self.dragging:
            return
        ends = self.whole.x_at(self.start), self.whole.x_at(pixel)
        wanted = dragged(self.grip, self.shown, *ends)
        self.show_range(clamped(scene.axis, self._inside(wanted)))

    def _inside(self, wanted: Range) -> Range:
        """An edge that is dragged stops at the end of the axis, it does not push the other."""
        if self.grip is Grip.INSIDE:
            return wanted
        return max(wanted[0], self.whole.x0), min(wanted[1], self.whole.x1)

    def released(self) -> None:
        """See `Gesture`."""
        if not self.dragging:
            self.seek(self.snap or self.whole.playhead_at(self.start))


@dataclass
class DragHandle:
    """Move a handle along with the pointer, with Shift from event to event; a click seeks to it.

    ``scale`` is the scene that it stands on, None where that is the one that is shown by then.
    """

    start: float
    name: str
    seat: Playhead
    wishes: Wishes
    scale: Scene | None = None
    dragging: bool = False

    def moved(self, pixel: float, scene: Scene) -> None:
        """See `Gesture`."""
        self.dragging = self.dragging or abs(pixel - self.start) > CLICK
        if self.dragging:
            playhead = (self.scale or scene).playhead_at(pixel)
            if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
                playhead = _at_event(scene, playhead)
            self.wishes.drag(self.name, playhead)

    def released(self) -> None:
        """See `Gesture`."""
        if self.dragging:
            self.wishes.drop()
        else:
            self.wishes.seek(self.seat)

    def cancelled(self) -> None:
        """It is put back to where it was."""
        if self.dragging:
            self.wishes.drag(self.name, None)
            self.wishes.drop()


def _at_event(scene: Scene, playhead: Playhead) -> Playhead:
    """The event that is nearest in time."""
    times, at = scene.log.times, playhead.position
    near = [place for place in (at - 1, at) if 0 <= place < len(times)]
    if not near:
        return playhead
    nearest = min(near, key=lambda place: abs(int(times[place]) - playhead.instant))
    return Playhead(nearest + 1, int(times[nearest]))


def pressed(point: QPoint, picture: Picture, wishes: Wishes) -> Gesture | None:
    """What a press of the left button begins; a press in a track seeks at once."""
    start, grip, hit = float(point.x()), picture.grip(point), picture.hit(point)
    snap = None if hit is None else hit.seek
    if hit is not None and hit.handle and hit.seek is not None:
        scale = picture.everything if picture.is_overview(point) else None
        return DragHandle(start, hit.handle, hit.seek, wishes, scale)
    if grip is not None:
        return DragRange(
            start=start,
            grip=grip,
            whole=picture.everything,
            shown=picture.shown,
            show_range=wishes.show_range,
            seek=wishes.seek,
            snap=snap,
        )
    if hit is not None and hit.concept is not None:
        concept = None if hit.concept == picture.scene.selected else hit.concept
        return Pick(start, lambda: wishes.select(concept), wishes.seek)
    if picture.is_overview(point) or not picture.is_in_plot(point):
        return None
    wishes.seek(snap or picture.scene.playhead_at(start))
    return Scrub(start, wishes.seek, snapped=snap is not None)


def shape_at(point: QPoint, picture: Picture) -> Qt.CursorShape:
    """The pointer's shape, which says what a press would do."""
    grip, hit = picture.grip(point), picture.hit(point)
    if hit is not None and hit.handle:
        return Qt.CursorShape.SizeHorCursor
    if grip is not None:
        return _SHAPES[grip]
    leads_somewhere = hit is not None and (hit.seek is not None or hit.concept is not None)
    return Qt.CursorShape.PointingHandCursor if leads_somewhere else Qt.CursorShape.ArrowCursor


def turned(event: QWheelEvent, picture: Picture) -> Range:
    """The range that a turn of the wheel asks for: up zooms in about the pointer, sideways or with
    Shift pans."""
    axis, (x0, x1) = picture.scene.axis, picture.shown
    share = _panned_share(event, picture.scene.width)
    if share:
        return panned(axis, picture.shown, share * (x1 - x0))
    about = picture.x_at(event.position().toPoint())
    return zoomed(axis, picture.shown, about=about, factor=_ZOOM ** -_notches_up(event))


def _panned_share(event: QWheelEvent, width: int) -> float:
    """How much of the range it pans on, 0 where it is turned upwards or downwards."""
    pixels, angle = event.pixelDelta(), event.angleDelta()
    delta = angle if pixels.isNull() else pixels
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if abs(delta.x()) <= abs(delta.y()) and not shift:
        return 0.0
    along = delta.x() or delta.y()
    return -along / width if not pixels.isNull() else -along / _NOTCH * _PAN_SHARE


def _notches_up(event: QWheelEvent) -> float:
    angle = event.angleDelta().y()
    return angle / _NOTCH if angle else event.pixelDelta().y() / _TOUCHPAD_NOTCH
