"""Turns are the groups that a plain union-find over the envelopes finds."""

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
from core.replay.columns import NONE
from core.replay.growth import Growth
from core.replay.loader import load
from core.replay.turns import turn_steps, turns_of
from tests.builders import EventsInMemory, viewed
from tests.builders_files import append_elsewhere, execute_elsewhere, row_of, write_log

ids = st.none() | st.sampled_from(["", "a", "b", "c", "d", "e", "f", "g"])


@st.composite
def tied(draw: st.DrawFn) -> EventEnvelope:
    """An event at a random instant, tied to others or not."""
    looked = viewed("raft", seconds=draw(st.integers(0, 9)))
    return looked.model_copy(update={"correlation_id": draw(ids), "trace_id": draw(ids)})


batches = st.lists(st.lists(tied(), max_size=20), min_size=1, max_size=3)


class Correlated(EventsInMemory):
    """The rows in memory, with what ties them; it tells how many were read."""

    def __init__(self, events: Sequence[EventEnvelope]) -> None:
        self.events: list[EventEnvelope] = []
        self.read = 0
        super().__init__(events)

    def append(self, events: Sequence[EventEnvelope]) -> None:
        self.events += events
        super().append(events)

    def correlation_pages(self, session_id, rowids):  # type: ignore[no-untyped-def]
        for start in range(0, len(rowids), 5):
            keys = rowids[start : start + 5].tolist()
            self.read += len(keys)
            found = [self.events[key - 1] for key in keys]
            yield [(k, e.correlation_id, e.trace_id) for k, e in zip(keys, found, strict=True)]


def plainly(events: Sequence[EventEnvelope]) -> list[list[int]]:
    """The turns by a union-find, event by event, in the order of their first events."""
    parent = list(range(len(events)))

    def root(place: int) -> int:
        while parent[place] != place:
            place = parent[place]
        return place

    first: dict[tuple[str, str], int] = {}
    for place, event in enumerate(events):
        for kind, key in (("c", event.correlation_id), ("t", event.trace_id)):
            if key:
                other = root(first.setdefault((kind, key), place))
                parent[max(other, root(place))] = min(other, root(place))
    groups: dict[int, list[int]] = {}
    for place in range(len(events)):
        groups.setdefault(root(place), []).append(place)
    return sorted(group for group in groups.values() if len(group) > 1)


@given(batches)
def test_turns_are_what_a_union_find_finds_also_where_the_log_grew(
    batches: list[list[EventEnvelope]],
) -> None:
    """A turn with an event missing, or of two conversations, explains nothing; late ones count."""
    source = Correlated(batches[0])
    growth = Growth(load(source, "s"))
    turns = turns_of(source, growth.log)
    for batch in [[], *batches[1:]]:
        source.append(batch)
        before, source.read = source.read, 0
        log = growth.grow(source)
        turns = turns_of(source, log, turns)
        assert before == 0 or source.read == len(batch)
        ordered = [source.events[row - 1] for row in log.rows]
        found = [turns.events_of(turn).tolist() for turn in range(len(turns))]
        assert found == plainly(ordered)
        for event, turn in enumerate(turns.turn.tolist()):
            assert turns.around(event).tolist() == ([] if turn == NONE else found[turn])


def test_a_long_chain_is_one_turn() -> None:
    """A turn handed on from service to service shares no single id, and must not take for ever."""
    count = 2_000
    chain = [
        viewed("raft", seconds=n).model_copy(
            update={"correlation_id": f"c-{n // 2}", "trace_id": f"t-{(n + 1) // 2}"}
        )
        for n in range(count)
    ]
    source = Correlated(chain)
    turns = turns_of(source, load(source, "s"))
    assert len(turns) == 1
    assert np.array_equal(turns.events_of(0), np.arange(count))
    assert not len(turns.around(count))


def test_ids_that_are_no_valid_text_tie_as_they_are_shown(tmp_path: Path) -> None:
    """One bad row would make all turns of a session unreadable."""
    odd = [
        row_of(viewed("raft", seconds=n), correlation_id=ref) for n, ref in enumerate((b"x", "x"))
    ]
    path = write_log(tmp_path / "odd.db", [*odd, viewed("raft", seconds=5)])
    execute_elsewhere(
        path, "UPDATE events SET trace_id = CAST(x'636166e9' AS TEXT) WHERE rowid IN (2, 3)"
    )
    with SQLiteEventStore(path) as store:
        turns = turns_of(store, load(store, "s"))
    assert turns.turn.tolist() == [0, 0, 0]


def test_reading_tells_how_far_it_is_and_that_rows_vanished(tmp_path: Path) -> None:
    events = [viewed("raft", seconds=n) for n in range(100)]
    path = write_log(tmp_path / "events.db", events)
    with SQLiteEventStore(path) as store:
        log = load(store, "s")
        *shares, _turns = turn_steps(store, log)
        assert shares[-1] == 1.0
        append_elsewhere(path, [viewed("raft")])
        execute_elsewhere(path, "DELETE FROM events WHERE rowid = 50")
        with pytest.raises(SourceChanged, match="1 rows of the session vanished"):
            turns_of(store, log)
