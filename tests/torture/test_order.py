"""Whatever happens to a log: store, tail, columns and projection agree with a plain list."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, event, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.events.errors import EventRejected, SourceChanged
from core.events.schema import EventEnvelope
from core.events.store import SQLiteEventStore
from core.projectors.rules import BRAIN_WEB
from core.projectors.running import RunningSession
from core.projectors.session_context import fold
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.tail import Tail
from tests.builders import START, chat, viewed
from tests.builders_files import write_log
from tests.torture.conftest import Figure, amount

SESSIONS = ("a", "b")
EXAMPLES = amount(5, 200)
STEPS = amount(15, 50)
_COUNTED = {"steps": 0, "events": 0}

sessions = st.sampled_from(SESSIONS)
seconds = st.integers(-3, 30)
concepts = st.sampled_from(["raft", "paxos", "clocks"])


@dataclass(frozen=True)
class Kept:
    """A row as the model has it, in order of arrival; `readable` unless it has no instant."""

    event: EventEnvelope
    readable: bool = True


@dataclass(frozen=True)
class Wanted:
    """An event to append: how long after the clock (a late one before it), and what it says."""

    session: str
    after: int
    concept: str
    talks: bool
    key: str | None


wanted = st.builds(
    Wanted, sessions, seconds, concepts, st.booleans(), st.none() | st.sampled_from("klmn")
)


class Log(RuleBasedStateMachine):
    """A log that is written, read, followed and projected at once, beside a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="order-"))
        self.path = self.folder / "events.db"
        self.model: list[Kept] = []
        self.clock = 0
        self.made = 0
        self.writer: SQLiteEventStore | None = None
        self.reader: SQLiteEventStore | None = None

    @initialize(journal=st.sampled_from(["delete", "wal"]))
    def begin(self, journal: str) -> None:
        write_log(self.path, [])
        self.run_elsewhere(f"PRAGMA journal_mode = {journal}")
        self.start()

    def start(self) -> None:
        self.writer = SQLiteEventStore(self.path, writable=True)
        self.open_again()

    def open_again(self) -> None:
        """Read the file anew, as after F5: the window's columns, its tail, a projection."""
        if self.reader is not None:
            self.reader.close()
        self.reader = SQLiteEventStore(self.path)
        self.tail = Tail(self.reader)
        self.followed = len(self.model)
        self.growth = {name: Growth(load(self.reader, name)) for name in SESSIONS}
        self.running = {name: RunningSession(name) for name in SESSIONS}
        self.marks: dict[str, tuple[str | None, list[str]]] = {n: (None, []) for n in SESSIONS}

    def stop(self) -> None:
        for store in (self.reader, self.writer):
            if store is not None:
                store.close()
        self.reader = self.writer = None

    def run_elsewhere(self, sql: str, *values: object) -> None:
        with closing(apsw.Connection(str(self.path))) as connection:
            connection.set_busy_timeout(5_000)
            connection.execute(sql, values).fetchall()

    # -- what happens -----------------------------------------------------------------------------

    @rule(each=wanted)
    def append(self, each: Wanted) -> None:
        assert self.writer is not None
        self.appended([self.envelope(each)], batch=False)

    @rule(batch=st.lists(wanted, min_size=2, max_size=6))
    def append_a_batch(self, batch: Sequence[Wanted]) -> None:
        self.appended([self.envelope(each) for each in batch], batch=True)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def append_one_again(self, data: st.DataObject) -> None:
        """A retry: the very same event, or another one of the same id."""
        first = data.draw(st.sampled_from(self.model)).event
        again = first if data.draw(st.booleans()) else first.model_copy(update={"payload": {}})
        self.appended([again], batch=False)

    @rule(by=st.sampled_from([-3_600, -60, -1, 5, 3_600]))
    def set_the_clock(self, by: int) -> None:
        self.clock += by

    @rule()
    def restart(self) -> None:
        self.stop()
        self.start()

    @rule()
    def vacuum(self) -> None:
        """Rows may have other numbers then: who reads on is told, or reads the same."""
        self.run_elsewhere("VACUUM")
        assert self.reader is not None
        with suppress(SourceChanged):
            list(self.reader.replay("a"))
            if self.reader.changed() in ("same", "grown"):
                event("read on after a vacuum")
                return
        self.open_again()

    @precondition(lambda self: self.model)
    @rule(data=st.data(), lost=st.booleans())
    def corrupt_a_row(self, data: st.DataObject, lost: bool) -> None:
        """Somebody spoils a payload, or an instant: then the row has no place any more."""
        place = data.draw(st.integers(0, len(self.model) - 1))
        kept = self.model[place]
        column = "occurred_at" if lost else "payload"
        self.run_elsewhere(
            f"UPDATE events SET {column} = ? WHERE event_id = ?", "{oops", kept.event.event_id
        )
        spoilt = kept.event if lost else kept.event.model_copy(update={"payload": {}})
        self.model[place] = replace(kept, event=spoilt, readable=kept.readable and not lost)
        # Who has it open takes it for another file, if it was the newest row when it was opened.
        self.restart()

    @rule(session=sessions, size=st.integers(1, 7))
    def page(self, session: str, size: int) -> None:
        assert self.reader is not None
        found: list[str] = []
        cursor = None
        while True:
            page = self.reader.page(session, cursor=cursor, limit=size)
            assert len(page.events) <= size
            found += [each.event_id for each in page.events]
            cursor = page.cursor
            if cursor is None:
                break
        assert found == ids(self.expected(session))

    @rule(session=sessions)
    def go_on_from_a_mark(self, session: str) -> None:
        """What a projection is given: everything once, in whatever pieces."""
        assert self.reader is not None
        mark, known = self.marks[session]
        for page in self.reader.since(session, mark):
            known += [each.event_id for each in page.events]
            mark = page.cursor or mark
        self.marks[session] = (mark, known)
        assert sorted(known) == sorted(ids(self.expected(session)))

    @rule()
    def follow(self) -> None:
        """The tail tells of each row once, in order of arrival."""
        told = [arrival for page in self.tail.poll() for arrival in page]
        new = self.model[self.followed :]
        assert [arrival.session_id for arrival in told] == [each.event.session_id for each in new]
        self.followed = len(self.model)

    # -- what holds -------------------------------------------------------------------------------

    @invariant()
    def all_agree(self) -> None:
        if self.reader is None or self.writer is None:
            return
        _COUNTED["steps"] += 1
        for session in SESSIONS:
            expected = self.expected(session)
            assert ids(self.reader.replay(session)) == ids(expected)
            assert ids(self.writer.replay(session)) == ids(expected)
            assert self.reader.position(session) == len(expected)
            log = self.growth[session].grow(self.reader)
            assert len(log) == len(expected)
            context = fold(session, expected)
            running = self.running[session]
            running.catch_up(self.reader)
            assert running.context() == context
            assert ContextIndex(log, BRAIN_WEB).context_at(len(log)) == context
            half = len(log) // 2
            assert ContextIndex(log, BRAIN_WEB).context_at(half) == fold(session, expected[:half])
        everything = list(self.reader.iter_events())
        assert ids(everything) == ids([each.event for each in self.model if each.readable])
        assert len({each.event_id for each in everything}) == len(everything)

    def teardown(self) -> None:
        _COUNTED["events"] += len(self.model)
        self.stop()
        shutil.rmtree(self.folder)

    # -- the model --------------------------------------------------------------------------------

    def envelope(self, each: Wanted) -> EventEnvelope:
        self.made += 1
        self.clock += 1
        made = chat(each.concept) if each.talks else viewed(each.concept, name=f"n-{self.made}")
        return made.model_copy(
            update={
                "event_id": f"e-{self.made}",
                "session_id": each.session,
                "idempotency_key": each.key,
                "occurred_at": START + timedelta(seconds=self.clock + each.after),
            }
        )

    def appended(self, events: Sequence[EventEnvelope], *, batch: bool) -> None:
        """Append to the log and to the list, and hold the answers against each other."""
        assert self.writer is not None
        after, answers = list(self.model), []
        for each in events:
            first = next((k for k in after if same(k.event, each)), None)
            if first is None:
                after.append(Kept(each))
            answers.append(first)
        if any(first is not None and not first.readable for first in answers):
            note("what is there in its place cannot be read")
            with pytest.raises(EventRejected):
                self.writer.append_many(events)
            return
        found = self.writer.append_many(events) if batch else [self.writer.append(events[0])]
        self.model = after
        for each, first, answer in zip(events, answers, found, strict=True):
            assert answer.existed == (first is not None)
            assert answer.event.event_id == (each if first is None else first.event).event_id

    def expected(self, session: str) -> list[EventEnvelope]:
        """By instant, then by arrival."""
        found = [k.event for k in self.model if k.readable and k.event.session_id == session]
        return sorted(found, key=lambda each: each.occurred_at)


def same(stored: EventEnvelope, new: EventEnvelope) -> bool:
    """Whether one stands in the place of the other."""
    by_key = new.idempotency_key is not None and stored.idempotency_key == new.idempotency_key
    return by_key or stored.event_id == new.event_id


def ids(events: object) -> list[str]:
    return [each.event_id for each in events]  # type: ignore[attr-defined]


def test_store_tail_columns_and_projection_agree_with_a_list(figure: Figure) -> None:
    """The live window, the server and a reload would each show another story."""
    run_state_machine_as_test(
        Log,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )
    figure("runs, steps after which all agreed", f"{EXAMPLES}, {_COUNTED['steps']}")
    figure("events appended in them", _COUNTED["events"])
