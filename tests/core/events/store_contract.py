"""What every event store must do; a back end fills one hole, `make_store`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events.errors import EventRejected
from core.events.schema import EventEnvelope, ObjectRef, new_event
from core.events.store import EventStore

START = datetime(2026, 1, 5, 12, tzinfo=UTC)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
# Each class is run as often as the next; that there are several is the point.
in_every_class = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
ids = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
envelopes = st.builds(
    EventEnvelope,
    event_id=ids,
    event_type=ids,
    session_id=st.sampled_from(["s", "t"]),
    actor_id=st.none() | ids,
    occurred_at=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)),
    version=st.integers(0, 2**40),
    idempotency_key=st.none() | ids,
    correlation_id=st.none() | ids,
    trace_id=st.none() | ids,
    object_ref=st.none() | st.builds(ObjectRef, type=st.text("ab", min_size=1), id=st.just("x")),
    payload=st.dictionaries(st.text(max_size=3), json_values, max_size=3),
)


def event(second: float = 0, *, session_id: str = "s", **fields: Any) -> EventEnvelope:
    moment = START + timedelta(seconds=second)
    return new_event("UserViewed", session_id, occurred_at=moment, **fields)


def ids_of(events: Iterator[EventEnvelope] | list[EventEnvelope]) -> list[str]:
    return [each.event_id for each in events]


class StoreContract:
    """The promises of `EventStore`."""

    def make_store(self) -> AbstractContextManager[EventStore]:
        """An empty store that can be appended to."""
        raise NotImplementedError

    def fill(self, store: EventStore, events: list[EventEnvelope]) -> None:
        """Put thousands of events into a store, in whatever way is quick there."""
        store.append_many(events)

    @pytest.fixture
    def store(self) -> Iterator[EventStore]:
        with self.make_store() as store:
            yield store

    def test_an_append_answers_with_the_event_that_is_stored(self, store: EventStore) -> None:
        made = event(payload={"name": "Graph"}, object_ref=ObjectRef(type="concept", id="c"))
        answer = store.append(made)
        assert (answer.event, answer.existed) == (made, False)
        assert store.get(made.event_id) == made
        assert list(store.replay("s")) == [made]

    def test_two_views_of_one_thing_are_two_events(self, store: EventStore) -> None:
        """The backend's default key loses the second."""
        answers = store.append_many([event(), event()])
        assert [answer.existed for answer in answers] == [False, False]
        assert len(list(store.replay("s"))) == 2

    def test_the_same_key_answers_with_the_first_event(self, store: EventStore) -> None:
        """A caller that repeats a request must learn the id that is really stored."""
        first = store.append(event(idempotency_key="k", payload={"n": 1}))
        again = store.append(event(5, idempotency_key="k", payload={"n": 2}))
        assert (again.event, again.existed) == (first.event, True)
        assert list(store.iter_events()) == [first.event]

    def test_the_same_id_answers_with_the_first_event(self, store: EventStore) -> None:
        made = event()
        store.append(made)
        again = store.append(made.model_copy(update={"payload": {"n": 2}}))
        assert (again.event, again.existed) == (made, True)

    def test_a_batch_may_repeat_itself_and_what_is_stored(self, store: EventStore) -> None:
        old = store.append(event(idempotency_key="old")).event
        new = event(1, idempotency_key="new")
        batch = [event(2, idempotency_key="old"), new, event(3, idempotency_key="new"), event(4)]
        answers = store.append_many(batch)
        assert [answer.existed for answer in answers] == [True, False, True, False]
        assert [answer.event for answer in answers] == [old, new, new, batch[3]]
        assert len(list(store.iter_events())) == 3

    def test_of_a_batch_all_is_stored_or_nothing(self, store: EventStore) -> None:
        with pytest.raises(EventRejected):
            store.append_many([event(), event(payload={"when": START})])
        assert list(store.iter_events()) == []
        assert not store.append(event()).existed

    def test_an_empty_batch_has_an_empty_answer(self, store: EventStore) -> None:
        assert store.append_many([]) == []

    @pytest.mark.parametrize("fields", [{"payload": {"x": {1}}}, {"actor_id": "half \ud83d"}])
    def test_what_cannot_be_stored_is_refused(
        self, store: EventStore, fields: dict[str, Any]
    ) -> None:
        with pytest.raises(EventRejected):
            store.append(event(**fields))

    @in_every_class
    @given(made=envelopes)
    def test_any_event_comes_back_as_it_was(self, made: EventEnvelope) -> None:
        with self.make_store() as store:
            assert store.append(made).event == made
            (read,) = store.iter_events()
            assert read == made
            assert list(read.payload) == list(made.payload)

    @in_every_class
    @given(batch=st.lists(envelopes, max_size=12))
    def test_importing_twice_is_importing_once(self, batch: list[EventEnvelope]) -> None:
        with self.make_store() as store:
            first = store.append_many(batch)
            stored = list(store.iter_events())
            second = store.append_many(batch)
            assert all(answer.existed for answer in second)
            assert [a.event for a in second] == [a.event for a in first]
            assert list(store.iter_events()) == stored
            assert len(stored) == sum(not answer.existed for answer in first)

    @in_every_class
    @given(seconds=st.lists(st.sampled_from([0, 0.5, 1, 1.5, 60, 3600]), max_size=25))
    def test_events_come_by_instant_and_then_by_arrival(self, seconds: list[float]) -> None:
        made = [event(second) for second in seconds]
        with self.make_store() as store:
            store.append_many(made)
            expected = ids_of(sorted(made, key=lambda each: each.occurred_at))
            assert ids_of(store.replay("s")) == expected
            assert ids_of(store.iter_events("s")) == expected
            assert ids_of(store.list_events("s", limit=None)) == expected
            assert ids_of(store.iter_events()) == ids_of(made)

    @in_every_class
    @given(
        seconds=st.lists(st.sampled_from([0, 1, 2]), max_size=20),
        limit=st.integers(1, 8),
    )
    def test_pages_lose_no_event_that_shares_its_instant(
        self, seconds: list[float], limit: int
    ) -> None:
        with self.make_store() as store:
            store.append_many([event(second) for second in seconds])
            pages = list(all_pages(store, limit))
            assert [e for page in pages for e in page] == list(store.replay("s"))
            assert all(len(page) == limit for page in pages[:-1])

    def test_a_page_goes_on_after_events_that_came_meanwhile(self, store: EventStore) -> None:
        made = [event(second) for second in (0, 1, 1, 2)]
        store.append_many(made)
        page = store.page("s", limit=2)
        late = event(1)
        store.append(late)
        rest = store.page("s", cursor=page.cursor)
        assert ids_of(page.events + rest.events) == ids_of([*made[:3], late, made[3]])
        assert rest.cursor is None

    @in_every_class
    @given(
        batches=st.lists(
            st.lists(st.tuples(st.sampled_from(["s", "t"]), st.sampled_from([0, 1, 2]))),
            max_size=5,
        )
    )
    def test_what_came_since_a_mark_comes_once(self, batches: list[list[tuple[str, int]]]) -> None:
        """Who catches up and then follows has every event once, late ones among them."""
        with self.make_store() as store:
            seen, mark = [], None
            for batch in batches:
                made = [event(second, session_id=name) for name, second in batch]
                store.append_many(made)
                *before, last = store.since("s", mark)
                came = [each for page in [*before, last] for each in page.events]
                of_session = [each for each in made if each.session_id == "s"]
                assert sorted(ids_of(came)) == sorted(ids_of(of_session))
                if mark is not None:
                    assert came == of_session
                seen += came
                mark = last.cursor
                assert mark is not None
                assert store.position("s") == len(seen)
            assert sorted(ids_of(seen)) == sorted(ids_of(store.replay("s")))

    def test_a_mark_of_nobody_is_refused(self, store: EventStore) -> None:
        for mark in ("", "x", "1.2", "1e3"):
            with pytest.raises(ValueError, match="mark"):
                list(store.since("s", mark))

    def test_a_cursor_of_nobody_is_refused(self, store: EventStore) -> None:
        for cursor in ("", "x", "1", "1.2.3", "1e3.4"):
            with pytest.raises(ValueError, match="cursor"):
                store.page("s", cursor=cursor)
        with pytest.raises(ValueError, match="at least one"):
            store.page("s", limit=0)

    def test_a_list_is_cut_by_time_and_by_number(self, store: EventStore) -> None:
        made = [event(second) for second in (0, 1, 1, 2, 3)]
        store.append_many(made)
        after = START + timedelta(seconds=1)
        assert ids_of(store.list_events("s", after)) == ids_of(made[3:])
        assert ids_of(store.list_events("s", after.replace(tzinfo=None))) == ids_of(made[3:])
        elsewhere = after.astimezone(timezone(timedelta(hours=5)))
        assert ids_of(store.list_events("s", elsewhere, 1)) == ids_of(made[3:4])
        assert store.list_events("s", limit=0) == []
        assert store.list_events("nobody") == []

    def test_a_list_has_a_hundred_events_unless_told_otherwise(self, store: EventStore) -> None:
        store.append_many([event(second) for second in range(120)])
        assert len(store.list_events("s")) == 100
        assert len(store.list_events("s", limit=110)) == 110

    def test_a_replay_has_no_limit(self, store: EventStore) -> None:
        """The backend stops at 10,000 events and says nothing."""
        self.fill(store, [event(second / 10) for second in range(10_500)])
        assert sum(1 for _ in store.replay("s")) == 10_500

    def test_what_arrives_later_is_seen_in_its_place(self, store: EventStore) -> None:
        second, third = event(2), event(3)
        store.append_many([second, third])
        assert ids_of(store.replay("s")) == ids_of([second, third])
        first, fourth = event(1), event(4)
        store.append_many([first, fourth, event(session_id="other")])
        assert ids_of(store.replay("s")) == ids_of([first, second, third, fourth])

    def test_sessions_come_with_the_latest_first(self, store: EventStore) -> None:
        store.append_many(
            [
                event(0, session_id="early", actor_id="ada"),
                event(9, session_id="early"),
                event(5, session_id="short"),
                event(20, session_id="late", actor_id="bob"),
            ]
        )
        found = store.sessions(counts=True)
        assert [(s.session_id, s.count, s.actor_id) for s in found] == [
            ("late", 1, "bob"),
            ("early", 2, "ada"),
            ("short", 1, None),
        ]
        start = int(START.timestamp() * 1_000_000)
        assert [(s.first - start, s.last - start) for s in found][1] == (0, 9_000_000)
        assert [s.session_id for s in store.sessions()] == ["late", "early", "short"]

    def test_an_empty_store_has_nothing_and_says_so(self, store: EventStore) -> None:
        assert store.sessions() == []
        assert store.sessions(counts=True) == []
        assert list(store.replay("s")) == []
        assert list(store.iter_events()) == []
        assert list(store.problems()) == []
        assert store.page("s").events == []
        assert store.get("nothing") is None

    def test_names_are_data(self, store: EventStore) -> None:
        names = ["", "a'b", 'a"b', "a%b", "a\x00b", "é😀", "session-1; DROP TABLE events"]
        store.append_many([event(session_id=name) for name in names])
        assert sorted(s.session_id for s in store.sessions()) == sorted(names)
        for name in names:
            assert len(list(store.replay(name))) == 1

    def test_a_name_that_no_store_can_hold_is_unknown(self, store: EventStore) -> None:
        store.append(event())
        assert list(store.replay("half \ud83d")) == []
        assert list(store.problems("half \ud83d")) == []
        assert store.get("half \ud83d") is None

    def test_a_good_log_has_no_problems(self, store: EventStore) -> None:
        store.append_many([event(payload=json.loads('{"a": [1.5, null, "\\ud83d"]}')), event()])
        assert list(store.problems()) == []
        assert list(store.problems("s")) == []


def all_pages(store: EventStore, limit: int) -> Iterator[list[EventEnvelope]]:
    page = store.page("s", limit=limit)
    yield page.events
    while page.cursor is not None:
        page = store.page("s", cursor=page.cursor, limit=limit)
        yield page.events
