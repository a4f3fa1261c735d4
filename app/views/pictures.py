"""Pictures of the window, or of the timeline alone, to keep: pixels or shapes."""

from __future__ import annotations

import re
from html import unescape

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.theme import ui_font
from app.views.timeline.vector import paint_vector
from app.views.timeline.view import TimelineView

SCALE = 2
"""Pixels of a picture for each of the window's."""


def image_of(widget: QWidget, timeline: TimelineView) -> QImage:
    """A widget, or the timeline itself, at twice the size."""
    image = QImage(widget.size() * SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    with QPainter(image) as painter:
        _paint(widget, timeline, painter)
    return image


def png_of(image: QImage) -> bytes:
    """The image as PNG; it may be called on any thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def svg_of(widget: QWidget, timeline: TimelineView, *, title: str) -> bytes:
    """The timeline as shapes and text; of another widget, the rest of it as an image behind.

    Qt writes SVG without clipping, and bars that are clipped to their share would come out full.
    """
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(), widget.size()))
    generator.setResolution(_DPI)
    generator.setTitle(title)
    generator.setDescription("Made by Brain Web Replay")
    with QPainter(generator) as painter:
        if widget is not timeline:
            painter.drawImage(widget.rect(), image_of(widget, timeline))
        if timeline.isVisibleTo(widget):
            painter.translate(timeline.mapTo(widget, QPoint()))
            paint_vector(timeline, painter)
    return _TEXT.sub(_fitted, bytes(buffer.data().data()).decode()).encode()


_DPI = 96
_TEXT = re.compile(
    r'<text ([^>]*font-size="([\d.]+)" font-weight="(\d+)"[^>]*?)\s*>([^<]*)</text>', re.DOTALL
)


def _fitted(text: re.Match[str]) -> str:
    """The text with its width, so that another font than ours still fits where ours did."""
    font = ui_font(round(float(text[2])), weight=QFont.Weight(int(text[3])))
    width = QFontMetricsF(font).horizontalAdvance(unescape(text[4]))
    length = f' textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs"' if width else ""
    return f"<text {text[1]}{length}>{text[4]}</text>"


def _paint(widget: QWidget, timeline: TimelineView, painter: QPainter) -> None:
    if widget is not timeline:
        painter.save()
        widget.render(painter, QPoint())
        painter.restore()
        if not timeline.isVisibleTo(widget):
            return
        painter.translate(timeline.mapTo(widget, QPoint()))
    paint_vector(timeline, painter)
