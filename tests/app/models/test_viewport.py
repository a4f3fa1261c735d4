"""The visible range stays within the session, and stays where the user left it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.viewport import Viewport
from core.replay.axis import Axis, AxisMode, axis_of
from core.replay.columns import SessionLog
from tests.builders import log_of, viewed


def log_over(*seconds: float) -> SessionLog:
    return log_of([viewed("raft", seconds=at) for at in seconds])


# An hour of idling in the middle, so that the folded axis differs.
STUDY = log_over(0, 60, 120, 200, 3_800, 3_900, 4_000)
AXES = {mode: axis_of(STUDY, mode) for mode in AxisMode}
FLOATS = st.floats(-1e6, 1e6)
STEPS = st.one_of(
    st.tuples(st.just("show"), FLOATS, FLOATS),
    st.tuples(st.just("zoom"), st.integers(-40, 40), FLOATS),
    st.tuples(st.just("pan"), st.integers(-10, 10)),
    st.tuples(st.just("reveal"), FLOATS),
    st.tuples(st.just("fit")),
)


def shown_on(axis: Axis) -> Viewport:
    viewport = Viewport()
    viewport.show_axis(axis)
    return viewport


@pytest.fixture
def viewport() -> Viewport:
    return shown_on(AXES[AxisMode.TIME])


@given(mode=st.sampled_from(AxisMode), steps=st.lists(STEPS, max_size=12))
def test_the_range_never_leaves_the_session(
    mode: AxisMode, steps: list[tuple[str, float, float]]
) -> None:
    """The charts would show nothing, and nothing would lead back."""
    viewport = shown_on(AXES[mode])
    told: list[tuple[float, float]] = []
    viewport.changed.connect(told.append)
    for name, *values in steps:
        getattr(viewport, name)(*values)
        x0, x1 = viewport.range
        assert -1e-9 <= x0 < x1 <= AXES[mode].length + 1e-6
        assert not told or told[-1] == viewport.range


@given(x=st.floats(0, 4_000), steps=st.integers(-3, 12))
def test_what_is_under_the_pointer_stays_there(x: float, steps: int) -> None:
    """Zooming with the wheel would chase the event that one wants to see."""
    viewport = shown_on(AXES[AxisMode.TIME])
    viewport.show(1_000, 3_000)
    before = min(max((x - 1_000) / 2_000, 0.0), 1.0)
    viewport.zoom(steps, x)
    x0, x1 = viewport.range
    at_an_end = x0 < 1e-9 or x1 > AXES[AxisMode.TIME].length - 1e-9
    assert at_an_end or (min(max(x, 1_000), 3_000) - x0) / (x1 - x0) == pytest.approx(
        before, abs=1e-6
    )


def test_all_of_a_session_is_shown_at_first(viewport: Viewport) -> None:
    """The first look would be at a part, without a hint that there is more."""
    assert viewport.range == (0.0, 4_000.0)


def test_zooming_in_and_out_again_comes_back(viewport: Viewport) -> None:
    """W and S would not undo another."""
    viewport.zoom(3, 2_000)
    x0, x1 = viewport.range
    assert x1 - x0 < 4_000 / 3
    viewport.zoom(-3, 2_000)
    assert viewport.range == pytest.approx((0, 4_000))


def test_zooming_ends_where_there_is_nothing_more_to_see() -> None:
    """A few turns of the wheel too many would end on a range of no width."""
    for mode, least in ((AxisMode.TIME, 1e-3), (AxisMode.EVENT, 3.0)):
        viewport = shown_on(AXES[mode])
        viewport.zoom(100, 2)
        x0, x1 = viewport.range
        assert x1 - x0 == pytest.approx(least)


def test_panning_turns_a_part_of_the_page_and_stops_at_the_ends(viewport: Viewport) -> None:
    """A and D would jump past what was just in view."""
    viewport.show(1_000, 2_000)
    viewport.pan(1)
    assert viewport.range == pytest.approx((1_200, 2_200))
    viewport.pan(-100)
    assert viewport.range == pytest.approx((0, 1_000))
    viewport.pan(100)
    assert viewport.range == pytest.approx((3_000, 4_000))


@pytest.mark.parametrize("x", [0.0, 900.0, 2_500.0, 4_000.0])
def test_what_is_revealed_is_in_view_at_the_same_scale(viewport: Viewport, x: float) -> None:
    """The playhead would play on beyond the edge, or the zoom change under the eyes."""
    viewport.show(1_000, 2_000)
    viewport.reveal(x)
    x0, x1 = viewport.range
    assert x0 <= x <= x1
    assert x1 - x0 == pytest.approx(1_000)


def test_what_is_in_view_already_moves_nothing(viewport: Viewport) -> None:
    """The picture would crawl with every frame of a replay."""
    viewport.show(1_000, 2_000)
    told: list[object] = []
    viewport.changed.connect(told.append)
    viewport.reveal(1_500)
    assert told == []


def test_a_page_that_is_turned_shows_what_comes(viewport: Viewport) -> None:
    """Each frame of a replay would turn the page again."""
    viewport.show(1_000, 2_000)
    viewport.reveal(2_001)
    x0, x1 = viewport.range
    assert x1 - 2_001 > 2_001 - x0


class TestAnotherAxis:
    @pytest.mark.parametrize("mode", [AxisMode.FOLDED, AxisMode.EVENT])
    def test_the_same_instants_stay_in_view(self, viewport: Viewport, mode: AxisMode) -> None:
        """Folding the idle time would lose the place that one was looking at."""
        viewport.show(60, 3_800)
        viewport.show_axis(AXES[mode], keep=True)
        assert AXES[mode].instants_at(viewport.range).tolist() == [
            STUDY.start + 60_000_000,
            STUDY.start + 3_800_000_000,
        ]

    def test_who_saw_all_sees_all(self, viewport: Viewport) -> None:
        """A session that grew would show what it was, and hide what is new."""
        longer = axis_of(log_over(0, 60, 9_000), AxisMode.TIME)
        viewport.show_axis(longer, keep=True)
        assert viewport.range == (0.0, longer.length)

    def test_who_saw_a_part_of_a_session_that_grew_still_sees_it(self, viewport: Viewport) -> None:
        """F5 would throw the view back to all of the session."""
        viewport.show(100, 200)
        viewport.show_axis(axis_of(log_over(0, 60, 9_000), AxisMode.TIME), keep=True)
        assert viewport.range == pytest.approx((100, 200))

    def test_another_session_is_shown_whole(self, viewport: Viewport) -> None:
        """Instants of one session mean nothing in another."""
        viewport.show(100, 200)
        other = axis_of(log_over(0, 60, 9_000), AxisMode.TIME)
        viewport.show_axis(other)
        assert viewport.range == (0.0, other.length)


@pytest.mark.parametrize("mode", AxisMode)
@pytest.mark.parametrize("seconds", [(), (5,), (5, 5)])
def test_a_session_without_length_has_a_range_all_the_same(
    mode: AxisMode, seconds: tuple[float, ...]
) -> None:
    """A session of one event would divide by nothing."""
    viewport = shown_on(axis_of(log_over(*seconds), mode))
    for _ in range(3):
        viewport.zoom(1, 0.0)
        viewport.pan(1)
        x0, x1 = viewport.range
        assert x0 < x1


def test_without_a_session_there_is_nothing_to_move() -> None:
    """A key pressed on the start page would be a crash."""
    viewport = Viewport()
    told: list[object] = []
    viewport.changed.connect(told.append)
    viewport.fit()
    viewport.zoom(1, 0.5)
    viewport.pan(1)
    assert viewport.axis is None
    assert told == []


def test_a_leap_can_be_taken_back_and_so_can_the_one_before(viewport: Viewport) -> None:
    """Who looked closely at something would have to aim for it again after one glance at all."""
    viewport.leap(100, 200)
    viewport.zoom(1, 150)
    close = viewport.range
    viewport.leap_to_all()
    assert viewport.range == (0, AXES[AxisMode.TIME].length)
    assert viewport.back()
    assert viewport.range == pytest.approx(close, abs=1e-5)
    assert viewport.back()
    assert viewport.range == (0, AXES[AxisMode.TIME].length)
    assert not viewport.back()


def test_what_was_left_is_found_on_another_axis(viewport: Viewport) -> None:
    """After a change of the axis the way back would lead somewhere else."""
    viewport.show(60, 200)
    viewport.leap_to_all()
    viewport.show_axis(AXES[AxisMode.EVENT], keep=True)
    assert viewport.back()
    assert viewport.range == pytest.approx((2, 5), abs=1)


def test_another_session_has_no_way_back(viewport: Viewport) -> None:
    viewport.leap(100, 200)
    viewport.show_axis(AXES[AxisMode.FOLDED])
    assert not viewport.back()


def test_a_leap_to_where_one_is_is_none(viewport: Viewport) -> None:
    """Going back would have to be pressed twice."""
    viewport.leap_to_all()
    assert not viewport.back()
