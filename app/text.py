"""Text for people: times, durations, numbers, and what a log says, made safe to show."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Qt sets the locale of the process, and strftime would follow it.
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def plain(text: str, *, limit: int = 400) -> str:
    """Text of a log as one line to show: no markup meaning, no control or bidi character.

    Lone surrogates and control characters become U+FFFD, line breaks a space; longer than
    ``limit`` it ends in an ellipsis.
    """
    cut = text[: limit + 1]
    if cut.isprintable() and "  " not in cut and cut == cut.strip():
        return text if len(text) <= limit else cut[: limit - 1] + "…"
    shown = "".join(_shown(character) for character in " ".join(cut.split()))
    return shown if len(text) <= limit else shown[: limit - 1] + "…"


def is_encodable(text: str) -> bool:
    """Whether a text can be written: a lone surrogate, which a log or a path may hold, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(character: str) -> str:
    kept_format = "\u200c\u200d"
    category = unicodedata.category(character)
    odd = category in {"Cc", "Cs"} or (category == "Cf" and character not in kept_format)
    return "\ufffd" if odd else character


def _moment(instant: int) -> datetime:
    return _EPOCH + timedelta(microseconds=instant)


def clock(instant: int, *, decimals: int = 3) -> str:
    """The time of day (UTC) of an instant in µs: `10:04:40.901`."""
    text = _moment(instant).strftime("%H:%M:%S.%f")
    return text[: 8 if decimals == 0 else 9 + decimals]


def date(instant: int) -> str:
    """The day (UTC) of an instant in µs: `12 Nov 2026`."""
    moment = _moment(instant)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def date_and_clock(instant: int) -> str:
    """Day and time of day (UTC): `12 Nov 2026 10:04:40`."""
    return f"{date(instant)} {clock(instant, decimals=0)}"


def offset(microseconds: int) -> str:
    """A time since the start: `+01:04:40`, with days where there are any."""
    sign = "-" if microseconds < 0 else "+"
    seconds = abs(microseconds) // 1_000_000
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    lead = f"{days} d " if days else ""
    return f"{sign}{lead}{hours:02}:{seconds // 60:02}:{seconds % 60:02}"


def duration(microseconds: int) -> str:
    """A length of time in its two greatest units: `5 h 12 m`, `22 m 4 s`, `1.2 s`, `40 µs`."""
    seconds = microseconds / 1e6
    if 0 < microseconds < 1_000:
        return f"{microseconds} µs"
    if seconds < 9.95:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    for unit, name, lower, lower_name in (
        (86_400, "d", 3_600, "h"),
        (3_600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // lower
            return f"{whole // unit} {name}" + (f" {rest} {lower_name}" if rest else "")
    return f"{whole} s"


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 event`, `1,164 events`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def weight(value: float) -> str:
    """A weight, relevance or uncertainty with two decimals; `<0.01` rather than nothing."""
    return "<0.01" if 0 < value < 0.005 else f"{value:.2f}"


def delta(value: float) -> str:
    """A change with its sign: `+0.20`, `−0.15`."""
    sign = "−" if value < 0 else "+"
    return f"{sign}{weight(abs(value))}"
