from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect
from pytestqt.qtbot import QtBot

from app.theme import DARK
from app.views.timeline.lanes import lanes_of
from app.views.timeline.overview import (
    PITCH,
    Grip,
    Overview,
    bar_counts,
    bar_pixels,
    box_of,
    dragged,
    grip_at,
)
from app.views.timeline.ranges import clamped, panned, whole, zoomed
from core.events.schema import EventType
from core.replay.axis import AxisMode, axis_of
from tests.app.views.timeline.scenes import LEFT, WIDTH, canvas, half_read, pixels_of, scene_of
from tests.builders import chat, log_of, viewed


def test_the_bars_hold_every_event_once() -> None:
    """An overview that loses events hides what happened."""
    log = log_of([viewed("a", seconds=s % 97) for s in range(500)] + [chat("a", seconds=99)])
    counts = bar_counts(scene_of(log), lanes_of(log))
    assert counts.sum() == len(log)
    assert counts[2].sum() == 1
    assert counts.shape == (8, -(-WIDTH // PITCH))


def test_what_is_not_read_yet_is_counted_apart() -> None:
    """While a long session is read its shape is there from the start."""
    log = half_read(log_of([viewed("a", seconds=s) for s in range(100)]))
    counts = bar_counts(scene_of(log), lanes_of(log))
    assert (counts[0].sum(), counts[-1].sum()) == (50, 50)


def test_bars_are_stacked_by_type_and_never_empty_where_something_happened() -> None:
    counts = np.array([[1, 0, 900], [2, 0, 100], [0, 0, 0]])
    colours = np.array([11, 22, 33, 0], dtype=np.uint32)
    pixels = bar_pixels(counts, colours, height=30)
    assert pixels[:, 1].tolist() == [0] * 30
    assert pixels[-1, 0] in (11, 22)
    assert (pixels[:, 2] == 11).sum() == 27
    assert (pixels[:, 2] == 22).sum() == 3


def test_where_there_are_few_events_each_is_a_unit() -> None:
    pixels = bar_pixels(
        np.array([[2, 1], [0, 1]]), np.array([11, 22, 0], dtype=np.uint32), height=30
    )
    assert (pixels[:, 0] == 11).sum() == 12
    assert (pixels[:, 1] == 22).sum() == 6


def test_pending_events_are_painted_neutral_and_the_range_is_a_box(qtbot: QtBot) -> None:
    log = half_read(log_of([viewed("a", seconds=s) for s in range(100)]))
    scene = scene_of(log)
    pixmap, painter = canvas(LEFT + WIDTH + 104, 40)
    rect = QRect(0, 0, LEFT + WIDTH + 104, 40)
    Overview().paint(painter, rect, scene, lanes=lanes_of(log), shown=(25.0, 50.0))
    painter.end()
    image = pixmap.toImage()
    left, right = (QRect(LEFT + at, 0, WIDTH // 2, 40) for at in (0, WIDTH // 2))
    viewed_colour = DARK.type_colour(EventType.USER_VIEWED)
    assert pixels_of(image, viewed_colour, left).any()
    assert not pixels_of(image, viewed_colour, right).any()
    assert pixels_of(image, DARK.muted, right).any()
    edges = np.flatnonzero(pixels_of(image, DARK.accent, QRect(0, 1, LEFT + WIDTH, 2)).any(axis=0))
    assert edges.tolist() == [302, 303, 451, 452]


def test_a_bar_tells_how_many_events_it_stands_for() -> None:
    log = log_of([viewed("a", seconds=s) for s in range(601)])
    hit = Overview().hit(QPoint(LEFT + 41, 10), scene_of(log))
    assert hit is not None
    assert hit.text == "4 events between 09:00:40 and 09:00:44"


@pytest.mark.parametrize(
    ("pixel", "grip"),
    [
        (94, Grip.OUTSIDE),
        (96, Grip.LEFT),
        (104, Grip.LEFT),
        (150, Grip.INSIDE),
        (196, Grip.RIGHT),
        (204, Grip.RIGHT),
        (206, Grip.OUTSIDE),
    ],
)
def test_what_the_pointer_takes_hold_of(pixel: float, grip: Grip) -> None:
    assert grip_at(pixel, (100, 200), whole=False) is grip


def test_a_narrow_box_can_still_be_moved() -> None:
    assert grip_at(102, (100, 104), whole=False) is Grip.INSIDE


def test_inside_a_box_that_is_everything_a_new_range_begins() -> None:
    """Nothing could be moved there, and there is no outside to begin in."""
    assert grip_at(150, (100, 200), whole=True) is Grip.OUTSIDE


def test_dragging_moves_resizes_or_makes_a_range() -> None:
    assert dragged(Grip.INSIDE, (10, 20), 12, 15) == (13, 23)
    assert dragged(Grip.LEFT, (10, 20), 10, 4) == (4, 20)
    assert dragged(Grip.RIGHT, (10, 20), 20, 4) == (4, 10)
    assert dragged(Grip.OUTSIDE, (10, 20), 50, 40) == (40, 50)


def test_the_box_lies_where_the_range_is() -> None:
    log = log_of([viewed("a", seconds=s) for s in (0, 100)])
    assert box_of(scene_of(log), (25.0, 75.0)) == (LEFT + 150, LEFT + 450)


shares = st.floats(-0.5, 1.5)


@given(
    st.lists(st.integers(0, 5_000_000), min_size=1, max_size=20),
    st.sampled_from(list(AxisMode)),
    shares,
    shares,
    st.floats(1e-7, 1e3),
)
def test_a_range_stays_within_the_axis_and_never_vanishes(
    micros: list[int], mode: AxisMode, one: float, other: float, factor: float
) -> None:
    """Whatever is dragged, zoomed or panned, there is a range to look at."""
    axis = axis_of(log_of([viewed("a", seconds=m / 1e6) for m in micros]), mode)
    start, end = whole(axis)
    shown = clamped(axis, tuple(sorted((one * axis.length, other * axis.length))))
    for x0, x1 in (
        shown,
        panned(axis, shown, one * axis.length),
        zoomed(axis, shown, about=shown[0], factor=factor),
    ):
        assert start - 1e-9 <= x0 < x1 <= end + 1e-9
        assert x1 - x0 >= min(end - start, 1e-3) * (1 - 1e-6)


def test_zooming_keeps_what_is_under_the_pointer() -> None:
    axis = axis_of(log_of([viewed("a", seconds=s) for s in (0, 100)]), AxisMode.TIME)
    assert zoomed(axis, (20.0, 60.0), about=30.0, factor=0.5) == pytest.approx((25.0, 45.0))
