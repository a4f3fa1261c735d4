"""The marked range: its two ends, and whether playing repeats it."""

from __future__ import annotations

import pytest

from app.models.range_selection import End, RangeSelection
from core.replay.playback import Playhead
from tests.builders import log_of, viewed

Range = tuple[int, int] | None


class Heard:
    """What the selection has told, the latest last."""

    def __init__(self, selection: RangeSelection) -> None:
        self.ranges: list[Range] = []
        self.loops: list[Range] = []
        selection.changed.connect(self.ranges.append)
        selection.loop_changed.connect(self.loops.append)


@pytest.fixture
def selection() -> RangeSelection:
    return RangeSelection()


@pytest.fixture
def heard(selection: RangeSelection) -> Heard:
    return Heard(selection)


@pytest.mark.parametrize("ends", [("start_at", "end_at"), ("end_at", "start_at")])
def test_two_ends_make_a_range_in_either_order(
    selection: RangeSelection, heard: Heard, ends: tuple[str, str]
) -> None:
    """`]` before `[` would mark nothing."""
    at = {"start_at": 10, "end_at": 20}
    getattr(selection, ends[0])(at[ends[0]])
    assert selection.range is None
    getattr(selection, ends[1])(at[ends[1]])
    assert selection.range == (10, 20)
    assert heard.ranges == [None, (10, 20)]


def test_an_end_can_be_moved(selection: RangeSelection) -> None:
    """To make a range a little longer, both ends would have to be marked anew."""
    selection.mark(10, 20)
    selection.end_at(30)
    assert selection.range == (10, 30)
    selection.start_at(15)
    assert selection.range == (15, 30)


@pytest.mark.parametrize("start", [20, 25])
def test_a_start_at_or_after_the_end_begins_a_new_range(
    selection: RangeSelection, start: int
) -> None:
    """A range would end before it begins, and playing would be stuck in it."""
    selection.mark(10, 20)
    selection.start_at(start)
    assert selection.range is None
    selection.end_at(40)
    assert selection.range == (start, 40)


@pytest.mark.parametrize("end", [10, 5])
def test_an_end_at_or_before_the_start_begins_a_new_range(
    selection: RangeSelection, end: int
) -> None:
    selection.mark(10, 20)
    selection.end_at(end)
    assert selection.range is None
    selection.start_at(2)
    assert selection.range == (2, end)


def test_only_what_is_marked_is_repeated(selection: RangeSelection, heard: Heard) -> None:
    """Playing would leap back in the middle of nowhere."""
    selection.loop(True)
    assert heard.loops[-1] is None
    selection.mark(10, 20)
    assert heard.loops[-1] == (10, 20)
    selection.start_at(30)
    assert heard.loops[-1] is None
    assert selection.looping
    selection.end_at(40)
    assert heard.loops[-1] == (30, 40)


def test_a_range_that_is_not_repeated_stays_marked(selection: RangeSelection, heard: Heard) -> None:
    """Turning the loop off would lose the range that was found with care."""
    selection.mark(10, 20)
    assert heard.loops[-1] is None
    selection.loop(True)
    selection.loop(False)
    assert heard.loops[-1] is None
    assert selection.range == heard.ranges[-1] == (10, 20)


def test_clearing_takes_all_away(selection: RangeSelection, heard: Heard) -> None:
    """Another session would be played within the range of the last one."""
    selection.mark(10, 20)
    selection.loop(True)
    selection.clear()
    assert selection.range is None
    assert not selection.looping
    assert heard.ranges[-1] is None
    assert heard.loops[-1] is None
    selection.mark(1, 2)
    assert heard.loops[-1] is None


def test_a_change_can_be_taken_back_and_so_can_the_one_before(selection: RangeSelection) -> None:
    """A range that was found with care would be lost by one wrong key."""
    selection.mark(10, 20)
    selection.loop(True)
    selection.start_at(30)
    selection.clear()
    assert selection.range is None
    selection.undo()
    assert (selection.start, selection.end) == (End(30), None)
    selection.undo()
    assert selection.range == (10, 20)
    assert selection.looping
    selection.undo()
    assert selection.range is None
    assert not selection.can_undo
    selection.undo()
    assert selection.range is None


def test_what_changed_nothing_is_not_taken_back(selection: RangeSelection) -> None:
    """Undo would have to be pressed several times until anything is seen."""
    selection.mark(10, 20)
    selection.mark(10, 20)
    selection.clear()
    selection.clear()
    selection.undo()
    assert selection.range == (10, 20)


def test_another_session_has_nothing_to_take_back(selection: RangeSelection) -> None:
    selection.mark(10, 20)
    selection.forget()
    assert not selection.can_undo
    assert selection.range is None


@pytest.mark.parametrize("position", range(6))
def test_an_end_stands_where_the_playhead_did_also_in_a_log_that_grew(position: int) -> None:
    """Of events at one instant it would take all or none, and shift with a late one."""
    seconds = [0, 5, 5, 5, 9]
    log = log_of([viewed("raft", seconds=s) for s in seconds])
    end = End.at(Playhead(position, log.instant_at(position)), log)
    assert end.in_log(log).position == position
    grown = log_of([viewed("raft", seconds=s) for s in [*seconds, -3, 5]])
    later = end.in_log(grown)
    assert later.position == position + (2 if position == 5 else 1)
    assert later.instant == log.instant_at(position)


def test_an_end_that_is_but_an_instant_has_all_of_its_events() -> None:
    log = log_of([viewed("raft", seconds=s) for s in (0, 5, 5)])
    assert End(log.end).in_log(log).position == 3
