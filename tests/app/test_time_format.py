"""How moments are shown: zones, their changes, and what is told by the session instead."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import text
from app.time_format import IN_UTC, LOCAL, Shown, TimeFormat, is_zone, zone_names

PARIS, KATHMANDU = TimeFormat(zone="Europe/Paris"), TimeFormat(zone="Asia/Kathmandu")
ZONES = st.sampled_from(["Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "UTC", LOCAL])
YEARS = st.integers(-2_000_000_000_000_000, 4_000_000_000_000_000)
"""From 1906 to 2096, in µs."""
HOUR = 3_600_000_000


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    """Times are told in one way in the whole process: a test puts it back."""
    yield
    text.show_times(IN_UTC)


def at(moment: str) -> int:
    return round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("zone", "moment", "told", "name"),
    [
        ("UTC", "2026-07-01T22:30:00", "1 Jul 2026 22:30:00", "UTC"),
        ("Europe/Paris", "2026-07-01T22:30:00", "2 Jul 2026 00:30:00", "CEST"),
        ("Europe/Paris", "2026-01-01T22:30:00", "1 Jan 2026 23:30:00", "CET"),
        ("Asia/Kathmandu", "2026-07-01T22:30:00", "2 Jul 2026 04:15:00", "UTC+05:45"),
        ("America/Sao_Paulo", "2026-07-01T02:30:00", "30 Jun 2026 23:30:00", "UTC−03:00"),
    ],
)
def test_a_moment_is_told_by_the_clock_of_the_zone(
    zone: str, moment: str, told: str, name: str
) -> None:
    """Somebody in Kathmandu would be three quarters of an hour off."""
    text.show_times(TimeFormat(zone=zone))
    assert text.date_and_clock(at(moment)) == told
    assert text.zone(at(moment)) == f" {name}"


def test_the_hour_that_a_clock_shows_twice_is_told_apart() -> None:
    """Two events an hour apart would be at the same time."""
    text.show_times(PARIS)
    told = [
        text.clock(at(f"2026-10-25T{hour}:30:00"), decimals=0)
        + text.zone(at(f"2026-10-25T{hour}:30:00"))
        for hour in ("00", "01")
    ]
    assert told == ["02:30:00 CEST", "02:30:00 CET"]


def test_a_session_crosses_days_where_the_zone_does() -> None:
    """An evening in Kathmandu would have no dates, though it went on past midnight."""
    first, last = at("2026-07-01T18:00:00"), at("2026-07-01T19:00:00")
    assert not text.crosses_days(first, last)
    text.show_times(KATHMANDU)
    assert text.crosses_days(first, last)


@given(instants=st.lists(YEARS, max_size=30), zone=ZONES, span=st.integers(1, 40 * 24 * HOUR))
def test_many_at_once_are_as_one_by_one(instants: list[int], zone: str, span: int) -> None:
    """The ruler would leave a change of the clock out."""
    times = TimeFormat(zone=zone)
    first = instants[0] if instants else 0
    ascending = np.array(sorted(first + each % span for each in instants), np.int64)
    expected = [times.civil(each) for each in ascending.tolist()]
    assert times.civils(ascending).tolist() == expected


@given(instant=YEARS, zone=ZONES)
def test_what_a_clock_shows_leads_back(instant: int, zone: str) -> None:
    """A time typed as it is shown would lead to another moment."""
    times = TimeFormat(zone=zone)
    back = times.instant_of(times.civil(instant))
    # The hour that is shown twice leads to the first of the two.
    assert times.civil(back) == times.civil(instant)
    assert 0 <= instant - back <= 2 * HOUR


def test_a_time_that_the_clock_leaps_over_is_an_hour_later() -> None:
    """Who types it would be told nothing at all."""
    assert PARIS.instant_of(at("2026-03-29T02:30:00")) == at("2026-03-29T01:30:00")


@pytest.mark.parametrize("name", ["Nowhere/Else", "../../etc/passwd", "", "Europe", "a" * 5_000])
def test_a_zone_that_nobody_knows_is_utc(name: str) -> None:
    """Settings of another machine, or broken ones, would keep the window from opening."""
    assert not is_zone(name)
    assert TimeFormat(zone=name).is_utc
    text.show_times(TimeFormat(zone=name))
    assert text.time_heading() == "Time (UTC)"


@pytest.mark.parametrize("instant", [-62_135_596_800_000_000, 253_402_300_799_999_999])
def test_the_first_and_the_last_instant_have_a_time_everywhere(instant: int) -> None:
    """A log with a broken clock would end the program for users west of Greenwich."""
    for zone in ("Asia/Kathmandu", "America/St_Johns", LOCAL):
        text.show_times(TimeFormat(zone=zone))
        assert text.date_and_clock(instant)


def test_the_local_zone_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who chooses it would see the times of somebody else."""
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        text.show_times(TimeFormat(zone=LOCAL))
        assert text.clock(at("2026-07-01T22:30:00"), decimals=0) == "00:30:00"
        assert text.time_heading() == "Time (local)"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_zones_to_choose_from_are_places() -> None:
    """The list would be full of names that nobody lives in."""
    names = zone_names()
    assert "Europe/Paris" in names
    assert not [name for name in names if name.startswith(("Etc/", "posix/")) or "/" not in name]


class TestInSession:
    def test_since_the_start(self) -> None:
        """Who asks how far into the session something was would have to reckon."""
        text.show_times(TimeFormat(Shown.START, "Europe/Paris"))
        start = at("2026-07-01T22:30:00")
        assert text.clock(start + 61_500_000, start=start) == "+00:01:01.500"
        assert text.clock(start + 25 * HOUR, start=start, decimals=0) == "+1 d 01:00:00"
        assert text.dated(start + HOUR, start=start, decimals=0) == "+01:00:00"
        assert text.zone(start, start=start) == ""
        assert text.time_heading() == "Since start"

    def test_a_moment_of_another_session_is_told_by_the_zone(self) -> None:
        """It would be told by the start of a session that it has nothing to do with."""
        text.show_times(TimeFormat(Shown.START, "Europe/Paris"))
        assert text.clock(at("2026-07-01T22:30:00"), decimals=0) == "00:30:00"
        assert text.time_heading(in_session=False) == "Time (Paris)"

    def test_by_event_number(self) -> None:
        """Who speaks of event 214 would have to look for its time."""
        text.show_times(TimeFormat(Shown.EVENT))
        assert text.clock(0, start=0, position=1_214) == "#1,214"
        assert text.clock(0, start=0) == "00:00:00.000"
        assert text.time_heading() == "After event"
