"""Colours that can be read: contrast as WCAG counts it, and how to get enough of it."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

ENOUGH = 4.5
"""The least contrast of text and its ground."""

_STEPS = 20


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """So much of ``other`` in ``one``, opaque; 0 is ``one``, 1 is ``other``."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        one.redF() * keep + other.redF() * share,
        one.greenF() * keep + other.greenF() * share,
        one.blueF() * keep + other.blueF() * share,
    )


def readable(colour: QColor, ground: QColor, towards: QColor) -> QColor:
    """The colour, moved towards another just as far as text on this ground needs."""
    return QColor.fromRgb(_readable(colour.rgb(), ground.rgb(), towards.rgb()))


@lru_cache(maxsize=512)
def _readable(colour: int, ground: int, towards: int) -> int:
    start, end, behind = (QColor.fromRgb(rgb) for rgb in (colour, towards, ground))
    tries = (mixed(start, end, step / _STEPS) for step in range(_STEPS + 1))
    found = next((c for c in tries if contrast(c, behind) >= ENOUGH), end)
    return found.rgb()


def _luminance(colour: QColor) -> float:
    red, green, blue = (_linear(c) for c in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
