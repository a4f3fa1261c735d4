"""Late events over the lanes: a hook from where each happened to where the log was when it came."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.models.lateness import Lateness
from app.text import count
from app.views.timeline.lanes import lane_count, strip_of
from app.views.timeline.layout import Layout
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.telling import tell_event
from core.late_dataclass import dataclass
from core.replay.axis import ArrivalAxis
from core.replay.columns import PENDING, Int64, count_before
from core.replay.playback import Playhead

HOOKS_MOST = 60
"""With more marks in view than so many, their lines would hide the lanes: notches alone are."""

NOTCHES_MOST = 600
"""With more, each is a mere dot: in one px after the other nobody could tell more."""

_LOOKED_AT = 20_000
_NOTCH = 4
_REACH = 4
_TOLD = 3


@dataclass(frozen=True, eq=False, slots=True)
class LateLayer:
    """A `Layer` over the lanes.

    A notch at the foot of a late event's lane marks where it happened; a line along the foot leads
    from it to a small arrow head, which stands at the event that the log reached to when it came.
    Over an axis by arrival the notch marks where it came, with a tick of its own, and the arrow
    leads back to where it happened.
    """

    lateness: Lateness

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        if scene.log.session_id != self.lateness.order.log.session_id:
            return
        places, x, feet = self._marks(layout, scene)
        painter.setClipRect(layout.within_plot(layout.lanes).adjusted(-_NOTCH, 0, _NOTCH, 2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marks = list(zip(x.tolist(), feet.tolist(), strict=True))
        back = isinstance(scene.axis, ArrivalAxis)
        if back:
            self._paint_ticks(painter, places, marks, layout, scene)
        if len(marks) <= HOOKS_MOST:
            order = self.lateness.order
            others = order.late[places] if back else order.ahead[places]
            ends = np.clip(_pixels(others.astype(np.int64), scene), -999, scene.left + 9_999)
            painter.setPen(QPen(scene.theme.text, 1.0))
            painter.setBrush(scene.theme.text)
            for (at, foot), end in zip(marks, ends.tolist(), strict=True):
                painter.drawLine(QPointF(at, foot), QPointF(end, foot))
                painter.drawPolygon(_head(QPointF(end, foot), 1 if end >= at else -1))
        painter.setBrush(scene.theme.text)
        if len(marks) <= NOTCHES_MOST:
            painter.setPen(QPen(scene.theme.panel, 1.0))
            for left, foot in marks:
                painter.drawPolygon(_notch(QPointF(left, foot)))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRects([QRect(left - 1, foot - 2, 2, 3) for left, foot in marks])
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_ticks(
        self, painter: QPainter, places: Int64, marks: list[tuple[int, int]], layout: Layout,
        scene: Scene,
    ) -> None:  # fmt: skip
        """What came late has its tick where it came, too: the lanes have it where it happened."""
        kinds = scene.log.kinds[self.lateness.order.late[places]].tolist()
        high = layout.lanes.height() // lane_count(scene.log) - 6
        ticks: dict[int, list[QRect]] = {}
        for (x, foot), kind in zip(marks, kinds, strict=True):
            ticks.setdefault(kind, []).append(QRect(x - 1, foot - high - 2, 2, high))
        painter.setPen(Qt.PenStyle.NoPen)
        for kind, rects in ticks.items():
            name = scene.log.kind_names[kind] if kind != PENDING else ""
            painter.setBrush(scene.theme.type_colour(name))
            painter.drawRects(rects)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """See `Layer`."""
        lanes = layout.within_plot(layout.lanes).adjusted(-_NOTCH, 0, _NOTCH, 2)
        order = self.lateness.order
        if not lanes.contains(point) or scene.log.session_id != order.log.session_id:
            return None
        places, x, feet = self._marks(layout, scene)
        away = np.abs(x - point.x())
        near = np.flatnonzero((away <= _REACH) & (np.abs(feet - _NOTCH / 2 - point.y()) <= _REACH))
        if not len(near):
            return None
        near = near[np.argsort(away[near], kind="stable")]
        events = [int(order.late[places[mark]]) for mark in near.tolist()]
        told = [self._told(scene, event) for event in events[:_TOLD]]
        more = len(events) - _TOLD
        told += [f"and {count(more, 'more late event')}"] if more > 0 else []
        seek = Playhead(events[0] + 1, int(scene.log.times[events[0]]))
        return Hit("\n".join(told), seek)

    def _told(self, scene: Scene, event: int) -> str:
        late = self.lateness.of(event)
        return f"{tell_event(scene.log, event)}\n↶ came {late.words if late else 'late'}"

    def _marks(self, layout: Layout, scene: Scene) -> tuple[Int64, Int64, Int64]:
        """The places (among the late) of events in view, their px, and the feet of their lanes.

        One for each px of a lane; of very many only some are looked at.
        """
        order, axis = self.lateness.order, scene.axis
        if isinstance(axis, ArrivalAxis):
            came = order.late_ranks + 1
            places = np.flatnonzero((came >= scene.x0) & (came <= scene.x1))
        else:
            start, stop = count_before(order.late, scene.positions[[0, -1]]).tolist()
            places = np.arange(max(0, start - 1), min(len(order.late), stop + 1))
        places = places[:: max(1, len(places) // _LOOKED_AT)]
        events = order.late[places].astype(np.int64)
        # Where the log has grown since, late events may be named by places that it no longer has.
        here = events < len(scene.log)
        places, events = places[here], events[here]
        lanes = lane_count(scene.log)
        lane = np.minimum(scene.log.kinds[events].astype(np.int64), lanes - 1)
        if isinstance(axis, ArrivalAxis):
            x = np.rint(scene.pixels(order.late_ranks[places].astype(np.float64) + 1)).astype(
                np.int64
            )
        else:
            x = _pixels(events, scene)
        seen = (x >= scene.left - 1) & (x <= scene.left + scene.width + 1)
        places, x, lane = places[seen], x[seen], lane[seen]
        _, first = np.unique(lane * (scene.width * 4 + 9_999) + x, return_index=True)
        feet = np.array([_foot(layout.lanes, number, lanes) for number in range(lanes)])
        return places[first], x[first], feet[lane[first]]


def _pixels(events: Int64, scene: Scene) -> Int64:
    x = scene.pixels(scene.axis.x_of_positions(events + 1))
    return np.rint(np.clip(x, -99_999, 99_999)).astype(np.int64)


def _foot(lanes: QRect, number: int, count: int) -> int:
    return strip_of(lanes, number, count).bottom() + 1


def _notch(foot: QPointF) -> QPolygonF:
    """A small triangle that stands at the foot of a lane."""
    corners = ((-_NOTCH, 1), (0, -_NOTCH - 1), (_NOTCH, 1))
    return QPolygonF([foot + QPointF(x, y) for x, y in corners])


def _head(tip: QPointF, way: int) -> QPolygonF:
    """The head of an arrow that ends here; ``way`` is 1 for one to the right, -1 to the left."""
    return QPolygonF([tip, tip + QPointF(-5 * way, -2.5), tip + QPointF(-5 * way, 2.5)])
