from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.events.background import ProjectionProblem
from core.events.backoff import Backoff
from core.events.errors import SourceDamaged, SourceLocked
from core.events.schema import EventEnvelope, EventType, ObjectRef, new_event
from core.events.spool import Spool
from core.events.store import EventStore, SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.followed import FollowedSessions, Source
from core.projectors.projection import Projection
from core.projectors.read_model.base import KeptContext, ReadModel, ReadModelDown
from core.projectors.read_model.sqlite import SQLiteReadModel
from core.projectors.session_context import fold
from core.projectors.user_preferences import UserPreferences, preferences
from tests.core.events.emitting import PATIENCE, QUICK, Faulty, emitter, wait_until

NEVER = Backoff(first=1000.0, longest=1000.0)


class InMemory:
    """A read model that is down, or slow, when it is told so."""

    def __init__(self, name: str = "in memory") -> None:
        self.name = name
        self.down = False
        self.tries = 0
        self.contexts: dict[str, KeptContext] = {}
        self.preferences: dict[str, UserPreferences] = {}
        self.entered = threading.Event()
        self.released = threading.Event()
        self.released.set()

    def keep_context(self, kept: KeptContext) -> bool:
        self.tries += 1
        self.entered.set()
        assert self.released.wait(PATIENCE)
        if self.down:
            raise ReadModelDown("The server does not answer. Start it.")
        self.contexts[kept.context.session_id] = kept
        return True

    def context(self, session_id: str) -> KeptContext | None:
        return self.contexts.get(session_id)

    def keep_preferences(self, preferences: UserPreferences, *, position: int) -> bool:
        self.preferences[preferences.session_id] = preferences
        return True

    def close(self) -> None: ...


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteEventStore]:
    with SQLiteEventStore(tmp_path / "events.db", writable=True, create=True) as store:
        yield store


@contextmanager
def projection(
    store: EventStore | Callable[[], EventStore], *models: Any, **options: Any
) -> Iterator[Projection]:
    made = Projection(store, models, **{"backoff": QUICK} | options)
    try:
        yield made
    finally:
        made.close(PATIENCE)


def view(number: int = 0, session_id: str = "s", **fields: Any) -> EventEnvelope:
    ref = ObjectRef(type="concept", id=f"c-{number}")
    return new_event(EventType.USER_VIEWED, session_id, object_ref=ref, **fields)


def notes(store: EventStore, session_id: str = "s") -> list[EventEnvelope]:
    found = store.replay(session_id)
    return [each for each in found if each.event_type == EventType.SESSION_CONTEXT_UPDATED]


def test_what_is_marked_is_in_the_read_model(store: SQLiteEventStore, tmp_path: Path) -> None:
    events = [view(number % 4, actor_id="ada") for number in range(30)]
    store.append_many(events)
    with (
        SQLiteReadModel(tmp_path / "read-model.db", source="log") as model,
        projection(store, model) as projecting,
    ):
        projecting.mark("s")
        assert projecting.drain(PATIENCE)
        kept = model.context("s")
        assert kept is not None
        assert kept.context == fold("s", events)
        assert kept.last_event_id == events[-1].event_id
        assert model.preferences_of("ada") == [preferences("s", events)]


def test_a_thousand_emitted_events_are_projected_as_they_come(tmp_path: Path) -> None:
    """Projecting anew after each would fold half a million events, and fall behind for ever."""
    path = tmp_path / "events.db"

    def open_store() -> EventStore:
        return SQLiteEventStore(path, writable=True, create=True)

    with (
        Spool(tmp_path / "spool.db") as spool,
        SQLiteReadModel(tmp_path / "read-model.db", source="log") as model,
        projection(open_store, model) as projecting,
        emitter(open_store, spool, on_stored=projecting.mark_event) as emitting,
    ):
        with projecting._sessions._followed("s").lock:
            for number in range(990):
                emitting.emit(**_emission(number))
        for number in range(990, 1000):
            emitting.emit(**_emission(number))
        assert projecting.drain(PATIENCE)
        with SQLiteEventStore(path) as store:
            kept = model.context("s")
            assert kept is not None
            assert kept.context == fold("s", store.replay("s"))
            assert kept.context.position == 1000
        status = projecting.status()
        assert status.read_models[0].queue.runs <= 20
        assert status.folded <= 2 * 1000


def _emission(number: int) -> dict[str, Any]:
    ref = ObjectRef(type="concept", id=f"c-{number % 40}")
    return {"event_type": "UserViewed", "session_id": "s", "object_ref": ref}


def test_more_sessions_than_are_kept_in_memory_are_projected_all_the_same(
    store: SQLiteEventStore,
) -> None:
    sessions = FollowedSessions(Source(store), kept=2)
    for round_ in range(3):
        for name in ("a", "b", "c", "d"):
            store.append(view(round_, name))
            snapshot = sessions.snapshot(name)
            assert snapshot.kept.context == fold(name, store.replay(name))
            assert (snapshot.position, snapshot.activity) == (round_ + 1, round_ + 1)
    assert len(sessions._sessions) == 2


class TestAReadModelThatIsDown:
    def test_it_does_not_delay_the_others_and_catches_up(
        self, store: SQLiteEventStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A graph database that is restarted must not stop what the window shows."""
        caplog.set_level(logging.INFO)
        well, ill = InMemory("well"), InMemory("ill")
        ill.down = True
        told: list[ProjectionProblem] = []
        with projection(store, ill, well, on_problem=told.append) as projecting:
            for number in range(10):
                store.append_many([view(number, "s"), view(number, f"s{number}")])
                projecting.mark("s")
                projecting.mark(f"s{number}")
            wait_until(lambda: len(well.contexts) == 11)
            wait_until(lambda: well.contexts["s"].context.position == 10)
            wait_until(lambda: ill.tries > 10)
            assert ill.contexts == {}
            assert [each.down for each in projecting.status().read_models] == [True, False]
            ill.down = False
            assert projecting.drain(PATIENCE)
            assert ill.contexts == well.contexts
            assert ill.preferences == well.preferences
            assert not projecting.status().read_models[0].down
        assert [(each.projector, each.session_id) for each in told] == [("ill", None)]
        assert "Start it" in told[0].reason
        assert [each.levelname for each in caplog.records] == ["WARNING", "INFO"]

    def test_one_that_does_not_answer_delays_nobody_either(self, store: SQLiteEventStore) -> None:
        well, slow = InMemory("well"), InMemory("slow")
        slow.released.clear()
        with projection(store, slow, well) as projecting:
            store.append(view())
            projecting.mark("s")
            assert slow.entered.wait(PATIENCE)
            wait_until(lambda: "s" in well.contexts)
            assert not projecting.drain(0)
            slow.released.set()
            assert projecting.drain(PATIENCE)
        assert slow.contexts == well.contexts

    def test_the_end_of_the_program_does_not_wait_for_it(
        self, store: SQLiteEventStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        ill = InMemory("ill")
        ill.down = True
        # By itself it would be tried again and again meanwhile.
        with projection(store, ill, backoff=NEVER) as projecting:
            for number in range(20):
                store.append(view(number, f"s{number}"))
                projecting.mark(f"s{number}")
            wait_until(lambda: projecting.status().read_models[0].down)
            tries = ill.tries
            assert not projecting.close(PATIENCE)
            assert ill.tries < tries + 20
        assert "20 sessions are not in ill" in caplog.text


class TestCatchingUp:
    def test_what_the_read_model_misses_is_made_up_for(
        self, store: SQLiteEventStore, tmp_path: Path
    ) -> None:
        """What was stored as a program was killed stayed out of it until the session grew."""
        path = tmp_path / "read-model.db"
        store.append_many([view(0, name, actor_id="ada") for name in ("kept", "behind")])
        with (
            SQLiteReadModel(path, source="log") as model,
            projection(store, model) as projecting,
        ):
            projecting.catch_up()
            assert projecting.drain(PATIENCE)
        store.append_many([view(1, "behind"), view(1, "new")])
        with (
            SQLiteReadModel(path, source="log") as model,
            projection(store, model, record_contexts=True) as projecting,
        ):
            projecting.catch_up()
            assert projecting.drain(PATIENCE)
            for name in ("kept", "behind", "new"):
                kept = model.context(name)
                assert kept is not None
                assert kept.context == fold(name, store.replay(name))
            # What is kept is not folded again.
            assert (projecting.status().folded, projecting.status().recorded) == (3, 0)
            store.append(view(2, "kept"))
            projecting.mark("kept")
            assert projecting.drain(PATIENCE)
            kept = model.context("kept")
            assert kept is not None
            # The context of it may have been recorded in the log before the model was written.
            position = kept.context.position
            assert position in (2, 3)
            assert kept.context == fold("kept", list(store.replay("kept"))[:position])


class TestFaultsOfTheLog:
    def test_a_log_that_is_locked_is_read_again(self, tmp_path: Path) -> None:
        class Locked(SQLiteEventStore):
            faults = 3

            def since(self, session_id, mark=None):  # type: ignore[no-untyped-def]
                if self.faults:
                    self.faults -= 1
                    raise SourceLocked("locked")
                return super().since(session_id, mark)

        model = InMemory()
        with Locked(tmp_path / "events.db", writable=True, create=True) as store:
            store.append(view())
            with projection(store, model) as projecting:
                projecting.mark("s")
                assert projecting.drain(PATIENCE)
        assert model.contexts["s"].context.position == 1

    def test_one_that_cannot_be_read_is_a_problem_of_its_sessions(self, tmp_path: Path) -> None:
        model, told = InMemory(), []

        def open_store() -> EventStore:
            raise SourceDamaged("Take a fresh copy.")

        with projection(open_store, model, on_problem=told.append) as projecting:
            projecting.mark("s")
            assert projecting.drain(PATIENCE)
        assert [(each.session_id, each.reason) for each in told] == [("s", "Take a fresh copy.")]

    def test_a_log_that_was_replaced_is_opened_anew(self, tmp_path: Path) -> None:
        """Else the read model stays for ever at what the file was."""
        log, model = Faulty(tmp_path / "events.db"), InMemory()
        with projection(log, model) as projecting:
            with log() as store:
                store.append(view())
            projecting.mark("s")
            assert projecting.drain(PATIENCE)
            log.path = tmp_path / "other.db"
            with log() as store:
                store.append_many([view(), view(1)])
            projecting.reopen()
            projecting.mark("s")
            assert projecting.drain(PATIENCE)
        assert model.contexts["s"].context.position == 2


class TestTellingContexts:
    def test_each_new_context_is_told(self, store: SQLiteEventStore) -> None:
        told: list[SessionContext] = []
        with projection(store, on_context=told.append) as projecting:
            for number in range(3):
                store.append(view(number))
                projecting.mark("s")
                projecting.mark("s")
                assert projecting.drain(PATIENCE)
            projecting.mark("s")
            projecting.mark("nobody")
            assert projecting.drain(PATIENCE)
            assert told[-1] == fold("s", store.replay("s"))
        assert [each.position for each in told] == [1, 2, 3]

    def test_who_fails_at_one_stops_nothing(
        self, store: SQLiteEventStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        model = InMemory()

        def fail(context: SessionContext) -> None:
            raise RuntimeError("a bug of the listener")

        store.append(view())
        with projection(store, model, on_context=fail) as projecting:
            projecting.mark("s")
            assert projecting.drain(PATIENCE)
        assert "s" in model.contexts
        assert "a bug of the listener" in caplog.text


class TestRecordingContexts:
    def test_a_new_context_is_an_event_of_the_log(self, store: SQLiteEventStore) -> None:
        with projection(store, record_contexts=True) as projecting:
            for number in range(3):
                store.append(view(number))
                projecting.mark("s")
                assert projecting.drain(PATIENCE)
            assert projecting.status().recorded == 3
        for number, note in enumerate(notes(store)):
            before = list(store.replay("s"))[: 2 * number + 1]
            context = fold("s", before)
            assert note.payload == context.to_wire() | {"position": context.position}

    def test_it_is_not_recorded_again_when_it_says_the_same(self, store: SQLiteEventStore) -> None:
        """Ten highlights would be ten copies of one context in the log."""
        store.append_many([view() for _ in range(20)])
        for _ in range(3):
            with projection(store, record_contexts=True) as projecting:
                for _ in range(3):
                    store.append(new_event(EventType.USER_HIGHLIGHTED, "s"))
                    projecting.mark("s")
                    assert projecting.drain(PATIENCE)
        assert len(notes(store)) == 1

    def test_two_programs_record_a_context_once(self, tmp_path: Path) -> None:
        barrier = threading.Barrier(2)

        class Together(SQLiteEventStore):
            def append(self, event):  # type: ignore[no-untyped-def]
                barrier.wait(PATIENCE)
                return super().append(event)

        with Together(tmp_path / "events.db", writable=True, create=True) as store:
            store.append_many([view()])
            with (
                projection(store, record_contexts=True) as one,
                projection(store, record_contexts=True) as two,
            ):
                one.mark("s")
                two.mark("s")
                assert one.drain(PATIENCE)
                assert two.drain(PATIENCE)
                assert one.status().recorded + two.status().recorded == 1
            assert len(notes(store)) == 1

    def test_the_systems_own_notes_have_nothing_projected(self, store: SQLiteEventStore) -> None:
        """Else each recorded context would set off the next one, for ever."""
        model, told = InMemory(), []
        with projection(store, model, record_contexts=True, on_context=told.append) as projecting:
            store.append(view())
            projecting.mark("s")
            assert projecting.drain(PATIENCE)
            (note,) = notes(store)
            # Of the event, or of the note as well, where that was written first.
            kept = model.contexts["s"]
            before = model.tries, projecting.status().read_models[0].queue.runs
            projecting.mark_event(note)
            assert projecting.drain(PATIENCE)
            assert (model.tries, projecting.status().read_models[0].queue.runs) == before
            # As a tail does, which knows the session of what arrived and no more.
            projecting.mark("s")
            assert projecting.drain(PATIENCE)
            assert model.tries == before[0]
        assert len(told) == 1
        assert notes(store) == [note]
        assert model.contexts["s"] is kept

    def test_a_projection_that_hears_of_all_that_is_stored_comes_to_rest(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "events.db"

        def open_store() -> EventStore:
            return SQLiteEventStore(path, writable=True, create=True)

        with (
            Spool(tmp_path / "spool.db") as spool,
            projection(open_store, record_contexts=True) as projecting,
            emitter(open_store, spool, on_stored=projecting.mark_event) as emitting,
        ):
            for number in range(20):
                emitting.emit(**_emission(number))
            assert projecting.drain(PATIENCE)
            assert projecting.status().recorded <= 20
            with open_store() as store:
                latest = notes(store)[-1].payload
                context = fold("s", store.replay("s"))
        assert latest["active_concepts"] == context.to_wire()["active_concepts"]


def test_the_end_waits_for_what_is_marked(store: SQLiteEventStore) -> None:
    model = InMemory()
    with projection(store, model) as projecting:
        for number in range(50):
            store.append(view(number, f"s{number}"))
            projecting.mark(f"s{number}")
        assert projecting.close(PATIENCE)
    assert len(model.contexts) == 50


def test_it_is_a_read_model_that_it_writes_to(tmp_path: Path) -> None:
    """The models here stand in for these."""
    with SQLiteReadModel(tmp_path / "read-model.db", source="log") as model:
        protocol: ReadModel = model
        assert protocol.name
