"""What a bookmark is called until somebody calls it otherwise."""

from __future__ import annotations

from app.text import clock, plain
from core.replay.columns import NONE, PENDING, SessionLog
from core.replay.playback import Playhead

_MOST = 120


def suggested_name(log: SessionLog, playhead: Playhead, end: Playhead | None = None) -> str:
    """By the event at the playhead, its type and what it is about; a range by its times."""
    if end is not None:
        return f"{clock(playhead.instant, decimals=0)} – {clock(end.instant, decimals=0)}"
    event = playhead.position - 1
    if event < 0:
        return "Start of the session"
    kind = int(log.kinds[event])
    name = f"Event {event + 1:,}" if kind == PENDING else plain(log.kind_names[kind], limit=60)
    about = _about(log, event)
    return plain(f"{name} · {about}" if about else name, limit=_MOST)


def _about(log: SessionLog, event: int) -> str:
    key = int(log.objects[event])
    if key == NONE:
        return ""
    object_type, object_id = log.object_keys[key]
    concept = log.concept_code(object_id) if object_type == "concept" else None
    if concept is not None:
        return log.concept_label(concept, event + 1)
    return f"{object_type} {object_id}"
