"""The colour of an object: that of the events which touch it so."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.theme import Theme
from core.events.contributions import Touch
from core.events.schema import EventType

_TYPES = {Touch.CAPTURED: EventType.SOURCE_CAPTURED, Touch.CLAIM: EventType.CLAIM_UPSERTED}


def touch_colour(theme: Theme, touch: Touch) -> QColor:
    """The colour of an object that was touched in this way."""
    return theme.type_colour(_TYPES[touch])
