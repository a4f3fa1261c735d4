"""The ruler: ticks at round times or event numbers, and labels that never overlap."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from app import text
from app.views.lettering import lettering
from app.views.timeline.layout import BESIDE, INSET, LABELS
from app.views.timeline.scene import Scene
from app.views.timeline.telling import fitting
from core.late_dataclass import dataclass
from core.replay.axis import AxisMode
from core.replay.columns import Int64

MILLISECOND, SECOND, MINUTE = 1_000, 1_000_000, 60_000_000
HOUR, DAY = 60 * MINUTE, 86_400 * SECOND

_STEPS: tuple[int, ...] = (
    *(m * 10**n for n in range(6) for m in (1, 2, 5)),
    *(m * SECOND for m in (1, 2, 5, 10, 15, 30)),
    *(m * MINUTE for m in (1, 2, 5, 10, 15, 30)),
    *(m * HOUR for m in (1, 2, 3, 6, 12)),
    *(m * 10**n * DAY for n in range(7) for m in (1, 2, 5)),
)
_APART = 24
"""The least distance between two labels where ticks are evenly spaced (px)."""
_LEAST_STEP = 72
"""The least distance between two ticks (px)."""
_BETWEEN = 8
"""The least distance between two labels at all (px)."""
_TICK_HEIGHT = 4
_LEAST_INSTANT = round(datetime.min.replace(tzinfo=UTC).timestamp()) * SECOND
_MOST_INSTANT = 253_402_300_799 * SECOND
"""The last second of the year 9999, the last that a date can name."""


Advance = Callable[[str], int]
"""How wide a label is (px)."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the ruler: where it is (px of the widget) and what it says.

    One that names a day where the day changes has its label before those that do not.
    """

    pixel: float
    label: str
    names_day: bool = False


def ticks_of(scene: Scene, advance: Advance) -> list[Tick]:
    """The ticks of the visible range, from the left; some labels may overlap (see `placed`)."""
    if scene.axis.mode.counts:
        return _event_ticks(scene, advance)
    step = _time_step(scene, advance)
    by_session = text.is_in_session(start=scene.log.start, position=0)
    resumed = _resumed(scene) if step < DAY and not by_session else set()
    instants = sorted({*_round_instants(scene, step), *resumed})
    pixels = scene.pixels(scene.axis.x_of_instants(np.array(instants, dtype=np.int64))).tolist()
    if by_session:
        told = (_in_session(scene, instant, step) for instant in instants)
        return [Tick(pixel, label) for pixel, label in zip(pixels, told, strict=True)]
    several_years = _year(int(scene.instants[0])) != _year(int(scene.instants[-1]))
    ticks, day = [], _named_day(scene)
    for pixel, instant in zip(pixels, instants, strict=True):
        label = _label(instant, step, day=day, with_year=several_years)
        if instant in resumed:
            label = _day(instant, with_year=several_years)
        ticks.append(Tick(pixel, label, names_day=text.day(instant) != day))
        day = text.day(instant)
    return ticks


def _in_session(scene: Scene, instant: int, step: int) -> str:
    """The time since the session's start, or how many events had happened by then."""
    decimals = 0 if step >= SECOND else 3 if step >= MILLISECOND else 6
    position = scene.log.position_at(instant)
    told = text.clock(instant, decimals=decimals, start=scene.log.start, position=position)
    return told[:-3] if step >= MINUTE and told.startswith(("+", "-")) else told


def _event_ticks(scene: Scene, advance: Advance) -> list[Tick]:
    per_pixel = (scene.x1 - scene.x0) / scene.width
    room = advance(f"{len(scene.log):,}") + _APART
    wanted = max(1.0, per_pixel * max(room, _LEAST_STEP))
    power: int = 10 ** math.floor(math.log10(wanted))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= wanted)
    first = max(0, int(np.ceil(scene.x0 / step)) * step)
    last = min(len(scene.log), int(scene.x1))
    numbers = range(first, last + 1, step)
    pixels = scene.pixels(np.array(numbers, dtype=np.float64)).tolist()
    return [Tick(p, f"{n:,}") for p, n in zip(pixels, numbers, strict=True)]


def _time_step(scene: Scene, advance: Advance) -> int:
    """The least round step (µs) whose labels have room beside each other."""
    per_pixel = (scene.x1 - scene.x0) / scene.width * SECOND
    some = min(max(int(scene.instants[0]), _LEAST_INSTANT), _MOST_INSTANT)
    for step in _STEPS[bisect_left(_STEPS, per_pixel * _LEAST_STEP) :]:
        room = advance(_label(some, step, day=text.day(some), with_year=True))
        if step >= per_pixel * (room + _APART):
            return step
    return _STEPS[-1]


def _round_instants(scene: Scene, step: int) -> list[int]:
    """The multiples of a step in the visible range, those within folded gaps left out."""
    civil = _civil(scene)
    whole = civil // step
    # A column that holds several of them crosses a gap: what it leaves out lies within it.
    entered = np.flatnonzero(np.diff(whole) > 0) + 1
    instants = whole[entered] * step - (civil - scene.instants)[entered]
    if civil[0] % step == 0:
        instants = np.concatenate([scene.instants[:1], instants])
    instants = instants[(instants >= _LEAST_INSTANT) & (instants <= _MOST_INSTANT)]
    return [instant for instant in instants.tolist() if not _is_folded(scene, instant)]


def _civil(scene: Scene) -> Int64:
    """What is to be round at a tick: the clock of the zone, or the time since the start."""
    if text.is_in_session(start=scene.log.start):
        return scene.instants - scene.log.start
    return text.times().civils(scene.instants)


def _resumed(scene: Scene) -> set[int]:
    """Where the session goes on after a folded gap that lasted into another day."""
    zone, gaps = text.times().zone, (strip.gap for strip in scene.strips)
    return {g.end for g in gaps if g.x1 <= scene.x1 and _crosses_days(g.start, g.end, zone)}


@lru_cache(maxsize=4_096)
def _crosses_days(start: int, end: int, _zone: str) -> bool:
    """See `text.crosses_days`; ``_zone`` is the one that it is asked for in."""
    return text.crosses_days(start, end)


def _is_folded(scene: Scene, instant: int) -> bool:
    gaps = scene.axis.gaps
    place = bisect_left(gaps, instant, key=lambda gap: gap.start) - 1
    return place >= 0 and instant < gaps[place].end


def _named_day(scene: Scene) -> int:
    """The day that the gutter names, so that the first label need not."""
    return text.day(max(int(scene.instants[0]), scene.log.start))


def _label(instant: int, step: int, *, day: int, with_year: bool) -> str:
    """The time as exactly as the step asks for, with its day where that is not ``day``."""
    if step >= DAY:
        return _day(instant, with_year=with_year)
    if step >= MINUTE:
        time = text.clock(instant, decimals=0)[:5]
    elif step >= SECOND:
        time = text.clock(instant, decimals=0)
    else:
        time = text.clock(instant, decimals=3 if step >= MILLISECOND else 6)
    if text.day(instant) == day:
        return time
    name = _day(instant, with_year=with_year)
    return name if text.times().civil(instant) % DAY == 0 else f"{name} {time}"


def _day(instant: int, *, with_year: bool) -> str:
    return text.date(instant) if with_year else text.date(instant).rsplit(" ", 1)[0]


def _year(instant: int) -> str:
    return text.date(min(max(instant, _LEAST_INSTANT), _MOST_INSTANT)).rsplit(" ", 1)[-1]


def placed(ticks: list[Tick], advance: Advance, *, left: int, right: int) -> list[tuple[Tick, int]]:
    """The ticks whose labels have room, each with the left end of its label (px).

    A label is centred on its tick, moved inwards at the ends, and left out where it would come
    near another one.
    """
    shown: list[tuple[Tick, int]] = []
    for tick in sorted(ticks, key=lambda tick: not tick.names_day):
        width = advance(tick.label)
        start = min(max(round(tick.pixel - width / 2), left), right - width)
        if all(
            start + width + _BETWEEN <= other or other + advance(t.label) + _BETWEEN <= start
            for t, other in shown
        ):
            shown.append((tick, start))
    return sorted(shown, key=lambda placed: placed[1])


def paint_ruler(painter: QPainter, rect: QRect, scene: Scene) -> None:
    """Paint marks and labels, and in the gutter the day at the range's start."""
    letters = lettering(11)
    advance = letters.advance
    row = QRect(rect.left(), rect.top() + 2, rect.width(), LABELS - 2)
    painter.setPen(scene.theme.muted)
    space = scene.left - INSET - BESIDE
    title = fitting(letters, space, *_titles(scene))
    letters.write(painter, QRect(INSET, row.top() + 2, space, row.height()), title)
    ends = {"left": INSET + advance(title) + BESIDE, "right": rect.right() - BESIDE}
    for tick, start in placed(ticks_of(scene, advance), advance, **ends):
        mark = QRect(round(tick.pixel), rect.top(), 1, _TICK_HEIGHT)
        painter.fillRect(mark, scene.theme.muted)
        area = QRect(start, row.top() + 2, advance(tick.label) + 1, row.height())
        letters.write(painter, area, tick.label)


def _titles(scene: Scene) -> tuple[str, ...]:
    if scene.axis.mode.counts:
        by_arrival = scene.axis.mode is AxisMode.ARRIVAL
        return ("Order of arrival", "Arrival") if by_arrival else ("Event number", "Event")
    instant = max(int(scene.instants[0]), scene.log.start)
    day = text.date(instant)
    if text.is_in_session(start=scene.log.start, position=0):
        by_start = text.is_in_session(start=scene.log.start)
        return ("Since the start", "Start") if by_start else ("After event", "Event")
    return (f"{day} ·{text.zone(instant)}", day)
