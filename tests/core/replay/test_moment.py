"""A moment that a person writes is found in the log, or refused with what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.instants import format_instant
from core.replay.columns import SessionLog
from core.replay.moment import Moment, MomentError
from core.replay.playback import Playback, Playhead
from tests.builders import START, event, log_of
from tests.core.replay.strategies import instants_of_events, log_at

SECOND = 1_000_000


def log() -> SessionLog:
    """Events at 09:00:00, 09:00:10 (two), 09:01:00.5 and 10:30:00 on 2026-11-12."""
    return log_of([event(seconds=at) for at in (0, 10, 10, 60.5, 5400)])


def at(text: str) -> tuple[int, float]:
    """Position and seconds since the start."""
    made = log()
    playhead = Moment(text).in_log(made)
    return playhead.position, (playhead.instant - made.start) / SECOND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#0", (0, 0.0)),
        ("#1", (1, 0.0)),
        ("#2", (2, 10.0)),
        ("3", (3, 10.0)),
        (" #5 ", (5, 5400.0)),
        ("#005", (5, 5400.0)),
    ],
)
def test_a_number_is_after_so_many_events(text: str, expected: tuple[int, float]) -> None:
    """`--at '#2'` would answer the context of another event."""
    assert at(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-12T09:00:10Z", (3, 10.0)),
        ("2026-11-12T09:00:09.999999Z", (1, 9.999999)),
        ("2026-11-12T09:00:10", (3, 10.0)),
        ("2026-11-12 10:00:10+01:00", (3, 10.0)),
        ("2026-11-12T08:59:59Z", (0, -1.0)),
        ("2026-11-13T00:00:00Z", (5, 54_000.0)),
        ("09:00:10", (3, 10.0)),
        ("9:01", (3, 60.0)),
        ("09:01:00.5", (4, 60.5)),
        ("10:30", (5, 5400.0)),
        ("08:00:00", (5, 82_800.0)),
        ("+00:10", (3, 10.0)),
        ("+0:09.999999", (1, 9.999999)),
        ("+01:30:00", (5, 5400.0)),
        ("+90:00", (5, 5400.0)),
    ],
)
def test_a_time_is_after_every_event_that_happened_by_then(
    text: str, expected: tuple[int, float]
) -> None:
    """Of events of one instant some would be left out, or an event yet to come be counted."""
    position, seconds = at(text)
    assert (position, seconds) == (expected[0], pytest.approx(expected[1]))


@pytest.mark.parametrize(
    "text",
    ["", "#", "soon", "#-1", "-1", "12-11-2026", "2026-13-01T00:00:00Z", "+", "+5", "1.5", "#1.5"],
)
def test_what_is_no_moment_is_refused_with_examples(text: str) -> None:
    """A slip of the pen would answer some other moment, without a word."""
    with pytest.raises(MomentError, match="#214"):
        Moment(text).in_log(log())


@pytest.mark.parametrize(
    "text", ["25:00", "09:75", "09:00:99", "24:00:01", "+00:75", "+99999999999:00"]
)
def test_a_time_that_no_clock_shows_is_refused(text: str) -> None:
    """A slip of the pen would answer some other moment, without a word."""
    with pytest.raises(MomentError):
        Moment(text).in_log(log())


def test_a_number_beyond_the_session_is_refused_with_its_length() -> None:
    """`#6` of five events would be answered as if it were there."""
    with pytest.raises(MomentError, match=r"#6 .*5 events"):
        Moment("#6").in_log(log())


def test_a_session_over_midnight_knows_the_time_of_the_next_day() -> None:
    """A quarter past midnight would be looked for before the session began."""
    late = log_of([event(seconds=14.5 * 3600), event(seconds=15.25 * 3600)])
    assert Moment("00:15").in_log(late).position == 2
    assert Moment("00:14").in_log(late).position == 1
    assert Moment("23:30").in_log(late).position == 1


@given(instants=instants_of_events(least=1), position=st.integers(0, 25))
def test_every_playhead_can_be_written_and_found_again(instants: list[int], position: int) -> None:
    """A moment that was noted down would lead elsewhere."""
    made = log_at(instants)
    playhead = Playback.of(made.times).at_position(position).playhead
    assert Moment(f"#{playhead.position}").in_log(made) == playhead
    found = Moment(format_instant(playhead.instant)).in_log(made)
    assert found == Playhead(made.position_at(playhead.instant), playhead.instant)


def test_an_empty_log_has_one_moment() -> None:
    """The context of a session without events could not be asked for."""
    empty = log_of([])
    assert Moment("#0").in_log(empty) == Playhead(0, 0)
    assert Moment(format_instant(int(START.timestamp() * SECOND))).in_log(empty).position == 0
    with pytest.raises(MomentError):
        Moment("#1").in_log(empty)
