"""Why an object is active: what is told must be the relevance that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.contributions import Touch
from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay.explain_object import Standing, explain_object
from core.replay.index import ContextIndex
from tests.builders import captured, claim, log_of
from tests.core.replay.strategies import logs, rules

any_rules = rules(decay=False) | rules(decay=True)


@given(events=logs, rules=any_rules, part=st.floats(0, 1), later=st.integers(-(10**10), 10**11))
def test_what_is_told_is_the_relevance_and_who_is_active(
    events: list[EventEnvelope], rules: ProjectionRules, part: float, later: int
) -> None:
    """The panel would explain another relevance than it shows, or one that is not there."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    position = round(part * len(log))
    instant = log.instant_at(position) + later
    active = index.context_at(position, instant).active_objects
    places = {(o.object_type, o.object_id): n for n, o in enumerate(active, 1)}
    for code in range(len(log.object_keys)):
        why = explain_object(index, code, position=position, instant=instant)
        place = places.get(log.object_keys[code])
        assert (why.standing is Standing.ACTIVE) == (place is not None)
        relevance = 0.0 if place is None else active[place - 1].relevance_score
        assert sum(share.share for share in why) == pytest.approx(relevance)
        assert sum(step.change for step in why.steps) == pytest.approx(relevance, abs=1e-8)
        assert why.relevance == pytest.approx(relevance)
        if place is not None:
            assert why.place == place
        assert all(share.event < position for share in why)


def test_the_first_touch_counts_where_the_first_objects_are_kept() -> None:
    log = log_of([claim("c"), claim("c", seconds=9)])
    why = explain_object(ContextIndex(log, BRAIN_WEB), 0, position=2)
    assert [(t.touch, t.share) for t in why] == [(Touch.CLAIM, 0.8), (Touch.CLAIM, 0.0)]
    assert (why[-1], why[:1]) == (list(why)[1], [next(iter(why))])


def test_the_last_touch_counts_and_fades_where_the_recent_are_kept() -> None:
    log = log_of([claim("c"), claim("c", seconds=600), claim("d", seconds=1_200)])
    why = explain_object(ContextIndex(log, RECENCY), 0, position=3)
    assert [t.share for t in why] == pytest.approx([0.0, 0.4])
    assert [(s.what, s.stop) for s in why.steps] == [("claim", 0.8), ("decay", 0.4)]
    assert why.place == 2


@pytest.mark.parametrize("preset", [BRAIN_WEB, RECENCY])
def test_an_object_that_the_limit_cut_says_so_with_its_place(preset: ProjectionRules) -> None:
    """One would look for the event that took it out, and there is none."""
    rules = preset.model_copy(update={"max_objects": 2})
    log = log_of([captured("document", key, seconds=i) for i, key in enumerate("abc")])
    index = ContextIndex(log, rules)
    cut = log.object_keys.find(("document", "c" if rules.objects == "first" else "a"))
    assert cut is not None
    why = explain_object(index, cut, position=3)
    assert (why.standing, why.place, why.limit) == (Standing.CUT, 3, 2)
    assert why.steps[-1].what == "limit"
    assert why.steps[-1].stop == pytest.approx(0.0)


def test_an_object_that_is_yet_to_be_touched_has_no_reason() -> None:
    log = log_of([captured("document", "a"), captured("document", "b", seconds=1)])
    why = explain_object(ContextIndex(log, BRAIN_WEB), 1, position=1)
    assert (why.standing, len(why), why.steps, why.place) == (Standing.UNTOUCHED, 0, (), 0)
