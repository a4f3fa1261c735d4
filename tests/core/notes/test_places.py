"""Where bookmarks are: they stay with their events in a log that grows, and in a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from core.events.instants import from_datetime
from core.events.store.base import Arrival
from core.events.store.sqlite import SQLiteEventStore
from core.notes.bookmark import Anchor, Bookmark
from core.notes.places import anchor_at, event_ids, index_of, place, playhead_of
from core.replay.columns import SessionLog
from core.replay.loader import load
from core.replay.playback import Playback, Playhead
from tests.builders import START, event, log_of
from tests.builders_files import append_elsewhere, write_log

SECONDS = st.lists(st.integers(0, 6), min_size=1, max_size=12)


def arrival(log: SessionLog, event_id: str) -> Arrival:
    """The event of an id, which here is that of its row."""
    index = int((log.rows == int(event_id)).argmax())
    return Arrival(int(event_id), log.session_id, int(log.times[index]), None)


def there_and_back(log: SessionLog, later: SessionLog, playhead: Playhead) -> Playhead | None:
    anchor = anchor_at(log, playhead, str)
    found = None if anchor.event_id is None else arrival(later, anchor.event_id)
    return playhead_of(anchor, later, found)


@given(SECONDS, st.integers(0, 12))
def test_a_position_is_found_again(seconds: list[int], position: int) -> None:
    log = log_of([event(seconds=s) for s in seconds])
    playhead = Playback.of(log.times).at_position(position).playhead
    assert there_and_back(log, log, playhead) == playhead


@given(SECONDS, st.integers(-1, 7_000_000))
def test_an_instant_is_found_again(seconds: list[int], offset: int) -> None:
    log = log_of([event(seconds=s) for s in seconds])
    playhead = Playback.of(log.times).at_instant(log.start + offset).playhead
    assert there_and_back(log, log, playhead) == playhead


@given(SECONDS, SECONDS, st.integers(0, 12))
def test_it_stays_with_its_event_where_others_come_late(
    seconds: list[int], late: list[int], position: int
) -> None:
    """The bookmark of what somebody saw would come to lie at what nobody marked."""
    log = log_of([event(seconds=s) for s in seconds])
    grown = log_of([event(seconds=s) for s in [*seconds, *late]])
    playhead = Playback.of(log.times).at_position(position).playhead
    found = there_and_back(log, grown, playhead)
    assert found is not None
    if playhead.position == 0:
        assert found.position == 0
    else:
        assert found.instant == playhead.instant
        assert grown.rows[found.position - 1] == log.rows[playhead.position - 1]


def test_an_event_that_is_not_there_is_not_found() -> None:
    log = log_of([event(seconds=s) for s in (0, 1, 1, 2)])
    assert index_of(log, 3, int(log.times[2])) == 2
    assert index_of(log, 9, int(log.times[2])) is None
    assert index_of(log, 3, int(log.times[0])) is None
    at = int(log.times[0])
    assert playhead_of(Anchor("e"), log, None) is None
    assert playhead_of(Anchor("e"), log, Arrival(9, "other", at, None)) is None
    assert playhead_of(Anchor("e"), log, Arrival(1, "s", None, None)) is None


def test_bookmarks_are_found_in_a_copy_that_grew(tmp_path: Path) -> None:
    """A log is copied to look at it; its bookmarks would be lost with every copy."""
    events = [event(seconds=s, event_id=f"e-{s}") for s in range(5)]
    first = write_log(tmp_path / "first.db", events)
    with SQLiteEventStore(first) as store:
        log = load(store, "s")
        envelopes = store.envelopes(log.rows.tolist())
        anchors = [
            anchor_at(log, Playhead(p, log.instant_at(p)), lambda row: envelopes[row].event_id)
            for p in (4, 0, 2)
        ]
    bookmarks = [Bookmark("s", anchor, str(n)) for n, anchor in enumerate(anchors)]
    bookmarks.append(Bookmark("s", Anchor("gone", at=from_datetime(START) + 2_500_000), "gone"))
    copy = Path(shutil.copy(first, tmp_path / "copy.db"))
    append_elsewhere(copy, [event(seconds=0.5, event_id="late")])
    with SQLiteEventStore(copy) as store:
        log = load(store, "s")
        placed = place(bookmarks, log, store.whereabouts(event_ids(bookmarks)))
    positions = [(p.bookmark.name, p.playhead and p.playhead.position) for p in placed]
    assert positions == [("1", 0), ("2", 3), ("gone", None), ("0", 5)]
