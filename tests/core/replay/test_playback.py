"""The playhead loses neither time nor events, however it is moved."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.replay.axis import IDLE
from core.replay.columns import Int64
from core.replay.playback import SPEEDS, Playback, Playhead
from tests.core.replay.strategies import instants_of_events

SECOND = 1_000_000
HOUR = 3_600 * SECOND

speeds = st.sampled_from(SPEEDS)
frames = st.floats(0.001, 2.0, allow_nan=False)


def over(*instants: int) -> Playback:
    """A playhead before events at these instants (µs)."""
    return Playback.of(np.array(instants, dtype=np.int64))


def left_of(times: Int64, instant: int) -> int:
    return int(np.searchsorted(times, instant, side="left"))


def right_of(times: Int64, instant: int) -> int:
    return int(np.searchsorted(times, instant, side="right"))


# -- playing ------------------------------------------------------------------------------------


@given(
    instants=instants_of_events(least=1),
    speed=speeds,
    steps=st.lists(frames, min_size=1, max_size=30),
)
def test_time_passes_as_measured_whatever_the_frames(
    instants: list[int], speed: float, steps: list[float]
) -> None:
    """On a slow machine the replay would run slower than on a fast one."""
    start = over(*instants).at_speed(speed).played()
    framed = start
    for seconds in steps:
        framed = framed.advanced(seconds)
    at_once = start.advanced(sum(steps))
    assert framed.instant == pytest.approx(at_once.instant, abs=len(steps))
    wanted = instants[0] + sum(steps) * speed * 1e6
    assert at_once.instant == pytest.approx(min(wanted, instants[-1]), abs=2)


def test_ten_tenths_of_a_second_are_a_second() -> None:
    """Rounding at each frame would pile up."""
    tenths = over(0, HOUR).played()
    for _ in range(10):
        tenths = tenths.advanced(0.1)
    assert tenths.playhead == over(0, HOUR).played().advanced(1.0).playhead == Playhead(1, SECOND)


@given(instants=instants_of_events(least=1), speed=speeds, steps=st.lists(frames, max_size=30))
def test_what_has_happened_by_then_has_happened(
    instants: list[int], speed: float, steps: list[float]
) -> None:
    """An event would be passed without being counted, or counted before its time."""
    playback = over(*instants).at_speed(speed).played()
    for seconds in steps:
        before = playback
        playback = playback.advanced(seconds)
        assert playback.instant >= before.instant
        assert playback.position >= before.position
        if before.playing:
            assert playback.position == right_of(playback.times, playback.instant)


@given(instants=instants_of_events(least=1), speed=speeds)
def test_playing_stops_at_the_end_and_starts_again_from_the_beginning(
    instants: list[int], speed: float
) -> None:
    """The play button would stay pressed on a session that is over, or do nothing there."""
    length = (instants[-1] - instants[0]) / 1e6
    ended = over(*instants).at_speed(speed).played().advanced(length / speed + 1.0)
    assert (ended.position, ended.instant) == (len(instants), instants[-1])
    assert ended.at_end
    assert not ended.playing
    assert ended.advanced(1.0).playhead == ended.playhead
    again = ended.played()
    assert again.playing
    assert again.playhead == Playhead(0, instants[0])


def test_a_paused_playhead_stays() -> None:
    """The picture would move under the hand of who studies it."""
    paused = over(0, HOUR).at_instant(SECOND)
    assert paused.advanced(5.0).playhead == paused.playhead
    playing = paused.toggled()
    assert playing.playing
    assert playing.playhead == paused.playhead
    assert not playing.toggled().playing
    assert playing.advanced(0.0).playhead == playing.playhead
    assert playing.advanced(-1.0).playhead == playing.playhead


def test_an_empty_session_cannot_be_played() -> None:
    """Space on an empty session would start a clock that never ends, or crash."""
    empty = over()
    assert not empty.played().playing
    assert empty.played().advanced(1.0).position == 0
    assert empty.stepped(1).position == 0
    assert empty.stepped(-1).position == 0
    assert empty.moved(5.0).position == 0
    assert empty.at_instant(7).position == 0
    assert empty.at(Playhead(3, 7)).position == 0
    assert empty.over(np.array([], dtype=np.int64)).position == 0
    assert empty.at_end


def test_playing_on_between_events_of_one_instant_takes_the_rest_along() -> None:
    """Having stepped into a burst, play would drop what remains of it."""
    playback = over(0, 0, 0, HOUR).at_position(1).played().advanced(0.001)
    assert playback.playhead == Playhead(3, 1000)


# -- loops --------------------------------------------------------------------------------------


@given(
    instants=instants_of_events(least=2),
    ends=st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)),
    speed=speeds,
    steps=st.lists(frames, min_size=1, max_size=40),
    skip=st.booleans(),
)
def test_a_loop_is_never_left_and_never_stops(
    instants: list[int],
    ends: tuple[float, float],
    speed: float,
    steps: list[float],
    skip: bool,
) -> None:
    """Repeating a range would show what is outside of it, or end for no reason."""
    first, last = instants[0], instants[-1]
    start, stop = sorted(round(first + e * (last - first)) for e in ends)
    assume(start < stop and start < last and stop > first)
    playback = over(*instants).at_speed(speed).looping((start, stop)).skipping_idle(skip).played()
    playback = playback.advanced(0.001)
    for seconds in steps:
        playback = playback.advanced(seconds)
        assert playback.playing
        assert start <= playback.instant <= stop
        assert left_of(playback.times, playback.instant) <= playback.position
        assert playback.position <= right_of(playback.times, playback.instant)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize(
    ("start", "stop"), [(2, 6), (2, 20), (-5, 6), (-5, 20), (4, 6), (2, 4), (0, 10)]
)
def test_every_turn_of_a_loop_shows_every_event_of_the_range(
    start: int, stop: int, skip: bool
) -> None:
    """From the second turn on, what happens at the ends of the range would be left out.

    A range may reach beyond the session: it was set on another one, or dragged there.
    """
    instants = [0, 2, 2, 4, 4, 4, 5, 6, 10]
    times = [at * SECOND for at in instants]
    loop = (start * SECOND, stop * SECOND)
    playback = over(*times).looping(loop).skipping_idle(skip).played()
    turns: list[set[int]] = [set()]
    for _ in range(200):
        before, playback = playback, playback.advanced(0.3)
        if playback.instant < before.instant:
            turns.append(set())
        happened = (p - 1 for p in range(before.position + 1, playback.position + 1))
        turns[-1].update(happened)
    within = {i for i, at in enumerate(instants) if start <= at <= stop}
    assert len(turns) > 3
    for turn in turns[1:-1]:
        assert turn == within


def test_a_playhead_outside_of_the_loop_goes_to_its_start() -> None:
    """Play would run through the rest of the session first."""
    looping = over(0, 10 * SECOND, 20 * SECOND, HOUR).looping((10 * SECOND, 20 * SECOND))
    for outside in (5 * SECOND, 30 * SECOND, HOUR):
        playback = looping.at_instant(outside).played().advanced(0.1)
        assert playback.instant == pytest.approx(10 * SECOND, abs=SECOND)
        assert playback.position in (1, 2)


@pytest.mark.parametrize("loop", [None, (5, 5), (7, 5)])
def test_a_range_of_no_length_is_no_loop(loop: tuple[int, int] | None) -> None:
    """Playing would stand still."""
    assert over(0, HOUR).looping(loop).loop is None


# -- idle gaps ----------------------------------------------------------------------------------


@given(
    instants=instants_of_events(least=1),
    speed=speeds,
    steps=st.lists(frames, min_size=1, max_size=40),
)
def test_skipping_idle_skips_no_event(
    instants: list[int], speed: float, steps: list[float]
) -> None:
    """An event at the end of a pause would never be seen to happen: it would be there already."""
    playback = over(*instants).at_speed(speed).skipping_idle(True).played()
    for seconds in steps:
        before = playback
        playback = playback.advanced(seconds)
        if not before.playing:
            break
        plain = before.instant + int(seconds * speed * 1e6)
        assert playback.instant >= min(plain, instants[-1])
        assert playback.position == right_of(playback.times, playback.instant)
        # Whatever was skipped, no more has happened than in plain time (but for a microsecond).
        assert playback.position <= right_of(playback.times, plain + 1)


@given(instants=instants_of_events(least=2), speed=speeds)
def test_skipping_idle_arrives_at_the_end(instants: list[int], speed: float) -> None:
    """Playing would hang at the edge of a gap, or wait through it."""
    playback = over(*instants).at_speed(speed).skipping_idle(True).played()
    busy = sum(min(b - a, IDLE) for a, b in pairwise(instants)) / 1e6 / speed
    # At its two ends a gap is still played, a second of real time or of the session each.
    spent, frame = 0.0, max(0.05, (busy + 2 * len(instants)) / 300)
    while playback.playing and spent < busy + (2 + 2 / speed + 2 * frame) * len(instants) + 1:
        playback = playback.advanced(frame)
        spent += frame
    assert playback.at_end


def test_an_idle_hour_is_leapt_over() -> None:
    """The option would do nothing."""
    skipping = over(0, HOUR, HOUR + SECOND).skipping_idle(True).played()
    playback = skipping
    for _ in range(20):
        playback = playback.advanced(0.25)
    assert playback.at_end
    plain = over(0, HOUR, HOUR + SECOND).played().advanced(5.0)
    assert plain.instant == 5 * SECOND


def test_a_gap_of_less_than_idle_is_played() -> None:
    """Thinking for four minutes is not idling: the replay would rush."""
    playback = over(0, IDLE - 1, HOUR).skipping_idle(True).played()
    for _ in range(100):
        playback = playback.advanced(0.1)
    assert playback.instant == 10 * SECOND


# -- stepping -----------------------------------------------------------------------------------


@given(instants=instants_of_events())
def test_stepping_visits_every_event_in_both_directions(instants: list[int]) -> None:
    """Events of one instant would be passed in one step, and their order never seen."""
    playback = over(*instants)
    for position, instant in enumerate(instants, 1):
        playback = playback.stepped(1)
        assert playback.playhead == Playhead(position, instant)
    assert playback.stepped(1).playhead == playback.playhead
    for position in range(len(instants) - 1, -1, -1):
        playback = playback.stepped(-1)
        assert playback.playhead == Playhead(position, instants[max(0, position - 1)])
    assert playback.stepped(-1).playhead == playback.playhead


@given(instants=instants_of_events(least=1), steps=st.lists(st.integers(-40, 40), max_size=10))
def test_steps_pause_and_stay_within_the_session(instants: list[int], steps: list[int]) -> None:
    """Stepping while playing would be taken away by the next frame."""
    playback = over(*instants).played()
    for step in steps:
        wanted = min(max(playback.position + step, 0), len(instants))
        playback = playback.stepped(step)
        assert playback.position == wanted
        assert not playback.playing


def test_the_next_event_from_between_two_is_the_next_one() -> None:
    """Stepping on from a moment of rest would skip an event."""
    between = over(0, 10 * SECOND, 20 * SECOND).at_instant(15 * SECOND)
    assert between.stepped(1).playhead == Playhead(3, 20 * SECOND)


@given(
    instants=instants_of_events(least=1),
    chosen=st.sets(st.integers(0, 24)),
    start=st.integers(0, 25),
)
def test_steps_by_type_visit_every_event_of_it(
    instants: list[int], chosen: set[int], start: int
) -> None:
    """Going from claim to claim would leave claims out, or stop at something else."""
    events = np.array(sorted(i for i in chosen if i < len(instants)), dtype=np.int32)
    playback = over(*instants).at_position(start).played()
    later = [i + 1 for i in events.tolist() if i + 1 > playback.position]
    visited = walk(playback, events, forward=True)
    assert visited == later
    earlier = [i + 1 for i in events.tolist() if i + 1 < playback.position]
    assert walk(playback, events, forward=False) == earlier[::-1]


def walk(playback: Playback, events: Int64, *, forward: bool) -> list[int]:
    visited = []
    while True:
        moved = playback.stepped_among(events, forward=forward)
        assert not moved.playing
        if moved.playhead == playback.playhead:
            return visited
        assert moved.instant == int(moved.times[moved.position - 1])
        visited.append(moved.position)
        playback = moved


def test_without_a_further_event_of_the_type_the_playhead_stays() -> None:
    """Asking for the next claim after the last would jump to the end."""
    playback = over(0, SECOND, 2 * SECOND).at_instant(SECOND + 500_000)
    stayed = playback.stepped_among(np.array([0], dtype=np.int32), forward=True)
    assert stayed.playhead == playback.playhead


# -- seeking ------------------------------------------------------------------------------------


@given(instants=instants_of_events(least=1), offset=st.integers(-(10**9), 10**13))
def test_a_seek_is_clamped_to_the_session(instants: list[int], offset: int) -> None:
    """A click beside the session would show a time that it does not have."""
    wanted = instants[0] + offset
    playback = over(*instants).at_instant(wanted)
    assert playback.instant == min(max(wanted, instants[0]), instants[-1])
    assert playback.position == right_of(playback.times, wanted)


@given(instants=instants_of_events(least=1), position=st.integers(-5, 30))
def test_every_playhead_can_be_come_back_to(instants: list[int], position: int) -> None:
    """A bookmark within a burst would lead to its end."""
    playback = over(*instants).at_position(position)
    away = playback.at_instant(instants[-1])
    assert away.at(playback.playhead).playhead == playback.playhead


@given(
    instants=instants_of_events(least=1),
    position=st.integers(-5, 40),
    offset=st.integers(-(10**7), 10**9),
)
def test_a_playhead_that_cannot_be_is_mended(
    instants: list[int], position: int, offset: int
) -> None:
    """A position without its time would show concepts of one moment and decay of another."""
    playback = over(*instants).at(Playhead(position, instants[0] + offset))
    assert instants[0] <= playback.instant <= instants[-1]
    if position > 0:
        assert left_of(playback.times, playback.instant) <= playback.position
    assert playback.position <= right_of(playback.times, playback.instant)


@given(instants=instants_of_events(least=1), seconds=st.floats(-100, 100))
def test_moving_by_seconds_keeps_position_and_time_together(
    instants: list[int], seconds: float
) -> None:
    """The arrow keys would show a time without what happened by then."""
    middle = over(*instants).at_position(len(instants) // 2)
    moved = middle.moved(seconds)
    wanted = middle.instant + round(seconds * 1e6)
    assert moved.instant == min(max(wanted, instants[0]), instants[-1])
    assert moved.position == right_of(moved.times, wanted)


# -- a log that grew ----------------------------------------------------------------------------


@given(
    instants=instants_of_events(least=1),
    more=st.lists(st.integers(0, 10**10), max_size=10),
    position=st.integers(0, 25),
    playing=st.booleans(),
)
def test_a_log_that_grew_keeps_the_place(
    instants: list[int], more: list[int], position: int, playing: bool
) -> None:
    """Reading a file again would move the playhead under the user's hand."""
    playback = over(*instants).at_position(position)
    playback = playback.played() if playing and not playback.at_end else playback
    grown = np.array([*instants, *(instants[-1] + at for at in more)], dtype=np.int64)
    grown.sort()
    again = playback.over(grown)
    assert again.playhead == playback.playhead
    assert (again.playing, again.speed, again.loop) == (
        playback.playing,
        playback.speed,
        playback.loop,
    )
    assert again.times is grown


@given(
    instants=instants_of_events(least=2),
    late=st.lists(st.floats(0, 1), min_size=1, max_size=6),
    position=st.integers(1, 25),
)
def test_late_arrivals_do_not_take_back_what_happened(
    instants: list[int], late: list[float], position: int
) -> None:
    """The event at the playhead would be undone by one that came in before it."""
    playback = over(*instants).at_position(position)
    arrived = [round(instants[0] + part * (instants[-1] - instants[0])) for part in late]
    arrived = [at for at in arrived if at not in instants]
    again = playback.over(np.array(sorted([*instants, *arrived]), dtype=np.int64))
    earlier = sum(at < playback.instant for at in arrived)
    assert again.instant == playback.instant
    assert again.position == playback.position + earlier


def test_a_playhead_between_two_events_stays_between_them() -> None:
    """Reading a file again would jump to an event."""
    playback = over(0, 10 * SECOND).at_instant(4 * SECOND)
    again = playback.over(np.array([0, 3 * SECOND, 10 * SECOND, 11 * SECOND], dtype=np.int64))
    assert again.playhead == Playhead(2, 4 * SECOND)


def test_a_log_that_shrank_is_clamped_to() -> None:
    """A replaced file would leave the playhead beyond its end."""
    playback = over(0, SECOND, HOUR).at_position(3)
    assert playback.over(np.array([0, SECOND], dtype=np.int64)).playhead == Playhead(2, SECOND)
    assert playback.over(np.array([], dtype=np.int64)).position == 0


# -- speeds -------------------------------------------------------------------------------------


def test_the_speeds_double_from_a_quarter_to_a_thousand() -> None:
    """A day could not be seen in a minute, nor a burst in slow motion."""
    assert SPEEDS[0] == 0.25
    assert SPEEDS[-1] == 1024.0
    assert all(b == 2 * a for a, b in pairwise(SPEEDS))
    assert over(0).speed == 1.0


@given(speed=speeds, steps=st.lists(st.integers(-3, 3), max_size=20))
def test_faster_and_slower_stay_within_the_speeds(speed: float, steps: list[int]) -> None:
    """A key too many would crash, or stop the replay."""
    playback = over(0, HOUR).at_speed(speed)
    for step in steps:
        place = min(max(SPEEDS.index(playback.speed) + step, 0), len(SPEEDS) - 1)
        playback = playback.faster(step)
        assert playback.speed == SPEEDS[place]


@pytest.mark.parametrize(
    ("asked", "given_"), [(0.0, 0.25), (0.25, 0.25), (1.1, 1.0), (1000.0, 1024.0), (1e9, 1024.0)]
)
def test_the_nearest_speed_is_taken(asked: float, given_: float) -> None:
    """A speed of a saved window that we no longer have would be refused."""
    assert over(0).at_speed(asked).speed == given_


def test_a_change_returns_a_new_playhead() -> None:
    """A view that holds the old one would see it change."""
    playback = over(0, HOUR)
    playback.played().advanced(10.0)
    assert playback.playhead == Playhead(0, 0)
    assert not playback.playing


# -- live ---------------------------------------------------------------------------------------


@given(instants=instants_of_events(least=1), more=instants_of_events())
def test_live_stays_at_the_end_as_the_log_grows(instants: list[int], more: list[int]) -> None:
    """Who follows a session sees its newest event, late ones or not."""
    live = over(*instants).followed()
    grown = live.over(np.array(sorted([*instants, *more]), dtype=np.int64))
    assert grown.live
    assert grown.position == len(instants) + len(more)
    assert grown.instant == max([*instants, *more])


def test_live_it_is_now_and_never_before_the_last_event() -> None:
    """Decay goes on while nothing happens; a clock that is behind takes nothing back."""
    playback = over(0, 10 * SECOND)
    assert playback.followed(now=15 * SECOND).instant == 15 * SECOND
    assert playback.followed(now=5 * SECOND).instant == 10 * SECOND
    grown = playback.followed(now=15 * SECOND).over(np.array([0, 12 * SECOND], dtype=np.int64))
    assert grown.instant == 15 * SECOND


@pytest.mark.parametrize(
    "seek",
    [
        lambda p: p.at(Playhead(1, 0)),
        lambda p: p.at_position(2),
        lambda p: p.at_instant(0),
        lambda p: p.stepped(-1),
        lambda p: p.moved(-1),
        lambda p: p.played(),
        lambda p: p.toggled(),
        lambda p: p.stepped_among(np.array([0], dtype=np.int32), forward=False),
    ],
)
def test_any_seek_leaves_live(seek: Callable[[Playback], Playback]) -> None:
    assert not seek(over(0, SECOND).followed()).live


def test_what_is_live_stands_still_when_it_is_paused() -> None:
    """Space on a live session must not begin to play it from the start."""
    paused = over(0, SECOND).followed().toggled()
    assert (paused.position, paused.playing, paused.live) == (2, False, False)


def test_speed_and_loop_do_not_leave_live() -> None:
    live = over(0, SECOND).followed()
    assert live.faster().looping((0, SECOND)).skipping_idle(True).live
