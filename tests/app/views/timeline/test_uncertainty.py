"""The track of uncertainty: else one does not see how sure the system was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT, Theme
from app.views.timeline.uncertainty import LEAST_HEIGHT, MOST_HEIGHT, UncertaintyTrack
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
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
    moving,
    rect_of,
    scene_of,
    still,
    told,
)
from tests.builders import event, log_of

RECT = rect_of(60)


@pytest.fixture
def log() -> SessionLog:
    """An event at 0, 100, …, 1,100 s."""
    return log_of([event(seconds=n * 100.0) for n in range(12)])


def test_the_steps_of_the_rules_are_told_where_they_are(log: SessionLog, qtbot: QtBot) -> None:
    scene, track = scene_of(log), UncertaintyTrack()
    told_at = [track.hit(QPoint(column(scene, s), 30), RECT, scene) for s in (250, 550, 1050)]
    assert [hit and hit.text for hit in told_at] == [
        "Uncertainty 0.80",
        "Uncertainty 0.50",
        "Uncertainty 0.20",
    ]
    assert track.hit(QPoint(LEFT - 20, 30), RECT, scene) is None


def test_the_curve_falls_with_it_and_is_filled_below(log: SessionLog, qtbot: QtBot) -> None:
    scene = scene_of(log)
    image = still(UncertaintyTrack(), RECT, scene)
    upper = RECT.height() // 2
    line = DARK.uncertainty
    assert has_colour(image, line, QRect(column(scene, 200), 0, 20, upper))
    assert not has_colour(image, line, QRect(column(scene, 1050), 0, 20, upper))
    assert has_colour(image, line, QRect(column(scene, 1050), upper, 20, upper))
    below = colours(image, QRect(column(scene, 200), RECT.height() - 4, 20, 2))
    assert below.isdisjoint({DARK.panel.rgb(), DARK.ground.rgb(), line.rgb()})


def test_uncertainty_that_fades_rises_again_without_events(qtbot: QtBot) -> None:
    log = log_of([event(seconds=0.0), event(seconds=0.0), event(seconds=6000.0)])
    scene = scene_of(log, rules=RECENCY)
    texts = told(UncertaintyTrack(), RECT, scene)
    assert "Uncertainty 0.76" in texts
    assert "Uncertainty 1.00" in texts


@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY], ids=lambda rules: rules.name)
def test_the_playhead_has_a_dot_and_the_value_beside_the_plot(
    rules: ProjectionRules, log: SessionLog, qtbot: QtBot
) -> None:
    scene, track = scene_of(log, rules=rules), UncertaintyTrack()
    image = moving(track, RECT, scene, Playhead(3, int(log.times[2])))
    x = column(scene, 200)
    assert has_colour(image, DARK.uncertainty, QRect(x - 4, 0, 9, RECT.height()))
    gutter = QRect(LEFT + WIDTH, 0, RECT.width() - LEFT - WIDTH, RECT.height())
    assert not is_blank(image, DARK.ground, gutter)
    later = moving(track, RECT, scene, Playhead(12, log.end))
    assert later.copy(gutter) != image.copy(gutter)


def test_out_of_sight_the_playhead_still_has_its_value(log: SessionLog, qtbot: QtBot) -> None:
    scene = scene_of(log, shown=(500.0, 600.0))
    image = moving(UncertaintyTrack(), RECT, scene, Playhead(1, log.start))
    assert is_blank(image, DARK.ground, QRect(0, 0, LEFT + WIDTH, RECT.height()))
    assert not is_blank(image, DARK.ground, RECT)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_before_there_is_an_index_it_says_so_and_tells_nothing(
    theme: Theme, log: SessionLog, qtbot: QtBot
) -> None:
    scene, track = scene_of(log, indexed=False, theme=theme), UncertaintyTrack()
    found = colours(still(track, RECT, scene), QRect(LEFT, 0, WIDTH, RECT.height()))
    assert found - {theme.panel.rgb()}
    assert told(track, RECT, scene) == set()
    assert is_blank(moving(track, RECT, scene, Playhead(0, 0)), theme.ground, RECT)


@pytest.mark.parametrize("mode", list(AxisMode))
def test_a_session_of_one_event_has_a_curve(mode: AxisMode, qtbot: QtBot) -> None:
    scene, track = scene_of(log_of([event()]), mode=mode), UncertaintyTrack()
    plot = QRect(LEFT, 0, WIDTH, RECT.height())
    assert has_colour(still(track, RECT, scene), DARK.uncertainty, plot)


def test_it_takes_no_more_height_than_does_it_good(qtbot: QtBot) -> None:
    track = UncertaintyTrack()
    assert [track.height(room, None) for room in (0, 50, 500)] == [LEAST_HEIGHT, 50, MOST_HEIGHT]
