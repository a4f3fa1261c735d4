"""Writing rows: what fits is not cut."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app import theme as themes
from app.theme import ui_font
from app.views.row_list import Writer


def written(writer: Writer, text: str, width: int) -> QImage:
    image = QImage(400, 24, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    writer.write(painter, QRect(0, 0, width, 24), text, QColor("white"))
    painter.end()
    return image


@pytest.mark.parametrize("text", ["<0.01", "0.70", "13:23:16.194", "Write skew", "知識"])
@pytest.mark.parametrize("size", [11, 12, 13])
def test_a_text_is_whole_in_as_much_room_as_it_says_that_it_takes(
    qapp: QApplication, text: str, size: int
) -> None:
    """The least weights were shown as `<0.…`, which says nothing."""
    themes.use_fonts(qapp)
    writer = Writer(ui_font(size))
    assert written(writer, text, writer.width(text)) == written(writer, text, 400)
