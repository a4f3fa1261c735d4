"""Where events are, by their ids."""

from __future__ import annotations

from pathlib import Path

from core.events.instants import from_datetime
from core.events.store.base import Arrival
from core.events.store.sqlite import SQLiteEventStore
from tests.builders import START, event
from tests.builders_files import in_session, row_of, write_log


def test_events_are_found_by_their_ids_and_others_left_out(tmp_path: Path) -> None:
    """A bookmark would lead to another event, or a single lost one take all others with it."""
    rows = [
        row_of(event(seconds=2, event_id="b")),
        row_of(event(seconds=1), event_id=None),
        row_of(in_session("other", [event(event_id="a", actor=None)])[0]),
        row_of(event(event_id="no time"), occurred_at="never"),
    ]
    at = from_datetime(START)
    with SQLiteEventStore(write_log(tmp_path / "my.db", rows)) as store:
        found = store.whereabouts(["a", "b", "row:2", "gone", "no time", "row:1", "\udc80"])
    assert found == {
        "a": Arrival(3, "other", at, None),
        "b": Arrival(1, "s", at + 2_000_000, "user-ada"),
        "row:2": Arrival(2, "s", at + 1_000_000, "user-ada"),
    }
