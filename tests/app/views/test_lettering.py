"""Writing the same texts over and over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app import theme as themes
from app.theme import ui_font
from app.views.lettering import LEFT, MIDDLE, RIGHT, Lettering

BOX = QRect(7, 5, 190, 20)
TEXTS = ["UserViewed", "12,345", "<0.01", "+1 h 5 min", "— · …", "Überblick", "知識 Raft", "سلام"]


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    themes.use_fonts(qapp)


def written(letters: Lettering, text: str, along: float = LEFT, *, ratio: float = 1) -> QImage:
    with QPainter(image := blank(ratio)) as painter:
        painter.setPen(Qt.GlobalColor.white)
        letters.write(painter, BOX, text, along=along)
    return image


def drawn(font: QFont, text: str, align: Qt.AlignmentFlag) -> QImage:
    with QPainter(image := blank(1)) as painter:
        painter.setPen(Qt.GlobalColor.white)
        painter.setFont(font)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(BOX, align | middle, text)
    return image


def blank(ratio: float) -> QImage:
    image = QImage(round(220 * ratio), round(32 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    return image


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("along", [LEFT, MIDDLE, RIGHT])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_text_looks_the_same_however_often_it_is_written(
    text: str, along: float, ratio: float
) -> None:
    """Else words would jump by a pixel where a table is painted again."""
    letters = Lettering(ui_font(12))
    first = written(letters, text, along, ratio=ratio)
    assert first != blank(ratio), "nothing is written"
    assert [written(letters, text, along, ratio=ratio) for _ in range(3)] == [first] * 3


@pytest.mark.parametrize("text", ["UserViewed", "12,345", "<0.01"])
@pytest.mark.parametrize("size", [11, 12, 13])
def test_it_stands_where_qt_would_write_it(text: str, size: int) -> None:
    """What is painted in either way stands on one line."""
    font = ui_font(size)
    letters = Lettering(font)
    for along, align in ((LEFT, Qt.AlignmentFlag.AlignLeft), (RIGHT, Qt.AlignmentFlag.AlignRight)):
        assert written(letters, text, along) == drawn(font, text, align)


@pytest.mark.parametrize("width", [0, 30, 60, 400])
@pytest.mark.parametrize("text", [*TEXTS, "a name that is much too long for any such column"])
def test_what_is_cut_has_room(text: str, width: int) -> None:
    letters = Lettering(ui_font(12))
    shown = letters.cut(text, width)
    assert shown == text or shown.endswith("…") or not shown
    assert width < 30 or letters.advance(shown) <= width
    assert width < 400 or shown == text
