"""The strips of the timeline: all within the widget, the ruler always, however low a window is."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.views.timeline.layout import RULER, Layout, arrange, least_height, low_height


def laid(height: int, lanes: int) -> Layout:
    return arrange(
        600,
        height,
        lanes=lanes,
        objects=lambda available: min(available, 120),
        uncertainty=lambda available: available,
    )


@given(lanes=st.integers(1, 11), more=st.integers(0, 900))
def test_no_strip_is_cut_off_or_lies_over_another(lanes: int, more: int) -> None:
    """Where text is large a window is low: the ruler, or a curve, would be out of sight."""
    height = low_height(lanes) + more
    found = laid(height, lanes)
    strips = [
        found.overview,
        found.lanes,
        found.concepts,
        found.objects,
        found.uncertainty,
        found.ruler,
    ]
    assert all(a.top() + a.height() <= b.top() for a, b in pairwise(strips))
    assert found.ruler.height() == RULER
    assert found.ruler.top() + RULER <= height
    if height >= least_height(lanes):
        assert all(strip.height() > 0 for strip in strips)


def test_objects_give_way_first_then_the_uncertainty() -> None:
    full = laid(least_height(7), 7)
    less = laid(least_height(7) - 1, 7)
    least = laid(low_height(7), 7)
    assert [each.objects.height() > 0 for each in (full, less, least)] == [True, False, False]
    assert [each.uncertainty.height() > 0 for each in (full, less, least)] == [True, True, False]
