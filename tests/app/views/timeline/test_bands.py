from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT
from app.views.timeline.bands import BandPicture
from app.views.timeline.picture import Picture, Tracks
from app.views.timeline.scene import Curve, Scene
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.replay.axis import AxisMode, axis_of
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.leaving_out import without
from tests.app.views.timeline.scenes import scene_of
from tests.builders import captured, chat, claim, log_of, viewed

SIZE = QSize(900, 600)


def study() -> SessionLog:
    """Two hours with a long gap, so that there is something in every strip and over it."""
    return log_of(
        [
            viewed("raft", name="Raft", seconds=0),
            chat("raft", "paxos", seconds=150),
            captured("paper", "p-1", seconds=200),
            claim("cl-1", "raft", seconds=300),
            viewed("paxos", seconds=6_500),
            captured("paper", "p-2", seconds=6_700),
            viewed("raft", seconds=7_200),
        ]
    )


def scenes() -> list[Scene]:
    """What is shown of a session one after the other, as somebody works with it."""
    log, curves = study(), (Curve(0, 0), Curve(1, 1))
    first = scene_of(log, mode=AxisMode.FOLDED)
    fast = BRAIN_WEB.model_copy(update={"viewed": 0.45})
    shown = [
        first,
        replace(first, index=ContextIndex(log)),
        replace(first, index=ContextIndex(log), curves=curves),
        replace(first, index=ContextIndex(log, fast), curves=curves),
        replace(first, index=ContextIndex(log, fast), curves=curves, selected=1),
        replace(first, index=ContextIndex(log, RECENCY), curves=curves),
    ]
    fewer = without(log, np.array([2]))
    shown.append(replace(first, log=fewer, index=ContextIndex(fewer, RECENCY), curves=curves))
    half = replace(shown[-1], x1=first.axis.length / 2)
    by_event = axis_of(log, AxisMode.EVENT)
    whole = replace(half, axis=by_event, x0=0.0, x1=by_event.length)
    return [*shown, half, whole, replace(whole, theme=LIGHT), shown[2], first]


def painted(bands: BandPicture, picture: Picture, ratio: float) -> QImage:
    ground = picture.scene.theme.ground
    return bands.painted(picture.bands(), SIZE, ratio, ground, over=picture.paint_gaps).toImage()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_what_was_painted_bit_by_bit_is_what_would_be_painted_at_once(
    qtbot: QtBot, ratio: float
) -> None:
    """Else a part of the timeline would tell of other rules, or of another range, than the rest."""
    bands, tracks = BandPicture(), Tracks()
    for place, scene in enumerate(scenes()):
        kept = painted(bands, tracks.laid_out(scene, SIZE), ratio)
        fresh = painted(BandPicture(), Tracks().laid_out(scene, SIZE), ratio)
        assert kept == fresh, f"the picture of scene {place} differs"


def test_any_scene_may_follow_any_other(qtbot: QtBot) -> None:
    """Undo, and what arrives late, show things in every order."""
    shown = scenes()
    fresh = [painted(BandPicture(), Tracks().laid_out(scene, SIZE), 1.0) for scene in shown]
    bands, tracks = BandPicture(), Tracks()
    for before, after in product(range(0, len(shown), 4), range(len(shown))):
        painted(bands, tracks.laid_out(shown[before], SIZE), 1.0)
        assert painted(bands, tracks.laid_out(shown[after], SIZE), 1.0) == fresh[after]


def test_other_rules_leave_the_lanes_as_they_are_painted() -> None:
    """While a slider is dragged, what does not depend on it costs nothing."""
    log = study()
    scene, tracks = scene_of(log), Tracks()
    one, other = (
        tracks.laid_out(replace(scene, index=ContextIndex(log, rules)), SIZE).bands()
        for rules in (BRAIN_WEB, RECENCY)
    )
    changed = [a.shows != b.shows for a, b in zip(one, other, strict=True)]
    concepts, uncertainty = 5, 9
    assert [place for place, differs in enumerate(changed) if differs] == [concepts, uncertainty]


def test_another_range_leaves_titles_and_names_as_they_are_painted() -> None:
    """They are a good part of a frame, and none of it moves with the hand that pans."""
    log, tracks = study(), Tracks()
    whole = replace(scene_of(log), index=ContextIndex(log), curves=(Curve(0, 0),))
    part = replace(whole, x0=1.0)
    one, other = (tracks.laid_out(scene, SIZE).bands() for scene in (whole, part))
    lanes, scale, names, objects, uncertainty = 1, 3, 4, 6, 8
    same = [place for place, band in enumerate(one) if band.shows == other[place].shows]
    assert same == [lanes, scale, names, objects, uncertainty]


def test_what_nobody_looks_at_any_more_is_let_go(qtbot: QtBot) -> None:
    bands = BandPicture()
    picture = Tracks().laid_out(replace(scene_of(study()), theme=DARK), SIZE)
    before = painted(bands, picture, 1.0)
    bands.forget()
    assert painted(bands, picture, 1.0) == before
