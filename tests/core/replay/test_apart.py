"""A session read in another process: the same log, and a process that ends with the wish for it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.events.errors import StoreError
from core.events.store import SQLiteEventStore
from core.projectors.rules import BRAIN_WEB, RECENCY, ProjectionRules
from core.replay.apart import ReadHereError, origin_of, steps_apart
from core.replay.index import ContextIndex
from core.replay.loader import Loaded, load_steps, read_instants
from tests.builders import chat, claim, viewed
from tests.builders_files import in_session, row_of, write_log, write_long_log

LONG = 120_000
"""So many events come in more than one step."""


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_long_log(tmp_path_factory.mktemp("long") / "events.db", LONG)


def steps(
    path: Path,
    session_id: str = "long",
    *,
    rules: ProjectionRules = BRAIN_WEB,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    with SQLiteEventStore(path) as store:
        log, unreadable = read_instants(store, session_id)
        origin = origin_of(store, session_id)
    assert origin is not None
    return steps_apart(origin, log, unreadable, rules, stopped=stopped)


def the_processes() -> list[psutil.Process]:
    return [psutil.Process(child.pid) for child in multiprocessing.active_children()]


def are_gone(processes: list[psutil.Process]) -> bool:
    """Whether nothing is left of them, not even the entry of a process nobody asked after."""
    left = [process.pid for process in processes if psutil.pid_exists(process.pid)]
    return not left and not multiprocessing.active_children()


def test_it_reads_what_reading_here_reads(tmp_path: Path) -> None:
    """A long session would be shown otherwise than a short one."""
    events = [viewed("raft", name="Raft"), chat("raft", "paxos", seconds=60)]
    rows = [
        *map(row_of, in_session("s", [*events, claim("cl-1", "paxos", seconds=120)])),
        row_of(in_session("s", [viewed("odd", seconds=70)])[0], payload='{"name": NaN}'),
    ]
    path = write_log(tmp_path / "events.db", rows)
    *_, (there, index) = steps(path, "s", rules=RECENCY)
    with SQLiteEventStore(path) as store:
        *_, here = load_steps(store, "s")
    assert index is not None
    assert (there.read, there.total) == (here.read, here.total) == (4, 4)
    for name in ("rows", "times", "kinds", "actors", "objects"):
        assert np.array_equal(getattr(there.log, name), getattr(here.log, name)), name
    assert there.log.problems == here.log.problems != ()
    for position in range(5):
        expected = ContextIndex(here.log, RECENCY).context_at(position)
        assert index.context_at(position) == expected


def test_the_last_step_alone_has_an_index_which_is_that_log_s(long_log: Path) -> None:
    """A seek would answer for a log that is not the one on screen."""
    *earlier, (last, index) = steps(long_log)
    assert [index for _, index in earlier] == [None]
    assert index is not None
    assert index.log is last.log
    assert last.log.complete
    assert len(last.log) == LONG


def test_the_process_ends_with_the_reading(long_log: Path) -> None:
    """Each session that was read would leave a process behind."""
    reading = steps(long_log)
    next(reading)
    processes = the_processes()
    assert len(list(reading)) == 1
    assert are_gone(processes)


def test_the_process_ends_when_nobody_reads_on(long_log: Path) -> None:
    """Going down a list of long sessions would fill the machine with processes."""
    with closing(steps(long_log)) as reading:
        next(reading)
        processes = the_processes()
    assert are_gone(processes)


def test_stopping_does_not_wait_for_the_next_step(long_log: Path) -> None:
    """Closing the window would take until a reader that hangs at a slow disk goes on."""
    wanted = [True]
    reading = steps(long_log, stopped=lambda: not wanted)
    next(reading)
    processes = the_processes()
    for process in processes:
        process.suspend()
    wanted.clear()
    assert list(reading) == []
    assert are_gone(processes)


def test_a_process_that_dies_is_told(long_log: Path) -> None:
    """A system short of memory kills the reader: half a session would be taken for the whole."""
    reading = steps(long_log)
    next(reading)
    processes = the_processes()
    for process in processes:
        process.suspend()
        process.kill()
    with pytest.raises(ReadHereError):
        list(reading)
    assert are_gone(processes)


@pytest.mark.parametrize("happened", ["deleted", "replaced", "emptied"])
def test_another_file_of_that_name_is_not_read(tmp_path: Path, happened: str) -> None:
    """Columns of one file would be shown with the payloads of the other."""
    path = write_log(tmp_path / "events.db", in_session("s", [viewed("raft")]))
    with SQLiteEventStore(path) as store:
        origin = origin_of(store, "s")
        assert origin is not None
        log, unreadable = read_instants(store, "s")
        other = tmp_path / "other.db"
        if happened == "deleted":
            path.unlink()
        elif happened == "replaced":
            write_log(other, in_session("s", [viewed("paxos")])).replace(path)
        else:
            other.touch()
            other.replace(path)
        with pytest.raises(ReadHereError):
            list(steps_apart(origin, log, unreadable, BRAIN_WEB))


def test_a_fault_of_the_file_is_told_as_reading_here_tells_it(tmp_path: Path) -> None:
    """What is wrong and what to do would be lost on the way."""
    path = write_long_log(tmp_path / "events.db", 500)
    with path.open("r+b") as file:
        file.seek(4_096 * 3)
        file.write(b"\xff" * 4_096 * 4)
    with SQLiteEventStore(path) as store, pytest.raises(StoreError) as here:
        list(load_steps(store, "long"))
    with pytest.raises(StoreError) as there:
        list(steps(path))
    assert type(there.value) is type(here.value)
    assert str(there.value) == str(here.value)


def test_the_file_and_its_folder_are_as_they_were(long_log: Path) -> None:
    """To look at a log would change it."""
    before = long_log.read_bytes()
    list(steps(long_log))
    assert long_log.read_bytes() == before
    assert [file.name for file in long_log.parent.iterdir()] == ["events.db"]
