"""What is carried on as a log grows is what working it out anew gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.projectors.session_context import fold
from core.replay import weights as weights_module
from core.replay.arrival import ArrivalOrder
from core.replay.axis import ArrivalAxis, Axis, AxisMode, TimeAxis, axis_of, axis_on
from core.replay.columns import SessionLog
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.room import appended, continues
from tests.builders import EventsInMemory, captured, viewed
from tests.core.replay.strategies import logs
from tests.core.replay.test_index import assert_close, in_order


@given(parts=st.lists(st.lists(st.integers(0, 99), max_size=600), min_size=1, max_size=6))
def test_what_was_handed_out_never_changes(parts: list[list[int]]) -> None:
    """A view that draws an older log would draw events that it does not have."""
    column = np.array(parts[0], dtype=np.int64)
    handed_out = [column]
    for part in parts[1:]:
        handed_out.append(appended(handed_out[-1], np.array(part, dtype=np.int64)))
    together: list[int] = []
    for part, column in zip(parts, handed_out, strict=True):
        together += part
        assert column.tolist() == together
        assert continues(handed_out[-1], column) or column.base is not handed_out[-1].base


def test_of_two_that_go_on_from_one_column_neither_writes_into_the_other() -> None:
    one = appended(np.zeros(2, np.int64), np.array([1]))
    left, right = appended(one, np.array([2])), appended(one, np.array([3]))
    assert (left.tolist(), right.tolist()) == ([0, 0, 1, 2], [0, 0, 1, 3])
    assert continues(left, one) and not continues(right, left)
    with pytest.raises(ValueError, match="read-only"):
        left[0] = 9


@given(batches=st.lists(logs, min_size=2, max_size=4), every=st.integers(1, 5))
@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY], ids=["Brain Web", "Recency"])
def test_a_grown_index_answers_as_one_made_anew(
    rules: ProjectionRules, batches: Sequence[list[EventEnvelope]], every: int
) -> None:
    """What is followed live would show another context than a reload."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights_module, "_CHECKPOINT_EVERY", every)
        for log, index in grown_indexes(batches, rules):
            anew = ContextIndex(log, rules)
            for code in range(len(log.contributions.concept_ids)):
                events, times, sums = index.series(code)
                theirs = anew.series(code)
                assert (events.tolist(), times.tolist()) == (theirs[0].tolist(), theirs[1].tolist())
                assert sums.tolist() == pytest.approx(theirs[2].tolist(), abs=1e-9)
            assert index.first_touches.tolist() == anew.first_touches.tolist()
            for position in range(0, len(log) + 1, 3):
                if rules.half_life is None:
                    assert index.context_at(position) == anew.context_at(position)
                else:
                    assert_close(index.context_at(position), anew.context_at(position))
                assert index.last_touches(position) == anew.last_touches(position)


def grown_indexes(
    batches: Sequence[list[EventEnvelope]], rules: ProjectionRules
) -> list[tuple[SessionLog, ContextIndex]]:
    """The logs as they grow, each with its index, carried on where nothing came late."""
    source = EventsInMemory(batches[0])
    growth = Growth(load(source, "s"))
    found, index = [], ContextIndex(growth.log, rules).prepare()
    for batch in batches[1:]:
        known = growth.log
        for code in range(len(known.contributions.concept_ids)):
            index.series(code)
        source.append(batch)
        log = growth.grow(source)
        if not continues(log.rows, known.rows):
            index = ContextIndex(log, rules).prepare()
        elif log is not known:
            index = index.grown(log).prepare()
        found.append((log, index))
    return found


@given(events=logs, cuts=st.lists(st.integers(0, 40), max_size=3))
def test_followed_in_order_it_is_the_fold_to_the_last_bit(
    events: list[EventEnvelope], cuts: list[int]
) -> None:
    """Whatever was carried on, and however the events came, the fold is the specification."""
    ordered = in_order(events)
    bounds = [0, *sorted(min(cut, len(ordered)) for cut in cuts), len(ordered)]
    batches = [ordered[a:b] for a, b in pairwise(bounds)]
    for log, index in grown_indexes([[], *batches], BRAIN_WEB):
        assert index.context_at(len(log)) == fold("s", ordered[: len(log)])


@given(batches=st.lists(logs, min_size=2, max_size=4))
def test_grouped_columns_and_axes_are_those_made_anew(
    batches: Sequence[Sequence[EventEnvelope]],
) -> None:
    source = EventsInMemory(batches[0])
    growth = Growth(load(source, "s"))
    axes = {mode: axis_of(growth.log, mode) for mode in AxisMode}
    for batch in batches[1:]:
        known = growth.log
        assert known.events_by_kind is not None
        assert known.touches_by_object is not None
        source.append(batch)
        log, fresh = growth.grow(source), load(source, "s")
        by_kind = zip(log.kind_names, log.events_by_kind, strict=True)
        anew = dict(zip(fresh.kind_names, fresh.events_by_kind, strict=True))
        assert all(own.tolist() == anew[name].tolist() for name, own in by_kind)
        assert log.touches.event.tolist() == fresh.touches.event.tolist()
        assert log.touches.touch.tolist() == fresh.touches.touch.tolist()
        assert touches_of(log) == touches_of(fresh)
        going_on = continues(log.rows, known.rows)
        axes = {
            mode: axis_on(axis, known, log) if going_on else axis_of(log, mode)
            for mode, axis in axes.items()
        }
        for mode, axis in axes.items():
            assert said(axis) == said(axis_of(fresh, mode))


def touches_of(log: SessionLog) -> dict[tuple[str, str], list[int]]:
    order, starts = log.touches_by_object
    own = (order[a:b].tolist() for a, b in pairwise(starts))
    return {key: places for key, places in zip(log.object_keys, own, strict=True) if places}


def said(axis: Axis) -> object:
    """What an axis maps where."""
    if isinstance(axis, TimeAxis):
        return axis.mode, axis.knots.tolist(), axis.knots_x.tolist(), axis.gaps
    if isinstance(axis, ArrivalAxis):
        return axis.mode, axis.times.tolist(), axis.places.tolist()
    return axis.mode, axis.length


def test_what_arrives_in_order_makes_nothing_else_late() -> None:
    seconds = [5, 1, 9]
    source = EventsInMemory([viewed("raft", seconds=s) for s in seconds])
    growth = Growth(load(source, "s"))
    order = ArrivalOrder(growth.log).prepare()
    source.append([viewed("raft", seconds=20), viewed("raft", seconds=21)])
    grown, anew = order.grown(growth.grow(source)), ArrivalOrder(load(source, "s"))
    assert grown.late is order.late
    for name in ("late", "late_ranks", "order", "ranks", "fronts", "overtaken", "overtakers"):
        assert getattr(grown, name).tolist() == getattr(anew, name).tolist()


@given(touched=st.lists(st.sampled_from("abcdef"), max_size=60), count=st.integers(0, 7))
@pytest.mark.parametrize("looked_at", [0, 2, 16_384])
def test_the_latest_touches_are_found_however_far_back_they_are(
    looked_at: int, touched: list[str], count: int
) -> None:
    events = [captured("document", key, seconds=n) for n, key in enumerate(touched)]
    log = load(EventsInMemory(events), "s")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.replay.index._LOOK_BACK", 2)
        patch.setattr("core.replay.index._LOOKED_AT", looked_at or 1)
        for made in range(len(touched) + 1):
            last = {key: place for place, key in enumerate(touched[:made])}
            expected = sorted(last.values(), reverse=True)[:count]
            assert ContextIndex(log, RECENCY).latest_touches(made, count) == expected
