from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from app.theme import DARK, GUTTER, LIGHT, Theme
from app.views.timeline.layout import RIGHT_GUTTER, Layout
from app.views.timeline.picture import Picture, Tracks
from app.views.timeline.ranges import Range
from app.views.timeline.scene import Curve, Hit, Scene
from app.views.timeline.steps import x_of_playhead
from app.views.timeline.view import TimelineView
from core.events.schema import EventType
from core.replay.axis import AxisMode, axis_of
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playhead
from tests.app.views.timeline.scenes import half_read, pixels_of, scene_of
from tests.app.windows import PATIENCE
from tests.builders import START, captured, chat, claim, event, log_of, viewed

WIDTH, HEIGHT = GUTTER + 600 + RIGHT_GUTTER, 616
START_US = int(START.timestamp()) * 1_000_000
LEFT_BUTTON, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def study() -> SessionLog:
    """Ten minutes; the plot is 600 px wide, a px a second."""
    return log_of(
        [
            viewed("raft", name="Raft", seconds=0),
            chat("raft", "paxos", seconds=150),
            captured("paper", "p-1", seconds=200),
            claim("cl-1", "raft", seconds=300),
            viewed("paxos", seconds=450),
            viewed("raft", seconds=600),
        ]
    )


def shown(
    qtbot: QtBot, log: SessionLog, *, mode: AxisMode = AxisMode.TIME, indexed: bool = True
) -> TimelineView:
    """A timeline of a log, as wide as its plot is 600 px."""
    view = TimelineView()
    qtbot.addWidget(view)
    axis = axis_of(log, mode)
    view.resize(WIDTH, HEIGHT)
    view.show_theme(DARK)
    view.show_log(log)
    view.show_axis(axis)
    view.show_index(ContextIndex(log) if indexed else None)
    view.show_range(0.0, axis.length)
    with qtbot.wait_exposed(view, timeout=PATIENCE):
        view.show()
    return view


def picture_of(log: SessionLog, shown_range: Range | None = None) -> Picture:
    """What the view lays out, to know where to point."""
    view_size = QRect(0, 0, WIDTH, HEIGHT).size()
    return Tracks().laid_out(scene_of(log, shown=shown_range), view_size)


def layout_of(log: SessionLog) -> Layout:
    return picture_of(log).layout


def at(layout: Layout, seconds: float, strip: QRect | None = None) -> QPoint:
    """Where a second of the whole session is, in a strip (by default the lowest track)."""
    inside = layout.uncertainty if strip is None else strip
    return QPoint(layout.left + round(seconds), inside.center().y())


def lane_at(layout: Layout, number: int, seconds: float) -> QPoint:
    lane = layout.lanes.height() // 7
    return QPoint(layout.left + round(seconds), layout.lanes.top() + number * lane + lane // 2)


def drag(
    qtbot: QtBot,
    view: TimelineView,
    start: QPoint,
    end: QPoint,
    *,
    button: Qt.MouseButton = LEFT_BUTTON,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    qtbot.mousePress(view, button, keys, start)
    qtbot.mouseMove(view, (start + end) / 2)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, button, keys, end)


def turn(
    view: TimelineView,
    point: QPoint,
    *,
    angle: tuple[int, int] = (0, 0),
    pixels: tuple[int, int] = (0, 0),
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    turned = QWheelEvent(
        QPointF(point),
        QPointF(view.mapToGlobal(point)),
        QPoint(*pixels),
        QPoint(*angle),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, turned)


def caught(signal: object) -> list[object]:
    """What a signal carries from now on."""
    got: list[object] = []
    signal.connect(got.append)  # type: ignore[attr-defined]
    return got


def on_screen(view: TimelineView) -> QImage:
    """What the window shows by now, partial repaints and all."""
    QApplication.processEvents()
    return view.screen().grabWindow(view.winId()).toImage()


def cursor_columns(image: QImage, strip: QRect) -> list[int]:
    line = QRect(strip.left(), strip.top() + 1, strip.width(), 2)
    return [int(c) for c in np.flatnonzero(pixels_of(image, DARK.cursor, line).all(axis=0))]


# -- painting -------------------------------------------------------------------------------------


def empty(qtbot: QtBot, theme: Theme) -> TimelineView:
    view = TimelineView()
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show_theme(theme)
    return view


def test_without_a_log_there_are_words_in_the_middle_of_nothing(qtbot: QtBot) -> None:
    view = empty(qtbot, LIGHT)
    is_ground = pixels_of(view.grab().toImage(), LIGHT.ground)
    assert not is_ground[190:210].all()
    assert is_ground[:190].all() and is_ground[210:].all()
    assert view.accessibleName() == "Timeline"


def test_a_log_that_is_closed_leaves_nothing_behind(qtbot: QtBot) -> None:
    view = shown(qtbot, study())
    view.show_playhead(Playhead(2, START_US + 150_000_000))
    view.show_log(None)
    fresh = empty(qtbot, DARK)
    fresh.resize(view.size())
    assert view.grab().toImage() == fresh.grab().toImage()


def test_the_cursor_is_one_line_through_everything(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_playhead(Playhead(2, START_US + 250_000_000))
    image = view.grab().toImage()
    columns = [layout.left + 249, layout.left + 250]
    for strip in (layout.lanes, layout.objects, layout.uncertainty):
        assert cursor_columns(image, strip) == columns
    below_head = layout.overview.adjusted(0, 20, 0, 0)
    assert cursor_columns(image, below_head) == columns


def test_where_only_a_part_is_visible_the_overview_has_its_own_place(qtbot: QtBot) -> None:
    """The overview shows all of the session: there the same moment lies elsewhere."""
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_range(200.0, 400.0)
    view.show_playhead(Playhead(4, START_US + 300_000_000))
    view.show_playhead(Playhead(3, START_US + 250_000_000))
    image = view.grab().toImage()
    assert cursor_columns(image, layout.uncertainty) == [layout.left + 149, layout.left + 150]
    below_head = layout.overview.adjusted(0, 20, 0, 0)
    assert cursor_columns(image, below_head) == [layout.left + 249, layout.left + 250]


def test_out_of_sight_the_cursor_is_only_in_the_overview(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_range(200.0, 400.0)
    view.show_playhead(Playhead(6, START_US + 600_000_000))
    image = view.grab().toImage()
    assert cursor_columns(image, layout.uncertainty) == []
    assert cursor_columns(image, layout.overview.adjusted(0, 20, 0, 0)) != []


def test_the_event_under_the_cursor_is_seen_in_its_lane(qtbot: QtBot) -> None:
    """Stepping from event to event, one looks for what each of them is."""
    log = log_of(
        [viewed("a"), chat("a", seconds=100), claim("c", seconds=100), viewed("a", seconds=600)]
    )
    view, layout = shown(qtbot, log), layout_of(log)
    at_cursor = QRect(layout.left + 99, layout.lanes.top(), 2, layout.lanes.height())

    def seen() -> list[str]:
        image = view.grab().toImage()
        return [t for t in EventType if pixels_of(image, DARK.type_colour(t), at_cursor).any()]

    view.show_playhead(Playhead(2, START_US + 100_000_000))
    assert seen() == [EventType.CHAT_MESSAGE_CREATED]
    view.show_playhead(Playhead(3, START_US + 100_000_000))
    assert seen() == [EventType.CLAIM_UPSERTED]
    view.show_playhead(Playhead(3, START_US + 100_000_001))
    assert seen() == []


def test_moving_the_cursor_and_the_pointer_leaves_no_trail(qtbot: QtBot) -> None:
    """Only what follows them is painted anew, so each must clean up behind itself."""
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_curves((Curve(0, 0), Curve(1, 1)))
    moments = [Playhead(log.position_at(t), t) for t in range(START_US, log.end, 37_000_000)]
    for moment in moments:
        view.show_playhead(moment)
        qtbot.mouseMove(view, at(layout, 600 - (moment.instant - START_US) / 1e6))
        QApplication.processEvents()
    moved = on_screen(view)
    view.update()
    assert on_screen(view) == moved


def test_a_session_of_one_event_has_it_in_the_middle(qtbot: QtBot) -> None:
    """An axis of no length must not swallow what there is."""
    log = log_of([viewed("raft", name="Raft")])
    view, layout = shown(qtbot, log), layout_of(log)
    image = view.grab().toImage()
    found = pixels_of(image, DARK.type_colour(EventType.USER_VIEWED), layout.lanes)
    columns = np.flatnonzero(found.any(axis=0))
    assert len(columns) == 2
    assert abs(columns.mean() - (layout.left + 300)) <= 2


def test_events_of_one_instant_are_all_there(qtbot: QtBot) -> None:
    log = log_of([viewed("raft"), captured("paper", "p-1")])
    view, layout = shown(qtbot, log), layout_of(log)
    image = view.grab().toImage()
    for event_type in (EventType.USER_VIEWED, EventType.SOURCE_CAPTURED):
        assert pixels_of(image, DARK.type_colour(event_type), layout.lanes).any()


def test_while_it_is_read_a_log_shows_what_there_is(qtbot: QtBot) -> None:
    log = half_read(study())
    view, layout = shown(qtbot, log, indexed=False), layout_of(log)
    image = view.grab().toImage()
    assert pixels_of(image, DARK.type_colour(EventType.CHAT_MESSAGE_CREATED), layout.lanes).any()
    assert not pixels_of(image, DARK.type_colour(EventType.CLAIM_UPSERTED), layout.lanes).any()
    assert pixels_of(image, DARK.muted, layout.within_plot(layout.overview)).any()


def test_an_index_of_another_log_is_not_asked(qtbot: QtBot) -> None:
    """Between a reload's log and its index, the old index knows other events."""
    view = shown(qtbot, study())
    view.show_log(log_of([viewed("raft", seconds=s) for s in range(50)]))
    view.show_playhead(Playhead(50, START_US + 49_000_000))
    assert not view.grab().isNull()


def test_a_marked_range_is_shaded_with_edges(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    before = view.grab().toImage()
    view.show_loop((START_US + 100_000_000, START_US + 200_000_000))
    after = view.grab().toImage()
    y = layout.uncertainty.center().y() - 12

    def differs(seconds: int) -> bool:
        x = layout.left + seconds
        return before.pixelColor(x, y) != after.pixelColor(x, y)

    assert [differs(s) for s in (50, 100, 150, 200, 250)] == [False, True, True, True, False]
    assert after.pixelColor(layout.left + 100, y) != after.pixelColor(layout.left + 150, y)
    view.show_loop(None)
    assert view.grab().toImage() == before


def test_a_folded_gap_is_a_strip_through_all_tracks(qtbot: QtBot) -> None:
    log = log_of([viewed("a", seconds=s) for s in (*range(0, 600, 60), *range(6000, 6600, 60))])
    view = shown(qtbot, log, mode=AxisMode.FOLDED)
    picture = Tracks().laid_out(scene_of(log, mode=AxisMode.FOLDED), view.size())
    (gap,) = picture.scene.axis.gaps
    image = view.grab().toImage()
    x = round(float(picture.scene.pixels(np.array([(gap.x0 + gap.x1) / 2]))[0]))
    for strip in (picture.layout.lanes, picture.layout.uncertainty):
        y = strip.top() + 6
        beside = picture.layout.left + 3
        assert image.pixelColor(x, y) != image.pixelColor(beside, y)
    hit = picture.hit(QPoint(x, picture.layout.lanes.bottom() + 3))
    assert hit is not None
    assert hit.text == "1 h 31 min idle · 09:09:00 – 10:40:00"


@pytest.mark.parametrize("size", [(360, 360), (520, 400), (1600, 1000), (120, 90)])
def test_it_fits_any_size(qtbot: QtBot, size: tuple[int, int]) -> None:
    view = shown(qtbot, study())
    view.resize(*size)
    view.show_playhead(Playhead(2, START_US + 150_000_000))
    assert not view.grab().isNull()


@pytest.mark.parametrize(("width", "height"), [(360, 360), (720, 480), (1100, 720)])
def test_the_strips_share_the_height_and_do_not_overlap(width: int, height: int) -> None:
    layout = Tracks().laid_out(scene_of(study()), QRect(0, 0, width, height).size()).layout
    strips = [
        layout.overview, layout.lanes, layout.concepts, layout.objects, layout.uncertainty,
        layout.ruler,
    ]  # fmt: skip
    for above, below in pairwise(strips):
        assert above.bottom() < below.top()
    assert strips[-1].bottom() < height
    assert layout.left >= 110
    assert width - layout.right >= 76


def test_more_lanes_ask_for_more_height(qtbot: QtBot) -> None:
    few = shown(qtbot, study()).minimumSizeHint().height()
    many = shown(qtbot, log_of([event("A"), event("B"), event("C")])).minimumSizeHint().height()
    assert 360 <= few < many


def test_the_still_picture_is_as_fine_as_the_screen(qtbot: QtBot) -> None:
    """At a device pixel ratio of 2 text and edges are sharp, the places are the same."""
    view = shown(qtbot, study())
    fine = QImage(WIDTH * 2, HEIGHT * 2, QImage.Format.Format_RGB32)
    fine.setDevicePixelRatio(2)
    fine.fill(QColor("black"))
    view.render(fine)
    assert fine.pixelColor(2, 2 * HEIGHT - 3) == DARK.ground


def test_it_says_where_the_playhead_is(qtbot: QtBot) -> None:
    """To those who hear the window instead of seeing it."""
    view = shown(qtbot, study())
    view.show_playhead(Playhead(2, START_US + 150_250_000))
    assert view.accessibleName() != "Timeline, event 2 of 6, 09:02:30.250 UTC", "it may still move"
    view.tell("Uncertainty 0.20.")
    assert view.accessibleDescription() == "Uncertainty 0.20."
    assert view.accessibleName() == "Timeline, event 2 of 6, 09:02:30.250 UTC"


# -- seeking --------------------------------------------------------------------------------------


def test_a_click_on_a_tick_seeks_to_its_event(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    got = caught(view.seek_requested)
    qtbot.mouseClick(view, LEFT_BUTTON, pos=lane_at(layout, 4, 303))
    assert got == [Playhead(4, START_US + 300_000_000)]


def test_a_click_elsewhere_seeks_to_that_moment(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    got = caught(view.seek_requested)
    qtbot.mouseClick(view, LEFT_BUTTON, pos=lane_at(layout, 4, 320))
    qtbot.mouseClick(view, LEFT_BUTTON, pos=at(layout, 500, layout.ruler))
    assert got == [Playhead(4, START_US + 320_000_000), Playhead(5, START_US + 500_000_000)]


def test_dragging_scrubs_and_stays_within_the_session(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    got = caught(view.seek_requested)
    drag(qtbot, view, at(layout, 100), at(layout, 900))
    assert got == [
        Playhead(1, START_US + 100_000_000),
        Playhead(5, START_US + 500_000_000),
        Playhead(6, START_US + 600_000_000),
    ]


def test_a_trembling_hand_stays_on_the_tick(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    got = caught(view.seek_requested)
    drag(qtbot, view, lane_at(layout, 4, 300), lane_at(layout, 4, 302))
    assert got == [Playhead(4, START_US + 300_000_000)]


def test_the_gutters_do_not_seek(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    got = caught(view.seek_requested)
    qtbot.mouseClick(view, LEFT_BUTTON, pos=QPoint(20, layout.lanes.center().y()))
    qtbot.mouseClick(view, LEFT_BUTTON, pos=QPoint(20, layout.overview.center().y()))
    assert got == []


def test_a_click_on_a_curve_selects_its_concept_and_again_none(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_curves((Curve(0, 0),))
    image = view.grab().toImage()
    curve = pixels_of(image, DARK.concept_colour(0), layout.within_plot(layout.concepts))
    row = int(np.flatnonzero(curve[:, 400])[0])
    point = QPoint(layout.left + 400, layout.concepts.top() + row)
    selected, sought = caught(view.concept_selected), caught(view.seek_requested)
    qtbot.mouseClick(view, LEFT_BUTTON, pos=point)
    view.show_selected(0)
    qtbot.mouseClick(view, LEFT_BUTTON, pos=point)
    assert (selected, sought) == ([0, None], [])
    drag(qtbot, view, point, point + QPoint(50, 0))
    assert sought == [Playhead(4, START_US + 425_000_000), Playhead(5, START_US + 450_000_000)]


# -- the range ------------------------------------------------------------------------------------


def test_the_wheel_zooms_about_the_pointer(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    got = caught(view.range_requested)
    turn(view, at(layout, 300), angle=(0, 120))
    turn(view, at(layout, 0), pixels=(0, 50))
    assert got == [pytest.approx((50.0, 550.0)), pytest.approx((0.0, 500.0))]


def test_out_of_everything_there_is_no_zooming(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    got = caught(view.range_requested)
    turn(view, at(layout, 300), angle=(0, -120))
    assert got == []


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"angle": (0, -120), "keys": SHIFT}, (220.0, 420.0)),
        ({"angle": (120, 0)}, (180.0, 380.0)),
        ({"pixels": (-60, 10)}, (220.0, 420.0)),
    ],
)
def test_sideways_the_wheel_pans(
    qtbot: QtBot, how: dict[str, tuple[int, int]], expected: Range
) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_range(200.0, 400.0)
    got = caught(view.range_requested)
    turn(view, at(layout, 300), **how)  # type: ignore[arg-type]
    assert got == [pytest.approx(expected)]


@pytest.mark.parametrize(
    ("button", "keys"), [(MIDDLE, Qt.KeyboardModifier.NoModifier), (LEFT_BUTTON, CONTROL)]
)
def test_dragging_with_the_middle_button_or_control_pans(
    qtbot: QtBot, button: Qt.MouseButton, keys: Qt.KeyboardModifier
) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_range(200.0, 400.0)
    sought, got = caught(view.seek_requested), caught(view.range_requested)
    drag(qtbot, view, at(layout, 300), at(layout, 360), button=button, keys=keys)
    assert got == [pytest.approx((190.0, 390.0)), pytest.approx((180.0, 380.0))]
    assert sought == []


def test_a_double_click_asks_for_everything(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    with qtbot.wait_signal(view.fit_requested):
        qtbot.mouseDClick(view, LEFT_BUTTON, pos=at(layout, 300))


def test_a_click_on_the_overview_seeks(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_range(200.0, 400.0)
    sought, got = caught(view.seek_requested), caught(view.range_requested)
    qtbot.mouseClick(view, LEFT_BUTTON, pos=at(layout, 500, layout.overview))
    assert (sought, got) == ([Playhead(5, START_US + 500_000_000)], [])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (300, 350, (250.0, 450.0)),
        (300, 900, (400.0, 600.0)),
        (200, 100, (100.0, 400.0)),
        (400, 450, (200.0, 450.0)),
        (400, 900, (200.0, 600.0)),
        (500, 550, (500.0, 550.0)),
        (150, 50, (50.0, 150.0)),
    ],
    ids=["move", "move-far", "left", "right", "right-far", "new", "new-backwards"],
)
def test_dragging_on_the_overview_changes_the_range(
    qtbot: QtBot, start: float, end: float, expected: Range
) -> None:
    """The box follows the hand, though the range that it shows changes under way."""
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_range(200.0, 400.0)
    view.range_requested.connect(lambda asked: view.show_range(*asked))
    sought, got = caught(view.seek_requested), caught(view.range_requested)
    drag(qtbot, view, at(layout, start, layout.overview), at(layout, end, layout.overview))
    assert got[-1] == pytest.approx(expected)
    assert sought == []


def test_the_pointer_shows_what_a_press_would_do(qtbot: QtBot) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    view.show_range(200.0, 400.0)
    shapes = []
    for point in (
        at(layout, 200, layout.overview),
        at(layout, 300, layout.overview),
        at(layout, 500, layout.overview),
        lane_at(layout, 4, 300),
        at(layout, 300, layout.ruler),
    ):
        qtbot.mouseMove(view, point)
        shapes.append(view.cursor().shape())
    shape = Qt.CursorShape
    assert shapes == [
        shape.SizeHorCursor, shape.OpenHandCursor, shape.CrossCursor, shape.PointingHandCursor,
        shape.ArrowCursor,
    ]  # fmt: skip


def test_the_axis_of_events_shows_three_events_at_least(qtbot: QtBot) -> None:
    log = study()
    view = shown(qtbot, log, mode=AxisMode.EVENT)
    got = caught(view.range_requested)
    view.range_requested.connect(lambda asked: view.show_range(*asked))
    for _ in range(12):
        turn(view, at(layout_of(log), 300), angle=(0, 120))
    x0, x1 = got[-1]  # type: ignore[misc]
    assert x1 - x0 == pytest.approx(3.0)


# -- telling --------------------------------------------------------------------------------------


@pytest.fixture
def no_tip_left() -> object:
    yield
    QToolTip.hideText()


def tip_at(view: TimelineView, point: QPoint) -> str:
    asked = QHelpEvent(QEvent.Type.ToolTip, point, view.mapToGlobal(point))
    QApplication.sendEvent(view, asked)
    return QToolTip.text()


def test_hovering_tells_as_it_was_typed(qtbot: QtBot, no_tip_left: Callable[[], None]) -> None:
    """A log may hold markup; it is text here."""
    log = log_of([event(ref=("<b>concept</b>", "c"), seconds=0), viewed("a", seconds=600)])
    view, layout = shown(qtbot, log), layout_of(log)
    tip = tip_at(view, lane_at(layout, 0, 1))
    assert "&lt;b&gt;concept&lt;/b&gt; c" in tip
    assert "#1 UserViewed · 09:00:00.000 · user-ada" in tip


def test_the_overview_and_the_gutter_tell_too(
    qtbot: QtBot, no_tip_left: Callable[[], None]
) -> None:
    log = study()
    view, layout = shown(qtbot, log), layout_of(log)
    assert "1 event between" in tip_at(view, at(layout, 299, layout.overview))
    assert "UserViewed · 3 events" in tip_at(view, QPoint(20, layout.lanes.top() + 4))


def test_the_cursor_of_the_event_axis_steps_through_equal_instants() -> None:
    """Else the cursor stands still, or leaps, while a user steps through events of one instant."""
    log = log_of([event(seconds=s) for s in (0, 1, 2, 2, 2, 3)])
    axis = axis_of(log, AxisMode.EVENT)
    playheads = [Playhead(p, log.instant_at(p)) for p in range(len(log) + 1)]
    assert [x_of_playhead(axis, p) for p in playheads] == list(range(len(log) + 1))


class TestLayers:
    class Stripe:
        """A layer that notes what it was asked."""

        def __init__(self) -> None:
            self.painted = 0

        def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
            self.painted += 1
            painter.fillRect(layout.lanes, Qt.GlobalColor.magenta)

        def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
            return Hit("a stripe") if layout.lanes.contains(point) else None

    def test_a_layer_lies_over_the_tracks_until_it_is_taken_away(self, qtbot: QtBot) -> None:
        """What a feature marks must be seen, and gone when the feature is left."""
        view, stripe = shown(qtbot, study()), self.Stripe()
        view.show_layer("stripe", stripe)
        magenta = QColor(Qt.GlobalColor.magenta)
        centre = layout_of(study()).lanes.center()
        assert view.grab().toImage().pixelColor(centre) == magenta
        assert stripe.painted == 1
        view.show_layer("stripe", None)
        assert view.grab().toImage().pixelColor(centre) != magenta

    def test_it_is_pointed_at_before_what_lies_under_it(self) -> None:
        size = QRect(0, 0, WIDTH, HEIGHT).size()
        picture = Tracks().laid_out(scene_of(study()), size, (self.Stripe(),))
        hit = picture.hit(picture.layout.lanes.center())
        assert hit is not None
        assert hit.text == "a stripe"
