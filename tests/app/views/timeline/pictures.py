"""Single tracks: scenes of small logs, what is painted of them and what they tell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from app.theme import DARK, Theme
from app.views.timeline.scene import Curve, Scene, Track
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.axis import AxisMode, axis_of
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playhead

LEFT, WIDTH, RIGHT = 150, 600, 104


def scene_of(
    log: SessionLog,
    *,
    rules: ProjectionRules = BRAIN_WEB,
    mode: AxisMode = AxisMode.TIME,
    shown: tuple[float, float] | None = None,
    concepts: tuple[str, ...] = (),
    selected: str | None = None,
    indexed: bool = True,
    theme: Theme = DARK,
) -> Scene:
    """The scene of a log, all of it visible unless told otherwise; slots as concepts are named."""
    axis = axis_of(log, mode)
    x0, x1 = shown or (0.0, axis.length)
    codes = [code_of(log, concept) for concept in concepts]
    return Scene(
        theme=theme,
        log=log,
        axis=axis,
        index=ContextIndex(log, rules) if indexed else None,
        x0=x0,
        x1=x1,
        left=LEFT,
        width=WIDTH,
        curves=tuple(Curve(code, slot) for slot, code in enumerate(codes)),
        selected=None if selected is None else code_of(log, selected),
    )


def code_of(log: SessionLog, concept: str) -> int:
    code = log.concept_code(concept)
    assert code is not None, f"no event contributes to {concept}"
    return code


def rect_of(height: int) -> QRect:
    return QRect(0, 0, LEFT + WIDTH + RIGHT, height)


def column(scene: Scene, seconds: float) -> int:
    """The px where the time axis has so many seconds."""
    return round(float(scene.pixels(np.float64(seconds))))  # type: ignore[arg-type]


def still(track: Track, rect: QRect, scene: Scene) -> QImage:
    """What the track paints while nothing moves."""

    def paint(painter: QPainter) -> None:
        for margin in track.margins(rect, scene):
            margin.paint(painter)
        track.paint(painter, rect, scene)

    return _painted(rect, scene.theme.ground, paint)


def moving(track: Track, rect: QRect, scene: Scene, playhead: Playhead) -> QImage:
    """What the track paints over it for a playhead."""
    return _painted(
        rect, scene.theme.ground, lambda p: track.paint_playhead(p, rect, scene, playhead)
    )


def _painted(rect: QRect, ground: QColor, paint: Callable[[QPainter], None]) -> QImage:
    image = QImage(rect.size(), QImage.Format.Format_RGB32)
    image.fill(ground)
    with QPainter(image) as painter:
        paint(painter)
    return image


def colours(image: QImage, area: QRect) -> set[int]:
    """The colours (as QColor.rgb() has them) of an area's pixels."""
    within = area.intersected(image.rect())
    rows = range(within.top(), within.bottom() + 1)
    columns = range(within.left(), within.right() + 1)
    return {image.pixel(x, y) for y in rows for x in columns}


def has_colour(image: QImage, colour: QColor, area: QRect) -> bool:
    """Whether any pixel of an area has just this colour."""
    return colour.rgb() in colours(image, area)


def is_blank(image: QImage, ground: QColor, area: QRect) -> bool:
    """Whether nothing was painted on an area."""
    return colours(image, area) == {ground.rgb()}


def told(track: Track, rect: QRect, scene: Scene) -> set[str]:
    """Everything that the track tells anywhere on its rectangle."""
    points = (QPoint(x, y) for y in range(0, rect.height(), 3) for x in range(0, rect.width(), 3))
    hits = (track.hit(point, rect, scene) for point in points)
    return {hit.text for hit in hits if hit is not None}
