"""The bars of objects: else one looks for the capture of a source where it was not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT, Theme
from app.views.contrast import ENOUGH, contrast
from app.views.timeline.gaps import paint_gaps
from app.views.timeline.objects import ROW_HEIGHT, ObjectTrack
from core.events.contributions import Touch
from core.events.schema import EventType
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from core.replay.playback import Playhead
from tests.app.views.timeline.pictures import (
    LEFT,
    WIDTH,
    colours,
    column,
    has_colour,
    is_blank,
    rect_of,
    scene_of,
    still,
    told,
)
from tests.builders import captured, claim, event, log_of, viewed

RECT = rect_of(4 * ROW_HEIGHT)
CLAIM = DARK.types[EventType.CLAIM_UPSERTED]
CAPTURE = DARK.types[EventType.SOURCE_CAPTURED]


@pytest.fixture
def log() -> SessionLog:
    """A document at 100 s, a claim at 300, 500 and 700 s, out of 0 to 1,000 s."""
    return log_of(
        [
            viewed("c", seconds=0.0),
            captured("document", "a-22", seconds=100.0),
            *(claim("cl-14", seconds=at) for at in (300.0, 500.0, 700.0)),
            viewed("c", seconds=1000.0),
        ]
    )


def middle_of(row: int) -> int:
    return row * ROW_HEIGHT + ROW_HEIGHT // 2 - 1


def test_a_bar_begins_with_the_first_touch_in_order_of_first_touch(
    log: SessionLog, qtbot: QtBot
) -> None:
    scene, track = scene_of(log), ObjectTrack()
    assert track.hit(QPoint(column(scene, 50), middle_of(0)), RECT, scene) is None
    first = track.hit(QPoint(column(scene, 200), middle_of(0)), RECT, scene)
    second = track.hit(QPoint(column(scene, 400), middle_of(1)), RECT, scene)
    assert first and first.text == "document a-22 · first 09:01:40 · 1 touch"
    assert second and second.text == "claim cl-14 · first 09:05:00 · 3 touches"
    assert track.hit(QPoint(column(scene, 200), middle_of(1)), RECT, scene) is None
    assert track.hit(QPoint(column(scene, 900), middle_of(2)), RECT, scene) is None


def test_bars_and_ticks_have_the_colour_of_their_touch(log: SessionLog, qtbot: QtBot) -> None:
    scene = scene_of(log)
    image = still(ObjectTrack(), RECT, scene)
    document, statement = (QRect(LEFT, row * ROW_HEIGHT, WIDTH, ROW_HEIGHT - 2) for row in range(2))
    assert has_colour(image, CAPTURE, document) and not has_colour(image, CLAIM, document)
    assert has_colour(image, CLAIM, statement) and not has_colour(image, CAPTURE, statement)


def test_a_tick_stands_at_each_touch_and_a_click_there_seeks_to_it(
    log: SessionLog, qtbot: QtBot
) -> None:
    scene, track = scene_of(log), ObjectTrack()
    image = still(track, RECT, scene)
    for event_index, seconds in ((2, 300.0), (3, 500.0), (4, 700.0)):
        x = column(scene, seconds)
        assert has_colour(image, CLAIM, QRect(x - 2, ROW_HEIGHT, 4, ROW_HEIGHT - 2))
        hit = track.hit(QPoint(x + 2, middle_of(1)), RECT, scene)
        assert hit and hit.seek == Playhead(event_index + 1, int(log.times[event_index]))
    between = track.hit(QPoint(column(scene, 600), middle_of(1)), RECT, scene)
    assert between and between.seek is None


def test_the_last_of_several_touches_in_one_pixel_is_sought(qtbot: QtBot) -> None:
    log = log_of([*(claim("x", seconds=50.0) for _ in range(3)), viewed("c", seconds=100.0)])
    scene = scene_of(log, shown=(0.0, 100.0))
    hit = ObjectTrack().hit(QPoint(LEFT + 1, middle_of(0)), RECT, scene)
    assert hit and hit.seek == Playhead(3, int(log.times[2]))
    assert hit.text == "claim x · touched 09:00:50 · 3 of 3 touches"


def test_an_object_touched_before_the_range_fills_its_row(log: SessionLog, qtbot: QtBot) -> None:
    scene, track = scene_of(log, shown=(800.0, 1000.0)), ObjectTrack()
    texts = told(track, RECT, scene)
    assert texts == {
        "document a-22 · first 09:01:40 · 1 touch",
        "claim cl-14 · first 09:05:00 · 3 touches",
    }
    assert track.hit(QPoint(LEFT, middle_of(1)), RECT, scene) is not None


def test_an_object_touched_after_the_range_is_not_there_yet(log: SessionLog, qtbot: QtBot) -> None:
    scene = scene_of(log, shown=(0.0, 200.0))
    names = {text.split(" · ")[0] for text in told(ObjectTrack(), RECT, scene)}
    assert names == {"document a-22"}


def test_of_many_objects_those_touched_most_in_the_range_have_the_rows(qtbot: QtBot) -> None:
    events = [captured("document", f"d{n}", seconds=float(n)) for n in range(20)]
    events += [claim("busy", seconds=30.0 + n) for n in range(3)]
    events += [claim("once-busy", seconds=-10.0 + n / 10) for n in range(9)]
    scene = scene_of(log_of(events), shown=(30.0, 43.0))
    track = ObjectTrack()
    names = {text.split(" · ")[0] for text in told(track, RECT, scene)}
    assert "claim busy" in names
    assert len(names) == 4
    assert colours(still(track, RECT, scene), QRect(0, 16, LEFT, 16)) != {DARK.ground.rgb()}


def test_rows_that_suffice_leave_nothing_more_to_tell(log: SessionLog, qtbot: QtBot) -> None:
    image = still(ObjectTrack(), RECT, scene_of(log))
    assert is_blank(image, DARK.ground, QRect(0, 17, LEFT, RECT.height() - 17))


@pytest.mark.parametrize("mode", list(AxisMode))
def test_a_touch_at_the_very_start_has_its_tick(mode: AxisMode, qtbot: QtBot) -> None:
    log = log_of([claim("x", seconds=0.0), viewed("c", seconds=60.0)])
    scene = scene_of(log, mode=mode)
    hits = [
        ObjectTrack().hit(QPoint(LEFT + x, middle_of(0)), RECT, scene) for x in range(0, WIDTH, 2)
    ]
    assert {hit.seek for hit in hits if hit and hit.seek} == {Playhead(1, int(log.times[0]))}


def test_height_is_a_row_an_object_as_far_as_there_is_room(qtbot: QtBot) -> None:
    log = log_of([claim(f"x{n}", seconds=float(n)) for n in range(5)])
    track, scene = ObjectTrack(), scene_of(log)
    assert track.height(1000, scene) == 5 * ROW_HEIGHT
    assert track.height(50, scene) == 50
    assert track.height(0, scene) == track.height(0, None) > 0


def test_no_objects_and_not_read_yet_are_empty_rows(log: SessionLog, qtbot: QtBot) -> None:
    for scene in (scene_of(log_of([event(), event(seconds=9.0)])), scene_of(log, indexed=False)):
        track = ObjectTrack()
        assert told(track, RECT, scene) == set()
        found = colours(still(track, RECT, scene), QRect(LEFT, 0, WIDTH, RECT.height()))
        assert found - {DARK.panel.rgb(), DARK.ground.rgb()}, "nothing says why it is empty"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("touch", list(Touch))
def test_a_label_can_be_read_upon_its_bar_and_ticks(
    theme: Theme, touch: Touch, qtbot: QtBot
) -> None:
    """A label lies over ticks wherever an object was touched twice at its start."""
    times, name = [n * 20.0 for n in range(60)], "M" * 40
    if touch is Touch.CLAIM:
        log = log_of([claim(name, seconds=at) for at in times])
    else:
        log = log_of([captured("document", name, seconds=at) for at in times])
    scene = scene_of(log, theme=theme)
    image = still(ObjectTrack(), RECT, scene)
    behind = colours(image, QRect(LEFT + 10, 3, 60, 1))
    assert len(behind) > 1, "the ticks behind the label are to be seen"
    for rgb in behind:
        assert contrast(theme.text, QColor.fromRgb(rgb)) >= ENOUGH


def test_markup_in_an_id_is_told_as_it_was_typed(qtbot: QtBot) -> None:
    log = log_of([claim("<i>\u202ex", seconds=0.0), viewed("c", seconds=9.0)])
    texts = told(ObjectTrack(), RECT, scene_of(log))
    assert any(text.startswith("claim <i>\ufffdx · ") for text in texts)


def test_an_idle_gap_is_not_painted_over_a_name(qtbot: QtBot) -> None:
    """A fold is narrower than a name, and would strike it through."""
    events = [claim("cl-14", seconds=at) for at in (0.0, 60.0, 4_000.0, 4_060.0)]
    scene, track = scene_of(log_of(events), mode=AxisMode.FOLDED), ObjectTrack()
    whole = QRect(LEFT, 0, WIDTH, RECT.height())
    (name,) = track.words(RECT, scene)
    strips = scene.strips
    assert not whole.intersected(name).isEmpty() and strips
    image = QImage(RECT.size(), QImage.Format.Format_RGB32)
    image.fill(DARK.panel)
    crossing = QRect(strips[0].left, 0, 3, RECT.height())
    with QPainter(image) as painter:
        paint_gaps(painter, whole, scene, within=QRegion(whole), around=[crossing])
    assert is_blank(image, DARK.panel, crossing)
    assert not is_blank(image, DARK.panel, QRect(crossing.right() + 1, 0, 4, RECT.height()))


def test_words_stand_where_a_name_is_painted(log: SessionLog, qtbot: QtBot) -> None:
    scene, track = scene_of(log), ObjectTrack()
    image = still(track, RECT, scene)
    for name in track.words(RECT, scene):
        assert has_colour(image, DARK.text, name)
        beyond = QRect(name.right() + 2, name.top(), 60, name.height())
        assert not has_colour(image, DARK.text, beyond)


def test_without_objects_the_words_are_those_that_say_so(qtbot: QtBot) -> None:
    scene, track = scene_of(log_of([viewed("c")])), ObjectTrack()
    (words,) = track.words(RECT, scene)
    image = still(track, RECT, scene)
    assert not is_blank(image, DARK.panel, words)
