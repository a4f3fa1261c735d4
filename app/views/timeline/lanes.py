"""The lanes: a strip of ticks, or of density, for each type of event."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter

from app import text
from app.theme import Theme
from app.views.lettering import lettering
from app.views.timeline.bins import column_positions, columns_picture
from app.views.timeline.cursor import pixel_of
from app.views.timeline.layout import BESIDE, INSET
from app.views.timeline.scene import Hit, Margin, Scene
from app.views.timeline.telling import fitting, tell_events, tell_span
from core.events.schema import EventType
from core.late_dataclass import dataclass
from core.replay.columns import KNOWN_KINDS, PENDING, Int32, Int64, SessionLog, count_before
from core.replay.playback import Playhead

NEAR = 4
"""How many px from a tick the pointer still means it."""

_TICK = 2
_BROAD = 6
"""How wide the tick is that the cursor stands on (px)."""
_UNKNOWN_LANES = 3
_OTHERS = "Other types"
_DENSE = 3
"""From one event in so many px on a lane shows density."""
_LEAST_SHARE = 0.3
"""How much of a lane's height a column with a single event fills where density is shown."""
_TABLED = 1_024
"""Up to so many events in a column, the height for each number of them is kept."""
_CROWN = 2
"""How many px of a column have the full colour where density is shown."""
_SHORT = {
    EventType.RECOMMENDATION_GENERATED: "Recommend.Generated",
    EventType.SESSION_CONTEXT_UPDATED: "ContextUpdated",
}


@dataclass(frozen=True, eq=False, slots=True)
class Lane:
    """One strip: its type's name, a shorter one, and the indexes of its events, ascending.

    ``event_type`` is None for the lane of all other types.
    """

    name: str
    short: str
    event_type: str | None
    events: Int32

    def colour(self, theme: Theme) -> QColor:
        """The colour of its ticks."""
        return theme.unknown_type if self.event_type is None else theme.type_colour(self.event_type)


def lane_count(log: SessionLog) -> int:
    """How many lanes a log has."""
    unknown = len(log.kind_names) - len(KNOWN_KINDS)
    return len(KNOWN_KINDS) + (unknown if unknown <= _UNKNOWN_LANES else 1)


def lanes_of(log: SessionLog) -> tuple[Lane, ...]:
    """A lane for each known type, and for the others; more than three share one."""
    folded = lane_count(log) < len(log.kind_names)
    own = len(KNOWN_KINDS) if folded else len(log.kind_names)
    lanes = [_lane(log, kind) for kind in range(own)]
    if folded:
        unknown = (log.kinds >= len(KNOWN_KINDS)) & (log.kinds != PENDING)
        events = np.flatnonzero(unknown).astype(np.int32)
        lanes.append(Lane(_OTHERS, _OTHERS, None, events))
    return tuple(lanes)


def _lane(log: SessionLog, kind: int) -> Lane:
    name = log.kind_names[kind]
    shown = text.plain(name, limit=60) or "(no type)"
    short = _SHORT[EventType(name)] if kind < len(KNOWN_KINDS) and name in _SHORT else shown
    return Lane(shown, short, name, log.events_by_kind[kind])


class LaneTrack:
    """All lanes of a log, one below the other."""

    def __init__(self) -> None:
        self._log: SessionLog | None = None
        self._lanes: tuple[Lane, ...] = ()

    def lanes(self, log: SessionLog) -> tuple[Lane, ...]:
        """The lanes of this log, from the top."""
        if log.whole is not self._log:
            self._log, self._lanes = log.whole, lanes_of(log.whole)
        return self._lanes

    def shows(self, scene: Scene) -> tuple[object, ...]:
        """See `Track`. What is left out is in its lane as before."""
        return (scene.log.whole,)

    def paint(self, painter: QPainter, rect: QRect, scene: Scene) -> None:
        """See `Track`."""
        lanes, positions = self.lanes(scene.log), column_positions(scene)
        counts = np.diff([count_before(lane.events, positions) for lane in lanes])
        letters, right = lettering(11), scene.left + scene.width + BESIDE
        painter.setFont(letters.font)
        painter.setPen(scene.theme.muted)
        for number, (lane, shown) in enumerate(
            zip(lanes, counts.sum(axis=1).tolist(), strict=True)
        ):
            strip = strip_of(rect, number, len(lanes))
            plot = QRect(scene.left, strip.top(), scene.width, strip.height())
            painter.fillRect(plot, scene.theme.panel)
            if shown:
                columns = plot.adjusted(0, 2, 0, -2)
                _paint_columns(painter, columns, counts[number], lane.colour(scene.theme))
            letters.put(painter, right, strip.top() + (strip.height() + 1) / 2, f"{shown:,}")

    def margins(self, rect: QRect, scene: Scene) -> tuple[Margin, ...]:
        """See `Track`."""
        names = partial(self._paint_names, rect=rect, scene=scene)
        return (Margin(True, (scene.log.whole,), names),)

    def _paint_names(self, painter: QPainter, rect: QRect, scene: Scene) -> None:
        lanes, letters = self.lanes(scene.log), lettering(11)
        space = scene.left - INSET - BESIDE
        for number, lane in enumerate(lanes):
            row = strip_of(rect, number, len(lanes)).adjusted(0, -1, 0, 2)
            painter.setPen(scene.theme.text if len(lane.events) else scene.theme.muted)
            label = QRect(INSET, row.top(), space, row.height())
            letters.write(painter, label, fitting(letters, space, lane.name, lane.short))

    def paint_playhead(
        self, painter: QPainter, rect: QRect, scene: Scene, playhead: Playhead
    ) -> None:
        """Bring out the event that the cursor stands on, which its line would hide."""
        log, event = scene.log, playhead.position - 1
        pixel = pixel_of(scene, playhead)
        if pixel is None or event < 0 or int(log.times[event]) != playhead.instant:
            return
        number = self._number(log, event)
        if number is not None:
            lane = self.lanes(log)[number]
            strip = strip_of(rect, number, len(self.lanes(log)))
            tick = QRect(pixel - _BROAD // 2, strip.top(), _BROAD, strip.height())
            painter.fillRect(tick, lane.colour(scene.theme))

    def _number(self, log: SessionLog, event: int) -> int | None:
        """Which lane an event is in, None while it has not been read."""
        kind = int(log.kinds[event])
        return None if kind == PENDING else min(kind, len(self.lanes(log)) - 1)

    def height(self, available: int, scene: Scene | None) -> int:
        """All that is left."""
        return available

    def hit(self, point: QPoint, rect: QRect, scene: Scene) -> Hit | None:
        """The event under the pointer, how many there are, or in the gutter the type's total."""
        lanes = self.lanes(scene.log)
        number = (point.y() - rect.top()) * len(lanes) // max(1, rect.height())
        if not 0 <= number < len(lanes):
            return None
        lane = lanes[number]
        if point.x() < scene.left:
            return Hit(f"{lane.name} · {text.count(len(lane.events), 'event')}")
        if point.x() > scene.left + scene.width + NEAR:
            return None
        positions = column_positions(scene)
        starts = count_before(lane.events, positions)
        column = min(point.x() - scene.left, scene.width - 1)
        if is_dense(np.diff(starts)):
            return _hit_column(lane, starts, column, scene)
        return _hit_tick(lane, starts, column, scene)


def strip_of(rect: QRect, number: int, count: int) -> QRect:
    """The strip of a lane, with 2 px of ground below it."""
    top = rect.top() + rect.height() * number // count
    bottom = rect.top() + rect.height() * (number + 1) // count
    return QRect(rect.left(), top, rect.width(), bottom - top - 2)


def is_dense(counts: Int64) -> bool:
    """Whether ticks would run into each other in columns that hold so many events."""
    return int(counts.sum()) * _DENSE > len(counts)


def _paint_columns(painter: QPainter, plot: QRect, counts: Int64, colour: QColor) -> None:
    # In device pixels from top to bottom, so that the steps of density are fine.
    ratio = painter.device().devicePixelRatioF()
    rows = round(plot.height() * ratio)
    if is_dense(counts):
        crown = round(_CROWN * ratio)
        image = columns_picture(_density(counts, rows), rows, colour, crown=crown)
    else:
        image = columns_picture(_ticks(counts, rows), rows, colour)
    painter.drawImage(plot, image)


def _ticks(counts: Int64, rows: int) -> Int64:
    """The top row of each column where every event is a tick of 2 px; ``rows`` is none."""
    tops = np.full(len(counts), rows, dtype=np.int64)
    columns = np.minimum(np.flatnonzero(counts), max(0, len(counts) - _TICK))
    for step in range(min(_TICK, len(counts))):
        tops[columns + step] = 0
    return tops


def _density(counts: Int64, rows: int) -> Int64:
    """The top row of each column, by the logarithm of its count relative to the lane's most."""
    most = int(counts.max())
    if most > _TABLED:
        return _top_of(counts, most, rows)
    return _tops_by_count(most, rows).take(counts)


def _top_of(counts: Int64, most: int, rows: int) -> Int64:
    share = np.log1p(counts) / np.log1p(most)
    filled = np.rint(rows * (_LEAST_SHARE + (1 - _LEAST_SHARE) * share)).astype(np.int64)
    return np.where(counts > 0, rows - filled, rows)


@lru_cache(maxsize=512)
def _tops_by_count(most: int, rows: int) -> Int64:
    return _top_of(np.arange(most + 1), most, rows)


def _hit_column(lane: Lane, starts: Int64, column: int, scene: Scene) -> Hit | None:
    first, stop = int(starts[column]), int(starts[column + 1])
    if stop - first <= 1:
        return _hit_events(lane.events[first:stop], scene) if stop > first else None
    name = lane.name if lane.event_type is not None else "events of other types"
    span = tell_span(scene.log, int(scene.instants[column]), int(scene.instants[column + 1]))
    return Hit(f"{stop - first:,} {name} between {span}")


def _hit_tick(lane: Lane, starts: Int64, column: int, scene: Scene) -> Hit | None:
    """The events in the nearest column that holds any, within `NEAR` px."""
    low, high = max(0, column - NEAR), min(scene.width - 1, column + NEAR)
    held = low + np.flatnonzero(np.diff(starts[low : high + 2]))
    if not len(held):
        return None
    nearest = int(held[np.argmin(np.abs(held - column))])
    return _hit_events(lane.events[starts[nearest] : starts[nearest + 1]], scene)


def _hit_events(events: Int32, scene: Scene) -> Hit:
    first = int(events[0])
    seek = Playhead(first + 1, int(scene.log.times[first]))
    return Hit(tell_events(scene.log, events.astype(np.int64)), seek)
