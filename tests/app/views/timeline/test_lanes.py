from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.theme import DARK
from app.views.timeline.bins import column_positions
from app.views.timeline.lanes import LaneTrack, is_dense, lane_count, lanes_of
from app.views.timeline.scene import Scene
from core.events.schema import EventType
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog, count_before
from core.replay.playback import Playhead
from tests.app.views.timeline.scenes import (
    LEFT,
    WIDTH,
    canvas,
    half_read,
    pixels_of,
    scene_of,
)
from tests.builders import START, chat, claim, event, log_of, viewed

RECT = QRect(0, 0, LEFT + WIDTH + 104, 7 * 18)
START_US = int(START.timestamp()) * 1_000_000


def painted(scene: Scene, rect: QRect = RECT) -> QImage:
    pixmap, painter = canvas(rect.width(), rect.height())
    LaneTrack().paint(painter, rect, scene)
    painter.end()
    return pixmap.toImage()


def lane_rect(number: int, count: int = 7) -> QRect:
    height = RECT.height() // count
    return QRect(LEFT, number * height, WIDTH, height)


def ticks(image: QImage, event_type: str, number: int) -> list[int]:
    """The px, from the plot's left, that a lane's colour fills."""
    found = pixels_of(image, DARK.type_colour(event_type), lane_rect(number))
    return [int(column) for column in np.flatnonzero(found.any(axis=0))]


def study() -> SessionLog:
    return log_of(
        [
            viewed("raft", seconds=0),
            chat("raft", seconds=150),
            claim("cl-1", "raft", seconds=300),
            viewed("paxos", seconds=600),
        ]
    )


def test_every_known_type_has_a_lane_in_the_order_of_types() -> None:
    """Otherwise lanes would jump about from one session to the next."""
    lanes = lanes_of(log_of([claim("cl-1")]))
    assert [lane.name for lane in lanes] == list(EventType)


def test_a_few_unknown_types_have_lanes_of_their_own() -> None:
    log = log_of([event("Zap"), event("Quiz"), viewed("raft")])
    assert [lane.name for lane in lanes_of(log)][7:] == ["Zap", "Quiz"]


def test_many_unknown_types_share_one_lane_that_loses_none_of_their_events() -> None:
    log = log_of([event(f"Type{n}", seconds=n) for n in range(5)] + [viewed("raft", seconds=9)])
    lanes = lanes_of(log)
    assert len(lanes) == lane_count(log) == 8
    assert lanes[-1].name == "Other types"
    assert lanes[-1].events.tolist() == [0, 1, 2, 3, 4]


def test_events_that_are_not_read_yet_are_of_no_lane() -> None:
    log = half_read(log_of([event(f"Type{n}", seconds=n) for n in range(8)]))
    assert [len(lane.events) for lane in lanes_of(log)][-1] == 4


@pytest.mark.parametrize("mode", list(AxisMode))
def test_each_event_is_in_exactly_one_column(mode: AxisMode) -> None:
    """The first and the last lie on the very edges, and would be lost by a half-open range."""
    log = log_of([viewed("a", seconds=s) for s in (0, 0, 1, 5, 5, 400, 900, 901, 901)])
    scene = scene_of(log, mode=mode)
    starts = count_before(log.events_by_kind[0], column_positions(scene))
    assert (starts[0], starts[-1]) == (0, len(log))
    assert np.diff(starts).sum() == len(log)


def test_a_tick_is_two_px_wide_where_its_event_lies(qtbot: QtBot) -> None:
    image = painted(scene_of(study()))
    assert ticks(image, EventType.CHAT_MESSAGE_CREATED, 2) == [149, 150]
    assert ticks(image, EventType.USER_VIEWED, 0) == [0, 1, WIDTH - 2, WIDTH - 1]
    assert ticks(image, EventType.USER_HIGHLIGHTED, 1) == []


def test_events_outside_the_range_are_not_drawn(qtbot: QtBot) -> None:
    image = painted(scene_of(study(), shown=(200.0, 400.0)))
    assert ticks(image, EventType.CLAIM_UPSERTED, 4) == [299, 300]
    assert ticks(image, EventType.USER_VIEWED, 0) == []


def test_where_events_are_dense_higher_columns_hold_more_of_them(qtbot: QtBot) -> None:
    seconds = [n / 10 for n in range(4000)] + [500 + n / 100 for n in range(40_000)]
    log = log_of([viewed("raft", seconds=s) for s in seconds[::8]])
    scene = scene_of(log)
    assert is_dense(np.diff(count_before(log.events_by_kind[0], column_positions(scene))))
    lane = painted(scene).copy(lane_rect(0))
    ground = pixels_of(lane, DARK.panel)
    filled = (~ground).sum(axis=0)
    assert filled[50] < filled[500]


def test_the_right_gutter_counts_what_is_visible(qtbot: QtBot) -> None:
    """The numbers are read beside the lanes: they must follow the range."""
    log = study()
    gutter = QRect(LEFT + WIDTH, 0, 104, RECT.height() // 7)
    whole, part = (painted(scene_of(log, shown=s)).copy(gutter) for s in (None, (200.0, 400.0)))
    assert whole != part


def test_a_tick_tells_its_event_and_leads_to_it() -> None:
    track, scene = LaneTrack(), scene_of(study())
    hit = track.hit(QPoint(LEFT + 153, lane_rect(2).center().y()), RECT, scene)
    assert hit is not None
    assert hit.text == "#2 ChatMessageCreated · 09:02:30.000 · user-ada · chat_message m-1"
    assert hit.seek == Playhead(2, START_US + 150_000_000)


@pytest.mark.parametrize(("off", "is_meant"), [(-5, False), (-4, True), (4, True), (6, False)])
def test_only_near_a_tick_the_pointer_means_it(off: int, *, is_meant: bool) -> None:
    track, scene = LaneTrack(), scene_of(study())
    hit = track.hit(QPoint(LEFT + 149 + off, lane_rect(2).center().y()), RECT, scene)
    assert (hit is not None) is is_meant


def test_events_on_one_px_are_all_told() -> None:
    log = log_of([viewed(f"c-{n}", seconds=10) for n in range(7)] + [viewed("z", seconds=900)])
    hit = LaneTrack().hit(QPoint(LEFT + 1, 5), RECT, scene_of(log))
    assert hit is not None
    assert hit.text.splitlines()[0].startswith("#1 UserViewed · 09:00:10.000")
    assert hit.text.splitlines()[-1] == "and 3 more events"


def test_a_dense_column_tells_how_many_and_from_when_to_when() -> None:
    log = log_of([viewed("raft", seconds=n) for n in range(3600)])
    scene = scene_of(log, width=60)
    hit = LaneTrack().hit(QPoint(LEFT + 30, 5), RECT, scene)
    assert hit is not None
    assert hit.seek is None
    assert hit.text == "60 UserViewed between 09:29:59 and 09:30:59"


def test_the_gutter_tells_the_full_name_of_a_lane() -> None:
    hit = LaneTrack().hit(QPoint(20, lane_rect(5).center().y()), RECT, scene_of(study()))
    assert hit is not None
    assert hit.text == "RecommendationGenerated · 0 events"


def test_what_a_log_says_is_told_without_control_characters() -> None:
    """Such text could hide what follows it, or turn it around."""
    odd = event("Zap\u202eevil\n<b>", actor="<i>ada</i>")
    rect = QRect(0, 0, RECT.width(), 8 * 18)
    scene = scene_of(log_of([odd, viewed("a", seconds=9)]))
    hit = LaneTrack().hit(QPoint(LEFT + 1, rect.bottom() - 9), rect, scene)
    assert hit is not None
    assert hit.text == "#1 Zap\ufffdevil <b> · 09:00:00.000 · <i>ada</i>"
