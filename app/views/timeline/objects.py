"""The track of objects: a bar for each, from its first touch on, with a tick for every touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter

from app.models.touches import TouchTable
from app.text import clock, count, plain
from app.theme import SPACE, Theme
from app.views.contrast import ENOUGH, contrast, mixed
from app.views.timeline import track_text
from app.views.timeline.bins import column_positions
from app.views.timeline.scene import Hit, Scene
from core.events.contributions import Touch
from core.events.schema import EventType
from core.replay.columns import Int64, SessionLog
from core.replay.playback import Playhead

TITLE = "Active objects"
ROW_HEIGHT = 19
LEAST_ROW_HEIGHT = 18
LEAST_ROWS = 2

_GAP = 2
_BAR_INSET = 2
_TICK = 2
_REACH = 4
_SHADE = {True: 0.38, False: 0.36}
_LABEL_AT = 6
_NAME = 80
_ALIGN = Qt.AlignmentFlag
_TYPES = {Touch.CAPTURED: EventType.SOURCE_CAPTURED, Touch.CLAIM: EventType.CLAIM_UPSERTED}


def touch_colour(theme: Theme, touch: Touch) -> QColor:
    """The colour of an object that was touched so: that of the events which do."""
    return theme.type_colour(_TYPES[touch])


@dataclass(frozen=True, eq=False)
class _Bar:
    """An object's row: its number in the table, and the pixel columns that have a touch."""

    number: int
    name: str
    start: float
    columns: Int64


@dataclass(frozen=True, eq=False)
class _Layout:
    scene: Scene
    rect: QRect
    bars: tuple[_Bar, ...]
    more: int


@dataclass(frozen=True, eq=False)
class _Choice:
    """The objects touched most in a range of events, by first touch, and how many have a bar."""

    log: SessionLog
    range: tuple[int, int]
    rows: int
    numbers: tuple[int, ...]
    total: int


class ObjectTrack:
    """The objects in play in the visible range, as many as there are rows for."""

    def __init__(self) -> None:
        self._layout: _Layout | None = None
        self._choice: _Choice | None = None

    def height(self, available: int, scene: Scene | None) -> int:
        """A row for each object of the session, as far as there is room, two at least."""
        objects = 0 if scene is None or scene.index is None else len(TouchTable.of(scene.log))
        least = LEAST_ROWS * LEAST_ROW_HEIGHT
        wanted = max(objects, LEAST_ROWS) * ROW_HEIGHT
        return wanted if wanted <= available else max(least, available)

    def paint(self, painter: QPainter, rect: QRect, scene: Scene) -> None:
        """Paint the rows."""
        layout = self._laid_out(rect, scene)
        for row in range(_rows(rect)):
            painter.fillRect(_row_rect(row, rect, scene), scene.theme.panel)
        for row, bar in enumerate(layout.bars):
            _paint_bar(painter, _row_rect(row, rect, scene), bar, scene)
        note = f"+{layout.more:,} more" if layout.more else ""
        track_text.paint_title(painter, rect.top(), scene, title=TITLE, note=note)
        if not layout.bars:
            plot = rect.adjusted(scene.left, 0, scene.left + scene.width - rect.width(), 0)
            track_text.paint_message(painter, plot, scene, _empty_text(scene))

    def paint_playhead(
        self, painter: QPainter, rect: QRect, scene: Scene, playhead: Playhead
    ) -> None:
        """Nothing: the cursor over the bars says it."""

    def hit(self, point: QPoint, rect: QRect, scene: Scene) -> Hit | None:
        """The object under the pointer; near a touch also that touch."""
        layout = self._laid_out(rect, scene)
        row = (point.y() - rect.top()) * _rows(rect) // max(1, rect.height())
        column = point.x() - scene.left
        if not (0 <= row < len(layout.bars) and 0 <= column < scene.width):
            return None
        bar = layout.bars[row]
        return _hit(bar, column, scene) if column >= bar.start - _REACH else None

    def _laid_out(self, rect: QRect, scene: Scene) -> _Layout:
        known = self._layout
        if known is None or known.scene is not scene or known.rect != rect:
            known = self._layout = self._new_layout(QRect(rect), scene)
        return known

    def _new_layout(self, rect: QRect, scene: Scene) -> _Layout:
        if scene.index is None or scene.width < 1 or not len(scene.log.touches.event):
            return _Layout(scene, rect, (), 0)
        table, bounds = TouchTable.of(scene.log), column_positions(scene)
        choice = self._chosen(table, scene.log, (int(bounds[0]), int(bounds[-1])), _rows(rect))
        bars = tuple(_bar(number, table, bounds, scene) for number in choice.numbers)
        return _Layout(scene, rect, bars, choice.total - len(bars))

    def _chosen(
        self, table: TouchTable, log: SessionLog, visible: tuple[int, int], rows: int
    ) -> _Choice:
        known = self._choice
        if known is None or (known.log, known.range, known.rows) != (log, visible, rows):
            numbers, total = _most_touched(table, log, visible, rows)
            known = self._choice = _Choice(log, visible, rows, numbers, total)
        return known


def _most_touched(
    table: TouchTable, log: SessionLog, visible: tuple[int, int], rows: int
) -> tuple[tuple[int, ...], int]:
    """The objects touched most often within the range, then those before it; and how many of both.

    Their order is that of their first touch.
    """
    begun = int(np.searchsorted(table.first_events, np.int32(visible[1])))
    start, stop = np.searchsorted(log.touches.event, np.array(visible, dtype=np.int32))
    within = np.bincount(table.touched[start:stop], minlength=begun)
    if int(np.count_nonzero(within)) < rows:
        earlier = np.bincount(table.touched[:start], minlength=begun)
        within = within * (int(start) + 1) + earlier
    if begun > rows:
        chosen = np.sort(np.argpartition(-within, rows - 1)[:rows])
    else:
        chosen = np.arange(begun)
    return tuple(chosen.tolist()), begun


def _bar(number: int, table: TouchTable, bounds: Int64, scene: Scene) -> _Bar:
    events = table.events_of(number)
    before = np.searchsorted(events, bounds.astype(np.int32), side="left")
    columns = np.flatnonzero(np.diff(before))
    begun = bool(before[0])
    start = 0.0 if begun else float(columns[0]) if len(columns) else float(scene.width)
    return _Bar(number, plain(" ".join(table.key(number)), limit=_NAME), start, columns)


def _rows(rect: QRect) -> int:
    return max(1, round(rect.height() / ROW_HEIGHT))


def _row_rect(row: int, rect: QRect, scene: Scene) -> QRect:
    top = rect.top() + rect.height() * row // _rows(rect)
    bottom = rect.top() + rect.height() * (row + 1) // _rows(rect)
    return QRect(scene.left, top, scene.width, bottom - top - _GAP)


def _empty_text(scene: Scene) -> str:
    if scene.index is None:
        return track_text.READING
    if not len(scene.log.touches.event):
        return "No objects in this session"
    return "No object yet"


def _paint_bar(painter: QPainter, row: QRect, bar: _Bar, scene: Scene) -> None:
    theme = scene.theme
    colour = touch_colour(theme, TouchTable.of(scene.log).kind_of(bar.number))
    shade = mixed(theme.panel, colour, _SHADE[theme.is_dark])
    body = row.adjusted(round(bar.start), _BAR_INSET, 0, -_BAR_INSET)
    painter.fillRect(body, shade)
    label = body.adjusted(_LABEL_AT, -_BAR_INSET, -SPACE, _BAR_INSET)
    text = track_text.elided(bar.name, track_text.small_metrics(), label.width())
    covered = label.left() + track_text.small_metrics().horizontalAdvance(text)
    _paint_ticks(painter, body, bar, colour=colour, shade=shade, covered=covered, scene=scene)
    painter.setFont(track_text.small_font())
    painter.setPen(theme.text)
    painter.drawText(label, _ALIGN.AlignVCenter | _ALIGN.AlignAbsolute, text)


def _paint_ticks(
    painter: QPainter,
    body: QRect,
    bar: _Bar,
    *,
    colour: QColor,
    shade: QColor,
    covered: int,
    scene: Scene,
) -> None:
    """Ticks at full strength, but for those behind the label, which must stay readable."""
    x = bar.columns + scene.left
    behind = (x > body.left() + _TICK) & (x < covered)
    painter.setPen(Qt.PenStyle.NoPen)
    for columns, brush in (
        (x[behind], _behind_text(colour, shade, scene.theme.text)),
        (x[~behind], colour),
    ):
        painter.setBrush(brush)
        painter.drawRects([QRect(at, body.top(), _TICK, body.height()) for at in columns.tolist()])


def _behind_text(colour: QColor, shade: QColor, text: QColor) -> QColor:
    """The colour, faded into the bar's just as far as text upon it needs."""
    faded = (mixed(colour, shade, step / 10) for step in range(11))
    return next((c for c in faded if contrast(c, text) >= ENOUGH), shade)


def _hit(bar: _Bar, column: int, scene: Scene) -> Hit:
    table = TouchTable.of(scene.log)
    events = table.events_of(bar.number)
    near = _touch_near(bar, events, column, scene)
    if near is None:
        first = clock(int(scene.log.times[events[0]]), decimals=0)
        return Hit(f"{bar.name} · first {first} · {_touches(len(events))}")
    event = int(events[near])
    instant = int(scene.log.times[event])
    text = f"{bar.name} · touched {clock(instant, decimals=0)} · {near + 1:,} of "
    return Hit(text + _touches(len(events)), seek=Playhead(event + 1, instant))


def _touches(number: int) -> str:
    return count(number, "touch") if number == 1 else f"{number:,} touches"


def _touch_near(bar: _Bar, events: np.ndarray, column: int, scene: Scene) -> int | None:
    """Which touch of the object is nearest to a column, None where none is near."""
    if not len(bar.columns):
        return None
    at = int(bar.columns[int(np.argmin(np.abs(bar.columns - column)))])
    if abs(at - column) > _REACH:
        return None
    bound = column_positions(scene)[at + 1]
    return int(np.searchsorted(events, np.int32(bound), side="left")) - 1
