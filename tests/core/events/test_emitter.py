from __future__ import annotations

import logging
import os
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.events import emitter as default
from core.events import spool as spool_module
from core.events.backlog import Backlog
from core.events.draining import BATCH
from core.events.emission import Delivery
from core.events.emitter import (
    close_default_emitter,
    default_emitter,
    emit_chat_message,
    emit_claim_upserted,
    emit_event,
    emit_source_captured,
)
from core.events.errors import (
    EventRejected,
    ReadOnlyStore,
    SourceChanged,
    SourceDamaged,
    SourceLocked,
    SourceNotFound,
    StoreClosed,
    WriteFailed,
)
from core.events.payloads import Mention
from core.events.schema import EventEnvelope, EventType, ObjectRef, new_event
from core.events.spool import Spool, SpoolFault
from core.events.store import SQLiteEventStore
from core.projectors.read_model import sqlite
from core.projectors.read_model.sqlite import SQLiteReadModel
from core.projectors.session_context import fold
from tests.core.events.emitting import PATIENCE, Faulty, emitter, locked, wait_until
from tests.core.events.logs import execute

FAULTS = [
    SourceNotFound("no folder"),
    SourceDamaged("damaged"),
    ReadOnlyStore("read-only"),
    SourceLocked("locked"),
    WriteFailed("full"),
    StoreClosed("closed"),
    SourceChanged("changed"),
    RuntimeError("a bug"),
]


@pytest.fixture
def log(tmp_path: Path) -> Faulty:
    return Faulty(tmp_path / "events.db")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.db", busy_timeout=0.05) as spool:
        yield spool


class BrokenSpool(Spool):
    """A spool on a disk that is full when it is told so."""

    broken = True

    def add_many(self, *arguments: Any, **options: Any) -> Any:
        if self.broken:
            raise SpoolFault("The disk is full. Make room.")
        return super().add_many(*arguments, **options)


class FullSpool(Spool):
    """A spool on a disk that became full: it can be read, and takes no change."""

    full = False

    def remove(self, *arguments: Any, **options: Any) -> None:
        self._refuse()
        super().remove(*arguments, **options)

    def set_aside(self, *arguments: Any, **options: Any) -> None:
        self._refuse()
        super().set_aside(*arguments, **options)

    def _refuse(self) -> None:
        if self.full:
            raise SpoolFault("The disk is full. Make room.")


class TestAnsweringWithWhatIsStored:
    def test_the_answer_is_the_stored_event(self, log: Faulty, spool: Spool) -> None:
        """Who stores the id elsewhere must find the event by it."""
        with emitter(log, spool) as emitting:
            answer = emitting.emit(
                EventType.USER_VIEWED,
                "s",
                actor_id="ada",
                object_ref=ObjectRef(type="concept", id="c"),
                payload={"name": "Graph", "pair": (1, 2)},
                correlation_id="c-1",
                trace_id="t-1",
            )
        (found,) = log.events()
        assert answer.to_wire() == found.to_wire()
        assert answer.payload == {"name": "Graph", "pair": [1, 2]}
        assert (answer.delivery, answer.duplicate) == (Delivery.STORED, False)
        assert answer.idempotency_key is None
        assert "delivery" not in answer.to_wire() | answer.model_dump()

    def test_two_messages_without_a_key_are_two_events(self, log: Faulty, spool: Spool) -> None:
        """The backend's default key stores one, and answers with the id of one that is nowhere."""
        with emitter(log, spool) as emitting:
            ref = ObjectRef(type="chat_message", id="m")
            first = emitting.emit("ChatMessageCreated", "s", object_ref=ref, payload={"n": 1})
            second = emitting.emit("ChatMessageCreated", "s", object_ref=ref, payload={"n": 2})
            third = emitting.emit("ChatMessageCreated", "s", object_ref=ref, payload={"n": 2})
        ids = [each.event_id for each in (first, second, third)]
        assert [each.event_id for each in log.events()] == ids
        assert len(set(ids)) == 3

    def test_the_same_key_is_answered_with_the_first_event(self, log: Faulty, spool: Spool) -> None:
        with emitter(log, spool) as emitting:
            first = emitting.emit("UserViewed", "s", payload={"a": 1, "b": 2}, idempotency_key="k")
            again = emitting.emit(
                "UserViewed",
                "s",
                payload={"b": 2, "a": 1},
                idempotency_key="k",
                correlation_id="another attempt",
                trace_id="another attempt",
            )
            assert again.event_id == first.event_id
            assert again.correlation_id is None
            assert (again.delivery, again.duplicate) == (Delivery.DUPLICATE, True)
            assert emitting.status().duplicates == 1
        assert len(log.events()) == 1

    @pytest.mark.parametrize(
        "other",
        [
            {"event_type": "UserHighlighted"},
            {"session_id": "t"},
            {"actor_id": "bob"},
            {"object_ref": ObjectRef(type="concept", id="other")},
            {"payload": {"secret": "other"}},
            {"payload": {"secret": True}},
        ],
    )
    def test_a_key_that_was_used_for_two_things_is_told(
        self, log: Faulty, spool: Spool, other: dict[str, Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Else the second thing is dropped, and nobody learns of it."""
        said = {
            "event_type": "UserViewed",
            "session_id": "s",
            "actor_id": "ada",
            "payload": {"secret": 1},
            "idempotency_key": "k",
        }
        with emitter(log, spool) as emitting:
            first = emitting.emit(**said)
            again = emitting.emit(**said | other)
            assert again.event_id == first.event_id
            assert (again.delivery, again.duplicate) == (Delivery.CONFLICT, True)
            assert emitting.status().conflicts == 1
        (warning,) = [each for each in caplog.records if each.levelno == logging.WARNING]
        assert "'k'" in warning.getMessage()
        assert "secret" not in caplog.text


class TestArguments:
    @pytest.mark.parametrize(
        ("wrong", "kind", "says"),
        [
            ({"event_type": ""}, ValueError, "event_type is empty"),
            ({"event_type": None}, TypeError, "event_type is text"),
            ({"session_id": ""}, ValueError, "session_id is empty"),
            ({"session_id": 7}, TypeError, "session_id is text"),
            ({"session_id": "half \ud83d"}, ValueError, "session_id .*surrogate"),
            ({"actor_id": "half \ud83d"}, ValueError, "actor_id .*surrogate"),
            ({"correlation_id": 1}, TypeError, "correlation_id is text"),
            ({"idempotency_key": ""}, ValueError, "Leave it out"),
            ({"object_ref": {"type": "concept", "id": "c"}}, TypeError, "ObjectRef, not dict"),
            ({"object_ref": ObjectRef(type="", id="c")}, ValueError, "object_ref.type is empty"),
            ({"payload": [1]}, TypeError, "payload is a mapping, not list"),
            ({"payload": {1: 2}}, TypeError, "a key that is no text: 1"),
            ({"payload": {"when": object()}}, ValueError, "JSON.*object"),
            ({"payload": {"x": float("nan")}}, ValueError, "payload cannot be written as JSON"),
        ],
    )
    def test_wrong_ones_are_said_and_nothing_is_stored(
        self, log: Faulty, spool: Spool, wrong: dict[str, Any], kind: type[Exception], says: str
    ) -> None:
        """A caller's mistake that is swallowed is an event that is lost for ever."""
        with emitter(log, spool) as emitting:
            with pytest.raises(kind, match=says):
                emitting.emit(**{"event_type": "UserViewed", "session_id": "s"} | wrong)
            assert emitting.status().emitted == 0
        assert log.events() == []
        assert spool.waiting("log") == 0

    def test_a_payload_that_could_not_be_read_again_is_refused(
        self, log: Faulty, spool: Spool
    ) -> None:
        circle: dict[str, Any] = {}
        circle["circle"] = circle
        deep: Any = {}
        for _ in range(300):
            deep = {"deeper": deep}
        with emitter(log, spool) as emitting:
            for payload in (circle, deep, {"n": 10**5000}):
                with pytest.raises(ValueError, match="payload"):
                    emitting.emit("UserViewed", "s", payload=payload)

    def test_what_the_store_refuses_is_the_callers_to_know(self, log: Faulty, spool: Spool) -> None:
        log.refusal, log.poison = EventRejected("too large"), {1}
        with emitter(log, spool) as emitting:
            with pytest.raises(EventRejected, match="too large"):
                emitting.emit("UserViewed", "s", payload={"n": 1})
            assert emitting.emit("UserViewed", "s", payload={"n": 2}).delivery is Delivery.STORED
        assert log.numbers() == [2]

    def test_a_payload_that_is_changed_later_is_stored_as_it_was(
        self, log: Faulty, spool: Spool
    ) -> None:
        log.fault = SourceLocked("locked")
        payload = {"n": 1}
        with emitter(log, spool) as emitting:
            emitting.emit("UserViewed", "s", payload=payload)
            payload["n"] = 2
            log.fault = None
        assert log.numbers() == [1]


class TestAStoreThatIsDown:
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
    @pytest.mark.parametrize("when", ["opening", "appending"])
    def test_the_caller_goes_on_and_the_event_is_stored_later(
        self, log: Faulty, spool: Spool, fault: Exception, when: str
    ) -> None:
        with emitter(log, spool) as emitting:
            numbers = list(range(5))
            if when == "appending":
                emitting.emit("UserViewed", "s", payload={"n": numbers.pop(0)})
            log.fault = fault
            answers = [emitting.emit("UserViewed", "s", payload={"n": n}) for n in numbers]
            assert {each.delivery for each in answers} == {Delivery.SPOOLED}
            assert emitting.status().waiting == len(numbers)
            log.fault = None
            wait_until(lambda: emitting.status().waiting == 0)
            status = emitting.status()
            assert (status.spooled, status.emitted, status.stored) == (len(numbers), 5, 5)
        assert log.numbers() == list(range(5))
        ids = [each.event_id for each in log.events()]
        assert ids[-len(answers) :] == [each.event_id for each in answers]

    def test_an_outage_is_told_once_and_so_is_its_end(
        self, log: Faulty, spool: Spool, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A line for each event would bury the log that an operator reads."""
        caplog.set_level(logging.INFO)
        with emitter(log, spool) as emitting:
            for _ in range(2):
                log.fault = WriteFailed("The disk is full. Make room.")
                for number in range(10):
                    emitting.emit("UserViewed", "s", payload={"n": number})
                log.fault = None
                wait_until(lambda: emitting.emit("UserViewed", "s").delivery is Delivery.STORED)
            assert emitting.status().last_fault == "The disk is full. Make room."
        told = [(each.levelname, each.getMessage()) for each in caplog.records]
        assert [level for level, _ in told] == ["WARNING", "INFO"] * 2
        assert "Make room" in told[0][1]
        assert "takes events again" in told[1][1]

    def test_what_comes_during_an_outage_is_behind_what_waits(
        self, log: Faulty, spool: Spool
    ) -> None:
        """A replay of a session out of order shows what never was."""
        with emitter(log, spool) as emitting:
            for number in range(200):
                log.fault = SourceLocked("locked") if number % 60 < 40 else None
                emitting.emit("UserViewed", "s", payload={"n": number})
            log.fault = None
        assert log.numbers() == list(range(200))

    def test_callers_do_not_wait_for_a_store_that_is_known_to_be_down(
        self, tmp_path: Path, spool: Spool
    ) -> None:
        """A request that waits for the log at each event is a site that is down too."""
        waits = threading.Event()
        entered, callers = threading.Event(), set()
        log = Faulty(tmp_path / "events.db")

        def open_store() -> Any:
            callers.add(threading.current_thread().name)
            entered.set()
            if threading.current_thread() is not threading.main_thread():
                waits.wait(PATIENCE)
            return log()

        log.fault = SourceNotFound("no folder")
        with emitter(open_store, spool) as emitting:
            answers = [emitting.emit("UserViewed", "s", payload={"n": n}) for n in range(20)]
            assert {each.delivery for each in answers} == {Delivery.SPOOLED}
            log.fault = None
            waits.set()
            wait_until(lambda: emitting.status().waiting == 0)
        assert sorted(callers) == ["MainThread", "event-drainer"]
        assert log.numbers() == list(range(20))

    def test_a_locked_file_is_waited_for_once(self, log: Faulty, spool: Spool) -> None:
        log().close()
        with emitter(log, spool) as emitting:
            with locked(log.path):
                answers = [emitting.emit("UserViewed", "s", payload={"n": n}) for n in range(5)]
                assert {each.delivery for each in answers} == {Delivery.SPOOLED}
            wait_until(lambda: emitting.status().waiting == 0)
        assert log.numbers() == list(range(5))

    def test_the_same_key_in_an_outage_is_one_event(self, log: Faulty, spool: Spool) -> None:
        log.fault = SourceLocked("locked")
        with emitter(log, spool) as emitting:
            first = emitting.emit("UserViewed", "s", payload={"n": 1}, idempotency_key="k")
            again = emitting.emit("UserViewed", "s", payload={"n": 1}, idempotency_key="k")
            other = emitting.emit("UserViewed", "s", payload={"n": 2}, idempotency_key="k")
            log.fault = None
        assert {first.event_id, again.event_id, other.event_id} == {first.event_id}
        assert (again.delivery, other.delivery) == (Delivery.DUPLICATE, Delivery.CONFLICT)
        assert log.numbers() == [1]

    def test_a_key_that_the_log_knows_is_found_when_it_is_back(
        self, log: Faulty, spool: Spool, caplog: pytest.LogCaptureFixture
    ) -> None:
        stored: list[EventEnvelope] = []
        with emitter(log, spool, on_stored=stored.append) as emitting:
            emitting.emit("UserViewed", "s", payload={"n": 1}, idempotency_key="k")
            emitting.emit("UserViewed", "s", payload={"n": 2}, idempotency_key="l")
            log.fault = SourceLocked("locked")
            emitting.emit("UserViewed", "s", payload={"n": 1}, idempotency_key="k")
            emitting.emit("UserViewed", "s", payload={"n": 3}, idempotency_key="l")
            log.fault = None
            wait_until(lambda: emitting.status().waiting == 0)
            status = emitting.status()
            assert (status.duplicates, status.conflicts, status.stored) == (1, 1, 2)
        assert log.numbers() == [1, 2]
        assert [each.payload["n"] for each in stored] == [1, 2]
        assert "'l' was used for two things" in caplog.text

    @pytest.mark.skipif(os.name != "posix", reason="an open file cannot be deleted elsewhere")
    def test_a_file_that_was_deleted_gets_no_more_events(self, log: Faulty, spool: Spool) -> None:
        """SQLite goes on writing to the file that is gone, and says that all is well."""
        with emitter(log, spool) as emitting:
            emitting.emit("UserViewed", "s", payload={"n": 1})
            for file in log.path.parent.glob("events.db*"):
                file.unlink()
            emitting.emit("UserViewed", "s", payload={"n": 2})
        assert log.numbers() == [2]


class TestWhatWaitsFromBefore:
    def test_it_is_stored_first(self, log: Faulty, spool: Spool) -> None:
        """What a program left that died in an outage comes before what the next one emits."""
        left = [new_event("UserViewed", "s", payload={"n": number}) for number in range(3)]
        spool.add_many("log", left)
        spool.add("another log", new_event("UserViewed", "s", payload={"n": "not ours"}))
        stored: list[EventEnvelope] = []
        with emitter(log, spool, on_stored=stored.append) as emitting:
            assert emitting.emit("UserViewed", "s", payload={"n": 3}).delivery is Delivery.SPOOLED
            wait_until(lambda: emitting.status().waiting == 0)
            wait_until(lambda: emitting.emit("UserViewed", "t").delivery is Delivery.STORED)
        assert log.numbers()[:4] == [0, 1, 2, 3]
        assert [each.payload.get("n") for each in stored][:4] == [0, 1, 2, 3]
        assert spool.waiting("another log") == 1

    def test_it_is_stored_without_an_emission_where_that_is_asked_for(
        self, log: Faulty, spool: Spool
    ) -> None:
        spool.add_many("log", [new_event("X", "s", payload={"n": n}) for n in range(3)])
        with emitter(log, spool) as emitting:
            emitting.start()
            wait_until(lambda: emitting.status().stored == 3)
            emitting.start()
        assert log.numbers() == [0, 1, 2]

    def test_where_nothing_waits_the_log_is_not_opened_for_it(
        self, log: Faulty, spool: Spool
    ) -> None:
        with emitter(log, spool) as emitting:
            emitting.start()
        assert log.opened == 0

    def test_a_crash_between_storing_and_removing_is_harmless(
        self, log: Faulty, spool: Spool
    ) -> None:
        left = [new_event("UserViewed", "s", payload={"n": number}) for number in range(3)]
        spool.add_many("log", left)
        with log() as store:
            store.append_many(left[:2])
        with emitter(log, spool) as emitting:
            emitting.emit("UserViewed", "s", payload={"n": 3})
            wait_until(lambda: emitting.status().waiting == 0)
            assert (emitting.status().duplicates, emitting.status().conflicts) == (0, 0)
        assert log.numbers() == [0, 1, 2, 3]

    def test_one_that_the_log_refuses_does_not_stop_the_others(
        self, log: Faulty, spool: Spool, caplog: pytest.LogCaptureFixture
    ) -> None:
        """One bad event must not keep a day of good ones from the log."""
        log.refusal, log.poison = EventRejected("too large"), {3, 300}
        spool.add_many("log", [new_event("X", "s", payload={"n": n}) for n in range(400)])
        with emitter(log, spool) as emitting:
            emitting.emit("X", "s", payload={"n": 400})
            wait_until(lambda: emitting.status().waiting == 0)
            assert emitting.status().rejected == 2
        assert log.numbers() == [n for n in range(401) if n not in (3, 300)]
        assert [each.reason for each in spool.rejected("log")] == ["too large"] * 2
        assert caplog.text.count("set aside") == 2

    def test_what_comes_while_the_last_is_drained_is_not_left_behind(
        self, log: Faulty, spool: Spool
    ) -> None:
        """Without another emission nobody would look at it again."""

        def emit_more(event: EventEnvelope) -> None:
            if event.payload["n"] == 0:
                for number in range(1, BATCH + 50):
                    emitting.emit("X", "s", payload={"n": number})

        log().close()
        log.fault = SourceLocked("locked")
        with emitter(log, spool, on_stored=emit_more) as emitting:
            emitting.emit("X", "s", payload={"n": 0})
            log.fault = None
            wait_until(lambda: len(log.events()) == BATCH + 50)
        assert log.numbers() == list(range(BATCH + 50))

    def test_an_outage_that_begins_as_the_last_one_ends_is_drained_too(
        self, log: Faulty, spool: Spool
    ) -> None:
        def go_on(event: EventEnvelope) -> None:
            if event.payload["n"] == 1:
                # The store is the callers' again, while the thread that drained it still runs.
                log.fault = SourceLocked("locked")
            if event.payload["n"] < 2:
                emitting.emit("X", "s", payload={"n": event.payload["n"] + 1})
            log.fault = None

        log().close()
        log.fault = SourceLocked("locked")
        with emitter(log, spool, on_stored=go_on) as emitting:
            emitting.emit("X", "s", payload={"n": 0})
            log.fault = None
            wait_until(lambda: log.numbers() == [0, 1, 2])

    def test_two_programs_may_drain_at_once(self, log: Faulty, tmp_path: Path) -> None:
        log().close()
        with Spool(tmp_path / "spool.db") as one, Spool(tmp_path / "spool.db") as two:
            one.add_many("log", [new_event("X", "s", payload={"n": n}) for n in range(600)])
            stored: list[EventEnvelope] = []
            with (
                emitter(log, one, on_stored=stored.append) as first,
                emitter(log, two, on_stored=stored.append) as second,
            ):
                first.emit("X", "s", payload={"n": 600})
                second.emit("X", "s", payload={"n": 601})
        assert log.numbers() == list(range(602))
        assert len({each.event_id for each in stored}) == len(stored) == 602

    def test_several_threads_lose_nothing_and_keep_their_order(
        self, log: Faulty, spool: Spool
    ) -> None:
        """The log goes down and comes back all the while."""
        ended = threading.Event()

        def disturb() -> None:
            while not ended.wait(0.003):
                log.fault = None if log.fault else SourceLocked("locked")
            log.fault = None

        with emitter(log, spool) as emitting:

            def emit(session: str) -> None:
                for number in range(60):
                    emitting.emit("UserViewed", session, payload={"n": number})

            threads = [threading.Thread(target=emit, args=(f"s{n}",)) for n in range(4)]
            disturber = threading.Thread(target=disturb)
            for thread in [disturber, *threads]:
                thread.start()
            for thread in threads:
                thread.join()
            ended.set()
            disturber.join()
            assert emitting.close(PATIENCE)
        found = log.events()
        assert len(found) == 240
        for number in range(4):
            own = [each.payload["n"] for each in found if each.session_id == f"s{number}"]
            assert own == list(range(60))


class TestASpoolThatTakesNoChange:
    def test_what_is_stored_is_drained_once_and_removed_later(
        self, log: Faulty, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Else the first batch is drained for ever, and what is behind it never."""
        with FullSpool(tmp_path / "spool.db") as spool:
            spool.add_many("log", [new_event("X", "s", payload={"n": n}) for n in range(600)])
            spool.full = True
            with emitter(log, spool) as emitting:
                emitting.emit("X", "s", payload={"n": 600})
                wait_until(lambda: emitting.status().waiting == 0)
                wait_until(lambda: emitting.emit("Y", "t").delivery is Delivery.STORED)
                assert log.numbers()[:601] == list(range(601))
                assert emitting.status().duplicates == 0
                assert spool.waiting("log") > 600
                assert caplog.text.count("Make room") == 1
                spool.full = False
                wait_until(lambda: spool.waiting("log") == 0)

    def test_what_the_log_refuses_is_in_nobodys_way(self, log: Faulty, tmp_path: Path) -> None:
        log.refusal, log.poison = EventRejected("too large"), {1}
        with FullSpool(tmp_path / "spool.db") as spool:
            spool.add_many("log", [new_event("X", "s", payload={"n": n}) for n in range(3)])
            spool.full = True
            with emitter(log, spool) as emitting:
                emitting.emit("X", "s", payload={"n": 3})
                wait_until(lambda: emitting.status().stored == 3)
                spool.full = False
            assert log.numbers() == [0, 2, 3]
            assert [each.reason for each in spool.rejected("log")] == ["too large"]

    def test_what_is_left_undone_does_not_reach_another_file(
        self, log: Faulty, tmp_path: Path
    ) -> None:
        """Its keys begin anew: events that never were stored would be removed."""
        with FullSpool(tmp_path / "spool.db") as spool:
            backlog = Backlog(spool, "log")
            for number in range(2):
                backlog.put(new_event("X", "s", payload={"n": number}))
            backlog.done(backlog.batch(9))
            assert not backlog.any()
            spool.full = True
            assert not backlog.tidy()
            spool.full = False
            spool.close()
            for file in tmp_path.glob("spool.db*"):
                file.rename(file.with_name(f"old-{file.name}"))
            backlog.put(new_event("X", "s", payload={"n": 2}))
            assert backlog.tidy()
            assert [each.event.payload["n"] for each in backlog.batch(9)] == [2]


class TestARowThatCannotBeRead:
    def test_it_does_not_keep_what_is_held_from_the_log(self, log: Faulty, spool: Spool) -> None:
        """All that was emitted later stayed in memory, and ending the program failed."""
        log.fault = SourceLocked("locked")
        with emitter(log, spool) as emitting:
            emitting.emit("X", "s", payload={"n": 1}, idempotency_key="k")
            execute(spool.path, "UPDATE waiting SET event = '{}'")
            again = emitting.emit("X", "s", payload={"n": 2}, idempotency_key="k")
            assert again.delivery is Delivery.SPOOLED
            emitting.emit("X", "s", payload={"n": 3})
            log.fault = None
            assert emitting.close(PATIENCE)
        assert log.numbers() == [2, 3]
        assert len(spool.rejected("log")) == 1

    def test_a_bug_of_the_spool_keeps_nothing_from_the_log(
        self, log: Faulty, tmp_path: Path
    ) -> None:
        class Bugged(Spool):
            def add_many(self, *arguments: Any, **options: Any) -> Any:
                raise RuntimeError("a bug")

        log.fault = SourceLocked("locked")
        with Bugged(tmp_path / "spool.db") as spool, emitter(log, spool) as emitting:
            assert emitting.emit("X", "s", payload={"n": 1}).delivery is Delivery.HELD
            log.fault = None
            assert emitting.close(PATIENCE)
        assert log.numbers() == [1]


class TestWhereEvenTheSpoolFails:
    def test_events_are_held_and_stored_later(
        self, log: Faulty, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A disk that is full for a minute must cost no event."""
        log.fault = WriteFailed("full")
        with BrokenSpool(tmp_path / "spool.db") as spool, emitter(log, spool) as emitting:
            answers = [emitting.emit("X", "s", payload={"n": n}) for n in range(5)]
            assert {each.delivery for each in answers} == {Delivery.HELD}
            assert emitting.status().held == 5
            again = [emitting.emit("X", "s", payload={"n": 5}, idempotency_key="k") for _ in "ab"]
            assert [each.delivery for each in again] == [Delivery.HELD, Delivery.DUPLICATE]
            log.fault = None
            wait_until(lambda: emitting.status().held == 0)
            assert emitting.status().lost == 0
        assert log.numbers() == [0, 1, 2, 3, 4, 5]
        assert [each.levelname for each in caplog.records].count("ERROR") == 1

    def test_they_are_brought_to_the_disk_as_soon_as_it_takes_them(
        self, log: Faulty, tmp_path: Path
    ) -> None:
        log.fault = WriteFailed("full")
        with BrokenSpool(tmp_path / "spool.db") as spool, emitter(log, spool) as emitting:
            for number in range(3):
                emitting.emit("X", "s", payload={"n": number})
            spool.broken = False
            wait_until(lambda: emitting.status().waiting == 3)
            # It is on the disk a moment before it is let go of here.
            wait_until(lambda: emitting.status().held == 0)
            emitting.emit("X", "s", payload={"n": 3})
            log.fault = None
        assert log.numbers() == [0, 1, 2, 3]

    def test_one_whose_key_waits_on_disk_for_another_thing_is_told(
        self, log: Faulty, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It was dropped in silence when it was brought to the disk."""
        log.fault = WriteFailed("full")
        with BrokenSpool(tmp_path / "spool.db") as spool, emitter(log, spool) as emitting:
            spool.broken = False
            emitting.emit("X", "s", payload={"n": 1}, idempotency_key="k")
            emitting.emit("X", "s", payload={"n": 2}, idempotency_key="l")
            spool.broken = True
            for number, key in ((1, "k"), (3, "l"), (4, None)):
                answer = emitting.emit("X", "s", payload={"n": number}, idempotency_key=key)
                assert answer.delivery is Delivery.HELD
            spool.broken = False
            wait_until(lambda: emitting.status().held == 0)
            status = emitting.status()
            assert (status.duplicates, status.conflicts, status.spooled) == (1, 1, 3)
            log.fault = None
        assert log.numbers() == [1, 2, 4]
        assert "'l' was used for two things" in caplog.text

    def test_nobody_waits_for_a_spool_that_is_known_to_be_locked(self, tmp_path: Path) -> None:
        """The thread that tries again had all callers wait for as long as the lock lasts."""
        with Spool(tmp_path / "spool.db", busy_timeout=0.01) as spool:
            backlog = Backlog(spool, "log")
            backlog.put(new_event("X", "s"))
            with locked(spool.path):
                assert backlog.put(new_event("X", "s"))[1] is Delivery.HELD
                backlog.done(backlog.batch(9))
                spool._busy_timeout = PATIENCE
                start = time.monotonic()
                backlog.rescue()
                assert not backlog.tidy()
                assert backlog.put(new_event("X", "s"))[1] is Delivery.HELD
                assert time.monotonic() - start < PATIENCE / 2
            backlog.rescue()
            assert (backlog.held, backlog.spooled, backlog.tidy()) == (0, 3, True)

    def test_what_comes_later_is_behind_what_is_held(self, tmp_path: Path) -> None:
        events = [new_event("X", "s", payload={"n": n}) for n in range(3)]
        with BrokenSpool(tmp_path / "spool.db") as spool:
            backlog = Backlog(spool, "log")
            assert backlog.put(events[0])[1] is Delivery.HELD
            spool.broken = False
            assert backlog.put(events[1])[1] is Delivery.HELD
            assert [each.event for each in backlog.batch(9)] == events[:2]
            assert backlog.put(events[2])[1] is Delivery.SPOOLED
            assert [event for _, event in spool.batch("log", 9)] == events

    def test_a_spool_that_cannot_be_used_is_no_reason_to_lose_a_log_that_can(
        self, log: Faulty, tmp_path: Path
    ) -> None:
        (tmp_path / "spool.db").mkdir()
        with Spool(tmp_path / "spool.db") as spool, emitter(log, spool) as emitting:
            assert emitting.emit("X", "s", payload={"n": 0}).delivery is Delivery.STORED
            log.fault = SourceLocked("locked")
            assert emitting.emit("X", "s", payload={"n": 1}).delivery is Delivery.HELD
            log.fault = None
            wait_until(lambda: emitting.emit("Y", "t").delivery is Delivery.STORED)
            assert emitting.status().waiting is None
        assert log.numbers()[:2] == [0, 1]

    def test_what_no_place_takes_is_counted_and_told(
        self, log: Faulty, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        log.fault = WriteFailed("full")
        with BrokenSpool(tmp_path / "spool.db") as spool:
            with emitter(log, spool, held_limit=3) as emitting:
                answers = [emitting.emit("X", "s", payload={"n": n}) for n in range(8)]
                assert [each.delivery for each in answers[2:4]] == [Delivery.HELD, Delivery.LOST]
                assert (emitting.status().held, emitting.status().lost) == (3, 5)
            assert (emitting.status().held, emitting.status().lost) == (0, 8)
        assert "4 events are lost" in caplog.text
        assert "3 events that were held in memory are lost" in caplog.text


class TestTelling:
    def test_new_events_are_told_and_repeated_ones_are_not(self, log: Faulty, spool: Spool) -> None:
        told: list[EventEnvelope] = []
        with emitter(log, spool, on_stored=told.append) as emitting:
            for key in ("a", "b", "a", None):
                emitting.emit("UserViewed", "s", idempotency_key=key)
            log.fault = SourceLocked("locked")
            emitting.emit("UserViewed", "s", payload={"n": "late"})
            assert len(told) == 3
            log.fault = None
            wait_until(lambda: len(told) == 4)
        assert [each.event_id for each in told] == [each.event_id for each in log.events()]

    def test_who_fails_at_what_is_told_does_not_reach_the_caller(
        self, log: Faulty, spool: Spool, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(event: EventEnvelope) -> None:
            raise RuntimeError("a bug of the listener")

        with emitter(log, spool, on_stored=fail) as emitting:
            assert emitting.emit("UserViewed", "s").delivery is Delivery.STORED
        assert "a bug of the listener" in caplog.text

    def test_who_is_told_may_emit(self, log: Faulty, spool: Spool) -> None:
        def note(event: EventEnvelope) -> None:
            if event.event_type == "A":
                emitting.emit("B", "s")

        with emitter(log, spool, on_stored=note) as emitting:
            emitting.emit("A", "s")
        assert [each.event_type for each in log.events()] == ["A", "B"]


class TestASignalHandler:
    """It interrupts its thread anywhere, and would wait for a lock that the thread itself has."""

    def test_what_it_emits_during_an_emission_is_stored_behind_it(
        self, log: Faulty, spool: Spool
    ) -> None:
        answers = []

        def open_store() -> Any:
            # Where a signal would come: in the middle of an emission, under its lock.
            if not answers:
                answers.extend(emitting.emit("X", "s", payload={"n": n}) for n in (1, 2))
                assert emitting.status().waiting is None
            return log()

        stored: list[EventEnvelope] = []
        with emitter(open_store, spool, on_stored=stored.append) as emitting:
            in_time = threading.Thread(
                target=emitting.emit, args=("X", "s"), kwargs={"payload": {"n": 0}}, daemon=True
            )
            in_time.start()
            in_time.join(PATIENCE)
            assert [each.delivery for each in answers] == [Delivery.HELD] * 2
            assert (emitting.status().emitted, emitting.status().stored) == (3, 3)
        assert log.numbers() == [each.payload["n"] for each in stored] == [0, 1, 2]
        assert [each.event_id for each in log.events()][1:] == [each.event_id for each in answers]

    @pytest.mark.parametrize("doing", ["status", "close"])
    def test_it_may_emit_while_anything_else_is_asked(
        self, log: Faulty, tmp_path: Path, doing: str
    ) -> None:
        class Interrupted(Spool):
            def file(self) -> Any:
                if not emitted and threading.current_thread() is thread:
                    emitted.append(emitting.emit("X", "s", payload={"n": 1}))
                return super().file()

        emitted: list[Any] = []
        with Interrupted(tmp_path / "spool.db") as spool, emitter(log, spool) as emitting:
            thread = threading.Thread(target=getattr(emitting, doing), daemon=True)
            thread.start()
            thread.join(PATIENCE)
            assert [each.delivery for each in emitted] == [Delivery.HELD]
            waits = spool.waiting("log")
            assert (log.numbers(), waits) == (([1], 0) if doing == "status" else ([], 1))

    def test_what_it_emits_is_not_lost_where_it_ends_the_program(
        self, log: Faulty, spool: Spool
    ) -> None:
        def open_store() -> Any:
            emitting.emit("X", "s", payload={"n": 1})
            log.fault = None
            raise SystemExit

        with emitter(lambda: open_store() if log.fault else log(), spool) as emitting:
            log.fault = WriteFailed("full")
            with pytest.raises(SystemExit):
                emitting.emit("X", "s", payload={"n": 0})
        assert log.numbers() == [1]

    def test_what_the_log_refuses_of_it_is_told(
        self, log: Faulty, spool: Spool, caplog: pytest.LogCaptureFixture
    ) -> None:
        def open_store() -> Any:
            emitting.emit("X", "s", payload={"n": 1})
            return log()

        log.refusal, log.poison = EventRejected("too large"), {1}
        with emitter(open_store, spool) as emitting:
            assert emitting.emit("X", "s", payload={"n": 0}).delivery is Delivery.STORED
        assert log.numbers() == [0]
        assert "too large" in caplog.text


class TestClosing:
    def test_it_stores_what_waits(self, log: Faulty, spool: Spool) -> None:
        log.fault = SourceLocked("locked")
        with emitter(log, spool) as emitting:
            for number in range(300):
                emitting.emit("X", "s", payload={"n": number})
            log.fault = None
            assert emitting.close(PATIENCE)
        assert log.numbers() == list(range(300))

    def test_what_cannot_be_stored_is_left_to_the_next_program(
        self, log: Faulty, spool: Spool
    ) -> None:
        log.fault = SourceLocked("locked")
        with emitter(log, spool) as emitting:
            emitting.emit("X", "s", payload={"n": 1})
            assert not emitting.close(PATIENCE)
            assert emitting.emit("X", "s", payload={"n": 2}).delivery is Delivery.SPOOLED
        log.fault = None
        with emitter(log, spool) as emitting:
            emitting.emit("X", "s", payload={"n": 3})
        assert log.numbers() == [1, 2, 3]

    def test_it_lets_go_of_the_file(self, log: Faulty, spool: Spool) -> None:
        with emitter(log, spool) as emitting:
            emitting.emit("X", "s")
        assert not log.path.with_name("events.db-wal").exists()


class TestTheDefault:
    @pytest.fixture(autouse=True)
    def environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("EVENTS_SQLITE_PATH", str(tmp_path / "events.db"))
        for name in ("BRAINWEB_PROJECTION", "NEO4J_URI"):
            monkeypatch.delenv(name, raising=False)
        # Where this is by the environment differs from system to system.
        for module, name in ((spool_module, "spool.db"), (sqlite, "read-model.db")):
            path = tmp_path / "data" / name
            monkeypatch.setattr(module, "default_path", lambda path=path: path)
        yield
        close_default_emitter()

    def numbers(self, tmp_path: Path) -> list[Any]:
        return Faulty(tmp_path / "events.db").numbers()

    def test_it_writes_where_the_environment_says(self, tmp_path: Path) -> None:
        answer = emit_event(EventType.USER_VIEWED, "s", payload={"n": 1})
        assert answer.delivery is Delivery.STORED
        assert self.numbers(tmp_path) == [1]
        assert default_emitter() is default_emitter()

    def test_it_is_made_once_by_however_many_threads(self) -> None:
        found: list[object] = []
        barrier = threading.Barrier(8)

        def ask() -> None:
            barrier.wait(PATIENCE)
            found.append(default_emitter())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(each) for each in found}) == 1

    def test_a_change_of_folder_does_not_change_the_log(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EVENTS_SQLITE_PATH", "events.db")
        monkeypatch.setenv("BRAINWEB_PROJECTION", "off")
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path)
        default_emitter()
        monkeypatch.chdir(tmp_path / "elsewhere")
        emit_event("X", "s", payload={"n": 1})
        assert self.numbers(tmp_path) == [1]

    def test_what_is_emitted_is_projected(self, tmp_path: Path) -> None:
        """Who reads the context must not have to replay the session."""
        for number in range(20):
            ref = ObjectRef(type="concept", id=f"c-{number % 3}")
            emit_event(EventType.USER_VIEWED, "s", object_ref=ref)
        assert close_default_emitter(PATIENCE)
        path = (tmp_path / "events.db").resolve()
        with SQLiteEventStore(path) as store, SQLiteReadModel(source=str(path)) as model:
            kept = model.context("s")
            assert kept is not None
            assert kept.context == fold("s", store.replay("s"))

    def test_projection_can_be_turned_off(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BRAINWEB_PROJECTION", "off")
        emit_event("UserViewed", "s", payload={"n": 1})
        assert close_default_emitter(PATIENCE)
        assert not (tmp_path / "data").exists()

    def test_a_log_that_cannot_be_opened_is_nothing_to_the_caller(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "no folder yet" / "events.db"
        monkeypatch.setenv("EVENTS_SQLITE_PATH", str(path))
        assert emit_event("X", "s", payload={"n": 1}).delivery is Delivery.SPOOLED
        path.parent.mkdir()
        wait_until(lambda: default_emitter().status().waiting == 0)
        assert Faulty(path).numbers() == [1]

    def test_a_table_that_is_not_supported_loses_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(default, "get_event_store", lambda environ: fail(environ))
        monkeypatch.setenv("EVENTS_DDB_TABLE", "brainweb")

        def fail(environ: dict[str, str]) -> Any:
            assert environ["EVENTS_DDB_TABLE"] == "brainweb"
            raise SourceNotFound("no such table")

        assert emit_event("X", "s").delivery is Delivery.SPOOLED
        assert default_emitter().target == "dynamodb://brainweb?region=us-east-1"

    def test_it_can_be_used_again_after_closing(self, tmp_path: Path) -> None:
        emit_event("X", "s", payload={"n": 1})
        close_default_emitter()
        emit_event("X", "s", payload={"n": 2})
        assert self.numbers(tmp_path) == [1, 2]

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
    def test_a_fork_has_an_emitter_of_its_own(self, tmp_path: Path) -> None:
        """SQLite that two processes share by a fork loses and damages what they write."""
        emit_event("X", "s", payload={"n": 1})
        with warnings.catch_warnings():
            # That threads of others are left behind, as those of numpy are.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            failed = 1
            try:
                stored = emit_event("X", "s", payload={"n": 2}).delivery is Delivery.STORED
                failed = 0 if stored and close_default_emitter(PATIENCE) else 1
            finally:
                os._exit(failed)
        _, status = os.waitpid(child, 0)
        assert status == 0
        emit_event("X", "s", payload={"n": 3})
        assert self.numbers(tmp_path) == [1, 2, 3]

    def test_the_three_places_where_brain_web_emits(self, tmp_path: Path) -> None:
        """What they emit is what the rules read."""
        emit_chat_message(
            "s",
            message="Why?",
            intent="question",
            mentioned_concepts=[Mention(concept_id="raft", name="Raft"), {"concept_id": "paxos"}],
            message_id="m-1",
            actor_id="ada",
        )
        emit_chat_message("s", message="And?")
        emit_source_captured("s", object_type="document", object_id="d-1", url="https://x.org")
        emit_claim_upserted("s", claim_id="c-1", text="It holds", concept_ids=["raft"])
        chat, bare, source, claim = Faulty(tmp_path / "events.db").events()
        assert chat.payload["mentioned_concepts"] == [
            {"concept_id": "raft", "name": "Raft"},
            {"concept_id": "paxos"},
        ]
        assert chat.object_ref == ObjectRef(type="chat_message", id="m-1")
        assert (bare.object_ref, bare.payload) == (
            None,
            {"message": "And?", "mentioned_concepts": []},
        )
        assert source.payload == {"url": "https://x.org"}
        assert claim.payload == {"claim_id": "c-1", "text": "It holds", "concept_ids": ["raft"]}
        context = fold("s", [chat, bare, source, claim])
        assert [(c.concept_id, c.weight) for c in context.active_concepts] == [
            ("raft", 0.25),
            ("paxos", 0.15),
        ]
        assert [o.object_id for o in context.active_objects] == ["d-1", "c-1"]
