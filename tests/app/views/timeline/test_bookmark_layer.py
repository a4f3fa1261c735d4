"""Bookmarks on the timeline: where they are painted, and what the pointer finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from app.views.bookmark_colours import shade
from app.views.timeline.bookmark_layer import BookmarkLayer, strip
from app.views.timeline.picture import Picture, Tracks
from app.views.timeline.scene import Scene
from app.views.timeline.steps import x_of_playhead
from core.notes.bookmark import Anchor, Bookmark, Colour
from core.notes.places import Placed
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from core.replay.playback import Playhead
from tests.app.views.timeline.scenes import scene_of
from tests.builders import log_of, viewed

LOG = log_of([viewed("raft", seconds=s) for s in (0, 10, 10, 10, 40, 100)])


def placed(position: int, name: str = "Here", *, end: int | None = None, note: str = "") -> Placed:
    bookmark = Bookmark("s", Anchor("e"), name, note, Colour.PINK)
    return Placed(bookmark, playhead(LOG, position), None if end is None else playhead(LOG, end))


def playhead(log: SessionLog, position: int) -> Playhead:
    return Playhead(position, log.instant_at(position))


def test_one_whose_event_is_not_there_is_not_painted(picture: Picture) -> None:
    lost = replace(placed(3), playhead=None)
    assert painted(picture, BookmarkLayer([lost])) == painted(picture, BookmarkLayer([]))


def pixel(scene: Scene, position: int) -> int:
    x = x_of_playhead(scene.axis, playhead(LOG, position))
    return round(float(scene.pixels(np.array(x))))


@pytest.fixture(params=list(AxisMode))
def picture(request: pytest.FixtureRequest, qtbot: QtBot) -> Picture:
    return Tracks().laid_out(scene_of(LOG, mode=request.param), QSize(900, 600))


def painted(picture: Picture, layer: BookmarkLayer) -> QImage:
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    image.fill(picture.scene.theme.ground)
    with QPainter(image) as painter:
        layer.paint(painter, picture.layout, picture.scene, picture.everything)
    return image


def hit(picture: Picture, layer: BookmarkLayer, point: QPoint) -> str | None:
    found = layer.hit(point, picture.layout, picture.scene, picture.everything)
    return None if found is None else found.text


def test_it_is_painted_where_its_playhead_is(picture: Picture) -> None:
    """Of events of one instant the wrong one would seem to be marked."""
    colour = shade(picture.scene.theme, Colour.PINK)
    y = strip(picture.layout).bottom() - 4
    image = painted(picture, BookmarkLayer([placed(5)]))
    assert image.pixelColor(pixel(picture.scene, 5), y) == colour
    assert image.pixelColor(pixel(picture.scene, 1), y) == picture.scene.theme.ground


def test_the_pointer_finds_it_with_its_note(picture: Picture) -> None:
    layer = BookmarkLayer([placed(5, "A <b>turn</b>", note="one\ntwo"), placed(6, "End")])
    point = QPoint(pixel(picture.scene, 5) + 3, strip(picture.layout).center().y())
    assert hit(picture, layer, point) == "A <b>turn</b>\n#5 · 09:00:40.000\none\ntwo"
    found = layer.hit(point, picture.layout, picture.scene, picture.everything)
    assert found is not None
    assert found.seek == playhead(LOG, 5)
    assert hit(picture, layer, QPoint(point.x(), picture.layout.lanes.center().y())) is None
    overview = QPoint(point.x(), picture.layout.overview.bottom() - 1)
    assert hit(picture, layer, overview) is not None


def test_of_many_at_one_place_some_are_told_and_the_rest_counted(picture: Picture) -> None:
    layer = BookmarkLayer([placed(5, f"n{n}") for n in range(9)])
    point = QPoint(pixel(picture.scene, 5), strip(picture.layout).center().y())
    told = hit(picture, layer, point)
    assert told is not None
    assert told.splitlines()[-1] == "and 5 more bookmarks"


def test_a_range_is_a_bar_that_is_found_along_its_length(picture: Picture) -> None:
    layer = BookmarkLayer([placed(1, "Range", end=6)])
    y = strip(picture.layout).bottom()
    middle = (pixel(picture.scene, 1) + pixel(picture.scene, 6)) // 2
    colour = shade(picture.scene.theme, Colour.PINK)
    assert painted(picture, layer).pixelColor(middle, y) == colour
    told = hit(picture, layer, QPoint(middle, y))
    assert told is not None
    assert told.splitlines() == ["Range", "#1 · 09:00:00.000 · 1 m 40 s"]


def test_one_that_lies_beside_what_is_visible_is_in_the_overview_alone(picture: Picture) -> None:
    scene = replace(picture.scene, x0=picture.scene.x0, x1=picture.scene.x0 + 1e-3)
    layer = BookmarkLayer([placed(6)])
    everywhere = strip(picture.layout)
    hits = (
        layer.hit(QPoint(x, everywhere.center().y()), picture.layout, scene, picture.everything)
        for x in range(everywhere.left(), everywhere.right())
    )
    assert not any(hits)
