"""A mirror is held against what the table counts, and a look that finds nothing costs little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.mirror.file import MirrorFile
from core.mirror.filling import Filled
from core.mirror.keeping import LATE_EVERY, Keeper
from tests.builders import event
from tests.core.mirror.tables import TableInMemory

SESSION = "s"


class Now:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def file(tmp_path: Path) -> Iterator[MirrorFile]:
    with MirrorFile(tmp_path / "mirror") as file:
        yield file


def put(table: TableInMemory, number: int, seconds: float) -> None:
    table.put(event(seconds=seconds, event_id=f"e-{number:04}"))


def bring(keeper: Keeper) -> int:
    """Bring the session up to date; how many events were read."""
    steps: list[Filled] = list(keeper.steps(SESSION))
    return sum(step.read for step in steps)


@pytest.mark.parametrize("seconds", [1, 5 * 3600], ids=["just now", "hours before"])
def test_what_came_late_is_found_by_the_count(file: MirrorFile, seconds: int) -> None:
    """However late an event comes, a session that is looked at must have it."""
    table = TableInMemory()
    keeper = Keeper(table, file)
    for number in range(9):
        put(table, number, number * 3600)
    bring(keeper)
    put(table, 50, seconds)
    bring(keeper)
    assert file.count(SESSION) == 10
    assert file.problems(SESSION) == []


def test_what_the_table_counts_and_has_not_is_told_and_looked_for_once(file: MirrorFile) -> None:
    """Else a head that is wrong would have the whole session read with every look, for ever."""
    table = TableInMemory()
    keeper = Keeper(table, file)
    for number in range(9):
        put(table, number, number)
    lost = table.items[SESSION].popitem()
    table.counted = 9
    bring(keeper)
    assert ["count 1 of the" in each.reason for each in file.problems(SESSION)] == [True]
    read = table.pages_read
    assert bring(keeper) == 0
    assert table.pages_read == read + 1
    table.items[SESSION][lost[0]] = lost[1]
    bring(keeper)
    assert file.count(SESSION) == 9
    assert file.problems(SESSION) == []


def test_without_a_count_the_end_is_read_again_now_and_then(file: MirrorFile) -> None:
    """A table of the backend alone has no count: late events are looked for now and then."""
    table, now = TableInMemory(heads=False), Now()
    keeper = Keeper(table, file, now=now)
    for number in range(5):
        put(table, number, 100 + number)
    bring(keeper)
    put(table, 50, 101)
    assert bring(keeper) == 0
    now.seconds += LATE_EVERY
    assert bring(keeper) > 0
    assert file.count(SESSION) == 6


def test_what_a_backend_writes_past_the_count_is_looked_for(file: MirrorFile) -> None:
    """Its events are in no head: one that came late would be missing from then on."""
    table, now = TableInMemory(), Now()
    keeper = Keeper(table, file, now=now)
    for number in range(5):
        put(table, number, 100 + number)
    table.counted = 5
    bring(keeper)
    put(table, 50, 101)
    assert bring(keeper) == 0
    now.seconds += LATE_EVERY
    bring(keeper)
    assert file.count(SESSION) == 6
    assert file.problems(SESSION) == []
