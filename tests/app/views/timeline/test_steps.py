"""Curves of steps: all of them are cut into rectangles at once, and each must stay its own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.views.timeline.steps import paint_steps

COLUMNS, HEIGHT, LEFT = 12, 16, 3
COLOURS = [QColor("red"), QColor("lime"), QColor("blue")]
THICK = [2, 3, 2]

points = st.lists(
    st.tuples(st.integers(0, HEIGHT - 1), st.booleans()),
    min_size=COLUMNS + 1,
    max_size=COLUMNS + 1,
)


def painter_on(image: QImage) -> QPainter:
    image.fill(QColor("black"))
    return QPainter(image)


def canvas() -> QImage:
    return QImage(COLUMNS + 2 * LEFT + 4, HEIGHT + 4, QImage.Format.Format_RGB32)


def slowly(curves: list[list[tuple[int, bool]]]) -> QImage:
    """Column by column: a run where it is shown, a riser wherever it goes up or down."""
    image = canvas()
    with painter_on(image) as painter:
        for curve, colour, thick in zip(curves, COLOURS, THICK, strict=False):
            half = thick // 2
            start = 0
            for column, ((y, _), (following, _)) in enumerate(pairwise(curve)):
                if column and curve[column - 1][0] != y:
                    start = column
                if curve[start][1]:
                    run = QRect(LEFT + column - half, y - half, 1 + thick, thick)
                    painter.fillRect(run, colour)
                top, low = min(y, following), max(y, following)
                if low > top:
                    left = LEFT + column + 1 - half
                    painter.fillRect(QRect(left, top - half, thick, low - top + thick), colour)
    return image


@given(curves=st.lists(points, min_size=1, max_size=3))
def test_curves_are_cut_into_the_same_steps_as_column_by_column(
    qapp: object, curves: list[list[tuple[int, bool]]]
) -> None:
    y = np.array([[float(at) for at, _ in curve] for curve in curves])
    shown = np.array([[is_shown for _, is_shown in curve] for curve in curves])
    image = canvas()
    with painter_on(image) as painter:
        paint_steps(painter, LEFT, y, shown, COLOURS, THICK)
    assert image == slowly(curves)


def test_no_curve_at_all_paints_nothing(qtbot: QtBot) -> None:
    image = canvas()
    with painter_on(image) as painter:
        nothing = np.zeros((0, COLUMNS + 1))
        paint_steps(painter, LEFT, nothing, nothing > 0, [], [])
    black = canvas()
    black.fill(QColor("black"))
    assert image == black
