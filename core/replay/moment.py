"""A moment as a person writes it: an event's number, or a time."""

from __future__ import annotations

import re

from core.events.instants import InstantError, parse_instant
from core.late_dataclass import dataclass
from core.replay.columns import SessionLog
from core.replay.playback import Playhead

_POSITION = re.compile(r"#?([0-9]+)")
_OFFSET = re.compile(r"\+(?:([0-9]{1,6}):)?([0-9]{1,7}):([0-5]?[0-9](?:\.[0-9]{1,6})?)")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]{1,6})?))?")
_DAY = 86_400_000_000


class MomentError(ValueError):
    """A text that is no moment, or one that the session does not have; the message says why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was asked for, before there is a log to find it in."""

    text: str

    def in_log(self, log: SessionLog) -> Playhead:
        """Its playhead in a log; a time is after every event that happened by then.

        Accepts `#214` or `214` (after that many events), `2026-11-12T10:04:40.901Z`, a time of day
        (the first from the session's start on) and `+01:04:40` since the start. Raises MomentError.
        """
        text = self.text.strip()
        if match := _POSITION.fullmatch(text):
            return _position(int(match[1]), log)
        return _by_time(_instant(text, log), log)


def is_moment(text: str) -> bool:
    """Whether a text is written as a moment is, whatever session it is for."""
    if any(form.fullmatch(text) for form in (_POSITION, _OFFSET, _CLOCK)):
        return True
    try:
        parse_instant(text)
    except InstantError:
        return False
    return True


def position_of(text: str) -> int | None:
    """The position that a text names (`#214`), None where it is a time."""
    match = _POSITION.fullmatch(text)
    return None if match is None else int(match[1])


def time_of_day(text: str) -> int | None:
    """The µs after midnight of a time of day (`10:04:40`), None where a text is none."""
    match = _CLOCK.fullmatch(text)
    return None if match is None else _microseconds(match[1], match[2], match[3])


def _position(position: int, log: SessionLog) -> Playhead:
    if position > len(log):
        raise MomentError(f"#{position} is beyond the session's {len(log):,} events")
    return Playhead(position, log.instant_at(position))


def _by_time(instant: int, log: SessionLog) -> Playhead:
    return Playhead(log.position_at(instant), instant)


def _instant(text: str, log: SessionLog) -> int:
    if match := _OFFSET.fullmatch(text):
        return log.start + _microseconds(match[1], match[2], match[3])
    if match := _CLOCK.fullmatch(text):
        return _from_start_on(_microseconds(match[1], match[2], match[3]), log)
    try:
        return parse_instant(text)
    except InstantError as error:
        raise MomentError(
            f"“{text}” is no moment: write #214, 2026-11-12T10:04:40Z, 10:04:40 or +01:04:40"
        ) from error


def _microseconds(hours: str | None, minutes: str, seconds: str | None) -> int:
    whole = int(hours or 0) * 3_600 + int(minutes) * 60
    return whole * 1_000_000 + round(float(seconds or 0) * 1e6)


def _from_start_on(of_day: int, log: SessionLog) -> int:
    midnight = log.start - log.start % _DAY
    at = midnight + of_day
    return at if at >= log.start - log.start % 1_000_000 else at + _DAY
