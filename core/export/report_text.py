"""Text of a report: escaped, and times and numbers as people read them."""

from __future__ import annotations

from html import escape

from core.events.instants import to_datetime
from core.events.problems import printable

_LONGEST = 300


def safe(text: str) -> str:
    """Text of a log for HTML: no markup, and control and direction characters as escapes."""
    return escape(printable(text, limit=_LONGEST))


def moment(instant: int) -> str:
    """A date and time of day: `2026-11-12 10:04:40`."""
    return to_datetime(instant).isoformat(sep=" ", timespec="seconds")[:19]


def clock(instant: int, span: int) -> str:
    """A label of an axis that spans so many µs: a time of day, or a day and a time."""
    text = moment(instant)
    if span > 2 * 86_400_000_000:
        return text[5:16]
    return text[11:16] if span > 20 * 60_000_000 else text[11:]


def length(microseconds: int) -> str:
    """A length of time in hours, minutes and seconds: `1:04:40`, with days where there are any."""
    seconds = round(microseconds / 1e6)
    days, seconds = divmod(seconds, 86_400)
    lead = f"{days} d " if days else ""
    return f"{lead}{seconds // 3_600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
