"""Two moments compared: the parts must be the difference, and each be laid to what did it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.schema import EventEnvelope
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.projectors.session_context import fold
from core.replay.index import ContextIndex
from core.replay.playback import Playhead
from core.replay.two_moments import Parts, Shift, compare
from tests.builders import captured, chat, log_of, viewed
from tests.core.replay.strategies import logs, rules

any_rules = rules(decay=False) | rules(decay=True)
parts_of_log = st.floats(0, 1)
laters = st.integers(0, 10**11)


def playhead(index: ContextIndex, part: float, later: int) -> Playhead:
    position = round(part * len(index.log))
    return Playhead(position, index.log.instant_at(position) + later)


@given(
    events=logs, rules=any_rules,
    one=parts_of_log, after_one=laters, two=parts_of_log, after_two=laters,
)  # fmt: skip
def test_the_parts_add_up_to_the_difference_of_the_contexts(
    events: list[EventEnvelope],
    rules: ProjectionRules,
    one: float,
    after_one: int,
    two: float,
    after_two: int,
) -> None:
    """The page would lay to events or to decay what nothing did, or leave something out."""
    index = ContextIndex(log_of(events), rules)
    a, b = playhead(index, one, after_one), playhead(index, two, after_two)
    found = compare(index, a, b)
    at_a, at_b = (index.context_at(each.position, each.instant) for each in (a, b))
    assert (found.a, found.b) == (at_a, at_b)
    old = {c.concept_id: (rank, c.weight) for rank, c in enumerate(at_a.active_concepts, 1)}
    new = {c.concept_id: (rank, c.weight) for rank, c in enumerate(at_b.active_concepts, 1)}
    assert {c.concept_id for c in found.concepts} == {*old, *new}
    for c in found.concepts:
        adds_up(c.weight)
        assert (c.rank_before, c.weight.before) == old.get(c.concept_id, (None, c.weight.before))
        assert (c.rank_after, c.weight.after) == new.get(c.concept_id, (None, c.weight.after))
        assert (c.shift is Shift.CAME) == (c.concept_id not in old)
        assert (c.shift is Shift.WENT) == (c.concept_id not in new)
    was = {(o.object_type, o.object_id): o.relevance_score for o in at_a.active_objects}
    now = {(o.object_type, o.object_id): o.relevance_score for o in at_b.active_objects}
    for o in found.objects:
        adds_up(o.relevance)
        key = o.object_type, o.object_id
        assert (o.relevance.before, o.relevance.after) == (was.get(key, 0.0), now.get(key, 0.0))
        assert (o.shift is Shift.CAME) == (key not in was)
        assert (o.shift is Shift.WENT) == (key not in now)
    adds_up(found.uncertainty)
    assert found.uncertainty.before == at_a.uncertainty_score
    assert found.uncertainty.after == at_b.uncertainty_score


def adds_up(parts: Parts) -> None:
    assert parts.events + parts.decay == pytest.approx(parts.change, abs=1e-12)


@given(
    events=logs, rules=any_rules,
    one=parts_of_log, after_one=laters, two=parts_of_log, after_two=laters,
)  # fmt: skip
def test_the_way_back_is_the_way_there_with_its_sign_turned(
    events: list[EventEnvelope],
    rules: ProjectionRules,
    one: float,
    after_one: int,
    two: float,
    after_two: int,
) -> None:
    """What was marked from right to left would be told as another story."""
    index = ContextIndex(log_of(events), rules)
    a, b = playhead(index, one, after_one), playhead(index, two, after_two)
    there, back = compare(index, a, b), compare(index, b, a)
    assert there.events == back.events
    ways = {c.concept_id: c.weight for c in back.concepts}
    for c in there.concepts:
        is_turned(c.weight, ways[c.concept_id])
    relevances = {(o.object_type, o.object_id): o.relevance for o in back.objects}
    for o in there.objects:
        is_turned(o.relevance, relevances[o.object_type, o.object_id])
    is_turned(there.uncertainty, back.uncertainty)


def is_turned(there: Parts, back: Parts) -> None:
    assert (back.before, back.after) == (there.after, there.before)
    assert (back.events, back.decay) == (-there.events, -there.decay)


@given(events=logs, rules=any_rules, one=parts_of_log, two=parts_of_log, later=laters)
def test_forwards_events_only_add_weight_and_decay_only_takes(
    events: list[EventEnvelope], rules: ProjectionRules, one: float, two: float, later: int
) -> None:
    """A concept would be said to fade through an event that strengthened it."""
    index = ContextIndex(log_of(events), rules)
    a, b = playhead(index, min(one, two), 0), playhead(index, max(one, two), later)
    for c in compare(index, a, b).concepts:
        assert c.weight.events >= -1e-12
        assert c.weight.decay <= 0
        if rules.half_life is None:
            assert c.weight.decay == 0


def test_where_nothing_happens_all_is_decays() -> None:
    """An idle hour would be told as if somebody had done something."""
    index = ContextIndex(log_of([viewed("raft")]), RECENCY)
    start = index.log.start
    found = compare(index, Playhead(1, start), Playhead(1, start + 600_000_000))
    (raft,) = found.concepts
    assert raft.weight == Parts(before=0.2, after=0.1, events=0.0, decay=-0.1)
    assert found.uncertainty.events == 0
    assert found.uncertainty.decay > 0
    assert found.events == 0


def test_an_event_that_pushes_against_the_cap_does_what_gets_through() -> None:
    """Ten views of what is at the cap would seem to have done much."""
    rules = BRAIN_WEB.model_copy(update={"half_life": 600.0, "cap": 0.5})
    # Raw: 0.6 at A, 0.3 of it half a life later, and 0.4 more: 0.7, of which 0.5 counts.
    views = [*(viewed("raft") for _ in range(3)), *(viewed("raft", seconds=600) for _ in range(2))]
    index = ContextIndex(log_of(views), rules)
    start = index.log.start
    (raft,) = compare(index, Playhead(3, start), Playhead(5, start + 600_000_000)).concepts
    assert raft.weight.before == raft.weight.after == 0.5
    assert raft.weight.decay == pytest.approx(0.3 - 0.5)
    assert raft.weight.events == pytest.approx(0.5 - 0.3)
    assert raft.shift is Shift.STAYED


def test_what_came_had_its_true_weight_before() -> None:
    """The eleventh concept that became the first would seem to have come from nothing."""
    rules = BRAIN_WEB.model_copy(update={"max_concepts": 1})
    index = ContextIndex(
        log_of([viewed("raft"), chat("paxos", seconds=1), viewed("paxos", seconds=2)]), rules
    )
    log = index.log
    came, went = compare(index, Playhead(2, log.instant_at(2)), Playhead(3, log.end)).concepts
    assert (came.label, came.shift, came.rank_before, came.rank_after) == (
        "Paxos", Shift.CAME, None, 1,
    )  # fmt: skip
    assert (came.weight.before, came.weight.after) == (0.15, pytest.approx(0.35))
    assert (went.label, went.shift, went.rank_before, went.rank_after) == (
        "raft", Shift.WENT, 1, None,
    )  # fmt: skip
    assert went.weight.before == went.weight.after == 0.2


def test_among_events_of_one_instant_the_position_decides() -> None:
    """Of two events at the same time, what lies between them would be nothing."""
    index = ContextIndex(log_of([viewed("raft"), viewed("paxos")]), BRAIN_WEB)
    start = index.log.start
    found = compare(index, Playhead(1, start), Playhead(2, start))
    assert [(c.concept_id, c.shift) for c in found.concepts] == [
        ("raft", Shift.STAYED), ("paxos", Shift.CAME),
    ]  # fmt: skip


def test_an_object_that_was_pushed_out_went_by_events_and_faded_by_decay() -> None:
    rules = RECENCY.model_copy(update={"max_objects": 1})
    events = [captured("document", "old"), captured("document", "new", seconds=600)]
    index = ContextIndex(log_of(events), rules)
    log = index.log
    came, went = compare(index, Playhead(1, log.start), Playhead(2, log.end)).objects
    assert (came.object_id, came.shift, came.relevance.events) == ("new", Shift.CAME, 0.7)
    assert (went.object_id, went.shift) == ("old", Shift.WENT)
    assert went.relevance.decay == pytest.approx(-0.35)
    assert went.relevance.events == pytest.approx(-0.35)


def test_it_is_the_difference_of_what_the_fold_answers() -> None:
    """The fold is the specification: the page must not know better."""
    events = [viewed("raft"), chat("raft", "paxos", seconds=300), viewed("raft", seconds=900)]
    index = ContextIndex(log_of(events), RECENCY)
    log = index.log
    found = compare(index, Playhead(1, log.instant_at(1)), Playhead(3, log.end))
    held = fold("s", events[:1], rules=RECENCY, instant=log.end).active_concepts[0].weight
    raft = next(c.weight for c in found.concepts if c.concept_id == "raft")
    assert raft.decay == pytest.approx(held - 0.2)
    assert raft.events == pytest.approx(raft.after - held)


def test_positions_that_the_log_does_not_have_are_refused() -> None:
    index = ContextIndex(log_of([viewed("raft")]), BRAIN_WEB)
    with pytest.raises(ValueError, match="position 2 is not within 0 to 1"):
        compare(index, Playhead(0, 0), Playhead(2, 0))


def test_in_json_it_has_all_of_it() -> None:
    index = ContextIndex(log_of([viewed("raft"), captured("document", "d", seconds=60)]), BRAIN_WEB)
    log = index.log
    wire = compare(index, Playhead(0, log.start), Playhead(2, log.end)).to_wire()
    assert wire["from"] == {"position": 0, "at": "2026-11-12T09:00:00Z"}
    assert wire["to"] == {"position": 2, "at": "2026-11-12T09:01:00Z"}
    assert wire["events"] == 2
    assert wire["concepts"] == [
        {
            "concept_id": "raft", "label": "raft", "shift": "came", "before": 0.0, "after": 0.2,
            "change": 0.2, "by_events": 0.2, "by_decay": 0.0, "rank_before": None, "rank_after": 1,
        }
    ]  # fmt: skip
    assert wire["objects"][0]["object_id"] == "d"
    assert wire["uncertainty"]["before"] == 1.0
