"""The words around a track's plot: its title, its messages, its short labels."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from app.theme import SPACE
from app.views.lettering import Lettering, lettering
from app.views.timeline.layout import INSET
from app.views.timeline.scene import Margin, Scene

READING = "Reading…"

_ALIGN = Qt.AlignmentFlag
_LINE = 16


def small() -> Lettering:
    """Labels and names in a track."""
    return lettering(11, tabular=False)


def bold_small() -> Lettering:
    """The same for what is selected."""
    return lettering(11, weight=QFont.Weight.DemiBold, tabular=False)


def _title() -> Lettering:
    return lettering(12, weight=QFont.Weight.DemiBold, tabular=False)


def paint_title(
    painter: QPainter, top: int, scene: Scene, *, title: str, note: str = "", taken: int = 0
) -> None:
    """The title in the left gutter and a muted note under it; ``taken`` px beside the plot are not
    free."""
    room = scene.left - INSET - (taken + 2 * SPACE if taken else SPACE)
    for line, (text, letters, colour) in enumerate(
        ((title, _title(), scene.theme.text), (note, small(), scene.theme.muted))
    ):
        painter.setPen(colour)
        box = QRect(INSET, top + line * _LINE, room, _LINE)
        letters.write(painter, box, letters.cut(text, room))


def title_margin(top: int, scene: Scene, *, title: str, note: str) -> Margin:
    """A margin of nothing but a title and its note."""
    paint = partial(paint_title, top=top, scene=scene, title=title, note=note)
    return Margin(True, (title, note), paint)


def title_width(title: str) -> int:
    """How wide a title is (px)."""
    return _title().advance(title)


def paint_message(painter: QPainter, plot: QRect, scene: Scene, text: str) -> None:
    """Muted words in the middle of an empty plot."""
    painter.setFont(small().font)
    painter.setPen(scene.theme.muted)
    painter.drawText(plot, _ALIGN.AlignCenter, small().cut(text, plot.width()))


def message_rect(plot: QRect, text: str) -> QRect:
    """Where the words of a message stand in an empty plot."""
    shown = small().cut(text, plot.width())
    return QFontMetrics(small().font).boundingRect(plot, int(_ALIGN.AlignCenter), shown)
