"""Instants: from the text of a log to microseconds since 1970 in UTC, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from core.events.problems import printable

UNREADABLE = np.iinfo(np.int64).min
"""What stands in an array of instants for one that could not be read."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST = (date.min.toordinal() - _EPOCH_DAY) * 86_400_000_000
_LAST = (date.max.toordinal() - _EPOCH_DAY + 1) * 86_400_000_000 - 1
_FORM = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(?:([Zz])|([+-])([0-9]{2})(?::?([0-9]{2}))?)?"
)
_USUAL_FORMS = {
    len(form): form
    for form in (
        "0000-00-00T00:00:00",
        "0000-00-00T00:00:00Z",
        "0000-00-00T00:00:00.000000",
        "0000-00-00T00:00:00.000000Z",
    )
}
_DATE = len("0000-00-00")
_ZERO = np.uint8(ord("0"))
_CHUNK = 16_384
_FEW = 32
"""So many are read faster one by one."""


class InstantError(ValueError):
    """A value that is no instant; the message says why."""


def parse_instant(raw: object) -> int:
    """Microseconds since 1970-01-01 UTC of `YYYY-MM-DDTHH:MM:SS[.f][Z|±HH[:MM]]`.

    A text without zone is UTC; a fraction of up to nine digits is cut to microseconds; a space may
    stand for the `T`. Raises InstantError for anything else.
    """
    if not isinstance(raw, str):
        kind = "missing" if raw is None else f"not text but {_kind(raw)}"
        raise InstantError(f"the date is {kind}")
    match = _FORM.fullmatch(raw)
    if match is None:
        raise InstantError(f"“{printable(raw, limit=40)}” is not a date and time")
    year, month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5, 6))
    try:
        days = datetime(year, month, day, hour, minute, second, tzinfo=UTC).toordinal() - _EPOCH_DAY
    except ValueError as error:
        raise InstantError(f"“{raw}” is not a date and time: {error}") from error
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - _offset(match)
    instant = seconds * 1_000_000 + int((match[7] or "")[:6].ljust(6, "0"))
    if not _FIRST <= instant <= _LAST:
        raise InstantError(f"“{raw}” is outside the years 1 to 9999 in UTC")
    return instant


def parse_instants(raws: Sequence[object]) -> tuple[NDArray[np.int64], list[tuple[int, str]]]:
    """`parse_instant` of many at once: int64 microseconds, and (index, reason) of the bad ones.

    A bad one's place in the array holds UNREADABLE. The forms that backends write are read column
    by column, the rest one by one, with the same answer.
    """
    instants = np.full(len(raws), UNREADABLE, dtype=np.int64)
    lengths = _lengths(raws)
    for width in _USUAL_FORMS if len(raws) > _FEW else ():
        places = np.flatnonzero(lengths == width)
        if len(places) == len(raws):
            instants = _parse_usual(raws, width)
        elif len(places):
            instants[places] = _parse_usual([raws[i] for i in places.tolist()], width)
    bad = []
    for index in np.flatnonzero(instants == UNREADABLE).tolist():
        try:
            instants[index] = parse_instant(raws[index])
        except InstantError as error:
            bad.append((index, str(error)))
    return instants, bad


def parse_joined(joined: str, count: int) -> tuple[NDArray[np.int64], list[tuple[int, str]]]:
    """`parse_instants` of `count` texts (at least one) that are joined by commas and hold none."""
    width, rest = divmod(len(joined) + 1, count)
    if count > _FEW and not rest and width - 1 in _USUAL_FORMS and joined.isascii():
        table = np.frombuffer(f"{joined},".encode("ascii"), dtype=np.uint8).reshape(count, width)
        instants = _parse_table(table[:, :-1])
        if np.all(table[:, -1] == ord(",")) and not np.any(instants == UNREADABLE):
            return instants, []
    return parse_instants(joined.split(","))


def format_instant(instant: int) -> str:
    """The UTC text of an instant, with `Z`: six digits of fraction, or none when it is zero."""
    return to_datetime(instant).replace(tzinfo=None).isoformat() + "Z"


def to_datetime(instant: int) -> datetime:
    """The aware UTC datetime of an instant in microseconds."""
    return EPOCH + timedelta(microseconds=instant)


def from_datetime(moment: datetime) -> int:
    """The instant in microseconds of a datetime; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def _kind(raw: object) -> str:
    if isinstance(raw, bytes):
        return "a BLOB"
    return "a number" if isinstance(raw, int | float) else f"a {type(raw).__name__}"


def _offset(match: re.Match[str]) -> int:
    """Seconds to take from the local time; raises InstantError for an offset of a day or more."""
    if not match[9]:
        return 0
    hours, minutes = int(match[10]), int(match[11] or 0)
    if hours > 23 or minutes > 59:
        raise InstantError(f"“{match[0]}” is not a date and time: its offset is out of range")
    return (hours * 3_600 + minutes * 60) * (-1 if match[9] == "-" else 1)


def _lengths(raws: Sequence[object]) -> NDArray[np.int64]:
    """The lengths of the texts; 0 for what is no text."""
    if set(map(type, raws)) == {str}:
        return np.fromiter(map(len, cast("Sequence[str]", raws)), np.int64, len(raws))
    return np.array([len(raw) if isinstance(raw, str) else 0 for raw in raws], dtype=np.int64)


def _parse_usual(raws: Sequence[object], width: int) -> NDArray[np.int64]:
    """The instants of texts of one width; UNREADABLE where one is not in the usual form."""
    texts = cast("Sequence[str]", raws)
    joined = "".join(texts)
    if not joined.isascii():
        joined = "".join(text if text.isascii() else "?" * width for text in texts)
    return _parse_table(np.frombuffer(joined.encode("ascii"), np.uint8).reshape(-1, width))


def _parse_table(table: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The instants of texts laid out as (count, width)."""
    out = np.empty(len(table), dtype=np.int64)
    for start in range(0, len(table), _CHUNK):
        chunk = np.ascontiguousarray(table[start : start + _CHUNK].T)
        out[start : start + _CHUNK] = _parse_columns(chunk)
    return out


def _parse_columns(columns: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The instants of characters laid out as (width, count)."""
    form, dates = _USUAL_FORMS[len(columns)], columns[:_DATE]
    if np.all(dates == dates[:, :1]):
        # In order of time most have the date of the one before.
        dates = dates[:, :1]
    days = _days(dates - _ZERO, are_dates := _has_form(dates, form[:_DATE]))
    times = columns[_DATE:]
    digits, good = times - _ZERO, _has_form(times, form[_DATE:])
    hour, minute, second = (_number(digits[place : place + 2]) for place in (1, 4, 7))
    good &= (hour <= 23) & (minute <= 59) & (second <= 59) & are_dates
    seconds = (hour * 60 + minute) * 60 + second
    instants = (days * 86_400 + seconds) * 1_000_000
    if len(columns) >= 26:
        instants += _number(digits[10:16])
    instants[~good] = UNREADABLE
    return instants


def _has_form(columns: NDArray[np.uint8], form: str) -> NDArray[np.bool_]:
    """Which texts have digits where a form has them, and else its characters."""
    good = np.ones(columns.shape[1], dtype=np.bool_)
    for column, expected in zip(columns, form, strict=True):
        good &= column - _ZERO <= 9 if expected == "0" else column == ord(expected)
    return good


def _number(digits: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The number that rows of decimal digits spell."""
    number: NDArray[np.int32] = digits[0].astype(np.int32)
    for row in digits[1:]:
        number *= 10
        number += row
    return number


def _days(digits: NDArray[np.uint8], good: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Days since 1970 of the dates; clears `good` where there is no such day."""
    year, month, day = _number(digits[0:4]), _number(digits[5:7]), _number(digits[8:10])
    good &= (year >= 1) & (month >= 1) & (month <= 12)
    starts = _month_starts()
    index = np.where(good, (year - 1) * 12 + (month - 1), 0)
    days = starts[index] + (day - 1)
    good &= (day >= 1) & (days < starts[index + 1])
    return cast("NDArray[np.int64]", days)


@cache
def _month_starts() -> NDArray[np.int64]:
    """Days since 1970 of the first of each month from January of year 1 to January of 10000."""
    months = np.arange("0001-01", "10000-02", dtype="datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)
