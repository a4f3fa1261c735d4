"""A mirror has every event of its session once, however often and wherever filling it was cut."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events.errors import StoreError
from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.mirror.file import EVENTS, MirrorFile
from core.mirror.filling import Filled, again, fill, overlap
from core.mirror.remote import RemoteRow
from tests.builders import event
from tests.core.mirror.tables import TableInMemory

SESSION = "s"


def numbered(seconds: int, number: int, key: str | None = None) -> EventEnvelope:
    made = event(seconds=seconds, ref=("concept", "raft"), event_id=f"e-{number:04}")
    return made.model_copy(update={"idempotency_key": key})


def run(steps: Iterator[Filled]) -> Filled:
    last = Filled(0, 0, 0)
    for step in steps:
        last = step
    return last


def ids(folder: Path, session_id: str = SESSION) -> list[str]:
    """The events that a mirror replays, in order."""
    with SQLiteEventStore(folder / EVENTS) as store:
        return [each.event_id for each in store.replay(session_id)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    instants=st.lists(st.integers(0, 6), min_size=1, max_size=25),
    cuts=st.lists(st.integers(0, 5), max_size=4),
)
def test_a_mirror_that_was_cut_off_and_filled_on_is_whole(
    tmp_path_factory: pytest.TempPathFactory, instants: list[int], cuts: list[int]
) -> None:
    """Else who closed the window while a session was read would replay a part, or parts twice."""
    table, folder = TableInMemory(), tmp_path_factory.mktemp("mirror")
    for number, seconds in enumerate(instants):
        # Of one instant, arrival goes against the order of ids.
        table.put(numbered(seconds, len(instants) - number), arrival=number + 1)
    for pages in cuts:
        with MirrorFile(folder) as file, closing(fill(table, file, SESSION)) as steps:
            for _ in zip(range(pages), steps, strict=False):
                pass
    with MirrorFile(folder) as file:
        run(fill(table, file, SESSION))
        assert file.count(SESSION) == len(instants)
        assert file.side.progress(SESSION).whole
    places = sorted(range(len(instants)), key=lambda n: (instants[n], n))
    assert ids(folder) == [f"e-{len(instants) - n:04}" for n in places]


def test_the_order_of_one_instant_goes_over_the_end_of_a_page(folder: Path) -> None:
    """Else the last of a page would stand before events that were there earlier."""
    table = TableInMemory(page=2)
    for number in range(7):
        table.put(numbered(1, 9 - number), arrival=number + 1)
    with MirrorFile(folder) as file:
        run(fill(table, file, SESSION))
    assert ids(folder) == [f"e-{9 - number:04}" for number in range(7)]


def test_an_event_without_arrival_goes_by_its_id(folder: Path) -> None:
    """What the backend wrote has no arrival: it comes out as the table gives it."""
    table = TableInMemory()
    for number in (3, 1, 2):
        table.put(numbered(1, number))
    with MirrorFile(folder) as file:
        run(fill(table, file, SESSION))
    assert ids(folder) == ["e-0001", "e-0002", "e-0003"]


def test_what_came_since_is_read_alone(folder: Path) -> None:
    """Else each look at a running session would read, and pay for, all of it again."""
    table = TableInMemory(page=5)
    for number in range(20):
        table.put(numbered(number, number))
    with MirrorFile(folder) as file:
        run(fill(table, file, SESSION))
        table.put(numbered(30, 30))
        assert run(fill(table, file, SESSION)) == Filled(1, pytest.approx(350, abs=200), 1)
        assert run(fill(table, file, SESSION)).read == 0


def test_what_came_late_is_found_at_the_end_and_by_reading_all_again(folder: Path) -> None:
    """Else an event with an earlier time than the last would never be seen."""
    table = TableInMemory(page=5)
    for number in range(20):
        table.put(numbered(number * 120, number))
    with MirrorFile(folder) as file:
        run(fill(table, file, SESSION))
        table.put(numbered(19 * 120 - 60, 50))
        table.put(numbered(5, 51))
        assert run(overlap(table, file, SESSION)).new == 1
        assert run(overlap(table, file, SESSION)).new == 0
        found = run(again(table, file, SESSION))
        assert (found.read, found.new) == (22, 1)
        run(fill(table, file, SESSION))
        assert file.count(SESSION) == 22
    assert ids(folder)[1] == "e-0051"


def test_events_of_one_idempotency_key_are_all_kept(folder: Path) -> None:
    """The backend checks, then puts: both events are in the table, and none may be dropped."""
    table = TableInMemory()
    for number in range(3):
        table.put(numbered(number, number, key="same"))
    with MirrorFile(folder) as file:
        run(fill(table, file, SESSION))
        run(again(table, file, SESSION))
        found = file.problems(SESSION)
    with SQLiteEventStore(folder / EVENTS) as store:
        keys = [each.idempotency_key for each in store.replay(SESSION)]
    assert keys == ["same", None, None]
    assert [(each.event_id, each.row) for each in found] == [("e-0001", 2), ("e-0002", 3)]
    assert "idempotency_key is that of another event" in found[0].reason
    assert found[0].raw == "same"


def test_events_of_one_id_are_all_kept(folder: Path) -> None:
    """An id that two events share would hide the second of them."""
    table = TableInMemory()
    table.put(numbered(1, 1))
    table.put(numbered(2, 1))
    table.put(numbered(2, 1).model_copy(update={"session_id": "other"}))
    with MirrorFile(folder) as file:
        for session_id in (SESSION, "other", SESSION):
            run(again(table, file, session_id))
        assert (file.count(SESSION), file.count("other")) == (2, 1)
        assert {each.session_id for each in file.problems()} == {SESSION, "other"}
    first, second = ids(folder)
    assert first == "e-0001"
    assert second.startswith("e-0001 (event#2026")


def test_an_item_that_is_no_event_is_kept_with_its_reason(folder: Path) -> None:
    """A bad item that vanished would leave a session that looks whole and is not."""
    table = TableInMemory()
    table.put(numbered(1, 1))
    bad = table.rows(SESSION)[0].row._replace(
        event_id=None, occurred_at=None, payload=b"\x00", version=None, event_type=None
    )
    table.items[SESSION]["event#x"] = RemoteRow("event#x", bad, 0, (("version is a map", "{}"),))
    with MirrorFile(folder) as file:
        run(fill(table, file, SESSION))
        run(again(table, file, SESSION))
        assert file.count(SESSION) == 2
        assert [each.reason for each in file.problems(SESSION)] == ["version is a map"]
    with SQLiteEventStore(folder / EVENTS) as store:
        reasons = {each.reason for each in store.problems(SESSION)}
    assert any("occurred_at cannot be read" in reason for reason in reasons)


def test_a_fault_in_the_middle_leaves_what_was_read(folder: Path) -> None:
    """The network goes: what is there stays, and the next filling goes on behind it."""
    table = TableInMemory(page=2)
    for number in range(9):
        table.put(numbered(number, number))
    with MirrorFile(folder) as file:
        steps = fill(table, file, SESSION)
        next(steps)
        next(steps)
        table.down = StoreError("The network is down.")
        with pytest.raises(StoreError, match="down"):
            next(steps)
        assert not file.side.progress(SESSION).whole
        table.down, read = None, table.pages_read
        assert run(fill(table, file, SESSION)).read == 6
        assert table.pages_read == read + 3
        assert file.count(SESSION) == 9


def test_the_mirror_is_an_ordinary_log_of_its_owner_alone(folder: Path) -> None:
    """What learners did is nobody else's business, and any program that reads a log can read it."""
    with MirrorFile(folder) as file:
        run(fill(TableInMemory(), file, SESSION))
        modes = {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert modes[EVENTS] == modes["progress.db"] == 0o600
    with SQLiteEventStore(folder / EVENTS, writable=True) as store:
        store.append(numbered(1, 1))


_KILLED = """
import os, sys
from pathlib import Path
from core.mirror.file import MirrorFile
from core.mirror.filling import fill
from tests.core.mirror.test_filling import SESSION, long_table
file = MirrorFile(Path(sys.argv[1]))
for step in fill(long_table(), file, SESSION):
    if step.read > 40:
        os._exit(9)
"""


def long_table() -> TableInMemory:
    """A hundred events, some of one instant, two of one key."""
    table = TableInMemory(page=7)
    for number in range(100):
        key = "same" if number in (20, 80) else None
        table.put(numbered(number // 3, number, key=key), arrival=number + 1)
    return table


def test_a_program_that_was_killed_in_the_middle_is_gone_on_with(folder: Path) -> None:
    """A laptop that ran empty must cost neither an event nor a second payment for what was read."""
    process = subprocess.run([sys.executable, "-c", _KILLED, str(folder)], check=False)
    assert process.returncode == 9
    table = long_table()
    with MirrorFile(folder) as file:
        there = file.count(SESSION)
        assert 0 < there < 100
        assert run(fill(table, file, SESSION)).read == 100 - there
        assert [each.event_id for each in file.problems()] == ["e-0080"]
    assert ids(folder) == [f"e-{number:04}" for number in range(100)]
