"""What the backend derived from a log of its own, ours derives too, to the last bit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from core.events.store import SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.projectors.session_context import SessionContextProjector, fold
from core.projectors.user_preferences import UserPreferencesProjector
from core.replay.index import ContextIndex
from core.replay.loader import load

GOLDEN = Path(__file__).parents[2] / "golden"

Line = dict[str, Any]


def lines(name: str) -> list[Line]:
    text = (GOLDEN / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


CONTEXTS = {
    session_id: list(own)
    for session_id, own in groupby(lines("contexts.jsonl"), key=lambda line: line["session_id"])
}
PREFERENCES = {line["session_id"]: line for line in lines("preferences.jsonl")}

every_session = pytest.mark.parametrize("session_id", CONTEXTS)


@pytest.fixture(scope="module")
def store() -> Iterator[SQLiteEventStore]:
    with SQLiteEventStore(GOLDEN / "events.db") as opened:
        yield opened


def as_line(context: SessionContext, after_event_id: str | None) -> Line:
    """A context in the shape of the golden file."""
    return {
        "session_id": context.session_id,
        "events": context.position,
        "after_event_id": after_event_id,
        "active_concepts": [[c.concept_id, c.name, c.weight] for c in context.active_concepts],
        "active_objects": [
            [o.object_type, o.object_id, o.relevance_score] for o in context.active_objects
        ],
        "uncertainty_score": context.uncertainty_score,
    }


def test_the_golden_files_are_whole() -> None:
    """Every comparison here would pass on nothing."""
    assert sum(len(own) for own in CONTEXTS.values()) == 542
    assert len(CONTEXTS) == len(PREFERENCES) == 20
    assert CONTEXTS.keys() == PREFERENCES.keys()


@every_session
def test_the_fold_gives_the_contexts_of_the_backend(
    store: SQLiteEventStore, session_id: str
) -> None:
    """A backend that runs this core would compute other contexts than it did before."""
    events = list(store.replay(session_id))
    for line in CONTEXTS[session_id]:
        so_far = events[: line["events"]]
        last = so_far[-1].event_id if so_far else None
        assert as_line(fold(session_id, so_far), last) == line


def test_the_projector_gives_the_last_context_of_the_backend(store: SQLiteEventStore) -> None:
    """The state of a session, read anew, would not be what the backend holds."""
    projector = SessionContextProjector(store)
    compared = 0
    for session_id, own in CONTEXTS.items():
        context = projector.project(session_id)
        # Of the two longest sessions only every sixth context or so was written down.
        if own[-1]["events"] == context.position:
            assert as_line(context, own[-1]["after_event_id"]) == own[-1]
            compared += 1
    assert compared == 18


@every_session
def test_the_index_gives_the_contexts_of_the_backend(
    store: SQLiteEventStore, session_id: str
) -> None:
    """A replay would show what the running system never saw."""
    log = load(store, session_id)
    index = ContextIndex(log)
    assert log.problems == ()
    for line in CONTEXTS[session_id]:
        position = line["events"]
        key = int(log.rows[position - 1]) if position else 0
        last = store.envelopes([key])[key].event_id if position else None
        assert as_line(index.context_at(position), last) == line


@every_session
def test_the_index_equals_the_fold_at_every_position(
    store: SQLiteEventStore, session_id: str
) -> None:
    """Between the contexts that the backend wrote down, the replay would go its own way."""
    events = list(store.replay(session_id))
    index = ContextIndex(load(store, session_id))
    for position in range(0, len(events) + 1, 1 + len(events) // 60):
        assert index.context_at(position) == fold(session_id, events[:position])


@pytest.mark.parametrize("rules", [BRAIN_WEB, RECENCY], ids=lambda rules: rules.name)
@pytest.mark.parametrize("seconds", [-86_400.0, -0.5, 0.0, 3_600.0])
def test_index_and_fold_take_the_same_view_of_time(
    store: SQLiteEventStore, rules: ProjectionRules, seconds: float
) -> None:
    """A moment before the event at the playhead counts as that event's, in both."""
    session_id = "session-7-018"
    events = list(store.replay(session_id))
    log = load(store, session_id)
    index = ContextIndex(log, rules)
    for position in range(1, len(events) + 1, 7):
        instant = log.instant_at(position) + round(seconds * 1e6)
        ours = index.context_at(position, instant)
        expected = fold(session_id, events[:position], rules=rules, instant=instant)
        assert ours.instant == expected.instant
        assert [c.weight for c in ours.active_concepts] == pytest.approx(
            [c.weight for c in expected.active_concepts], abs=1e-9
        )
        assert ours.active_objects == expected.active_objects
        assert ours.uncertainty_score == pytest.approx(expected.uncertainty_score, abs=1e-9)


@every_session
def test_the_preferences_are_those_of_the_backend(store: SQLiteEventStore, session_id: str) -> None:
    """What it recommends would no longer fit what it recommended."""
    projected = UserPreferencesProjector(store).project(session_id)
    assert projected.to_wire() == PREFERENCES[session_id]


def test_the_golden_log_has_no_problem(store: SQLiteEventStore) -> None:
    """The check of a sound log would cry wolf."""
    assert list(store.problems()) == []
