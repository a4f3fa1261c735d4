"""A long search that is read in another process finds what reading here finds."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from core.events.store import SQLiteEventStore
from core.filter import apart
from core.filter.apart import matches_apart
from core.filter.parsing import parse
from core.filter.search import Found, Search
from core.replay.index import ContextIndex
from core.replay.loader import load
from tests.builders_files import write_long_log

LONG = 20_000


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_long_log(tmp_path_factory.mktemp("long") / "events.db", LONG)


@pytest.fixture(autouse=True)
def all_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WORTH_IT", 1_000)


def searched(
    store: SQLiteEventStore, text: str, *, stopped: Callable[[], bool] = lambda: False
) -> Iterator[Found]:
    search = Search(ContextIndex(load(store, "long")), parse(text))
    read = partial(matches_apart, session_id="long", stopped=stopped)
    return search.steps(store, read=read)


def here(store: SQLiteEventStore, text: str) -> list[int]:
    steps = Search(ContextIndex(load(store, "long")), parse(text)).steps(store)
    return [event for step in steps for event in step.events.tolist()]


@pytest.mark.parametrize("text", ["7", "-payload.name:*", "zebra"])
def test_it_finds_what_searching_here_finds(long_log: Path, text: str) -> None:
    """A long session would be searched otherwise than a short one."""
    with SQLiteEventStore(long_log) as store:
        steps = list(searched(store, text))
        found = [event for step in steps for event in step.events.tolist()]
        assert found == here(store, text)
    assert steps[-1].searched == steps[-1].total == LONG


def test_the_first_hits_do_not_wait_for_a_process(long_log: Path) -> None:
    """Who searches would look at nothing while one starts."""
    with SQLiteEventStore(long_log) as store:
        steps = searched(store, "zebra")
        for _ in range(3):
            next(steps)
        assert not multiprocessing.active_children()
        steps.close()  # type: ignore[attr-defined]


def test_a_search_that_is_given_up_leaves_no_process(long_log: Path) -> None:
    """Each letter typed would leave one behind."""
    wanted = [True]
    with SQLiteEventStore(long_log) as store:
        steps = searched(store, "zebra", stopped=lambda: not wanted)
        for _ in range(5):
            next(steps)
        assert multiprocessing.active_children()
        steps.close()  # type: ignore[attr-defined]
        assert not multiprocessing.active_children()


def test_what_cannot_be_read_apart_is_read_here(long_log: Path, tmp_path: Path) -> None:
    """A file that was moved while it is open could not be searched any more."""
    copy = tmp_path / "events.db"
    copy.write_bytes(long_log.read_bytes())
    with SQLiteEventStore(copy) as store:
        expected = here(store, "7")
        copy.rename(tmp_path / "moved.db")
        found = [event for step in searched(store, "7") for event in step.events.tolist()]
    assert found == expected
