"""The shades of bookmarks: those of the concepts' curves, which are told apart in both themes."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.theme import Theme
from core.notes.bookmark import Colour

_SLOTS = {colour: slot for slot, colour in enumerate(Colour)}


def shade(theme: Theme, colour: Colour) -> QColor:
    """The colour of a bookmark in a theme."""
    return QColor(theme.concept_colour(_SLOTS[colour]))
