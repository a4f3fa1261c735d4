"""Recorded contexts against the rules: else nobody learns that a backend computed wrongly."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.events.schema import EventEnvelope, EventType, uuid7
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.projection import Projection
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay import verifying
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.recorded import Finding, Verdict
from core.replay.recorded_payload import NoContextError, parse_recorded
from core.replay.verifying import recording_events, verify, verify_apart
from tests.builders import EventsInMemory, captured, chat, viewed
from tests.builders_files import write_log
from tests.builders_recorded import payload_of, recorded, with_recorded_contexts
from tests.core.replay.strategies import events as any_event

PATIENCE = 60.0


def findings(events: Sequence[EventEnvelope], rules: ProjectionRules = BRAIN_WEB) -> list[Finding]:
    """What comes of the recorded contexts of these events, given in order of arrival."""
    store = EventsInMemory(events)
    index = ContextIndex(load(store, "s"), rules)
    return [finding for step in verify(store, index) for finding in step.found]


class TestOurOwn:
    @settings(max_examples=20)
    @given(batches=st.lists(st.lists(any_event(), min_size=1, max_size=5), max_size=6))
    def test_what_our_projection_records_always_agrees(
        self, batches: list[list[EventEnvelope]]
    ) -> None:
        """Late events among them: what was recorded before they came was right then."""
        with tempfile.TemporaryDirectory() as folder, _store(folder) as store:
            projection = Projection(store, (), record_contexts=True)
            for batch in batches:
                store.append_many([_with_an_id(each) for each in batch])
                projection.mark("s")
                assert projection.drain(PATIENCE)
            assert projection.close(PATIENCE)
            index = ContextIndex(load(store, "s"))
            found = [finding for step in verify(store, index) for finding in step.found]
            # What the strategy makes of the same type holds no context at all.
            ours = [f for f in found if f.known is not None]
            assert {f.verdict for f in ours} <= {Verdict.AGREES}
            assert len(ours) == projection.status().recorded

    @given(weight=st.floats(0, 2), digit=st.integers(-6, 0))
    def test_a_tampered_weight_is_found(self, weight: float, digit: int) -> None:
        events = [viewed("raft", seconds=0), chat("paxos", seconds=1)]
        payload = payload_of(events)
        true = payload["active_concepts"][0]["weight"]
        tampered = round(true + weight * 10**digit, 9)
        payload["active_concepts"][0]["weight"] = tampered
        (finding,) = findings([*events, recorded(payload, seconds=2)])
        differs = abs(tampered - true) > 1e-9
        assert finding.verdict is (Verdict.DIFFERS if differs else Verdict.AGREES)
        if differs:
            assert finding.difference is not None
            (change,) = finding.difference.concepts
            assert (change.concept_id, change.before, change.after) == ("raft", tampered, true)


def _store(folder: str) -> SQLiteEventStore:
    return SQLiteEventStore(Path(folder) / "events.db", writable=True, create=True)


def _with_an_id(event: EventEnvelope) -> EventEnvelope:
    return event.model_copy(update={"event_id": str(uuid7())})


EVENTS = [viewed("raft", seconds=0, name="Raft"), chat("paxos", "raft", seconds=1)]


def _tampered(**changes: Any) -> Finding:
    (finding,) = findings([*EVENTS, recorded(payload_of(EVENTS) | changes, seconds=2)])
    return finding


def test_a_true_one_agrees_and_a_late_event_makes_it_no_difference() -> None:
    first, tampered, nonsense = findings(with_recorded_contexts())
    assert (first.verdict, first.known) == (Verdict.AGREES, 3)
    assert (tampered.verdict, tampered.known) == (Verdict.DIFFERS, 6)
    assert nonsense.verdict is Verdict.UNREADABLE
    assert "active_concepts are no list" in nonsense.problem


def test_an_order_a_concept_an_object_and_the_uncertainty_are_compared() -> None:
    whole = payload_of(EVENTS)["active_concepts"]
    swapped = _tampered(active_concepts=whole[::-1])
    assert swapped.difference is not None
    assert [(c.rank_before, c.rank_after) for c in swapped.difference.concepts] == [(2, 1), (1, 2)]
    lacking = _tampered(active_concepts=whole[1:])
    assert lacking.difference is not None
    assert [(c.concept_id, c.before) for c in lacking.difference.concepts] == [("raft", None)]
    added = {"object_type": "claim", "object_id": "x", "relevance_score": 0.8}
    more = _tampered(active_objects=[added])
    assert more.difference is not None
    assert [(o.object_id, o.after) for o in more.difference.objects] == [("x", None)]
    unsure = _tampered(uncertainty_score=0.7)
    assert unsure.difference is not None
    assert (unsure.difference.uncertainty_before, unsure.difference.uncertainty_after) == (0.7, 0.8)


def test_the_order_of_objects_is_compared_among_those_of_both() -> None:
    """The rules keep the first, or the last touched: another order is another context."""
    events = [captured("document", f"d-{n}", seconds=n) for n in range(3)]
    objects = payload_of(events)["active_objects"]

    def changes(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        payload = payload_of(events) | {"active_objects": found}
        (finding,) = findings([*events, recorded(payload, seconds=9)])
        told = () if finding.difference is None else finding.difference.objects
        return [(o.object_id, o.before, o.after, o.rank_before, o.rank_after) for o in told]

    assert changes(objects) == []
    swapped = [objects[1], objects[0], objects[2]]
    assert changes(swapped) == [("d-0", 0.7, 0.7, 2, 1), ("d-1", 0.7, 0.7, 1, 2)]
    assert changes(objects[1:]) == [("d-0", None, 0.7, None, None)]


def test_without_a_position_it_speaks_of_what_had_arrived_before_it() -> None:
    payload = payload_of(EVENTS)
    del payload["position"]
    late = viewed("raft", seconds=0.5)
    after = viewed("raft", seconds=3)
    events = [EVENTS[0], EVENTS[1], after, recorded(payload, seconds=2), late]
    (finding,) = findings(events)
    assert (finding.verdict, finding.known) == (Verdict.AGREES, 2)


def test_a_note_is_held_to_what_it_says_and_no_more() -> None:
    heaviest = payload_of(EVENTS)["active_concepts"][:1]
    (note,) = findings([*EVENTS, recorded({"active_concepts": heaviest}, seconds=2)])
    assert note.verdict is Verdict.AGREES


def test_other_rules_give_other_contexts() -> None:
    other = BRAIN_WEB.model_copy(update={"viewed": 0.5})
    events = [*EVENTS, recorded(payload_of(EVENTS), seconds=2)]
    assert [f.verdict for f in findings(events, other)] == [Verdict.DIFFERS]


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        ({"active_concepts": 7}, "no list"),
        ({"active_concepts": ["raft"]}, "entry 1"),
        ({"active_concepts": [{"weight": 1}]}, "concept_id"),
        ({"active_concepts": [{"concept_id": "c", "weight": float("nan")}]}, "finite"),
        ({"active_concepts": [{"concept_id": "c", "weight": True}]}, "no number"),
        ({"active_concepts": [{"concept_id": "c", "weight": 10**400}]}, "finite"),
        ({"active_concepts": [{"concept_id": "c", "weight": 1}] * 2}, "more than once"),
        ({"active_objects": [{"object_type": "a", "object_id": "b"}]}, "relevance_score"),
        ({"uncertainty_score": "low"}, "no number"),
        ({"uncertainty_score": 1, "position": -1}, "position"),
        ({"uncertainty_score": 1, "position": True}, "position"),
    ],
)
def test_what_is_no_context_says_what_is_wrong(payload: dict[str, Any], what: str) -> None:
    with pytest.raises(NoContextError, match=what):
        parse_recorded(payload)


@pytest.mark.parametrize("payload", [{}, {"reason": "chat"}, {"active_concepts": None}])
def test_what_says_nothing_of_a_context_is_no_problem(payload: dict[str, Any]) -> None:
    (finding,) = findings([*EVENTS, recorded(payload, seconds=2)])
    assert (finding.verdict, finding.problem) == (Verdict.SILENT, "")


def test_it_cannot_speak_of_more_events_than_there_were() -> None:
    finding = _tampered(position=9)
    assert finding.verdict is Verdict.UNREADABLE
    assert "9 events, but 2 had arrived" in finding.problem


@given(payload=st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["active_concepts", "active_objects", "uncertainty_score", "position",
                         "concept_id", "weight", "context", "last_updated"]), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_no_payload_breaks_it(payload: object) -> None:
    """A hostile log must not take the verification, and all that is right in it, down."""
    if isinstance(payload, dict):
        (finding,) = findings([*EVENTS, recorded(payload, seconds=2)])
        assert finding.verdict in set(Verdict)


def test_odd_rows_are_read_and_pages_do_not_matter(tmp_path: Path) -> None:
    """A payload that is stored as a BLOB is read as the event's detail reads it."""
    events = [*EVENTS, recorded(payload_of(EVENTS), seconds=2)]
    rows: list[Any] = [*events, *(recorded({"uncertainty_score": 0.8}, seconds=n) for n in range(
        3, 203))]  # fmt: skip
    path = write_log(tmp_path / "my.db", rows)
    connection = apsw.Connection(str(path))
    connection.execute(
        "UPDATE events SET payload = CAST(? AS BLOB) WHERE rowid = 3",
        (json.dumps(payload_of(EVENTS)),),
    )
    connection.execute("UPDATE events SET payload = '[' WHERE rowid = 4")
    connection.close()
    with SQLiteEventStore(path) as store:
        index = ContextIndex(load(store, "s"))
        steps = list(verify(store, index))
        assert [step.done for step in steps][-1] == 201
        assert len(steps) > 1, "progress is told, and a search can be stopped"
        found = [f for step in steps for f in step.found]
        assert found[0].verdict is Verdict.AGREES
        assert found[1].verdict is Verdict.UNREADABLE
        assert "not JSON" in found[1].problem
        few = recording_events(index.log)[5:7]
        assert len([f for step in verify(store, index, few) for f in step.found]) == 2


def test_a_long_session_is_checked_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the window would stutter while thousands of contexts are checked."""
    notes = [recorded({"uncertainty_score": 0.8 + n % 2}, seconds=2 + n) for n in range(150)]
    path = write_log(tmp_path / "my.db", [*EVENTS, *notes])
    monkeypatch.setattr(verifying, "WORTH_IT", 1)
    monkeypatch.setattr(verifying, "_WORTH_SENDING", 1)
    with SQLiteEventStore(path) as store:
        index = ContextIndex(load(store, "s"))
        events = recording_events(index.log)
        here, apart = list(verify(store, index)), list(verify_apart(store, index, events))
        assert [f for s in apart for f in s.found] == [f for s in here for f in s.found]
        path.rename(tmp_path / "moved.db")
        gone = list(verify_apart(store, index, events))
        assert [f for s in gone for f in s.found] == [f for s in here for f in s.found]
        assert gone[-1].done == gone[-1].total == 150


def test_a_log_without_any_has_no_step() -> None:
    assert findings(EVENTS) == []
    assert EventType.SESSION_CONTEXT_UPDATED not in {e.event_type for e in EVENTS}
