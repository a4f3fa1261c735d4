"""The fold is the rules as written down: each test states a rule in another way and compares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.instants import from_datetime
from core.events.schema import EventEnvelope, EventType
from core.events.store import SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.rules import BRAIN_WEB, RECENCY, FadingUncertainty, ProjectionRules
from core.projectors.session_context import ContextFold, SessionContextProjector, fold
from tests.builders import captured, chat, claim, event, viewed
from tests.core.replay.strategies import logs, rules

Weighed = tuple[int, str, float, str | None]


def weighed(events: Sequence[EventEnvelope], rules: ProjectionRules) -> list[Weighed]:
    """Instant, concept, amount and name of everything that makes a concept heavier."""
    found: list[Weighed] = []
    for e in events:
        at, ref = from_datetime(e.occurred_at), e.object_ref
        if e.event_type == "UserViewed" and ref and ref.type == "concept":
            found.append((at, ref.id, rules.viewed, e.payload.get("name")))
        if e.event_type == "ChatMessageCreated":
            mentions = e.payload["mentioned_concepts"]
            found.extend((at, m["concept_id"], rules.mentioned, m["name"]) for m in mentions)
        if e.event_type == "ClaimUpserted" and ref and ref.type == "claim":
            found.extend((at, c, rules.claimed, None) for c in e.payload["concept_ids"])
    return found


def weights_by_definition(
    events: Sequence[EventEnvelope], rules: ProjectionRules, now: int
) -> dict[str, float]:
    """Each concept's weight as one sum, in order of first contribution."""
    terms: dict[str, list[float]] = {}
    for at, concept, amount, _ in weighed(events, rules):
        left = 1.0 if rules.half_life is None else 0.5 ** ((now - at) / 1e6 / rules.half_life)
        terms.setdefault(concept, []).append(amount * left)
    if rules.half_life is None:
        return {c: min(sum_from_the_left(t), rules.cap) for c, t in terms.items()}
    return {c: min(math.fsum(t), rules.cap) for c, t in terms.items()}


def sum_from_the_left(terms: list[float]) -> float:
    total = 0.0
    for term in terms:
        total += term
    return total


def in_order(events: list[EventEnvelope]) -> list[EventEnvelope]:
    return sorted(events, key=lambda e: e.occurred_at)


@given(events=logs, rules=rules(decay=False))
def test_without_decay_a_weight_is_the_sum_from_left_to_right(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """Another rounding would rank other concepts than the backend, at the tenth place."""
    ordered = in_order(events)
    weights = weights_by_definition(ordered, rules, 0)
    ranked = sorted((c for c in weights if weights[c] > 0), key=lambda c: -weights[c])
    found = fold("s", ordered, rules=rules).active_concepts
    assert [(c.concept_id, c.weight) for c in found] == [
        (c, weights[c]) for c in ranked[: rules.max_concepts]
    ]


@given(events=logs, rules=rules(decay=True), later=st.integers(0, 10**11))
def test_with_decay_each_contribution_has_a_half_life_of_its_own(
    events: list[EventEnvelope], rules: ProjectionRules, later: int
) -> None:
    """What was looked at an hour ago would weigh as much as what is looked at now."""
    ordered = in_order(events)
    now = later + (from_datetime(ordered[-1].occurred_at) if ordered else 0)
    weights = weights_by_definition(ordered, rules, now)
    found = fold("s", ordered, rules=rules, instant=now).active_concepts
    for concept in found:
        assert concept.weight == pytest.approx(weights[concept.concept_id], abs=1e-9)
    expected = sorted((w for w in weights.values() if w > 0), reverse=True)[: rules.max_concepts]
    assert [c.weight for c in found] == pytest.approx(expected[: len(found)], abs=1e-9)
    assert sum(expected[len(found) :]) == pytest.approx(0.0, abs=1e-9)
    assert [c.weight for c in found] == sorted((c.weight for c in found), reverse=True)


@given(events=logs, rules=rules(decay=False) | rules(decay=True))
def test_a_concept_is_called_by_the_latest_name_that_it_was_given(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """A concept that was renamed would keep its old name, or lose it to an event without one."""
    ordered = in_order(events)
    names = {concept: name for _, concept, _, name in weighed(ordered, rules) if name}
    for concept in fold("s", ordered, rules=rules).active_concepts:
        assert concept.name == names.get(concept.concept_id)


@given(events=logs, rules=rules(decay=False) | rules(decay=True), later=st.integers(0, 10**11))
def test_the_objects_are_the_first_or_the_most_recent(
    events: list[EventEnvelope], rules: ProjectionRules, later: int
) -> None:
    """The panel would show other sources and claims than those in play."""
    ordered = in_order(events)
    now = later + (from_datetime(ordered[-1].occurred_at) if ordered else 0)
    touched: list[tuple[tuple[str, str], float, int]] = []
    for e in ordered:
        if e.object_ref is None:
            continue
        key, at = (e.object_ref.type, e.object_ref.id), from_datetime(e.occurred_at)
        if e.event_type == "SourceCaptured":
            touched.append((key, rules.captured_relevance, at))
        elif e.event_type == "ClaimUpserted" and key[0] == "claim":
            touched.append((key, rules.claim_relevance, at))
    expected: list[tuple[str, str, float]] = []
    for key, relevance, at in touched if rules.objects == "first" else reversed(touched):
        if any(key == (kind, identity) for kind, identity, _ in expected):
            continue
        left = 1.0
        if rules.objects == "recent" and rules.half_life is not None:
            left = 0.5 ** ((now - at) / 1e6 / rules.half_life)
        expected.append((*key, relevance * left))
    found = fold("s", ordered, rules=rules, instant=now).active_objects
    del expected[rules.max_objects :]
    assert [(o.object_type, o.object_id) for o in found] == [o[:2] for o in expected]
    assert [o.relevance_score for o in found] == pytest.approx([o[2] for o in expected], abs=1e-9)


@given(events=logs, rules=rules(decay=False) | rules(decay=True), later=st.integers(0, 10**11))
def test_the_uncertainty_is_that_of_the_events_that_count(
    events: list[EventEnvelope], rules: ProjectionRules, later: int
) -> None:
    """The system's own notes would make it look more certain than it was."""
    ordered = in_order(events)
    now = later + (from_datetime(ordered[-1].occurred_at) if ordered else 0)
    ages = [
        (now - from_datetime(e.occurred_at)) / 1e6
        for e in ordered
        if e.event_type != "SessionContextUpdated"
    ]
    found = fold("s", ordered, rules=rules, instant=now).uncertainty_score
    if isinstance(rules.uncertainty, FadingUncertainty):
        halved = [0.5 ** (age / rules.half_life) if rules.half_life else 1.0 for age in ages]
        attention = math.fsum(halved)
        expected = 2 ** (-attention / rules.uncertainty.scale)
        assert found == pytest.approx(expected, abs=1e-9)
    else:
        steps = [*rules.uncertainty.below, (math.inf, rules.uncertainty.otherwise)]
        assert found == next(value for bound, value in steps if len(ages) < bound)


@given(events=logs, rules=rules(decay=False) | rules(decay=True))
def test_a_fold_goes_on_where_it_was(events: list[EventEnvelope], rules: ProjectionRules) -> None:
    """A context that was looked at on the way would change what comes after it."""
    ordered = in_order(events)
    state = ContextFold("s", rules)
    for position, e in enumerate(ordered, 1):
        state.apply(e)
        assert state.context() == fold("s", ordered[:position], rules=rules)
        state.context(from_datetime(e.occurred_at) + 3_600_000_000)


@given(events=logs, rules=rules(decay=False) | rules(decay=True))
def test_notes_of_the_system_change_nothing_but_the_position(
    events: list[EventEnvelope], rules: ProjectionRules
) -> None:
    """The system, by writing that it updated a context, would change the context."""
    ordered = in_order(events)
    counted = [e for e in ordered if e.event_type != EventType.SESSION_CONTEXT_UPDATED]
    at = from_datetime(ordered[-1].occurred_at) if ordered else None
    with_notes = fold("s", ordered, rules=rules, instant=at)
    without = fold("s", counted, rules=rules, instant=at)
    assert parts(with_notes) == parts(without)
    assert with_notes.position == len(ordered)


def parts(context: SessionContext) -> tuple[object, ...]:
    return (context.active_concepts, context.active_objects, context.uncertainty_score)


def test_no_event_is_no_knowledge() -> None:
    """A session that nobody wrote to would seem to have a mind."""
    context = fold("s", [])
    assert parts(context) == ((), (), 1.0)
    assert (context.position, context.instant) == (0, None)


def test_an_eleventh_concept_is_active_once_it_is_heavier() -> None:
    """Among equals the first that was met stays: the list would flicker on every event."""
    ten = [viewed(f"c-{i}", seconds=i) for i in range(10)]
    tied = fold("s", [*ten, viewed("late", seconds=10)])
    assert [c.concept_id for c in tied.active_concepts] == [f"c-{i}" for i in range(10)]
    heavier = fold("s", [*ten, viewed("late", seconds=10), viewed("late", seconds=11)])
    ids = [c.concept_id for c in heavier.active_concepts]
    assert ids == ["late", *(f"c-{i}" for i in range(9))]


def test_a_weight_stops_at_the_cap() -> None:
    """Six views of one concept would draw its bar beyond the panel."""
    context = fold("s", [viewed("raft", seconds=i) for i in range(6)])
    assert context.active_concepts[0].weight == 1.0


def test_the_first_twenty_objects_stay() -> None:
    """The backend never lets go of an object: ours would show other ones."""
    events = [captured("document", f"d-{i:02}", seconds=i) for i in range(25)]
    context = fold("s", events)
    assert [o.object_id for o in context.active_objects] == [f"d-{i:02}" for i in range(20)]
    assert {o.relevance_score for o in context.active_objects} == {0.7}


def test_an_object_keeps_its_first_relevance() -> None:
    """A claim that was captured first would be shown as more relevant than the backend has it."""
    events = [captured("claim", "x"), claim("x", seconds=1)]
    assert [o.relevance_score for o in fold("s", events).active_objects] == [0.7]


def test_a_claim_on_something_else_is_no_claim() -> None:
    """A claim event without its claim would make concepts heavier that the backend leaves alone."""
    payload = {"concept_ids": ["raft"]}
    events = [
        event(EventType.CLAIM_UPSERTED, ref=("document", "d-1"), payload=payload),
        event(EventType.CLAIM_UPSERTED, payload=payload),
        event(EventType.USER_VIEWED, ref=("document", "raft"), payload={"name": "Raft"}),
        event(EventType.USER_VIEWED, payload={"name": "Raft"}),
        event(EventType.USER_HIGHLIGHTED, ref=("concept", "raft")),
    ]
    assert parts(fold("s", events)) == ((), (), 0.5)


@pytest.mark.parametrize(
    "mentions",
    [
        ["raft", 7, None, {"name": "Raft"}, {"concept_id": None}, {"concept_id": 3}],
        {"concept_id": "raft"},
        "raft",
        None,
        [[]],
        [{"concept_id": ""}],
    ],
)
def test_mentions_that_cannot_be_read_count_for_nothing(mentions: object) -> None:
    """One malformed message would end the replay of a whole session."""
    payload = {"mentioned_concepts": mentions}
    good = chat("paxos", seconds=1)
    context = fold("s", [event(EventType.CHAT_MESSAGE_CREATED, payload=payload), good])
    assert [(c.concept_id, c.weight) for c in context.active_concepts] == [("paxos", 0.15)]


def test_an_earlier_instant_counts_as_the_last_events() -> None:
    """A clock before the event at the playhead would undo decay."""
    events = [viewed("raft"), viewed("paxos", seconds=600)]
    last = from_datetime(events[-1].occurred_at)
    assert fold("s", events, rules=RECENCY, instant=last - 10**9) == fold(
        "s", events, rules=RECENCY
    )


def test_an_event_at_the_epoch_is_the_earliest_moment_of_its_context() -> None:
    """A machine without a clock writes 1970: its session would be shown in a time before it."""
    at_epoch = viewed("raft").model_copy(update={"occurred_at": datetime(1970, 1, 1, tzinfo=UTC)})
    assert fold("s", [at_epoch], instant=-1).instant == 0


def test_the_time_without_one_is_the_last_events() -> None:
    """A replay would decay by the wall clock, and show another picture each day."""
    events = [viewed("raft"), viewed("paxos", seconds=600)]
    context = fold("s", events, rules=RECENCY)
    assert context.instant == from_datetime(events[-1].occurred_at)
    assert [(c.concept_id, c.weight) for c in context.active_concepts] == [
        ("paxos", 0.2),
        ("raft", pytest.approx(0.1)),
    ]


def test_brain_web_forgets_nothing() -> None:
    """The default rules would fade what the backend keeps."""
    events = [viewed("raft"), viewed("paxos", seconds=10**7)]
    weights = [c.weight for c in fold("s", events, rules=BRAIN_WEB).active_concepts]
    assert weights == [0.2, 0.2]


def test_without_a_store_the_one_of_the_environment_is_projected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backend would project from another log than the one that it writes."""
    monkeypatch.setenv("EVENTS_SQLITE_PATH", str(tmp_path / "events.db"))
    with SQLiteEventStore(tmp_path / "events.db", writable=True, create=True) as store:
        store.append_many([viewed("raft"), chat("raft", seconds=1).model_copy(update=OTHER_ID)])
    projector = SessionContextProjector()
    with projector.store:
        context = projector.project("s")
        assert [(c.concept_id, c.weight) for c in context.active_concepts] == [("raft", 0.2 + 0.15)]
        assert projector.project("nobody").position == 0


OTHER_ID = {"event_id": "e-2"}
