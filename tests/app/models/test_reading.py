"""Reading a long session: in another process where that works, and here where it does not."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import psutil
import pytest

from app.models import reading
from app.models.reading import LoadStep, counts, session_steps
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import RECENCY
from core.replay.index import ContextIndex
from core.replay.kept_logs import KeptLogs
from core.replay.loader import load
from tests.builders import viewed
from tests.builders_files import crash_elsewhere, in_session, write_log, write_long_log

LONG = 20_100


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log whose session is long enough to be read in a process of its own."""
    monkeypatch.setattr(reading, "WORTH_IT", 20_000)
    return write_long_log(tmp_path / "events.db", LONG)


def is_whole(steps: list[LoadStep]) -> bool:
    """Whether the steps end with all of the session, and the context that it should have."""
    last = steps[-1]
    assert last.index is not None
    whole = ContextIndex(last.log, RECENCY).context_at(LONG)
    return last.log.complete and len(last.log) == LONG and last.index.context_at(LONG) == whole


def test_a_long_session_is_read_in_another_process(path: Path) -> None:
    """The window would stand still while rows by the million are taken in."""
    with SQLiteEventStore(path) as store:
        steps, apart = [], []
        for step in session_steps(store, "long", RECENCY):
            steps.append(step)
            apart.append(len(multiprocessing.active_children()))
    assert is_whole(steps)
    assert apart[0] == 0, "the first picture does not wait for a process"
    assert 1 in apart[1:], "it may have ended by the last step"
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("happened", ["deleted", "replaced"])
def test_a_file_that_is_another_by_now_is_read_where_it_is_open(path: Path, happened: str) -> None:
    """The rows of one file would be shown with the payloads of the other."""
    with SQLiteEventStore(path) as store:
        if happened == "replaced":
            write_long_log(path.with_name("other.db"), LONG + 1).replace(path)
        else:
            path.unlink()
        assert is_whole(list(session_steps(store, "long", RECENCY)))


def test_where_the_other_process_dies_the_session_is_read_all_the_same(path: Path) -> None:
    """A system that is short of memory would make long sessions unreadable."""
    with SQLiteEventStore(path) as store:
        steps = session_steps(store, "long", RECENCY)
        taken = [next(steps), next(steps)]
        (child,) = multiprocessing.active_children()
        psutil.Process(child.pid).kill()
        assert is_whole([*taken, *steps])


def test_a_recovered_copy_is_read_and_not_the_file(path: Path) -> None:
    """What a program left half written would be shown, or a copy made again for each session."""
    crash_elsewhere(path)
    with SQLiteEventStore(path) as store:
        assert store.recovered_from == path
        assert is_whole(list(session_steps(store, "long", RECENCY)))


def test_it_ends_early_where_nobody_wants_it_any_more(path: Path) -> None:
    """A session that was left would be read to its end beside the next one."""
    with SQLiteEventStore(path) as store:
        steps = list(session_steps(store, "long", RECENCY, stopped=lambda: True))
    assert not any(step.log.complete for step in steps)
    assert multiprocessing.active_children() == []


def test_a_session_that_is_opened_again_comes_in_one_step(path: Path, tmp_path: Path) -> None:
    """A million events would be read anew each time, for seconds."""
    kept = KeptLogs(tmp_path / "cache", events_least=1, still=0)
    with SQLiteEventStore(path) as store:
        first = list(session_steps(store, "long", RECENCY, kept=kept))
        (again,) = session_steps(store, "long", RECENCY, kept=kept)
    assert len(first) > 1
    assert is_whole([again])
    assert again.axes.keys() == first[-1].axes.keys()


def test_the_session_that_was_read_is_not_counted_once_more(tmp_path: Path) -> None:
    """A million rows would be read again, beside all that one does first."""
    seen = [viewed("raft", seconds=float(n)) for n in range(3)]
    rows = [*in_session("a", seen), *in_session("b", seen[:2])]
    with SQLiteEventStore(write_log(tmp_path / "e.db", rows), writable=True) as store:
        log = load(store, "a")
        # What comes by now is told by who follows the file.
        store.append(in_session("a", [viewed("raft", seconds=9.0)])[0])
        assert list(counts(store, ["b", "a"], log)) == [{"a": 3}, {"b": 2}]
        assert list(counts(store, ["b", "a"], None)) == [{"b": 2, "a": 4}]
        assert list(counts(store, ["b"], log)) == [{"b": 2}]
