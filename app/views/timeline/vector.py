"""The timeline painted onto any device, without the pixmap that a screen is served from."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from app.views.timeline.view import TimelineView


def paint_vector(view: TimelineView, painter: QPainter) -> None:
    """Paint what the view shows as shapes and text, the playhead too, at its place and size."""
    painter.save()
    painter.setClipRect(view.rect())
    painter.fillRect(view.rect(), view._theme.ground)
    picture = view._shown()
    if picture is not None:
        picture.paint(painter, view._loop)
        if view._playhead is not None:
            picture.paint_playhead(painter, view._playhead)
    painter.restore()
