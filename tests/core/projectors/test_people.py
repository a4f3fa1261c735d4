"""Everybody of a log, read in columns: it must be what folding every envelope would tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.errors import SourceChanged
from core.events.instants import from_datetime
from core.events.schema import EventEnvelope, EventType
from core.events.store import SQLiteEventStore
from core.projectors.actor_preferences import ActorPreferences, actor_preferences
from core.projectors.people import Facet, People
from core.projectors.people_reading import read_people
from core.projectors.user_preferences import HABITS, Habit, PreferenceFold
from tests.builders import captured, chat, event, viewed
from tests.builders_files import in_session, write_log
from tests.core.replay.strategies import raw_rows
from tests.core.replay.test_loader import lax_table, stored

GOLDEN = Path(__file__).parents[2] / "golden" / "events.db"


def people_of(store: SQLiteEventStore) -> People:
    *_, last = read_people(store)
    assert last.people is not None
    return last.people


def sessions_of(store: SQLiteEventStore) -> dict[str, list[EventEnvelope]]:
    """Every event by session, these in order of their first event."""
    found: dict[str, list[EventEnvelope]] = {}
    arrived: dict[str, list[tuple[int, int, EventEnvelope]]] = {}
    for arrival, each in enumerate(store.iter_events()):
        at = from_datetime(each.occurred_at)
        arrived.setdefault(each.session_id, []).append((at, arrival, each))
    for session_id, own in sorted(arrived.items(), key=lambda item: min(e[:2] for e in item[1])):
        found[session_id] = [each for *_, each in sorted(own, key=lambda item: item[:2])]
    return found


def plainly(sessions: dict[str, list[EventEnvelope]]) -> list[ActorPreferences]:
    """The people by the plain fold of every envelope."""
    folds = []
    for session_id, events in sessions.items():
        fold = PreferenceFold(session_id)
        for each in events:
            fold.apply(each)
        folds.append(fold)
    return actor_preferences(folds)


def told_by(each: EventEnvelope, facet: Facet) -> str | None:
    """The key of the preference that an event speaks for."""
    if facet is Facet.STYLE:
        return next((h for h, kind in HABITS.items() if kind == each.event_type), None)
    if facet is Facet.DOMAIN:
        domain = each.payload.get("domain")
        return domain if isinstance(domain, str) and domain else None
    ref = each.object_ref
    return ref.id if ref is not None and ref.type == "concept" else None


def assert_is_plain(store: SQLiteEventStore, people: People) -> None:
    """All of it is what the envelopes say, and what stands behind it is found."""
    sessions = sessions_of(store)
    assert list(people.actors) == plainly(sessions)
    for actor in people.actors:
        keys = [(Facet.STYLE, str(habit)) for habit in Habit]
        keys += [(Facet.DOMAIN, each.key) for each in actor.domains]
        keys += [(Facet.CONCEPT, each.key) for each in actor.concepts]
        for facet, key in keys:
            expected = {
                (session_id, position, from_datetime(each.occurred_at))
                for session_id in actor.sessions
                for position, each in enumerate(sessions[session_id], 1)
                if told_by(each, facet) == key
            }
            behind = people.behind(actor.user_id, facet, key)
            assert behind.total == len(behind.events) == len(expected)
            assert {(e.session_id, e.position, e.instant) for e in behind.events} == expected
            instants = [e.instant for e in behind.events]
            assert instants == sorted(instants, reverse=True)
            envelopes = store.envelopes([e.row for e in behind.events])
            assert all(told_by(envelopes[e.row], facet) == key for e in behind.events)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SQLiteEventStore]:
    """Two sessions of ada's and one of bo's, that began before her second."""
    with SQLiteEventStore(write_log(tmp_path / "events.db", _events())) as store:
        yield store


def _events() -> list[EventEnvelope]:
    ml = {"domain": "ml"}
    return [
        *in_session("first", [viewed("raft", seconds=0, name="Raft"), chat("raft", seconds=50)]),
        *in_session("bo's", [event(EventType.SOURCE_CAPTURED, seconds=10, actor="bo", payload=ml)]),
        *in_session("second", [viewed("raft", seconds=20), captured("document", "d", seconds=30)]),
        *in_session("second", [event("New", seconds=25, payload=ml, ref=("concept", "paxos"))]),
    ]


@given(
    rows=st.lists(
        st.tuples(raw_rows, st.sampled_from(["a", "b", "c", None])).map(
            lambda pair: pair[0] if pair[1] is None else {**pair[0], "session_id": pair[1]}
        ),
        max_size=15,
    ),
    keys=st.lists(st.integers(1, 40) | st.integers(10**9, 10**12), min_size=15, unique=True),
    text=st.sampled_from(["TEXT", "", "BLOB"]),
    index=st.booleans(),
)
def test_whatever_a_file_holds_columns_and_fold_agree(
    rows: list[dict[str, Any]], keys: list[int], text: str, index: bool
) -> None:
    """One bad row would make the people differ from what the log says, or end the reading."""
    numbered = list(zip(keys, rows, strict=False))
    with stored(numbered, table=lax_table(text), index=index) as store:
        assert_is_plain(store, people_of(store))


def test_the_people_of_the_backends_own_log_are_what_its_events_say() -> None:
    with SQLiteEventStore(GOLDEN) as store:
        people = people_of(store)
        assert_is_plain(store, people)
        assert sum(actor.events for actor in people.actors) == len(list(store.iter_events()))


def test_events_are_found_behind_what_somebody_prefers(log: SQLiteEventStore) -> None:
    """A number that cannot be followed to its events is a claim."""
    people = people_of(log)
    assert [(a.user_id, a.sessions) for a in people.actors] == [
        ("user-ada", ("first", "second")),
        ("bo", ("bo's",)),
    ]
    raft = people.behind("user-ada", Facet.CONCEPT, "raft")
    assert [(e.session_id, e.position) for e in raft.events] == [("second", 1), ("first", 1)]
    paxos = people.behind("user-ada", Facet.CONCEPT, "paxos")
    assert [(e.session_id, e.position) for e in paxos.events] == [("second", 2)]


def test_of_very_many_events_the_latest_are_told_and_all_are_counted(log: SQLiteEventStore) -> None:
    """A preference of a million events would fill the memory, or hide how strong it is."""
    behind = people_of(log).behind("user-ada", Facet.CONCEPT, "raft", most=1)
    assert behind.total == 2
    assert [e.session_id for e in behind.events] == ["second"]


@pytest.mark.parametrize(
    ("user", "facet", "key"),
    [("nobody", Facet.DOMAIN, "ml"), ("bo", Facet.DOMAIN, "law"), ("bo", Facet.CONCEPT, "raft")],
)
def test_nothing_stands_behind_what_nobody_prefers(
    log: SQLiteEventStore, user: str, facet: Facet, key: str
) -> None:
    """Asked for what was there before a reload, the page would fail."""
    assert people_of(log).behind(user, facet, key).total == 0


def test_a_log_without_events_has_no_people(tmp_path: Path) -> None:
    """A backend that has just started is no fault."""
    with SQLiteEventStore(write_log(tmp_path / "events.db", [])) as store:
        assert people_of(store).actors == ()


def test_reading_tells_how_far_it_is_and_can_be_left(log: SQLiteEventStore) -> None:
    """On a long log one would wait without knowing for what, and could not stop."""
    steps = list(read_people(log))
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(step.people is None for step in steps[:-1])
    begun = read_people(log)
    next(begun)
    begun.close()


class Vanishing(SQLiteEventStore):
    """A store whose rows are gone once their instants were read."""

    def row_pages(self, session_id: str, rowids: Any) -> Iterator[list[Any]]:
        yield from ()

    def rows(self, rowids: Sequence[int]) -> list[Any]:
        return []


def test_rows_that_vanish_while_they_are_read_are_told(tmp_path: Path) -> None:
    """The page would show preferences that no event stands behind."""
    path = write_log(tmp_path / "events.db", _events())
    with Vanishing(path) as store, pytest.raises(SourceChanged):
        people_of(store)
