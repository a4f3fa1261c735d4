"""Two sessions on one transport: the map from the shared playhead to one in each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.replay.alignment import A, AlignBy, Alignment, B, aligned
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from core.replay.playback import Playback, Playhead
from tests.builders import log_of, viewed

seconds = st.lists(st.integers(0, 12), max_size=12).map(sorted)
sides = st.sampled_from([A, B])


def log(at: list[int]) -> SessionLog:
    return log_of([viewed("raft", seconds=second) for second in at])


@st.composite
def alignments(draw: st.DrawFn) -> Alignment:
    logs = log(draw(seconds)), log([100 + second for second in draw(seconds)])
    by = draw(st.sampled_from(AlignBy))
    events = None
    if by is AlignBy.EVENT:
        if not all(map(len, logs)):
            by = AlignBy.START
        else:
            events = tuple(draw(st.integers(0, len(each) - 1)) for each in logs)
    return aligned(*logs, by, events)  # type: ignore[arg-type]


@given(alignments())
def test_stepping_on_leads_through_every_event_of_both_and_never_back(both: Alignment) -> None:
    """An event would be skipped, or a session would run back while the transport goes on."""
    shared, seen = Playback.of(both.times), []
    for step in range(len(both.times) + 1):
        playhead = shared.at_position(step).playhead
        assert playhead == both.at_step(step) or not step
        seen.append(tuple(each.position for each in both.playheads(playhead)))
    moves = np.diff(np.array(seen), axis=0) if len(seen) > 1 else np.zeros((0, 2))
    assert ((moves == 0) | (moves == 1)).all()
    assert (moves.sum(axis=1) > 0).all()
    assert seen[0] == (0, 0)
    assert seen[-1] == tuple(map(len, both.sides))


@given(alignments())
def test_all_positions_are_those_of_each_step(both: Alignment) -> None:
    """Where two sessions part would be sought at other moments than the transport shows."""
    found = [
        tuple(each.position for each in both.playheads(both.at_step(step)))
        for step in range(len(both.times) + 1)
    ]
    assert list(zip(*(each.tolist() for each in both.positions()), strict=True)) == found


@given(alignments(), sides, st.data())
def test_a_moment_of_one_session_is_found_again_on_the_transport(
    both: Alignment, side: int, data: st.DataObject
) -> None:
    """A press on a lane would lead elsewhere than to where it was."""
    own = both.sides[side]
    if not len(own):
        return
    wanted = Playback.of(own).at_position(data.draw(st.integers(1, len(own)))).playhead
    assert both.playheads(both.shared(side, wanted))[side].position == wanted.position


@given(alignments(), st.sampled_from(AxisMode), st.floats(0, 1))
def test_one_x_is_one_shared_value_on_both_axes(
    both: Alignment, mode: AxisMode, share: float
) -> None:
    """The lanes of A and B would stand above each other at different moments."""
    axes = both.axes(both.axis(mode))
    assert axes[A].length == axes[B].length
    assert axes[A].mode == axes[B].mode
    if both.by is AlignBy.NUMBER or not len(both.times):
        return
    x = share * axes[A].length
    at = [
        Playhead(int(axes[side].positions_at(x)), int(axes[side].instants_at(x))) for side in (A, B)
    ]
    assert both.shared(A, at[A]) == both.shared(B, at[B])


@given(alignments(), st.sampled_from(AxisMode), sides)
def test_an_axis_maps_there_and_back(both: Alignment, mode: AxisMode, side: int) -> None:
    """The cursor would stand beside the event that it is at."""
    axis, own = both.axes(both.axis(mode))[side], both.sides[side]
    x = axis.x_of_positions(np.arange(1, len(own) + 1))
    assert (np.diff(x) >= 0).all()
    assert (axis.positions_at(x + 1e-9) >= np.arange(1, len(own) + 1)).all()
    assert np.allclose(x, axis.x_of_instants(own)) or axis.mode is AxisMode.EVENT


@given(alignments())
def test_swapped_it_has_the_same_steps(both: Alignment) -> None:
    """The transport would jump where A and B change places."""
    turned = both.swapped()
    fresh = Alignment(turned.by, turned.sides, turned.origins, turned.events)
    assert turned.times.tolist() == fresh.times.tolist()
    for step in range(len(both) + 1):
        assert turned.playheads(turned.at_step(step)) == both.playheads(both.at_step(step))[::-1]


def test_what_is_aligned_by_what() -> None:
    """A comparison would be by something else than was chosen."""
    a, b = log([0, 10, 20]), log([100, 104])

    def after(by: AlignBy, step: int, events: tuple[int, int] | None = None) -> tuple[int, int]:
        both = aligned(a, b, by, events)
        at_a, at_b = both.playheads(both.at_step(step))
        return at_a.position, at_b.position

    assert [after(AlignBy.START, n) for n in range(5)] == [(0, 0), (1, 1), (1, 2), (2, 2), (3, 2)]
    assert [after(AlignBy.CLOCK, n) for n in (3, 4)] == [(3, 0), (3, 1)]
    assert [after(AlignBy.NUMBER, n) for n in (1, 2, 3)] == [(1, 1), (2, 2), (3, 2)]
    # The third of A and the second of B fall together; 4 s before that was B's first.
    assert [after(AlignBy.EVENT, n, (2, 1)) for n in (2, 3, 4)] == [(2, 0), (2, 1), (3, 2)]


def test_several_events_of_one_instant_are_stepped_through_side_by_side() -> None:
    """A session would differ from itself halfway between two steps."""
    both = aligned(log([0, 0, 1]), log([5, 5, 5]), AlignBy.START)
    steps = [both.playheads(both.at_step(step)) for step in range(5)]
    assert [(a.position, b.position) for a, b in steps] == [(0, 0), (1, 1), (2, 2), (2, 3), (3, 3)]


def test_an_event_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="#4 is not within the 2 events"):
        aligned(log([0, 1]), log([0]), AlignBy.EVENT, (3, 0))
    with pytest.raises(ValueError, match="choose one"):
        aligned(log([0, 1]), log([0]), AlignBy.EVENT)
