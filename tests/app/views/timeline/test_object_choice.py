"""Which objects have a row: the same whatever way is the quickest to find them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.timeline import object_choice
from app.views.timeline.object_choice import choose
from core.replay.columns import SessionLog
from tests.builders import claim, log_of

names = st.lists(st.integers(0, 9), min_size=1, max_size=40)


def slowly(touched: list[int], start: int, stop: int, rows: int) -> set[int]:
    """The commonest, the lower code first among equals; then the latest before them."""
    times = Counter(touched[start:stop])
    chosen = sorted(times, key=lambda each: (-times[each], each))[:rows]
    for each in reversed(touched[:start]):
        if len(chosen) < rows and each not in chosen:
            chosen.append(each)
    return set(chosen)


def log_with(objects: list[int]) -> SessionLog:
    return log_of([claim(f"cl-{name}", seconds=at) for at, name in enumerate(objects)])


@given(objects=names, rows=st.integers(1, 6), few=st.sampled_from([0, 1_000]), data=st.data())
def test_the_objects_touched_most_are_chosen_then_the_latest_before(
    objects: list[int], rows: int, few: int, data: st.DataObject
) -> None:
    """An analyst looks for what the session was about in this range, not for any six objects."""
    log = log_with(objects)
    start = data.draw(st.integers(0, len(objects)))
    stop = data.draw(st.integers(start, len(objects)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(object_choice, "_FEW", few)
        patch.setattr(object_choice, "_AT_ONCE", 3)
        choice = choose(log, (start, stop), rows)
    assert set(choice.objects) == slowly(log.touches.object.tolist(), start, stop, rows)
    first = [log.touches.object.tolist().index(each) for each in choice.objects]
    assert first == sorted(first), "rows are in the order of first touches"
    assert choice.total == len(set(log.touches.object[:stop].tolist()))
