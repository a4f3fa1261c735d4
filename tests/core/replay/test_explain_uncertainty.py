"""Why the uncertainty is what it is: the falls that are told must lead from 1 to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope, EventType
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay.explain_uncertainty import NextStep, explain_uncertainty
from core.replay.index import ContextIndex
from tests.builders import event, log_of, viewed
from tests.core.replay.strategies import logs, rules

any_rules = rules(decay=False) | rules(decay=True)


@given(events=logs, rules=any_rules, part=st.floats(0, 1), later=st.integers(-(10**10), 10**11))
def test_the_falls_add_up_to_what_is_missing_of_1(
    events: list[EventEnvelope], rules: ProjectionRules, part: float, later: int
) -> None:
    """The panel would explain another uncertainty than it shows."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    position = round(part * len(log))
    instant = log.instant_at(position) + later
    why = explain_uncertainty(index, position=position, instant=instant)
    value = index.context_at(position, instant).uncertainty_score
    assert why.value == pytest.approx(value, abs=1e-9)
    assert -(why.base + sum(fall.share for fall in why)) == pytest.approx(1 - value, abs=1e-9)
    assert 1 + sum(step.change for step in why.steps) == pytest.approx(value, abs=1e-7)
    assert all(a.start == b.stop for a, b in zip(why.steps[1:], why.steps, strict=False))
    assert all(fall.event < position for fall in why)
    assert why.counted == sum(
        e.event_type != EventType.SESSION_CONTEXT_UPDATED
        for e in sorted(events, key=lambda e: e.occurred_at)[:position]
    )


@given(events=logs, rules=rules(decay=False))
def test_a_step_is_told_at_the_event_that_took_it(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """A click would lead to an event after which nothing was different."""
    index = ContextIndex(log_of(events), rules)
    for fall in explain_uncertainty(index, position=len(events)):
        before, after = (c.uncertainty_score for c in index.changed_by(fall.event + 1))
        assert after - before == pytest.approx(fall.share)


def test_stepped_tells_how_many_events_are_missing_to_the_next_step() -> None:
    log = log_of([viewed("a"), event(EventType.SESSION_CONTEXT_UPDATED, seconds=1),
                  *(viewed("a", seconds=i) for i in range(2, 8))])  # fmt: skip
    index = ContextIndex(log, BRAIN_WEB)
    why = explain_uncertainty(index, position=8)
    assert (why.counted, why.value) == (7, 0.5)
    assert [fall.event for fall in why] == [0, 5]
    assert why.following == NextStep(3, 0.2)
    assert [round(step.stop, 9) for step in why.steps] == [0.8, 0.5]
    assert explain_uncertainty(index, position=0).following == NextStep(1, 0.8)


def test_fading_tells_what_is_left_of_each_event() -> None:
    log = log_of([viewed("a"), viewed("a", seconds=600)])
    why = explain_uncertainty(ContextIndex(log, RECENCY), position=2)
    assert [fall.attention for fall in why] == pytest.approx([0.5, 1.0])
    assert why.attention == pytest.approx(1.5)
    assert why.value == pytest.approx(2 ** (-1.5 / 5))
    assert why[-1] == list(why)[1]
    assert why[:1] == [next(iter(why))]
