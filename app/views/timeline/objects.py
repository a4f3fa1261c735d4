"""The track of objects: a bar for each, from its first touch on, with a tick for every touch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter

from app.text import clock, count, plain
from app.theme import SPACE
from app.views.contrast import mixed, readable
from app.views.timeline import track_text
from app.views.timeline.bins import column_positions
from app.views.timeline.object_choice import Choice, choose
from app.views.timeline.scene import Hit, Margin, Scene
from app.views.touch_colours import touch_colour
from core.events.contributions import Touch
from core.late_dataclass import dataclass
from core.replay.columns import Int32, Int64, SessionLog, count_before
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
_NAMES_KEPT = 4_096


@dataclass(frozen=True, eq=False)
class _Bar:
    """An object's row; ``own`` are its touches, of all in the log, by index.

    ``start`` is where the bar begins and ``columns`` are where a touch is, in px from the plot's
    left edge. ``body`` is the bar itself, ``shown`` what there is room for of its name, and
    ``label`` where that stands.
    """

    name: str
    touch: Touch
    own: Int32
    start: int
    columns: Int64
    body: QRect
    label: QRect
    shown: str


@dataclass(frozen=True, eq=False)
class _Layout:
    """What is shown of a scene in a rectangle; ``made`` is how many touches lie left of each column
    and at the end, ``more`` how many objects there is no row for."""

    scene: Scene
    rect: QRect
    made: Int32
    bars: tuple[_Bar, ...]
    more: int


class ObjectTrack:
    """The objects in play in the visible range, as many as there are rows for."""

    def __init__(self) -> None:
        self._layout: _Layout | None = None
        self._choice: Choice | None = None
        self._names: dict[int, str] = {}

    def height(self, available: int, scene: Scene | None) -> int:
        """A row for each object of the session, as far as there is room, two at least."""
        objects = 0 if scene is None or scene.index is None else len(scene.log.first_touches)
        wanted = max(objects, LEAST_ROWS) * ROW_HEIGHT
        return wanted if wanted <= available else max(LEAST_ROWS * LEAST_ROW_HEIGHT, available)

    def shows(self, scene: Scene) -> tuple[object, ...]:
        """See `Track`. Rules choose none of them."""
        return scene.log, scene.index is None

    def paint(self, painter: QPainter, rect: QRect, scene: Scene) -> None:
        """Paint the rows."""
        layout = self._laid_out(rect, scene)
        for row in range(_rows(rect)):
            painter.fillRect(_row_rect(row, rect, scene), scene.theme.panel)
        for bar in layout.bars:
            _paint_bar(painter, bar, scene)
        if not layout.bars:
            track_text.paint_message(painter, _plot(rect, scene), scene, _empty_text(scene))

    def margins(self, rect: QRect, scene: Scene) -> tuple[Margin, ...]:
        """See `Track`."""
        more = self._laid_out(rect, scene).more
        note = f"+{more:,} more" if more else ""
        return (track_text.title_margin(rect.top(), scene, title=TITLE, note=note),)

    def words(self, rect: QRect, scene: Scene) -> list[QRect]:
        """Where words stand in the plot, which nothing should be painted over."""
        bars = self._laid_out(rect, scene).bars
        if not bars:
            return [track_text.message_rect(_plot(rect, scene), _empty_text(scene))]
        return [bar.label for bar in bars]

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
        return _hit(bar, column, layout) if column >= bar.start - _REACH else None

    def _laid_out(self, rect: QRect, scene: Scene) -> _Layout:
        known = self._layout
        if known is None or known.scene is not scene or known.rect != rect:
            known = self._layout = self._new_layout(QRect(rect), scene)
        return known

    def _new_layout(self, rect: QRect, scene: Scene) -> _Layout:
        log = scene.log
        index = scene.index
        if index is None or not len(log.touches.event):
            return _Layout(scene, rect, np.zeros(0, np.int32), (), 0)
        made = count_before(log.touches.event, column_positions(scene)).astype(np.int32)
        choice = self._chosen(log, (int(made[0]), int(made[-1])), _rows(rect))
        visible = made[[0, -1]]
        bars = tuple(
            _bar(code, self._name(code, log), log, made, visible, _row_rect(row, rect, scene))
            for row, code in enumerate(choice.objects)
        )
        return _Layout(scene, rect, made, bars, choice.total - len(bars))

    def _chosen(self, log: SessionLog, visible: tuple[int, int], rows: int) -> Choice:
        known = self._choice
        if known is None or (known.log, known.visible, known.rows) != (log, visible, rows):
            if known is None or known.log is not log or len(self._names) > _NAMES_KEPT:
                self._names.clear()
            known = self._choice = choose(log, visible, rows)
        return known

    def _name(self, code: int, log: SessionLog) -> str:
        if code not in self._names:
            self._names[code] = plain(" ".join(log.object_keys[code]), limit=_NAME)
        return self._names[code]


def _bar(code: int, name: str, log: SessionLog, made: Int32, visible: Int32, row: QRect) -> _Bar:
    order, starts = log.touches_by_object
    own = order[starts[code] : starts[code + 1]]
    before, stop = own.searchsorted(visible).tolist()
    columns = _columns_of(own[before:stop], made)
    start = 0 if before else int(columns[0])
    body = row.adjusted(start, _BAR_INSET, 0, -_BAR_INSET)
    letters, left = track_text.small(), body.left() + _LABEL_AT
    shown = letters.cut(name, body.right() + 1 - SPACE - left)
    label = QRect(left, body.top(), letters.advance(shown), body.height())
    touch = Touch(int(log.touches.touch[own[0]]))
    return _Bar(name, touch, own, start, columns, body, label, shown)


def _columns_of(touches: Int32, made: Int32) -> Int64:
    """The columns that hold any of these touches, all of them visible, ascending."""
    if len(touches) > len(made):
        return np.flatnonzero(np.diff(touches.searchsorted(made)))
    columns = made.searchsorted(touches, side="right") - 1
    return columns if len(columns) < 2 else columns[np.append(True, columns[1:] != columns[:-1])]


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


def _paint_bar(painter: QPainter, bar: _Bar, scene: Scene) -> None:
    theme = scene.theme
    colour = touch_colour(theme, bar.touch)
    shade = mixed(theme.panel, colour, _SHADE[theme.is_dark])
    painter.fillRect(bar.body, shade)
    # A tick of full strength would be read as one more letter of the label.
    behind = readable(mixed(colour, shade, 0.5), theme.text, shade)
    _paint_ticks(painter, bar, scene.left, colour, behind=behind)
    painter.setPen(theme.text)
    track_text.small().write(painter, bar.label, bar.shown)


def _plot(rect: QRect, scene: Scene) -> QRect:
    return QRect(scene.left, rect.top(), scene.width, rect.height())


def _paint_ticks(
    painter: QPainter, bar: _Bar, left: int, colour: QColor, *, behind: QColor
) -> None:
    """Ticks at full strength, but for those behind the label, which must stay readable."""
    x, body = bar.columns + left, bar.body
    first, stop = np.searchsorted(x, (body.left() + _TICK + 1, bar.label.right() + 1)).tolist()
    for ticks, own in ((x[first:stop], behind), (x[:first], colour), (x[stop:], colour)):
        for start, end in _runs(ticks):
            painter.fillRect(start, body.top(), end - start, body.height(), own)


def _runs(ticks: Int64) -> Iterator[tuple[int, int]]:
    """Where ticks that touch each other begin and end (px)."""
    start = end = -1
    for at in ticks.tolist():
        if at > end:
            if end > start:
                yield start, end
            start = at
        end = at + _TICK
    if end > start:
        yield start, end


def _hit(bar: _Bar, column: int, layout: _Layout) -> Hit:
    log, near = layout.scene.log, _touch_near(bar, column, layout)
    number = len(bar.own)
    touches = count(number, "touch") if number == 1 else f"{number:,} touches"
    event = int(log.touches.event[bar.own[near or 0]])
    instant = int(log.times[event])
    time = clock(instant, decimals=0, start=log.start, position=event + 1)
    if near is None:
        return Hit(f"{bar.name} · first {time} · {touches}")
    text = f"{bar.name} · touched {time} · {near + 1:,} of {touches}"
    return Hit(text, seek=Playhead(event + 1, instant))


def _touch_near(bar: _Bar, column: int, layout: _Layout) -> int | None:
    """Which of the object's touches is nearest to a column, None where none is near."""
    if not len(bar.columns):
        return None
    at = int(bar.columns[int(np.argmin(np.abs(bar.columns - column)))])
    if abs(at - column) > _REACH:
        return None
    return int(np.searchsorted(bar.own, layout.made[at + 1], side="left")) - 1
