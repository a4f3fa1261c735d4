"""An export by another process: the same file, or nothing, whatever becomes of the process."""

from __future__ import annotations

import errno
import multiprocessing
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.events.errors import SourceChanged
from core.events.store.sqlite import SQLiteEventStore
from core.export.apart import WORTH_IT, carry_out_apart
from core.export.errors import ExportStopped, TargetUnwritable, translated
from core.export.events import EventFormat, Progress, export_events
from core.export.order import ExportFormat, Order, carry_out
from core.export.private import carry_out_privately
from core.privacy.pseudonyms import Pseudonyms
from core.privacy.store import hide
from core.projectors.rules import RECENCY
from core.replay.index import ContextIndex
from core.replay.loader import load
from tests.builders_files import execute_elsewhere, write_long_log
from tests.core.export.exporting import last


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_long_log(tmp_path_factory.mktemp("long") / "events.db", WORTH_IT)


def steps(
    path: Path, order: Order, stopped: Callable[[], bool] = lambda: False
) -> Generator[Progress, None, None]:
    with SQLiteEventStore(path) as store:
        known = load(store, "long")
        index = ContextIndex(known, RECENCY)
        yield from carry_out_apart(order, store, known, lambda: index, stopped=stopped)


@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.CONTEXT_PARQUET])
def test_it_writes_what_is_written_here(log: Path, tmp_path: Path, form: ExportFormat) -> None:
    """A long session would be exported otherwise than a short one."""
    here, there = tmp_path / "here", tmp_path / "there"
    with SQLiteEventStore(log) as store:
        known = load(store, "long")
        index = ContextIndex(known, RECENCY)
        expected = last(carry_out(Order(here, form, range(9, 800)), store, known, lambda: index))
    told = list(steps(log, Order(there, form, range(9, 800))))
    assert told[0] == Progress(0, 791)
    assert told[-1] == expected == Progress(791, 791)
    assert there.read_bytes() == here.read_bytes()
    assert not multiprocessing.active_children()


def test_an_export_that_is_cancelled_leaves_nothing(log: Path, tmp_path: Path) -> None:
    """Half a file would lie in the user's folder, and a process would run on."""
    for form in (ExportFormat.JSONL, ExportFormat.PARQUET):
        with closing(steps(log, Order(tmp_path / "x", form))) as written:
            next(written)
            assert len(multiprocessing.active_children()) == 1
        assert not multiprocessing.active_children()
    with pytest.raises(ExportStopped):
        list(steps(log, Order(tmp_path / "x", ExportFormat.HTML), lambda: True))
    assert list(tmp_path.iterdir()) == []


def test_where_the_process_is_killed_the_file_is_written_here(log: Path, tmp_path: Path) -> None:
    """Out of memory, the system ends one of them: the file would be cut off, or not come."""
    target = tmp_path / "x.jsonl"
    written = steps(log, Order(target, ExportFormat.JSONL))
    next(written)
    (child,) = multiprocessing.active_children()
    child.kill()
    child.join()
    assert last(written).done == WORTH_IT
    assert len(target.read_text(encoding="utf-8").splitlines()) == WORTH_IT
    assert list(tmp_path.iterdir()) == [target]


def test_what_is_wrong_there_is_told_here(tmp_path: Path) -> None:
    """A fault would be told as that of a process, which nobody can do anything about."""
    path = write_long_log(tmp_path / "events.db", WORTH_IT)
    written = steps(path, Order(tmp_path / "x.jsonl", ExportFormat.JSONL))
    with pytest.raises(TargetUnwritable, match="no folder"):
        next(steps(path, Order(tmp_path / "none" / "x.csv", ExportFormat.CSV)))
    with SQLiteEventStore(path) as store:
        known = load(store, "long")
        execute_elsewhere(path, "UPDATE events SET session_id = 't' WHERE rowid > 4000")
        order = Order(tmp_path / "x.jsonl", ExportFormat.JSONL)
        written = carry_out_apart(order, store, known, lambda: ContextIndex(known))
        with pytest.raises(SourceChanged, match="rewritten"):
            list(written)
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_read_with_pseudonyms_is_written_with_them(log: Path, tmp_path: Path) -> None:
    """The other process opens the file anew: a person's names would go out."""
    with SQLiteEventStore(log) as store:
        hide(store, Pseudonyms(b"k" * 32))
        known = load(store, "long")
        order = Order(tmp_path / "x.jsonl", ExportFormat.JSONL)
        last(carry_out_apart(order, store, known, lambda: ContextIndex(known)))
        last(
            carry_out(
                replace(order, target=tmp_path / "y"), store, known, lambda: ContextIndex(known)
            )
        )
    written = (tmp_path / "x.jsonl").read_bytes()
    assert written == (tmp_path / "y").read_bytes()
    assert b"c-17" not in written


@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.CONTEXT_CSV])
def test_what_is_open_as_it_is_stored_is_written_with_pseudonyms(
    form: ExportFormat, log: Path, tmp_path: Path
) -> None:
    """A long session would be hidden otherwise than a short one, or hold up the window."""
    key = Pseudonyms(b"k" * 32)
    with SQLiteEventStore(log) as store, SQLiteEventStore(log) as private:
        known = load(store, "long")
        order = Order(tmp_path / "x", form, range(20, WORTH_IT))
        written = carry_out_privately(
            order, store, known, lambda: ContextIndex(known, RECENCY), key
        )
        assert next(written) == Progress(0, 0)
        assert len(multiprocessing.active_children()) == 1
        last(written)
        hide(private, key)
        hidden = load(private, "long")
        here = replace(order, target=tmp_path / "y")
        last(carry_out(here, private, hidden, lambda: ContextIndex(hidden, RECENCY)))
    content = (tmp_path / "x").read_bytes()
    assert content == (tmp_path / "y").read_bytes()
    assert b"c-17" not in content


def test_a_disk_that_can_only_be_read_is_told(tmp_path: Path) -> None:
    """Nobody can give the write permission that would be asked for."""
    with pytest.raises(TargetUnwritable, match="can only be read"), translated(tmp_path):
        raise OSError(errno.EROFS, "Read-only file system")


def test_parquet_that_is_given_up_says_nothing(log: Path, tmp_path: Path) -> None:
    """A cancelled export would print a traceback: its end was written into a closed file."""
    with SQLiteEventStore(log) as store:
        written = export_events(store, load(store, "long"), tmp_path / "x", EventFormat.PARQUET)
        next(written)
        written.close()
        del written
    assert list(tmp_path.iterdir()) == []
