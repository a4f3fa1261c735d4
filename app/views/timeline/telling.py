"""What the timeline says of events, spans and gaps, as plain text."""

from __future__ import annotations

from functools import lru_cache

from app import text
from app.views.lettering import Lettering
from core.replay.columns import NONE, PENDING, Int64, SessionLog

_MINUTE = 60_000_000
_SECOND = 1_000_000


def tell_event(log: SessionLog, event: int) -> str:
    """`#214 UserViewed · 10:04:40.901 · user-ada · concept c-018`, as far as it has been read."""
    kind, actor, key = int(log.kinds[event]), int(log.actors[event]), int(log.objects[event])
    name = "" if kind == PENDING else f" {text.plain(log.kind_names[kind], limit=60)}"
    parts = [f"#{event + 1:,}{name}", moment(log, int(log.times[event]))]
    if actor != NONE:
        parts.append(text.plain(log.actor_names[actor], limit=60))
    if key != NONE:
        parts.append(text.plain(" ".join(log.object_keys[key]), limit=80))
    return " · ".join(parts)


def moment(log: SessionLog, instant: int, *, decimals: int = 3) -> str:
    """The time of day, with the day where the session has several."""
    position = log.position_at(instant)
    time = text.clock(instant, decimals=decimals, start=log.start, position=position)
    by_session = text.is_in_session(start=log.start, position=position)
    return time if by_session or not spans_days(log) else f"{text.date(instant)} {time}"


def spans_days(log: SessionLog) -> bool:
    """Whether a session lasted into another day, so that times of day need one."""
    return text.crosses_days(log.start, log.end)


def tell_span(log: SessionLog, first: int, last: int) -> str:
    """`10:04 and 10:05`: two instants as exactly as it takes to tell them apart."""

    def told(instant: int) -> str:
        known = log.start, log.position_at(instant)
        if text.is_in_session(start=known[0], position=known[1]):
            return text.clock(instant, decimals=decimals, start=known[0], position=known[1])
        if text.crosses_days(first, last):
            return _day_and_minute(instant)
        return text.minute(instant) if long else text.clock(instant, decimals=decimals)

    long = last - first >= _MINUTE
    decimals = 0 if last - first >= _SECOND else 3 if last - first >= 1000 else 6
    return f"{told(first)} and {told(last)}"


def _day_and_minute(instant: int) -> str:
    return text.date_and_clock(instant)[:-3]


@lru_cache(maxsize=4_096)
def tell_idle(microseconds: int) -> str:
    """The length of an idle gap: `42 min idle`, `3 h 5 min idle`, `2 d 4 h idle`."""
    minutes = round(microseconds / _MINUTE)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        length = f"{days:,} d {hours_left} h" if hours_left else f"{days:,} d"
    elif hours:
        length = f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    else:
        length = f"{minutes} min" if minutes else text.duration(microseconds)
    return f"{length} idle"


def tell_events(log: SessionLog, events: Int64, *, limit: int = 4) -> str:
    """A line for each of some events at one place, at most so many, and how many more there are."""
    lines = [tell_event(log, int(event)) for event in events[:limit]]
    if len(events) > limit:
        lines.append(f"and {text.count(len(events) - limit, 'more event')}")
    return "\n".join(lines)


def fitting(letters: Lettering, width: int, *candidates: str) -> str:
    """The first of the texts that fits into so many px, else the last one with an ellipsis."""
    for candidate in candidates:
        if letters.advance(candidate) <= width:
            return candidate
    return letters.cut(candidates[-1], width)
