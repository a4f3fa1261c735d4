"""Why a weight is what it is: the shares that are shown must be the weight that is shown."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.contributions import Source
from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.explain import explain_concept
from core.replay.index import ContextIndex
from core.replay.waterfall import concept_waterfall
from tests.builders import chat, claim, log_of, viewed
from tests.core.replay.strategies import logs, rules

any_rules = rules(decay=False) | rules(decay=True)


@given(events=logs, rules=any_rules, part=st.floats(0, 1), later=st.integers(-(10**10), 10**11))
def test_the_shares_add_up_to_the_weight(
    events: list[EventEnvelope], rules: ProjectionRules, part: float, later: int
) -> None:
    """The panel would explain another weight than it shows."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    position = round(part * len(log))
    instant = log.instant_at(position) + later
    weights = index.weights_at(position, max(instant, log.instant_at(position)))
    for concept in range(len(log.contributions.concept_ids)):
        shares = explain_concept(index, concept, position=position, instant=instant)
        assert sum(s.share for s in shares) == pytest.approx(float(weights[concept]), abs=1e-9)
        assert all(-1e-12 <= s.share <= s.amount + 1e-12 for s in shares)
        steps = concept_waterfall(shares)
        assert sum(s.change for s in steps) == pytest.approx(float(weights[concept]), abs=1e-8)
        assert [s.start for s in steps] == [0.0, *(s.stop for s in steps)][: len(steps)]


@given(events=logs, rules=any_rules)
def test_without_a_time_it_is_the_last_events(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """A concept last touched an hour ago would be explained as it was then, not as it is."""
    log = log_of(events)
    every = rules.model_copy(update={"max_concepts": 100})
    index = ContextIndex(log, every)
    for position in range(len(log) + 1):
        for active in index.context_at(position).active_concepts:
            concept = log.concept_code(active.concept_id)
            assert concept is not None
            shares = explain_concept(index, concept, position=position)
            assert sum(s.share for s in shares) == pytest.approx(active.weight, abs=1e-9)


@given(events=logs, rules=rules(decay=False))
def test_without_decay_a_share_is_what_the_event_changed(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """An event would be said to have done what another did."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    after = [index.weights_at(p, log.instant_at(p)) for p in range(len(log) + 1)]
    for concept in range(len(log.contributions.concept_ids)):
        made = np.zeros(len(log))
        for share in explain_concept(index, concept, position=len(log)):
            made[share.event] += share.share
        changed = [float(b[concept] - a[concept]) for a, b in pairwise(after)]
        assert made == pytest.approx(changed, abs=1e-9)


@given(events=logs, rules=any_rules, part=st.floats(0, 1))
def test_the_shares_are_of_the_events_that_contributed_so_far(
    events: list[EventEnvelope], rules: ProjectionRules, part: float
) -> None:
    """A row would seek to an event that has nothing to do with the concept, or is yet to come."""
    log = log_of(events)
    index = ContextIndex(log, rules)
    position = round(part * len(log))
    ordered = sorted(events, key=lambda e: e.occurred_at)
    for concept, concept_id in enumerate(log.contributions.concept_ids):
        shares = explain_concept(index, concept, position=position)
        expected = [
            (event, source)
            for event, envelope in enumerate(ordered[:position])
            for source in sources(envelope, concept_id)
        ]
        assert [(s.event, s.source) for s in shares] == expected
        for share in shares:
            assert share.instant == int(log.times[share.event])
            assert share.amount == rules.amounts[share.source]


def sources(e: EventEnvelope, concept_id: str) -> list[Source]:
    """What the event has to do with the concept, once for each time."""
    ref = e.object_ref
    if e.event_type == "UserViewed" and ref and ref.type == "concept":
        return [Source.VIEWED] * (ref.id == concept_id)
    if e.event_type == "ChatMessageCreated":
        ids = [m["concept_id"] for m in e.payload["mentioned_concepts"]]
        return [Source.MENTIONED] * ids.count(concept_id)
    if e.event_type == "ClaimUpserted" and ref and ref.type == "claim":
        return [Source.CLAIMED] * list(e.payload["concept_ids"]).count(concept_id)
    return []


@given(events=logs, rules=rules(decay=True), later=st.integers(1, 10**11))
def test_with_decay_older_contributions_count_less(
    events: list[EventEnvelope], rules: ProjectionRules, later: int
) -> None:
    """What was long ago would be told to matter as much as what is now."""
    uncapped = rules.model_copy(update={"cap": 1e9})
    log = log_of(events)
    index = ContextIndex(log, uncapped)
    now = log.end + later
    for concept in range(len(log.contributions.concept_ids)):
        shares = explain_concept(index, concept, position=len(log), instant=now)
        for share in shares:
            left = uncapped.decay(now - share.instant)
            assert share.share == pytest.approx(share.amount * left, abs=1e-9)


def test_at_the_cap_a_further_view_counts_for_nothing() -> None:
    """The newest event would be said to carry a weight that was full before."""
    log = log_of([viewed("raft", seconds=i) for i in range(7)])
    shares = explain_concept(ContextIndex(log, BRAIN_WEB), 0, position=7)
    assert [s.amount for s in shares] == [0.2] * 7
    assert [s.share for s in shares] == pytest.approx([0.2] * 5 + [0.0] * 2)


def test_every_kind_of_contribution_is_told_apart() -> None:
    """A claim would be shown as a view."""
    log = log_of([viewed("raft"), chat("raft", "raft", seconds=1), claim("c", "raft", seconds=2)])
    shares = explain_concept(ContextIndex(log, BRAIN_WEB), 0, position=3)
    assert [(s.event, s.source, s.amount) for s in shares] == [
        (0, Source.VIEWED, 0.2),
        (1, Source.MENTIONED, 0.15),
        (1, Source.MENTIONED, 0.15),
        (2, Source.CLAIMED, 0.1),
    ]
    assert shares[-1] == list(shares)[3] == shares[3]
    assert shares[1:3] == list(shares)[1:3]


def test_nothing_explains_a_concept_that_is_yet_to_come() -> None:
    """Before the first view the panel would crash, or tell of the future."""
    log = log_of([viewed("paxos"), viewed("raft", seconds=1)])
    index = ContextIndex(log, BRAIN_WEB)
    raft = log.concept_code("raft")
    assert raft is not None
    assert list(explain_concept(index, raft, position=1)) == []
    assert list(explain_concept(index, raft, position=0, instant=log.end)) == []
