"""Where the parts of the timeline lie in a widget of a given size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect

from app.theme import GUTTER
from core.late_dataclass import dataclass

RIGHT_GUTTER = 116
"""The width right of the plots, for the names at the ends of curves and for numbers (px)."""
INSET = 12
"""How far from the left edge the titles in the gutter begin (px)."""
BESIDE = 8
"""The distance from a plot to the text in its right gutter (px)."""
RULER = 28
LABELS = 16
"""The height of the ruler's row of labels; the lengths of idle gaps have what is below it (px)."""
LEAST_HEIGHT = 360

_NARROW = 700
_LEAST_LEFT = 110
_LEAST_RIGHT = 76
_TOP = 4
_GAP_BELOW_OVERVIEW = 4
_LANES_SHARE = 0.26
_LEAST_LANE, _MOST_LANE = 15, 19
_LEAST_OBJECTS = 44
_LEAST_CONCEPTS = 80
_LEAST_UNCERTAINTY, _MOST_UNCERTAINTY = 36, 64


@dataclass(frozen=True, slots=True)
class Layout:
    """The strips from the top down, each as wide as the widget; ``left`` and ``width`` are the
    plot's that all of them share. Where there is too little room the objects have no height, then
    the uncertainty."""

    left: int
    width: int
    overview: QRect
    lanes: QRect
    concepts: QRect
    objects: QRect
    uncertainty: QRect
    ruler: QRect

    @property
    def right(self) -> int:
        """The first px right of the plots."""
        return self.left + self.width

    @property
    def tracks(self) -> QRect:
        """Everything between the overview and the ruler."""
        return self.lanes.united(self.uncertainty)

    @property
    def plots(self) -> QRect:
        """The plots of all tracks, gutters left out."""
        return self.within_plot(self.tracks)

    def within_plot(self, strip: QRect) -> QRect:
        """The part of a strip between the gutters."""
        return QRect(self.left, strip.top(), self.width, strip.height())


Wanted = Callable[[int], int]
"""The height that a track wants of what it is offered (px)."""


def gutters(width: int) -> tuple[int, int]:
    """The gutters left and right of the plots in a widget of this width; narrow ones shrink."""
    lacking = max(0, _NARROW - width)
    return max(_LEAST_LEFT, GUTTER - lacking // 2), max(_LEAST_RIGHT, RIGHT_GUTTER - lacking // 3)


def least_height(lanes: int) -> int:
    """The least height (px) in which all is there and nothing is squeezed."""
    strips = lanes * _LEAST_LANE + _LEAST_CONCEPTS + _LEAST_OBJECTS + _LEAST_UNCERTAINTY
    return max(LEAST_HEIGHT, strips + _overhead(0))


def low_height(lanes: int) -> int:
    """The least height (px) where there is no room for objects and uncertainty."""
    return lanes * _LEAST_LANE + _LEAST_CONCEPTS + _overhead(0) - 2 * _gap(0)


def arrange(width: int, height: int, *, lanes: int, objects: Wanted, uncertainty: Wanted) -> Layout:
    """The layout for a widget of this size with so many lanes of events.

    What the others leave goes to the curves of concepts, so that heights stay as they are while
    the range moves.
    """
    if height < least_height(lanes):
        return _without_objects(width, height, lanes)
    gap = _gap(height)
    lanes_height = lanes * _lane(height, lanes)
    rest = height - _overhead(height) - lanes_height
    low = _within(
        uncertainty(_within(rest * 18 // 100, _LEAST_UNCERTAINTY, _MOST_UNCERTAINTY)),
        _LEAST_UNCERTAINTY,
        _MOST_UNCERTAINTY,
    )
    most_objects = max(_LEAST_OBJECTS, rest - low - _LEAST_CONCEPTS)
    bars = _within(objects(max(_LEAST_OBJECTS, rest * 30 // 100)), _LEAST_OBJECTS, most_objects)
    curves = max(_LEAST_CONCEPTS, rest - low - bars)
    return _laid(width, height, (lanes_height, curves, bars, low), (gap, gap, gap))


def _without_objects(width: int, height: int, lanes: int) -> Layout:
    """The layout where there is too little room for all."""
    gap, lanes_height = _gap(height), lanes * _LEAST_LANE
    has_uncertainty = height >= low_height(lanes) + gap + _LEAST_UNCERTAINTY
    low = _LEAST_UNCERTAINTY if has_uncertainty else 0
    # Fewer strips have fewer gaps between them.
    rest = height - _overhead(height) + gap * (2 - has_uncertainty) - lanes_height
    curves = max(_LEAST_CONCEPTS, rest - low)
    return _laid(width, height, (lanes_height, curves, 0, low), (gap, gap * has_uncertainty, 0))


def _laid(
    width: int, height: int, heights: tuple[int, int, int, int], below: tuple[int, int, int]
) -> Layout:
    """The strips with these heights of the tracks, and so much below each but the last."""
    left, right = gutters(width)
    strips, top = [], _TOP
    for high, gap in (
        (_overview(height), _gap(height) + _GAP_BELOW_OVERVIEW),
        *zip(heights, (*below, 0), strict=True),
        (RULER, 0),
    ):
        strips.append(QRect(0, top, width, high))
        top += high + gap
    return Layout(left, max(1, width - left - right), *strips)


def _overhead(height: int) -> int:
    """What is neither a lane nor a track."""
    return _TOP + _overview(height) + _GAP_BELOW_OVERVIEW + 4 * _gap(height) + RULER


def _gap(height: int) -> int:
    return 4 if height < 480 else 8


def _overview(height: int) -> int:
    return 36 if height < 440 else 40 if height < 640 else 44


def _lane(height: int, lanes: int) -> int:
    return _within(int(height * _LANES_SHARE) // max(1, lanes), _LEAST_LANE, _MOST_LANE)


def _within(value: int, least: int, most: int) -> int:
    return min(max(value, least), most)
