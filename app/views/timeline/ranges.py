"""The visible range of an axis, and how zooming and panning change it."""

from __future__ import annotations

from core.replay.axis import Axis

Range = tuple[float, float]

_NO_TIME = 1e-6
"""The length that an axis of time has where all events share one instant (see `TimeAxis`)."""


def least_width(axis: Axis) -> float:
    """The narrowest range to show: 1 ms, or three events; a second where there is no time."""
    if axis.mode.counts:
        return 3.0
    return 1.0 if axis.length <= _NO_TIME else 1e-3


def whole(axis: Axis) -> Range:
    """The whole axis; with room at both sides where it is narrower than the narrowest range."""
    room = max(0.0, least_width(axis) - axis.length) / 2
    return -room, axis.length + room


def clamped(axis: Axis, wanted: Range) -> Range:
    """The range nearest to the wanted one that the axis can show."""
    start, end = whole(axis)
    width = min(max(wanted[1] - wanted[0], least_width(axis)), end - start)
    x0 = min(max(wanted[0], start), end - width)
    return x0, x0 + width


def zoomed(axis: Axis, shown: Range, *, about: float, factor: float) -> Range:
    """The range ``factor`` times as wide, with x = ``about`` staying where it is."""
    x0, x1 = shown
    wide = x1 - x0
    width = max(wide * factor, least_width(axis))
    share = (about - x0) / wide
    return clamped(axis, (about - share * width, about + (1 - share) * width))


def panned(axis: Axis, shown: Range, by: float) -> Range:
    """The range moved by so much x."""
    return clamped(axis, (shown[0] + by, shown[1] + by))
