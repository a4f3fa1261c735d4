from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.timeline.ruler import placed, ticks_of
from app.views.timeline.scene import Scene
from app.views.timeline.telling import tell_idle
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from tests.app.views.timeline.scenes import LEFT, WIDTH, scene_of
from tests.builders import log_of, viewed

MINUTE, HOUR, DAY = 60, 3600, 86_400


def advance(label: str) -> int:
    """How wide a label is, near enough."""
    return 7 * len(label)


def over(*seconds: float) -> SessionLog:
    return log_of([viewed("a", seconds=s) for s in seconds])


def labels(scene: Scene) -> list[str]:
    ticks = placed(ticks_of(scene, advance), advance, left=LEFT - 30, right=850)
    return [tick.label for tick, _ in ticks]


def test_an_hour_has_round_minutes() -> None:
    assert labels(scene_of(over(0, HOUR))) == [
        "09:00", "09:10", "09:20", "09:30", "09:40", "09:50", "10:00",
    ]  # fmt: skip


def test_a_close_look_has_seconds_and_then_fractions() -> None:
    log = over(0, HOUR)
    assert labels(scene_of(log, shown=(60, 75)))[:3] == [
        "09:01:00", "09:01:02", "09:01:04",
    ]  # fmt: skip
    assert labels(scene_of(log, shown=(60, 60.4)))[:2] == ["09:01:00.000", "09:01:00.100"]
    assert "." in labels(scene_of(log, shown=(60, 60.001)))[0]


def test_a_night_has_the_day_where_it_changes() -> None:
    found = labels(scene_of(over(0, 20 * HOUR)))
    assert found[0] == "09:00" or found[0].endswith(":00")
    assert "13 Nov" in found


def test_weeks_are_told_in_days() -> None:
    found = labels(scene_of(over(0, 14 * DAY)))
    assert len(found) >= 3
    assert all(label.endswith((" Nov", " Dec")) for label in found)


def test_years_are_told_with_their_years() -> None:
    assert all("20" in label for label in labels(scene_of(over(0, 900 * DAY))))


def test_after_a_fold_of_years_the_year_is_named() -> None:
    scene = scene_of(over(0, 1, 900 * DAY, 900 * DAY + 1), mode=AxisMode.FOLDED)
    assert any("2029" in label for label in labels(scene))


def test_no_tick_lies_within_a_folded_gap() -> None:
    """There a label would say a time at which nothing is drawn."""
    scene = scene_of(
        over(*range(0, HOUR, 30), *range(3 * HOUR, 4 * HOUR, 30)), mode=AxisMode.FOLDED
    )
    (gap,) = scene.axis.gaps
    left, right = (float(p) for p in scene.pixels(np.array([gap.x0, gap.x1])))
    ticks = ticks_of(scene, advance)
    assert not any(left + 1 < tick.pixel < right - 1 for tick in ticks)
    assert {"09:30", "12:30"} <= {tick.label for tick in ticks}
    assert not {"10:30", "11:00"} & {tick.label for tick in ticks}


def test_after_a_folded_night_the_new_day_is_named() -> None:
    log = over(*range(0, HOUR, 30), *range(23 * HOUR, 24 * HOUR, 30))
    assert "13 Nov" in labels(scene_of(log, mode=AxisMode.FOLDED))


def test_the_axis_of_events_has_numbers() -> None:
    log = over(*range(0, 4000, 10))
    found = labels(scene_of(log, mode=AxisMode.EVENT))
    assert found == ["0", "50", "100", "150", "200", "250", "300", "350", "400"]
    close = labels(scene_of(log, mode=AxisMode.EVENT, shown=(200, 203)))
    assert close == ["200", "201", "202", "203"]


@given(
    st.lists(st.floats(0, 1e7), min_size=1, max_size=12),
    st.sampled_from(list(AxisMode)),
    st.floats(0, 1),
    st.floats(1e-6, 1),
    st.integers(1, 900),
)
def test_labels_never_overlap_and_never_leave_the_widget(
    seconds: list[float], mode: AxisMode, at: float, part: float, width: int
) -> None:
    log = over(*seconds)
    length = scene_of(log, mode=mode).axis.length
    scene = scene_of(log, mode=mode, shown=(at * length, (at + part) * length), width=width)

    right = LEFT + width + 104
    ticks = ticks_of(scene, advance)
    assert len(ticks) <= width
    shown = placed(ticks, advance, left=LEFT - 30, right=right)
    ends = [(start, start + advance(tick.label)) for tick, start in shown]
    assert all(a[1] < b[0] for a, b in pairwise(ends))
    assert all(end <= right for _, end in ends)


@pytest.mark.parametrize(
    "moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]
)
def test_the_ends_of_the_calendar_have_a_ruler(moment: datetime) -> None:
    """A log with an odd clock is shown all the same."""
    one = viewed("a").model_copy(update={"occurred_at": moment})
    ticks = ticks_of(scene_of(log_of([one])), advance)
    assert f"{moment:%H:%M:%S}.000" in [tick.label for tick in ticks]


def test_many_gaps_have_only_as_many_strips_as_there_are_px() -> None:
    """A log of years has thousands of idle gaps."""
    log = over(*(n * 1000 + k for n in range(2000) for k in (0, 100)))
    scene = scene_of(log, mode=AxisMode.FOLDED)
    strips = scene.strips
    assert len(scene.axis.gaps) == 1999
    assert 0 < len(strips) <= WIDTH
    edges = [edge for strip in strips for edge in (strip.left, strip.right)]
    assert edges == sorted(edges)
    assert (min(edges), max(edges)) >= (LEFT, LEFT) and max(edges) <= LEFT + WIDTH


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (42 * MINUTE, "42 min idle"),
        (3 * HOUR, "3 h idle"),
        (3 * HOUR + 5 * MINUTE, "3 h 5 min idle"),
        (2 * DAY + 4 * HOUR, "2 d 4 h idle"),
        (2, "2 s idle"),
    ],
)
def test_the_length_of_a_gap_is_told(seconds: int, told: str) -> None:
    assert tell_idle(seconds * 1_000_000) == told
