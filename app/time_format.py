"""How moments are shown: in a zone, since the session's start, or by event number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import numpy as np
from numpy.typing import NDArray

from core.late_dataclass import dataclass

Instants = NDArray[np.int64]

LOCAL = "local"
"""The name that stands for the zone of this machine."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SAFE = 20 * 86_400_000_000
"""Within so many µs a zone does not leave an offset and come back to it."""
_OFFSET_NAME = re.compile(r"[+-][0-9]+")
_LONGEST_NAME = 5


class Shown(StrEnum):
    """What a moment of the session on screen is told by."""

    ZONE = "zone"
    START = "start"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """What moments are told by, and the zone (an IANA name, `UTC` or LOCAL) of those in a zone.

    Moments that are not of the session on screen are in the zone whatever else is shown. A zone
    that this machine does not know is UTC.
    """

    shown: Shown = Shown.ZONE
    zone: str = "UTC"

    @property
    def is_utc(self) -> bool:
        """Whether times of day are those of UTC."""
        return _zone(self.zone) is UTC

    def moment(self, instant: int) -> datetime:
        """The date and time in the zone of an instant in µs; in UTC where the zone has none."""
        utc = _EPOCH + timedelta(microseconds=instant)
        zone = _zone(self.zone)
        if zone is UTC:
            return utc
        try:
            return utc.astimezone(zone)
        except (OverflowError, OSError, ValueError):
            return utc

    def civil(self, instant: int) -> int:
        """What a clock in the zone shows, as µs since 1970 by that clock."""
        if self.is_utc:
            return instant
        return (self.moment(instant).replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND

    def civils(self, instants: Instants) -> Instants:
        """`civil` of ascending instants."""
        if self.is_utc or not len(instants):
            return instants
        first, last = int(instants[0]), int(instants[-1])
        offsets = self.civil(first) - first, self.civil(last) - last
        if offsets[0] == offsets[1] and last - first <= _SAFE:
            return instants + offsets[0]
        return np.array([self.civil(each) for each in instants.tolist()], np.int64)

    def instant_of(self, civil: int) -> int:
        """The instant (µs) at which a clock in the zone shows this; of two the first.

        One that a clock leaps over is as much later as it would be without the leap.
        """
        if self.is_utc:
            return civil
        shown = (_EPOCH + timedelta(microseconds=civil)).replace(tzinfo=None)
        try:
            zone = _zone(self.zone)
            aware = shown.astimezone() if zone is None else shown.replace(tzinfo=zone)
            return (aware - _EPOCH) // _MICROSECOND
        except (OverflowError, OSError, ValueError):
            return civil

    def zone_name(self, instant: int) -> str:
        """What the zone is called at an instant: `UTC`, `CEST`, `UTC+05:45`."""
        moment = self.moment(instant)
        name = moment.tzname() or "UTC"
        if len(name) <= _LONGEST_NAME and not _OFFSET_NAME.fullmatch(name):
            return name
        return offset_name(moment)


IN_UTC = TimeFormat()


def offset_name(moment: datetime) -> str:
    """How far a date and time is from UTC: `UTC+05:45`."""
    offset = moment.utcoffset() or timedelta()
    sign = "−" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{sign}{hours:02}:{minutes:02}"


def is_zone(name: str) -> bool:
    """Whether there is such a zone here."""
    return name in ("UTC", LOCAL) or _zone(name) is not UTC


def zone_names() -> Sequence[str]:
    """The zones that a person may live in, by name; it reads files.

    Without the list of places that comes with the zones, names that were used before are there too.
    """
    for folder in TZPATH:
        try:
            lines = Path(folder, "zone.tab").read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            continue
        places = (line.split("\t") for line in lines if not line.startswith("#"))
        return sorted(place[2] for place in places if len(place) > 2)
    names = (name for name in available_timezones() if "/" in name)
    return sorted(n for n in names if not n.startswith(("Etc/", "SystemV/", "US/", "posix/")))


@lru_cache(maxsize=32)
def _zone(name: str) -> tzinfo | None:
    """The zone of a name; None is this machine's."""
    if name == LOCAL:
        return None
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
