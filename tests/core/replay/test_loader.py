"""What is loaded is what the file holds, in its order, with nothing dropped in silence."""

from __future__ import annotations

import gc
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.errors import SourceChanged
from core.events.instants import from_datetime
from core.events.rows import decode_row
from core.events.schema import EventEnvelope, EventType
from core.events.store import SQLiteEventStore
from core.projectors.rules import ProjectionRules
from core.projectors.session_context import fold
from core.replay import loader
from core.replay.columns import NONE, PENDING, Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.loader import (
    ColumnSource,
    load,
    load_steps,
    read_instants,
    read_parts,
    read_rows,
)
from core.replay.reading import Part
from tests.builders import EventsInMemory, event, viewed
from tests.core.replay.strategies import BAD_PAYLOADS, BadText, logs, raw_rows, rules
from tests.core.replay.told import told

COLUMNS = (
    "event_id",
    "event_type",
    "session_id",
    "actor_id",
    "occurred_at",
    "version",
    "idempotency_key",
    "correlation_id",
    "trace_id",
    "object_ref_type",
    "object_ref_id",
    "payload",
    "created_at",
)
INDEX = "CREATE INDEX idx_session_occurred ON events(session_id, occurred_at)"

Row = Mapping[str, Any]


def lax_table(text: str = "TEXT") -> str:
    """A table `events` that takes anything: no column must be set, and none is unique."""
    kinds = {"version": "INTEGER" if text else ""}
    declared = ", ".join(f"{name} {kinds.get(name, text)}" for name in COLUMNS)
    return f"CREATE TABLE events ({declared})"


def make(path: Path, rows: Sequence[tuple[int, Row]], *, table: str, index: bool) -> None:
    """A file of these rows by key, written without any care."""
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(table)
        if index:
            connection.execute(INDEX)
        with connection:
            for rowid, row in rows:
                insert(connection, rowid, row)


def insert(connection: apsw.Connection, rowid: int, row: Row) -> None:
    places = ["CAST(? AS TEXT)" if isinstance(v, BadText) else "?" for v in row.values()]
    connection.execute(
        f"INSERT INTO events (rowid, {', '.join(row)}) VALUES (?, {', '.join(places)})",
        (rowid, *row.values()),
    )


@contextmanager
def stored(
    rows: Sequence[tuple[int, Row]], *, table: str | None = None, index: bool = True
) -> Iterator[SQLiteEventStore]:
    """A store over a file of these rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.db"
        make(path, rows, table=table or lax_table(), index=index)
        with SQLiteEventStore(path) as store:
            yield store


def row(at: str, *, concept: str = "c-1", **changed: Any) -> dict[str, Any]:
    """A view of a concept, at that time of 2026-11-12 as text."""
    usual = {
        "event_id": f"e-{at}-{concept}",
        "event_type": "UserViewed",
        "session_id": "s",
        "actor_id": "ada",
        "occurred_at": f"2026-11-12T{at}",
        "version": 1,
        "object_ref_type": "concept",
        "object_ref_id": concept,
        "payload": json.dumps({"name": concept.title()}),
    }
    return usual | changed


def concepts_of(log: SessionLog) -> list[str]:
    """What each event of the log refers to."""
    return [log.object_keys[o][1] if o != NONE else "" for o in log.objects.tolist()]


# -- any file -----------------------------------------------------------------------------------


@given(
    rows=st.lists(raw_rows, max_size=15),
    keys=st.lists(st.integers(1, 40) | st.integers(10**9, 10**12), min_size=15, unique=True),
    text=st.sampled_from(["TEXT", "", "BLOB"]),
    index=st.booleans(),
    rules=rules(decay=False),
)
def test_whatever_a_file_holds_index_and_fold_agree(
    rows: list[Row], keys: list[int], text: str, index: bool, rules: ProjectionRules
) -> None:
    """One bad row would make the replay differ from what the backend reads, or end it."""
    numbered = list(zip(keys, rows, strict=False))
    with stored(numbered, table=lax_table(text), index=index) as store:
        log = load(store, "s")
        found = [decode_row(raw) for raw in store.rows(sorted(keys))]
        own = [e for e, _ in found if e is not None and e.session_id == "s"]
        expected = sorted(own, key=lambda e: e.occurred_at)
        assert_holds(log, expected)
        assert list(store.replay("s")) == expected
        computed = ContextIndex(log, rules)
        for position in range(len(expected) + 1):
            assert computed.context_at(position) == fold("s", expected[:position], rules=rules)
        assert list(log.problems) == list(store.problems("s"))
        assert told(shared(store)) == told(log)
        assert shared(store).problems == log.problems


def shared(store: ColumnSource) -> SessionLog:
    """The log as two read it, half of the rows each."""

    def elsewhere(rowids: Int64, size: int) -> Iterator[Part]:
        return read_parts(store, "s", rowids, size)

    *_, last = read_rows(store, *read_instants(store, "s"), elsewhere=elsewhere)
    return last.log


def assert_holds(log: SessionLog, events: Sequence[EventEnvelope]) -> None:
    """The columns say of each event what its envelope says."""
    assert log.complete
    assert log.times.tolist() == [from_datetime(e.occurred_at) for e in events]
    assert [log.kind_names[k] for k in log.kinds] == [e.event_type for e in events]
    actors = [None if a == NONE else log.actor_names[a] for a in log.actors.tolist()]
    assert actors == [e.actor_id for e in events]
    objects = [None if o == NONE else log.object_keys[o] for o in log.objects.tolist()]
    refs = [e.object_ref for e in events]
    assert objects == [None if ref is None else (ref.type, ref.id) for ref in refs]


def test_every_bad_payload_is_told_as_the_store_tells_it() -> None:
    """The window would list other problems than the check of the file."""
    kinds = {"UserViewed": "concept", "ChatMessageCreated": None, "ClaimUpserted": "claim"}
    rows = [
        row("09:00:00", event_type=kind, payload=payload)
        | {"object_ref_type": ref, "object_ref_id": ref and f"{ref}-1"}
        for kind, ref in [*kinds.items(), ("SourceCaptured", "document"), ("SomethingNew", None)]
        for payload in BAD_PAYLOADS
    ]
    with stored(list(enumerate(rows, 1)), table=lax_table("")) as store:
        log = load(store, "s")
        events = list(store.replay("s"))
        assert_holds(log, events)
        index = ContextIndex(log)
        for position in range(len(events) + 1):
            assert index.context_at(position) == fold("s", events[:position])
        assert list(log.problems) == list(store.problems("s"))


@given(events=logs, page=st.integers(1, 50))
def test_the_size_of_pages_does_not_matter(events: list[EventEnvelope], page: int) -> None:
    """A file that is read while somebody writes, in smaller pages, would look otherwise."""
    log = load(EventsInMemory(events, page=page), "s")
    assert_holds(log, sorted(events, key=lambda e: e.occurred_at))


# -- order --------------------------------------------------------------------------------------


def test_late_arrivals_take_their_place_in_time() -> None:
    """What a slow client sent late would be replayed at the end."""
    rows = [(5, row("09:00:02", concept="c")), (9, row("09:00:01", concept="b"))]
    with stored([*rows, (12, row("09:00:00", concept="a"))]) as store:
        log = load(store, "s")
    assert concepts_of(log) == ["a", "b", "c"]
    assert log.rows.tolist() == [12, 9, 5]
    assert log.last_row == 12


def test_events_of_one_instant_keep_the_order_of_their_arrival() -> None:
    """A message and its answer, written in the same moment, would change places."""
    rows = [(k, row("09:00:00", concept=f"c-{k}")) for k in (1, 2, 3, 4)]
    rows += [(5, row("09:00:00Z", concept="c-5")), (6, row("09:00:00.000000", concept="c-6"))]
    rows += [(7, row("11:00:00+02:00", concept="c-7"))]
    with stored(rows) as store:
        log = load(store, "s")
    assert concepts_of(log) == [f"c-{k}" for k in range(1, 8)]


def test_times_are_ordered_as_instants_and_not_as_text() -> None:
    """`12:00:00Z` comes after `12:00:00.5Z` as text: half a second would run backwards."""
    rows = [
        (1, row("12:00:00.5Z", concept="second")),
        (2, row("12:00:00Z", concept="first")),
        (3, row("09:00:01-03:00", concept="third")),
    ]
    with stored(rows) as store:
        log = load(store, "s")
    assert concepts_of(log) == ["first", "second", "third"]


def test_other_sessions_stay_out() -> None:
    """Somebody else's events would be replayed as one's own."""
    rows = [(1, row("09:00:00")), (2, row("09:00:01", session_id="other")), (3, row("09:00:02"))]
    with stored(rows) as store:
        assert load(store, "s").rows.tolist() == [1, 3]
        assert load(store, "other").rows.tolist() == [2]
        unknown = load(store, "nobody")
    assert len(unknown) == 0
    assert unknown.complete
    assert ContextIndex(unknown).context_at(0).uncertainty_score == 1.0


# -- what cannot be read ------------------------------------------------------------------------


def test_a_row_without_readable_time_is_listed_and_does_not_happen() -> None:
    """It would be replayed at some wrong moment, or vanish without a word."""
    rows = [(1, row("09:00:00")), (2, row("noon")), (3, row("", occurred_at=None))]
    with stored(rows) as store:
        log = load(store, "s")
    assert log.rows.tolist() == [1]
    assert [p.row for p in log.problems] == [2, 3]
    assert all("occurred_at" in p.reason for p in log.problems)


@pytest.mark.parametrize(
    "payload",
    ["{", "[]", "NaN", b"{}", None, 7, '{"name": 7}', '{"a": Infinity}', '{"domain": ["ml"]}'],
)
def test_a_row_with_a_bad_payload_is_listed_and_happens(payload: object) -> None:
    """The view of a concept would not count because of a payload that it does not need."""
    rows = [(1, row("09:00:00")), (2, row("09:00:01", payload=payload)), (3, row("09:00:02"))]
    with stored(rows, table=lax_table("")) as store:
        log = load(store, "s")
    assert log.rows.tolist() == [1, 2, 3]
    assert [p.row for p in log.problems] == [2]
    assert ContextIndex(log).context_at(3).active_concepts[0].weight == pytest.approx(0.6)


def test_unusual_rows_keep_their_place_among_the_others() -> None:
    """Rows that are read in a second way would be counted after all others."""
    odd = {"mentioned_concepts": ["x", {"concept_id": "b", "name": "B"}]}
    chat = {"event_type": "ChatMessageCreated", "payload": json.dumps(odd)}
    rows = [(1, row("09:00:00", concept="a")), (2, row("09:00:01", **chat))]
    rows += [(3, row("09:00:02", concept="c"))]
    with stored(rows) as store:
        log = load(store, "s")
    assert list(log.contributions.concept_ids) == ["a", "b", "c"]
    assert log.contributions.event.tolist() == [0, 1, 2]


def test_a_list_of_problems_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of nothing but bad rows would fill the memory with complaints."""
    monkeypatch.setattr(loader, "PROBLEMS_KEPT", 3)
    with stored([(k, row("09:00:00", payload="{")) for k in range(1, 9)]) as store:
        log = load(store, "s")
        assert len(list(store.problems("s"))) == 8
    assert [p.row for p in log.problems] == [1, 2, 3]
    assert len(log) == 8
    assert ContextIndex(log).context_at(8).active_concepts[0].weight == 1.0


def test_types_that_nobody_knows_are_all_there() -> None:
    """A log of another program would lose what is new in it."""
    rows = [(k, row("09:00:00", event_type=f"New{k % 3}")) for k in range(1, 1_200)]
    with stored(rows) as store:
        log = load(store, "s")
    assert len(log) == 1_199
    assert list(log.kind_names[len(EventType) :]) == ["New1", "New2", "New0"]
    assert np.bincount(log.kinds)[len(EventType) :].tolist() == [400, 400, 399]
    assert log.problems
    assert "New1" in log.problems[0].reason


# -- step by step -------------------------------------------------------------------------------


def long_log(monkeypatch: pytest.MonkeyPatch, count: int = 100) -> EventsInMemory:
    """Events for which the loader takes several steps."""
    monkeypatch.setattr(loader, "_FIRST_PAINT", 50)
    monkeypatch.setattr(loader, "_REFRESH", 30)
    return EventsInMemory([viewed(f"c-{i % 7}", seconds=(i * 37) % 101) for i in range(count)])


def test_every_instant_is_known_before_any_row_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long session would show nothing until all of it is read."""
    first, *rest = load_steps(long_log(monkeypatch), "s")
    assert (first.read, first.total, len(first.log)) == (0, 100, 100)
    assert not first.log.complete
    assert np.all(np.diff(first.log.times) >= 0)
    assert first.log.times.tolist() == rest[-1].log.times.tolist()
    assert first.log.rows.tolist() == rest[-1].log.rows.tolist()


def test_a_long_session_fills_in_with_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """The progress would jump, go back, or never arrive."""
    read, waiting, complete = [], [], []
    for step in load_steps(long_log(monkeypatch), "s"):
        read.append(step.read)
        waiting.append(int((step.log.kinds == PENDING).sum()))
        complete.append(step.log.complete)
        assert step.total == 100
        assert ContextIndex(step.log).context_at(100).position == 100
    assert len(read) > 3
    assert read == sorted(read)
    assert waiting == [100 - done for done in read]
    assert read[-1] == 100
    assert complete == [False] * (len(read) - 1) + [True]


def test_two_readers_fill_in_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the second process reads would be given to other events, concepts or people."""
    store = long_log(monkeypatch, 400)
    assert told(shared(store)) == told(load(store, "s"))


def test_two_readers_explain_as_many_unknown_types_as_one() -> None:
    """The list of problems would depend on how many processors the machine has."""
    store = EventsInMemory([event("Unknown", seconds=number) for number in range(2_400)])
    assert shared(store).problems == load(store, "s").problems != ()


def test_what_a_step_told_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that paints while reading goes on would meet a type that has no name yet."""
    monkeypatch.setattr(loader, "_FIRST_PAINT", 5)
    monkeypatch.setattr(loader, "_REFRESH", 3)
    types = [event(f"Type{number}", seconds=number) for number in range(40)]
    steps = list(load_steps(EventsInMemory(types), "s"))
    assert len(steps) > 3
    for step in steps:
        known = step.log.kinds[step.log.kinds != PENDING]
        assert len(known) == step.read
        assert all(kind < len(step.log.kind_names) for kind in known.tolist())


def test_a_long_session_comes_in_no_more_steps_than_a_picture_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten times as many events would take a hundred times as long to show."""
    monkeypatch.setattr(loader, "_FIRST_PAINT", 5)
    monkeypatch.setattr(loader, "_REFRESH", 1)
    events = [event(seconds=number) for number in range(300)]
    assert len(list(load_steps(EventsInMemory(events), "s"))) <= 22


def test_a_short_session_is_there_at_once() -> None:
    """A small log would flicker through half-read pictures."""
    (only,) = load_steps(EventsInMemory([event(), event(seconds=1)]), "s")
    assert only.log.complete
    assert (only.read, only.total) == (2, 2)


def test_loading_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancel would leave the garbage collector off, and the program would grow."""
    steps = load_steps(long_log(monkeypatch), "s")
    next(steps)
    steps.close()
    assert gc.isenabled()
    assert list(steps) == []


def test_rows_that_vanish_while_loading_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A session would be shown with holes, as if it were whole."""
    monkeypatch.setattr(loader, "_FIRST_PAINT", 5)
    path = tmp_path / "events.db"
    rows = [(k, row("09:00:00", concept=f"c-{k}")) for k in range(1, 11)]
    make(path, rows, table=lax_table(), index=True)
    with SQLiteEventStore(path) as store:
        steps = load_steps(store, "s")
        assert next(steps).total == 10
        with closing(apsw.Connection(str(path))) as other:
            other.execute("DELETE FROM events WHERE rowid IN (3, 4)")
        with pytest.raises(SourceChanged):
            list(steps)


def test_what_arrives_while_loading_waits_for_the_next_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Half of what a backend writes at that moment would be there, and the rest never come."""
    monkeypatch.setattr(loader, "_FIRST_PAINT", 5)
    path = tmp_path / "events.db"
    rows = [(k, row("09:00:00", concept=f"c-{k}")) for k in range(1, 11)]
    make(path, rows, table=lax_table(), index=True)
    with SQLiteEventStore(path) as store:
        steps = load_steps(store, "s")
        next(steps)
        with closing(apsw.Connection(str(path))) as other:
            insert(other, 11, row("08:00:00", concept="late"))
        *_, last = steps
        assert (len(last.log), last.log.last_row) == (10, 10)
        again = load(store, "s")
    assert (len(again), again.last_row) == (11, 11)
    assert concepts_of(again)[0] == "late"


class GrowsWhileItIsRead(EventsInMemory):
    """Two of its rows were written after the loader asked for the newest key."""

    def last_rowid(self) -> int:
        return super().last_rowid() - 2


def test_what_arrives_before_the_times_are_read_waits_too() -> None:
    """The next reading goes on from the newest key: those rows would be there twice."""
    log = load(GrowsWhileItIsRead([viewed(f"c-{i}", seconds=9 - i) for i in range(5)]), "s")
    assert (log.last_row, sorted(log.rows.tolist())) == (3, [1, 2, 3])


def test_the_file_is_as_it_was(tmp_path: Path) -> None:
    """To look at a log would change it."""
    path = tmp_path / "events.db"
    make(path, [(1, row("09:00:00")), (2, row("x"))], table=lax_table(), index=True)
    before = path.read_bytes()
    with SQLiteEventStore(path) as store:
        load(store, "s")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["events.db"]
