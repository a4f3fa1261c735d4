"""Text for people: times, durations, numbers, and what a log says, made safe to show."""

from __future__ import annotations

import unicodedata

from app.time_format import IN_UTC, Shown, TimeFormat

_DAY = 86_400_000_000
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
    shown = " ".join(cut.split())
    if not shown.isprintable():
        shown = "".join(map(_shown, shown))
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


# How times are shown is, like its locale, one thing for the whole process: all windows and their
# models follow it without being handed it. It is UTC until a window says otherwise.
_times = IN_UTC


def show_times(times: TimeFormat) -> None:
    """Tell moments in this way from now on; what is on screen is to be shown anew."""
    global _times
    _times = times


def times() -> TimeFormat:
    """How moments are told now."""
    return _times


def clock(
    instant: int, *, decimals: int = 3, start: int | None = None, position: int | None = None
) -> str:
    """The time of day of an instant in µs: `10:04:40.901`.

    Of a session whose ``start`` (µs) is known it is the time since then, and of an event whose
    ``position`` is known its number, where moments are told by that.
    """
    if _times.shown is Shown.START and start is not None:
        return offset(instant - start, decimals=decimals)
    if _times.shown is Shown.EVENT and position is not None:
        return f"#{position:,}"
    return _time_of_day(_times.civil(instant) % _DAY, decimals)


def minute(instant: int, *, start: int | None = None, position: int | None = None) -> str:
    """`clock` without seconds; with them where it is no time of day."""
    told = clock(instant, decimals=0, start=start, position=position)
    return told if is_in_session(start=start, position=position) else told[:5]


def dated(
    instant: int, *, decimals: int = 3, start: int | None = None, position: int | None = None
) -> str:
    """`clock` with the day before it, where it is a time of day: `12 Nov 10:04:40.901`."""
    told = clock(instant, decimals=decimals, start=start, position=position)
    in_session = is_in_session(start=start, position=position)
    return told if in_session else f"{short_date(instant)} {told}"


def is_in_session(*, start: int | None = None, position: int | None = None) -> bool:
    """Whether a moment of which this is known is told by its session, not by a time of day."""
    by_start = _times.shown is Shown.START and start is not None
    return by_start or (_times.shown is Shown.EVENT and position is not None)


def zone(instant: int, *, start: int | None = None, position: int | None = None) -> str:
    """What stands behind such a `clock`: ` UTC`, ` CEST`, or nothing."""
    in_session = is_in_session(start=start, position=position)
    return "" if in_session else f" {_times.zone_name(instant)}"


def time_heading(*, in_session: bool = True) -> str:
    """What a column of times is called."""
    if in_session and _times.shown is not Shown.ZONE:
        return "Since start" if _times.shown is Shown.START else "After event"
    place = _times.zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"Time ({'UTC' if _times.is_utc else place})"


def day(instant: int) -> int:
    """The number of the day on which an instant (µs) is, in the zone of the times."""
    return _times.civil(instant) // _DAY


def crosses_days(first: int, last: int) -> bool:
    """Whether two instants (µs) lie on different days, in the zone of the times."""
    return day(first) != day(last)


def date(instant: int, times: TimeFormat | None = None) -> str:
    """The day of an instant in µs: `12 Nov 2026`."""
    moment = (times or _times).moment(instant)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def short_date(instant: int) -> str:
    """The day without its year: `12 Nov`."""
    return date(instant).rsplit(" ", 1)[0]


def date_and_clock(instant: int) -> str:
    """Day and time of day: `12 Nov 2026 10:04:40`."""
    return f"{date(instant)} {clock(instant, decimals=0)}"


def offset(microseconds: int, *, decimals: int = 0) -> str:
    """A time since the start: `+01:04:40`, with days where there are any."""
    sign = "-" if microseconds < 0 else "+"
    days, within = divmod(abs(microseconds), _DAY)
    lead = f"{days} d " if days else ""
    return f"{sign}{lead}{_time_of_day(within, decimals)}"


def _time_of_day(microseconds: int, decimals: int) -> str:
    """So long after midnight, with so many digits (up to six) of a fraction."""
    seconds, fraction = divmod(microseconds, 1_000_000)
    minutes, second = divmod(seconds, 60)
    told = f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
    return f"{told}.{f'{fraction:06}'[:decimals]}" if decimals else told


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
