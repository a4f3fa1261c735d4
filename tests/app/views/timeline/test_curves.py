"""The curves of concepts: else an analyst reads a weight that nobody had."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT, Theme
from app.views.contrast import ENOUGH, contrast, readable
from app.views.timeline import track_text
from app.views.timeline.curve_names import LEAST_LINE, Wish, placed
from app.views.timeline.curves import ConceptTrack
from core.projectors.rules import RECENCY
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from core.replay.playback import Playhead
from tests.app.views.timeline.pictures import (
    LEFT,
    RIGHT,
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
from tests.builders import event, log_of, viewed

RECT = rect_of(200)
BLUE, ORANGE, GREEN = DARK.concepts[:3]


@pytest.fixture
def log() -> SessionLog:
    """Raft is seen at 0, 100, …, 900 s; Paxos once, at 500 s."""
    events = [viewed("raft", seconds=n * 100.0, name="Raft") for n in range(10)]
    return log_of([*events, viewed("paxos", seconds=500.0, name="Paxos")])


def test_a_curve_is_drawn_at_its_weights(log: SessionLog, qtbot: QtBot) -> None:
    scene = scene_of(log, concepts=("raft", "paxos"))
    image = still(ConceptTrack(), RECT, scene)
    before = QRect(LEFT + 4, 0, column(scene, 450) - LEFT - 4, RECT.height())
    after = QRect(column(scene, 520), 0, 60, RECT.height())
    assert not has_colour(image, ORANGE, before)
    assert has_colour(image, ORANGE, after)


def test_the_pointer_is_told_the_weight_of_the_nearest_curve(log: SessionLog, qtbot: QtBot) -> None:
    scene, track = scene_of(log, concepts=("raft", "paxos")), ConceptTrack()
    found = {}
    for y in range(RECT.height()):
        hit = track.hit(QPoint(column(scene, 650), y), RECT, scene)
        if hit is not None:
            found[hit.text] = hit.concept
    assert found == {"Raft 1.00": log.concept_code("raft"), "Paxos 0.20": log.concept_code("paxos")}


def test_a_weight_of_nothing_is_no_curve_to_point_at(log: SessionLog, qtbot: QtBot) -> None:
    scene, track = scene_of(log, concepts=("paxos",)), ConceptTrack()
    texts = {track.hit(QPoint(column(scene, 250), y), RECT, scene) for y in range(RECT.height())}
    assert texts == {None}


def test_curves_that_all_stand_at_the_cap_can_be_told_apart(qtbot: QtBot) -> None:
    names = [f"c{n}" for n in range(8)]
    log = log_of([viewed(n, seconds=float(i)) for i in range(6) for n in names])
    scene = scene_of(log, concepts=tuple(names), mode=AxisMode.EVENT)
    image = still(ConceptTrack(), RECT, scene)
    end = QRect(LEFT + WIDTH - 9, 0, 1, RECT.height())
    assert all(has_colour(image, colour, end) for colour in DARK.concepts[:8])


def test_every_curve_has_its_name_at_its_end_though_all_end_at_the_cap(qtbot: QtBot) -> None:
    names = [f"c{n}" for n in range(8)]
    log = log_of([viewed(n, seconds=float(i)) for i in range(6) for n in names])
    scene, track = scene_of(log, concepts=tuple(names), mode=AxisMode.EVENT), ConceptTrack()
    gutter = LEFT + WIDTH + 20
    hits = [track.hit(QPoint(gutter, y), RECT, scene) for y in range(RECT.height())]
    assert {hit.text for hit in hits if hit} == {f"{name} 1.00" for name in names}


def test_the_selected_curve_lies_over_the_others(qtbot: QtBot) -> None:
    log = log_of([viewed(n, seconds=s) for s in (0.0, 100.0) for n in ("a", "b")])
    above = scene_of(log, concepts=("a", "b"))
    chosen = scene_of(log, concepts=("a", "b"), selected="b")
    middle = QRect(LEFT + 300, 0, 20, RECT.height())
    assert has_colour(still(ConceptTrack(), RECT, above), BLUE, middle)
    picture = still(ConceptTrack(), RECT, chosen)
    assert has_colour(picture, ORANGE, middle)
    assert not has_colour(picture, BLUE, middle)


def test_the_dots_stand_at_the_playhead_and_at_its_weight(log: SessionLog, qtbot: QtBot) -> None:
    scene, track = scene_of(log, concepts=("raft", "paxos")), ConceptTrack()
    early = moving(track, RECT, scene, Playhead(3, int(log.times[2])))
    x = column(scene, 200)
    assert has_colour(early, BLUE, QRect(x - 4, 0, 9, RECT.height()))
    assert not has_colour(early, ORANGE, RECT)
    assert is_blank(early, DARK.ground, QRect(x + 8, 0, RECT.width() - x - 8, RECT.height()))
    late = moving(track, RECT, scene, Playhead(len(log), log.end))
    assert has_colour(late, ORANGE, RECT)


def test_a_dot_follows_the_position_among_events_of_one_instant(qtbot: QtBot) -> None:
    log = log_of([viewed("a", seconds=10.0), viewed("b", seconds=10.0)])
    scene, track = scene_of(log, concepts=("a", "b"), mode=AxisMode.EVENT), ConceptTrack()
    image = moving(track, RECT, scene, Playhead(1, log.end))
    assert has_colour(image, BLUE, RECT)
    assert not has_colour(image, ORANGE, RECT)


def test_a_weight_that_decays_falls_between_events(qtbot: QtBot) -> None:
    log = log_of([viewed("a", seconds=0.0, name="A"), event(seconds=1200.0)])
    scene, track = scene_of(log, rules=RECENCY, concepts=("a",)), ConceptTrack()
    texts = told(track, RECT, scene)
    assert {"A 0.20", "A 0.14", "A 0.10", "A 0.05"} <= texts
    assert has_colour(still(track, RECT, scene), BLUE, QRect(LEFT, 0, WIDTH, RECT.height()))


def test_weights_reach_up_to_the_cap_of_the_rules(qtbot: QtBot) -> None:
    log = log_of([viewed("a", seconds=float(s)) for s in range(100)])
    rules = RECENCY.model_copy(update={"half_life": None, "cap": 5.0})
    scene, track = scene_of(log, rules=rules, concepts=("a",)), ConceptTrack()
    assert "a 5.00" in told(track, RECT, scene)


@pytest.mark.parametrize(
    ("log", "indexed", "text"),
    [
        (log_of([viewed("a"), viewed("a", seconds=9.0)]), False, "Reading…"),
        (log_of([event(seconds=1.0), event(seconds=9.0)]), True, "No concepts in this session"),
    ],
)
def test_an_empty_track_says_why(log: SessionLog, indexed: bool, text: str, qtbot: QtBot) -> None:
    scene, track = scene_of(log, indexed=indexed), ConceptTrack()
    words = track_text.small().advance(text)
    middle = RECT.adjusted(
        LEFT + (WIDTH - words) // 2 - 2, 88, -RIGHT - (WIDTH - words) // 2 + 2, 0
    )
    assert colours(still(track, RECT, scene), middle) - {DARK.panel.rgb(), DARK.grid.rgb()}
    assert track.hit(QPoint(LEFT + 300, 100), RECT, scene) is None


def test_markup_in_a_name_is_told_as_it_was_typed(qtbot: QtBot) -> None:
    log = log_of([viewed("a", name="<b>a\nb</b>"), viewed("a", seconds=9.0)])
    scene = scene_of(log, concepts=("a",))
    assert "<b>a b</b> 0.20" in told(ConceptTrack(), RECT, scene)


@pytest.mark.parametrize("mode", list(AxisMode))
@pytest.mark.parametrize("seconds", [(0.0,), (5.0, 5.0)])
def test_a_session_of_no_length_has_its_weights_too(
    seconds: tuple[float, ...], mode: AxisMode, qtbot: QtBot
) -> None:
    log = log_of([viewed("a", seconds=at, name="A") for at in seconds])
    scene = scene_of(log, concepts=("a",), mode=mode)
    texts = told(ConceptTrack(), RECT, scene)
    assert f"A {0.2 * len(seconds):.2f}" in texts


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_names_can_be_read_on_their_ground(theme: Theme) -> None:
    for colour in theme.concepts:
        assert contrast(readable(colour, theme.ground, theme.text), theme.ground) >= ENOUGH


@given(
    ys=st.lists(st.floats(-50, 300), max_size=12),
    height=st.integers(0, 250),
)
def test_names_never_overlap_nor_leave_the_track(ys: list[float], height: int) -> None:
    places = placed([Wish(n, y, importance=n) for n, y in enumerate(ys)], 0, height)
    middles = [place.y for place in places]
    assert all(b - a >= LEAST_LINE - 1e-9 for a, b in pairwise(middles))
    half = LEAST_LINE / 2 - 1e-9
    assert all(half <= y <= height - half for y in middles)
    assert len(places) == min(len(ys), height // LEAST_LINE)
    assert [place.wished for place in places] == sorted(place.wished for place in places)


def test_of_too_many_names_the_important_ones_stay() -> None:
    wishes = [Wish(n, 10.0, importance=n) for n in range(10)]
    assert {place.key for place in placed(wishes, 0, 3 * LEAST_LINE)} == {7, 8, 9}


def test_nothing_is_painted_beyond_the_right_gutter(log: SessionLog, qtbot: QtBot) -> None:
    long = log_of([viewed("a", name="W" * 300), viewed("a", seconds=9.0)])
    scene = scene_of(long, concepts=("a",))
    image = still(ConceptTrack(), RECT, scene)
    edge = LEFT + WIDTH + RIGHT
    assert is_blank(image, DARK.ground, QRect(edge - 1, 0, 1, RECT.height()))
