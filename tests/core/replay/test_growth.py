"""A log that grew is the log as it would be read anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.errors import SourceChanged
from core.events.schema import EventEnvelope
from core.events.store import SQLiteEventStore
from core.projectors.rules import BRAIN_WEB, RECENCY
from core.replay.columns import SessionLog
from core.replay.growth import Growth
from core.replay.index import ContextIndex
from core.replay.loader import load
from tests.builders import EventsInMemory, chat, viewed
from tests.builders_files import append_elsewhere, execute_elsewhere, row_of, write_log
from tests.core.replay.strategies import logs
from tests.core.replay.told import told


@given(batches=st.lists(logs, min_size=1, max_size=4))
def test_a_grown_log_is_the_log_read_anew(batches: Sequence[Sequence[EventEnvelope]]) -> None:
    """What was followed live must be what a reload shows: late events and names included."""
    source = EventsInMemory(batches[0])
    growth = Growth(load(source, "s"))
    for batch in batches[1:]:
        before = growth.log
        known = told(before)
        source.append(batch)
        log, fresh = growth.grow(source), load(source, "s")
        assert told(log) == told(fresh)
        assert told(before) == known, "a log that somebody looks at must not change"
        for mine, theirs in zip(
            log.contributions.by_concept, fresh.contributions.by_concept, strict=True
        ):
            assert mine.tolist() == theirs.tolist()
        for rules in (BRAIN_WEB, RECENCY):
            index, anew = ContextIndex(log, rules), ContextIndex(fresh, rules)
            for position in range(0, len(log) + 1, 3):
                assert index.context_at(position) == anew.context_at(position)


def test_what_did_not_grow_stays_the_very_same_log() -> None:
    """Else every event of another session would have this one drawn anew."""
    source = EventsInMemory([viewed("raft")])
    growth = Growth(load(source, "s"))
    assert growth.grow(source) is growth.log


def test_a_file_that_another_program_appends_to_is_followed(tmp_path: Path) -> None:
    events = [viewed("raft", seconds=5, name="Raft"), chat("paxos", seconds=9)]
    path = write_log(tmp_path / "events.db", events)
    with SQLiteEventStore(path) as store:
        growth = Growth(load(store, "s"))
        elsewhere = viewed("other").model_copy(update={"session_id": "t"})
        append_elsewhere(path, [elsewhere])
        assert growth.grow(store) is growth.log
        odd = row_of(viewed("raft", seconds=7), payload="{oops", version=9)
        lost = row_of(viewed("raft", seconds=1), occurred_at="yesterday")
        append_elsewhere(path, [odd, lost, viewed("clocks", seconds=20)])
        log = growth.grow(store)
        assert told(log) == told(load(store, "s"))
        assert len(log) == 4
        assert {problem.row for problem in log.problems} == {4, 5}
        append_elsewhere(path, [viewed("raft", seconds=6)])
        assert told(growth.grow(store)) == told(load(store, "s"))


def test_growing_reads_what_arrived_and_not_the_whole_session() -> None:
    """Following a session of a million events may not read a million rows for each new one."""

    class Counting(EventsInMemory):
        read = 0

        def row_pages(self, session_id, rowids):  # type: ignore[no-untyped-def]
            self.read += len(rowids)
            return super().row_pages(session_id, rowids)

    source = Counting([viewed("raft", seconds=n) for n in range(200)])
    growth = Growth(load(source, "s"))
    source.read = 0
    source.append([viewed("raft", seconds=300)])
    growth.grow(source)
    source.append([viewed("raft", seconds=198.5)])
    growth.grow(source)
    assert source.read == 1 + 3


def test_a_log_that_is_still_being_read_does_not_grow() -> None:
    log = load(EventsInMemory([viewed("raft")]), "s")
    partial = SessionLog(**{**log.__dict__, "complete": False})
    with pytest.raises(ValueError, match="complete"):
        Growth(partial)


@given(seconds=st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_the_order_is_by_instant_and_then_by_arrival(seconds: list[int]) -> None:
    source = EventsInMemory([])
    growth = Growth(load(source, "s"))
    for second in seconds:
        source.append([viewed("raft", seconds=second)])
        growth.grow(source)
    order = sorted(range(len(seconds)), key=lambda n: seconds[n])
    assert growth.log.rows.tolist() == [n + 1 for n in order]
    assert np.all(np.diff(growth.log.times) >= 0)


def test_rows_that_were_deleted_are_not_followed_over(tmp_path: Path) -> None:
    path = write_log(tmp_path / "events.db", [viewed("raft", seconds=n) for n in range(3)])
    with SQLiteEventStore(path) as store:
        growth = Growth(load(store, "s"))
        known = growth.log
        execute_elsewhere(path, "DELETE FROM events WHERE rowid = 2")
        append_elsewhere(path, [viewed("raft", seconds=0.5)])
        with pytest.raises(SourceChanged, match="vanished"):
            growth.grow(store)
        assert growth.log is known
