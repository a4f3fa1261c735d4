"""What the two sides are called and coloured, and how what happened is put in words."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.text import plain
from app.theme import Theme
from core.events.schema import EventType
from core.replay.columns import SessionLog
from core.replay.parting import event_name

LETTERS = ("A", "B")
"""What the sides are called; colour says nothing that these do not."""

_NAME = 60
_DONE: dict[str, str] = {
    EventType.USER_VIEWED: "viewed",
    EventType.USER_HIGHLIGHTED: "highlighted",
    EventType.CHAT_MESSAGE_CREATED: "in a chat",
    EventType.SOURCE_CAPTURED: "captured",
    EventType.CLAIM_UPSERTED: "claimed",
    EventType.RECOMMENDATION_GENERATED: "recommended",
}


def side_colour(theme: Theme, side: int) -> QColor:
    """The colour of a side: blue and orange, which no colour-blindness takes for one."""
    return theme.concepts[side]


def on_side_colour(theme: Theme) -> QColor:
    """What is written upon that colour."""
    return theme.on_accent if theme.is_dark else QColor("#000000")


def said(log: SessionLog, event: int) -> str:
    """What happened: `“Write skew” claimed`; safe to show, empty where there is no such event."""
    if not 0 <= event < len(log) or not log.complete:
        return ""
    kind, name = log.kind_names[int(log.kinds[event])], event_name(log, event)
    done = _DONE.get(kind, plain(kind, limit=_NAME))
    return f"“{plain(name, limit=_NAME)}” {done}" if name else plain(kind, limit=_NAME)
