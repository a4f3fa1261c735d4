"""The words around a track's plot: its title, its messages, its short labels."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from app.theme import SPACE, ui_font
from app.views.timeline.layout import INSET
from app.views.timeline.scene import Scene

READING = "Reading…"

_ALIGN = Qt.AlignmentFlag
_LINE = 16


@cache
def small_font() -> QFont:
    """The font of labels and names in a track."""
    return ui_font(11, tabular=False)


@cache
def small_metrics() -> QFontMetrics:
    """What is needed to fit text of the small font."""
    return QFontMetrics(small_font())


@cache
def bold_small_font() -> QFont:
    """The small font for what is selected."""
    return ui_font(11, weight=QFont.Weight.DemiBold, tabular=False)


@cache
def bold_small_metrics() -> QFontMetrics:
    """What is needed to fit text of the bold small font."""
    return QFontMetrics(bold_small_font())


@cache
def title_font() -> QFont:
    """The font of a track's title."""
    return ui_font(12, weight=QFont.Weight.DemiBold, tabular=False)


@cache
def _title_metrics() -> QFontMetrics:
    return QFontMetrics(title_font())


def paint_title(
    painter: QPainter, top: int, scene: Scene, *, title: str, note: str = "", taken: int = 0
) -> None:
    """The title in the left gutter and a muted note under it; ``taken`` px beside the plot are not
    free."""
    room = scene.left - INSET - (taken + 2 * SPACE if taken else SPACE)
    for line, (text, font, metrics, colour) in enumerate(
        (
            (title, title_font(), _title_metrics(), scene.theme.text),
            (note, small_font(), small_metrics(), scene.theme.muted),
        )
    ):
        painter.setFont(font)
        painter.setPen(colour)
        box = QRect(INSET, top + line * _LINE, room, _LINE)
        painter.drawText(box, _ALIGN.AlignVCenter, elided(text, metrics, room))


def title_width(title: str) -> int:
    """How wide a title is (px)."""
    return _title_metrics().horizontalAdvance(title)


def paint_message(painter: QPainter, plot: QRect, scene: Scene, text: str) -> None:
    """Muted words in the middle of an empty plot."""
    painter.setFont(small_font())
    painter.setPen(scene.theme.muted)
    painter.drawText(plot, _ALIGN.AlignCenter, elided(text, small_metrics(), plot.width()))


def message_rect(plot: QRect, text: str) -> QRect:
    """Where the words of a message stand in an empty plot."""
    shown = elided(text, small_metrics(), plot.width())
    return small_metrics().boundingRect(plot, int(_ALIGN.AlignCenter), shown)


def elided(text: str, metrics: QFontMetrics, width: int) -> str:
    """The text, its end replaced by an ellipsis where it is wider than that."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, width))
