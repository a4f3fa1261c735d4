"""How much each event changed the context, held against two whole contexts an event."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.projectors.context import difference
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay import impact as module
from core.replay.impact import impact_chunks, impact_of, impacts
from core.replay.index import ContextIndex
from tests.builders import captured, chat, claim, log_of, viewed
from tests.core.replay.strategies import logs, rules


def plainly(index: ContextIndex, start: int, stop: int) -> list[float]:
    """The definition, word for word."""
    return [
        impact_of(difference(*index.changed_by(event + 1)))
        for event in range(start, min(stop, len(index.log)))
    ]


def has_a_tie_at_the_border(index: ContextIndex, event: int) -> bool:
    """Whether rounding decides who is active just before or after an event."""
    at, most = int(index.log.times[event]), index.rules.max_concepts
    for position in (event, event + 1):
        weights = np.sort(index.weights_at(position, at))[::-1]
        weights = weights[weights < index.rules.cap + 1e-6]
        if 0 < most < len(weights) and np.any(np.abs(np.diff(weights)) < 1e-6):
            return True
    return False


@given(events=logs, rules=rules(decay=False), part=st.floats(0, 1), chunk=st.integers(1, 9))
def test_without_decay_it_is_the_plain_definition(
    events: list[EventEnvelope], rules: ProjectionRules, part: float, chunk: int
) -> None:
    """The list would rank first what changed nothing."""
    index = ContextIndex(log_of(events), rules)
    start = round(part * len(events))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        found = impacts(index, start, len(events))
    assert found == pytest.approx(plainly(index, start, len(events)), abs=1e-9)


@given(events=logs, rules=rules(decay=True), part=st.floats(0, 1), chunk=st.integers(1, 9))
def test_with_decay_it_is_too_but_where_rounding_decides(
    events: list[EventEnvelope], rules: ProjectionRules, part: float, chunk: int
) -> None:
    """Under rules that fade, old weights would be counted as what an event did."""
    index = ContextIndex(log_of(events), rules)
    start = round(part * len(events))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        found = impacts(index, start, len(events))
    wanted = plainly(index, start, len(events))
    for event, (one, other) in enumerate(zip(found, wanted, strict=True), start):
        if one != pytest.approx(other, abs=1e-9):
            assert has_a_tie_at_the_border(index, event)


def test_what_goes_counts_as_much_as_what_comes() -> None:
    """A concept that pushed another out would look as harmless as one that found room."""
    rules = BRAIN_WEB.model_copy(update={"max_concepts": 1, "max_objects": 0})
    log = log_of([viewed("a"), viewed("b", seconds=1), viewed("b", seconds=2)])
    found = impacts(ContextIndex(log, rules), 0, 3)
    # The first event also takes the uncertainty from 1.0 to 0.8.
    assert found == pytest.approx([0.2 + 0.2, 0.0, 0.4 + 0.2])


def test_an_object_that_is_touched_again_late_gains_what_it_had_lost() -> None:
    rules = RECENCY.model_copy(update={"max_objects": 1, "captured_relevance": 0.8})
    log = log_of([captured("document", "d", seconds=s) for s in (0, 600)])
    quiet = rules.model_copy(update={"uncertainty": BRAIN_WEB.uncertainty})
    assert impacts(ContextIndex(log, quiet), 0, 2) == pytest.approx([0.8 + 0.2, 0.4])


def test_a_range_is_told_in_parts_that_join() -> None:
    """A long range could neither be stopped nor show how far it is."""
    log = log_of([viewed("a", seconds=i) for i in range(40)])
    index = ContextIndex(log, BRAIN_WEB)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", 16)
        parts = list(impact_chunks(index, 5, 99))
    assert [start for start, _ in parts] == [5, 21, 37]
    joined = np.concatenate([part for _, part in parts])
    assert joined == pytest.approx(impacts(index, 5, 40))


def test_nothing_is_told_of_no_events() -> None:
    index = ContextIndex(log_of([chat("a"), claim("c", "a", seconds=1)]), BRAIN_WEB)
    assert len(impacts(index, 2, 2)) == 0
    assert len(impacts(ContextIndex(log_of([]), BRAIN_WEB), 0, 0)) == 0
