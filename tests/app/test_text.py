"""Text for people: true to the log, safe to show, and the same on every system."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import text
from core.events.instants import from_datetime

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
ANY_TEXT = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"]))


@given(written=ANY_TEXT, limit=st.integers(2, 40))
def test_what_is_shown_is_one_short_line_without_controls(written: str, limit: int) -> None:
    """A log could clear the terminal, write backwards, or push everything else off the screen."""
    shown = text.plain(written, limit=limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    for character in shown:
        kind = unicodedata.category(character)
        assert kind not in {"Cc", "Cs", "Zl", "Zp"}
        assert kind != "Cf" or character in "\u200c\u200d"
    shown.encode()


@given(written=ANY_TEXT)
def test_what_was_made_safe_stays_as_it_is(written: str) -> None:
    """Text that passes through two views would be marked as bad twice over."""
    assert text.plain(text.plain(written)) == text.plain(written)


@pytest.mark.parametrize(
    "written",
    ["Paxos made simple", "分散システム", "مرحبا", "👩\u200d🔬 naïve", "<b>not bold</b>", "a & b"],
)
def test_text_of_people_is_shown_as_they_wrote_it(written: str) -> None:
    """Names in other scripts would be unreadable, and markup would be interpreted."""
    assert text.plain(written) == written


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("two\r\nlines\tand  more ", "two lines and more"),
        ("\x1b[31mred", "�[31mred"),
        ("abc\u202edcba", "abc�dcba"),
        ("half \ud83d of one", "half � of one"),
        ("", ""),
    ],
)
def test_what_is_unsafe_is_made_visible(written: str, shown: str) -> None:
    """What was taken out in silence could not be told from what was never there."""
    assert text.plain(written) == shown


def test_long_text_says_that_it_goes_on() -> None:
    """A sentence that was cut would be taken for the whole."""
    assert text.plain("x" * 400) == "x" * 400
    assert text.plain("x" * 401) == "x" * 399 + "…"
    assert text.plain("abcdef", limit=4) == "abc…"


def test_days_and_times_are_in_utc() -> None:
    """The same log would show other times on every desk."""
    at = from_datetime(datetime(2026, 11, 2, 10, 4, 40, 901_234, tzinfo=UTC))
    assert text.clock(at) == "10:04:40.901"
    assert text.clock(at, decimals=0) == "10:04:40"
    assert text.clock(at, decimals=6) == "10:04:40.901234"
    assert text.date(at) == "2 Nov 2026"
    assert text.date_and_clock(at) == "2 Nov 2026 10:04:40"


def test_times_before_1970_are_times_too() -> None:
    """A machine with a wrong clock would crash the window."""
    assert text.date_and_clock(-1) == "31 Dec 1969 23:59:59"
    assert text.date(from_datetime(datetime(1, 1, 1, tzinfo=UTC))) == "1 Jan 1"


def test_months_are_english_whatever_the_system_speaks() -> None:
    """Qt sets the locale of the process: a date would change its language with the first window."""
    months = [text.date(from_datetime(datetime(2026, m, 1, tzinfo=UTC))) for m in range(1, 13)]
    assert " ".join(month.split()[1] for month in months) == (
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    )


@pytest.mark.parametrize(
    ("microseconds", "shown"),
    [
        (0, "+00:00:00"),
        (999_999, "+00:00:00"),
        (HOUR + 4 * MINUTE + 40 * SECOND, "+01:04:40"),
        (2 * DAY + HOUR, "+2 d 01:00:00"),
        (-90 * SECOND, "-00:01:30"),
    ],
)
def test_a_time_since_the_start(microseconds: int, shown: str) -> None:
    """An offset that is off by an hour sends the reader to another event."""
    assert text.offset(microseconds) == shown


@pytest.mark.parametrize(
    ("microseconds", "shown"),
    [
        (0, "0 s"),
        (40, "40 µs"),
        (250_000, "0.25 s"),
        (1_234_000, "1.23 s"),
        (42 * SECOND, "42 s"),
        (59_700_000, "1 m"),
        (22 * MINUTE + 4 * SECOND, "22 m 4 s"),
        (3_599_600_000, "1 h"),
        (5 * HOUR + 12 * MINUTE + 59 * SECOND, "5 h 12 m"),
        (47 * HOUR, "1 d 23 h"),
        (30 * DAY, "30 d"),
    ],
)
def test_a_length_of_time_in_its_two_greatest_units(microseconds: int, shown: str) -> None:
    """`60 s` and `1e-05 s` are no lengths that a person would say."""
    assert text.duration(microseconds) == shown


@given(microseconds=st.integers(0, 10**14))
def test_a_length_of_time_is_never_far_from_what_it_says(microseconds: int) -> None:
    """The session list would call a short session long."""
    units = {"µs": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
    words = text.duration(microseconds).split()
    told = sum(float(n) * units[unit] for n, unit in zip(words[::2], words[1::2], strict=True))
    assert told == pytest.approx(microseconds, rel=0.06)
    assert all(units[left] > units[right] for left, right in pairwise(words[1::2]))


def test_numbers_are_counted_in_words() -> None:
    """`1 events` is read twice."""
    assert [text.count(n, "event") for n in (0, 1, 2, 1_164)] == [
        "0 events", "1 event", "2 events", "1,164 events",
    ]  # fmt: skip


def test_a_little_is_told_from_nothing() -> None:
    """A concept that fades would be listed with a weight of nothing."""
    assert [text.weight(w) for w in (0.0, 1e-9, 0.0049, 0.005, 0.35, 1.0)] == [
        "0.00", "<0.01", "<0.01", "0.01", "0.35", "1.00",
    ]  # fmt: skip


def test_a_change_has_its_sign() -> None:
    """A weight that sank would look like one that rose."""
    assert [text.delta(d) for d in (0.2, -0.15, 0.0, -0.001)] == [
        "+0.20",
        "−0.15",
        "+0.00",
        "−<0.01",
    ]
