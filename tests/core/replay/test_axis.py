"""The axis maps moments to x and back: else the cursor, the lanes and a click disagree."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replay.arrival import ArrivalOrder
from core.replay.axis import IDLE, Axis, AxisMode, axis_of
from core.replay.columns import SessionLog
from tests.core.replay.strategies import instants_of_events, log_at

SECOND = 1_000_000
HOUR = 3_600 * SECOND

modes = st.sampled_from(AxisMode)
every_mode = pytest.mark.parametrize("mode", AxisMode)


def around(log: SessionLog, offsets: list[int]) -> np.ndarray:
    """Instants in order at, near and between events, and beyond both ends."""
    near = [int(t) + o for t in log.times for o in (-1, 0, 1)]
    return np.array(sorted([*near, *(log.start + o for o in offsets)]), dtype=np.int64)


@given(
    instants=instants_of_events(least=1),
    mode=modes,
    offsets=st.lists(st.integers(-(10**10), 10**13), max_size=20),
)
def test_later_is_never_further_left(
    instants: list[int], mode: AxisMode, offsets: list[int]
) -> None:
    """The cursor would run back while time goes on."""
    log = log_at(instants)
    x = axis_of(log, mode).x_of_instants(around(log, offsets))
    assert np.all(np.diff(x) >= 0)


@given(
    instants=instants_of_events(),
    mode=modes,
    fractions=st.lists(st.floats(-0.5, 1.5, allow_nan=False), max_size=40),
)
def test_further_right_is_never_earlier(
    instants: list[int], mode: AxisMode, fractions: list[float]
) -> None:
    """Dragging to the right would take events away."""
    axis = axis_of(log_at(instants), mode)
    x = np.array(sorted(fractions)) * axis.length
    assert np.all(np.diff(axis.instants_at(x)) >= 0)
    positions = axis.positions_at(x)
    assert np.all(np.diff(positions) >= 0)
    assert np.all((positions >= 0) & (positions <= len(instants)))


@given(instants=instants_of_events(least=1), mode=modes)
def test_an_event_is_found_again_where_it_lies(instants: list[int], mode: AxisMode) -> None:
    """A click on a tick would seek beside the event that it stands for."""
    log = log_at(instants)
    axis = axis_of(log, mode)
    assert axis.instants_at(axis.x_of_instants(log.times)).tolist() == log.times.tolist()
    positions = np.arange(1, len(log) + 1)
    assert axis.instants_at(axis.x_of_positions(positions)).tolist() == log.times.tolist()


@given(instants=instants_of_events(), mode=modes)
def test_a_position_is_found_again_unless_others_share_its_instant(
    instants: list[int], mode: AxisMode
) -> None:
    """The playhead would lose an event by being drawn."""
    log = log_at(instants)
    axis = axis_of(log, mode)
    positions = np.arange(len(log) + 1)
    x = axis.x_of_positions(positions)
    assert np.all(np.diff(x) >= 0)
    found = axis.positions_at(x)
    assert np.all(found >= positions)
    together = [log.position_at(log.instant_at(p)) for p in positions.tolist()]
    expected = positions.tolist() if mode.counts else together
    assert found.tolist() == expected


@given(instants=instants_of_events(least=1), mode=modes, part=st.floats(0, 1))
def test_every_x_is_of_the_moment_that_it_shows(
    instants: list[int], mode: AxisMode, part: float
) -> None:
    """The cursor would jump when the hand lets go of it."""
    log = log_at(instants)
    axis = axis_of(log, mode)
    x = part * axis.length
    instant = int(axis.instants_at(x))
    assert log.start <= instant <= max(log.end, log.start + 1)
    if mode.counts:
        # Between events of one instant the time alone cannot tell where one is.
        assert int(axis.positions_at(x)) <= log.position_at(instant)
    else:
        assert int(axis.positions_at(x)) == log.position_at(instant)
        within = max(0.5e-6, slope(axis, instant) * 0.51) + 1e-9
        assert float(axis.x_of_instants(instant)) == pytest.approx(
            min(x, float(axis.x_of_instants(log.end))), abs=within
        )


def slope(axis: Axis, instant: int) -> float:
    """How much x one microsecond takes there."""
    ends = axis.x_of_instants([instant - 1, instant + 1])
    return float(ends[1] - ends[0])


@given(instants=instants_of_events(), mode=modes)
def test_the_session_lies_between_nothing_and_its_length(
    instants: list[int], mode: AxisMode
) -> None:
    """The last events would be drawn outside of the charts, or the charts end in nothing."""
    log = log_at(instants)
    axis = axis_of(log, mode)
    x = axis.x_of_positions(np.arange(len(log) + 1))
    assert axis.mode is mode
    assert axis.length > 0
    assert float(x[0]) == 0.0
    whole = log.end > log.start or (mode.counts and len(log) > 0)
    assert float(x[-1]) == (axis.length if whole else 0.0)


@given(instants=instants_of_events(least=1))
def test_the_axis_of_time_is_seconds_since_the_start(instants: list[int]) -> None:
    """The ruler above the lanes would name wrong times."""
    log = log_at(instants)
    axis = axis_of(log, AxisMode.TIME)
    assert axis.gaps == ()
    seconds = (log.times - log.start) / 1e6
    assert axis.x_of_instants(log.times) == pytest.approx(seconds, abs=1e-6)
    assert float(axis.x_of_instants(log.end + HOUR)) == pytest.approx(seconds[-1] + 3600)
    assert float(axis.x_of_instants(log.start - HOUR)) == pytest.approx(-3600)


@given(instants=instants_of_events(least=1))
def test_the_axis_of_events_gives_each_event_one_step(instants: list[int]) -> None:
    """A burst of events would be drawn on one pixel, and could not be told apart."""
    log = log_at(instants)
    axis = axis_of(log, AxisMode.EVENT)
    positions = np.arange(len(log) + 1)
    assert axis.length == len(log)
    assert axis.x_of_positions(positions).tolist() == positions.tolist()
    assert axis.positions_at(positions).tolist() == positions.tolist()
    halfway = axis.positions_at(positions + 0.5).tolist()
    assert halfway == [min(p, len(log)) for p in positions.tolist()]
    outside = axis.x_of_instants([log.start - HOUR, log.start - 1, log.end, log.end + HOUR])
    assert outside.tolist() == [0.0, 0.0, len(log), len(log)]


def test_the_axis_of_events_steps_through_events_of_one_instant() -> None:
    """Three events of one message would be one step: their order could not be seen."""
    log = log_at([0, SECOND, SECOND, SECOND, 3 * SECOND])
    axis = axis_of(log, AxisMode.EVENT)
    assert axis.positions_at([1.0, 2.0, 3.0, 4.0, 5.0]).tolist() == [1, 2, 3, 4, 5]
    since = axis.instants_at([1.0, 2.0, 3.0, 4.0, 4.5, 5.0]) - log.start
    assert since.tolist() == [0, SECOND, SECOND, SECOND, 2 * SECOND, 3 * SECOND]
    assert axis.x_of_instants(log.times).tolist() == [1.0, 4.0, 4.0, 4.0, 5.0]


# -- the order of arrival -----------------------------------------------------------------------


@st.composite
def arrived_logs(draw: st.DrawFn) -> SessionLog:
    """Events whose rows came in any order."""
    log = log_at(draw(instants_of_events(least=1)))
    rows = draw(st.permutations(range(1, len(log) + 1)))
    return replace(log, rows=np.array(rows, dtype=np.int64))


@given(arrived_logs())
def test_what_came_in_time_lies_at_its_own_step_by_arrival(log: SessionLog) -> None:
    """Events would be drawn where others arrived, or two of them at one step."""
    axis, order = axis_of(log, AxisMode.ARRIVAL), ArrivalOrder(log)
    on_time = np.setdiff1d(np.arange(len(log)), order.late)
    assert axis.length == len(log)
    assert axis.x_of_positions(on_time + 1).tolist() == (order.ranks[on_time] + 1).tolist()
    late = axis.x_of_positions(order.late + 1)
    assert np.all(late < order.late_ranks + 1)
    assert not np.any(late == np.floor(late))


@given(arrived_logs(), st.lists(st.floats(-0.5, 1.5), max_size=20))
def test_by_arrival_time_goes_on_to_the_right(log: SessionLog, shares: list[float]) -> None:
    """The curves, which are searched by position, would be drawn of other moments."""
    axis = axis_of(log, AxisMode.ARRIVAL)
    positions = np.arange(len(log) + 1)
    places = axis.x_of_positions(positions)
    assert np.all(np.diff(places) > 0)
    assert axis.positions_at(places).tolist() == positions.tolist()
    assert axis.instants_at(places).tolist() == [log.instant_at(p) for p in positions.tolist()]
    x = np.array(sorted(shares)) * axis.length
    for told in (axis.positions_at(x), axis.instants_at(x)):
        assert np.all(np.diff(told) >= 0)
    instants = around(log, [0])
    assert np.all(np.diff(axis.x_of_instants(instants)) >= 0)


def test_a_late_event_has_a_step_of_its_own_where_it_came() -> None:
    """That it came late could not be seen from where it stands."""
    log = replace(log_at([0, 10, 20, 30, 40]), rows=np.array([1, 4, 2, 3, 5]))
    axis = axis_of(log, AxisMode.ARRIVAL)
    assert axis.x_of_positions(range(6)).tolist() == [0, 1, 1.5, 2, 3, 5]
    assert axis.positions_at([1, 1.5, 2, 3.9, 4, 4.9, 5]).tolist() == [1, 2, 3, 4, 4, 4, 5]


# -- folded gaps --------------------------------------------------------------------------------


@given(
    instants=instants_of_events(least=1),
    idle=st.sampled_from([1, SECOND, IDLE, HOUR]) | st.integers(1, 10**10),
)
def test_gaps_and_time_tile_the_folded_axis(instants: list[int], idle: int) -> None:
    """A strip would cover events, or an idle hour would be drawn as if somebody had worked."""
    log = log_at(instants)
    axis = axis_of(log, AxisMode.FOLDED, idle=idle)
    pairs = [(int(a), int(b)) for a, b in pairwise(log.times)]
    assert [(g.start, g.end) for g in axis.gaps] == [(a, b) for a, b in pairs if b - a >= idle]
    for gap in axis.gaps:
        assert axis.x_of_instants([gap.start, gap.end]) == pytest.approx([gap.x0, gap.x1])
        assert gap.x0 < gap.x1
    assert all(left.x1 <= right.x0 + 1e-9 for left, right in pairwise(axis.gaps))
    folded = {gap.start: gap.x1 - gap.x0 for gap in axis.gaps}
    widths = [folded.get(a, (b - a) / 1e6) if b > a else 0.0 for a, b in pairs]
    starts = np.concatenate([[0.0], np.cumsum(widths)])
    assert axis.x_of_instants(log.times) == pytest.approx(starts, abs=1e-6)
    if log.end > log.start:
        assert axis.length == pytest.approx(float(starts[-1]), abs=1e-6)


@given(instants=instants_of_events(least=1))
def test_folding_never_makes_room(instants: list[int]) -> None:
    """An idle gap would be drawn wider for being folded."""
    log = log_at(instants)
    axis = axis_of(log, AxisMode.FOLDED)
    for gap in axis.gaps:
        assert gap.x1 - gap.x0 <= (gap.end - gap.start) / 1e6 + 1e-6
    assert axis.length <= axis_of(log, AxisMode.TIME).length + 1e-6


def test_a_short_gap_of_a_long_session_is_not_stretched() -> None:
    """Five idle minutes in twenty busy hours would look like twelve."""
    minutes = [60 * SECOND * i for i in range(1200)]
    log = log_at([*minutes, minutes[-1] + IDLE])
    (gap,) = axis_of(log, AxisMode.FOLDED).gaps
    assert gap.x1 - gap.x0 <= IDLE / SECOND + 1e-6


def test_a_night_between_two_hours_of_study_is_a_narrow_strip() -> None:
    """Of a session over two days one would see nothing but the night."""
    evening = [60 * SECOND * i for i in range(61)]
    morning = [at + 12 * HOUR for at in evening]
    axis = axis_of(log_at(evening + morning), AxisMode.FOLDED)
    (gap,) = axis.gaps
    assert gap.end - gap.start == 11 * HOUR
    assert gap.x0 == pytest.approx(3600)
    assert 0 < gap.x1 - gap.x0 < 0.1 * axis.length
    assert axis.length == pytest.approx(7200 + (gap.x1 - gap.x0))
    assert int(axis.instants_at((gap.x0 + gap.x1) / 2)) == pytest.approx(
        (gap.start + gap.end) / 2, abs=SECOND
    )


def test_many_gaps_leave_most_of_the_width_to_what_happened() -> None:
    """A diary of short visits would be drawn as a row of strips."""
    visits = [day * 24 * HOUR + minute * 60 * SECOND for day in range(300) for minute in range(5)]
    axis = axis_of(log_at(visits), AxisMode.FOLDED)
    strips = sum(gap.x1 - gap.x0 for gap in axis.gaps)
    assert len(axis.gaps) == 299
    assert strips < 0.5 * axis.length


# -- next to nothing ----------------------------------------------------------------------------


@every_mode
def test_an_empty_log_has_an_axis(mode: AxisMode) -> None:
    """An empty session would crash every chart."""
    axis = axis_of(log_at([]), mode)
    assert axis.length > 0
    assert axis.gaps == ()
    assert axis.positions_at([-1.0, 0.0, axis.length, 5.0]).tolist() == [0, 0, 0, 0]
    assert axis.x_of_positions([0]).tolist() == [0.0]
    assert len(axis.instants_at([0.0, 1.0])) == 2
    assert len(axis.x_of_instants([0, 1])) == 2


@every_mode
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_session_of_one_instant_has_an_axis(mode: AxisMode, count: int) -> None:
    """A session of one event, or of one burst, would crash every chart."""
    log = log_at([7 * SECOND] * count)
    axis = axis_of(log, mode)
    assert axis.gaps == ()
    assert int(axis.instants_at(0.0)) == log.start
    assert int(axis.instants_at(axis.length)) == pytest.approx(log.start, abs=1)
    assert int(axis.positions_at(axis.length)) == count
    assert np.all(np.isfinite(axis.x_of_instants([log.start - HOUR, log.start, log.start + HOUR])))


def test_two_events_with_nothing_but_idleness_between_can_be_told_apart() -> None:
    """Both would be drawn at one x, and a click could reach only one of them."""
    axis = axis_of(log_at([0, HOUR]), AxisMode.FOLDED)
    x = axis.x_of_positions([1, 2])
    assert float(x[0]) < float(x[1]) == axis.length
    assert axis.positions_at(x).tolist() == [1, 2]


@every_mode
def test_one_moment_is_asked_for_as_well_as_many(mode: AxisMode) -> None:
    """A view that asks for the cursor alone would fail."""
    log = log_at([0, SECOND, HOUR])
    axis = axis_of(log, mode)
    assert float(axis.x_of_positions(3)) == axis.length
    assert int(axis.positions_at(axis.length)) == 3
    assert int(axis.instants_at(float(axis.x_of_instants(log.end)))) == log.end
