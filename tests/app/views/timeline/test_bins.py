"""Columns as pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.views.timeline.bins import columns_picture, premultiplied

RED = QColor("red")


def rows_of(image: QImage) -> list[list[int]]:
    values = np.frombuffer(image.constBits(), np.uint32)
    pixels: list[list[int]] = values.reshape(image.height(), image.width()).tolist()
    return pixels


@pytest.mark.parametrize("crown", [0, 2])
def test_a_column_is_filled_from_its_top_down(qtbot: QtBot, crown: int) -> None:
    """Else a lane would show events where there are none."""
    tops, height = np.array([-3, 0, 1, 4, 5, 9]), 5
    body = QColor(RED)
    body.setAlphaF(0.6 if crown else 1.0)
    expected = [
        [
            0 if row < top else premultiplied(RED if row < top + crown else body)
            for top in np.clip(tops, 0, height).tolist()
        ]
        for row in range(height)
    ]
    assert rows_of(columns_picture(tops, height, RED, crown=crown)) == expected


def test_one_colour_is_not_taken_for_another(qtbot: QtBot) -> None:
    tops = np.array([0])
    first, second = (rows_of(columns_picture(tops, 1, QColor(c))) for c in ("red", "blue"))
    assert first != second
