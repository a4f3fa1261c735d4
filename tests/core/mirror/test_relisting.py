"""New sessions of a backend that keeps no list are found, for little money."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.events.errors import SourceUnreachable
from core.events.store.dynamodb.capacity import PRICES
from core.events.store.dynamodb.location import TableLocation
from core.mirror import relisting
from core.mirror.relisting import AN_HOUR, LONGEST, SHORTEST, pause_for
from core.mirror.store import MirroredEventStore
from tests.builders import event
from tests.core.mirror.tables import TableInMemory


def await_(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def put(table: TableInMemory, session_id: str, *, arrival: int = 0, number: int = 0) -> None:
    made = event(seconds=number, event_id=f"{session_id}-{number}")
    table.put(made.model_copy(update={"session_id": session_id}), arrival=arrival)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes quickly."""
    monkeypatch.setattr(relisting, "SHORTEST", 0.3)
    monkeypatch.setattr(relisting, "_LOOK", 0.02)


@contextmanager
def opened(table: TableInMemory, folder: Path) -> Iterator[MirroredEventStore]:
    with MirroredEventStore(TableLocation("events"), table, root=folder) as store:
        store.list_sessions()
        yield store


def names(store: MirroredEventStore) -> set[str]:
    return {each.session_id for each in store.sessions()}


def test_what_a_day_of_it_costs_does_not_grow_with_the_table() -> None:
    """A program that is left open must not be found on the bill."""
    assert pause_for(0) == SHORTEST
    for size in (10**8, 10**9, 10**11):
        pause = pause_for(size)
        assert pause is None or pause >= SHORTEST
        price = size / 8192 * PRICES.read_units / 10**6
        assert pause is None or price * 3600 / pause <= AN_HOUR * 1.001
    assert pause_for(10**13) is None
    assert (pause_for(10**9) or 0) < LONGEST


def test_a_table_without_a_list_is_read_again(often: None, tmp_path: Path) -> None:
    """Who watches what runs would wait for a new learner for ever."""
    table = TableInMemory(heads=False)
    put(table, "old")
    with opened(table, tmp_path) as store:
        assert names(store) == {"old"}
        put(table, "new")
        await_(lambda: names(store) == {"old", "new"})
        assert "new" in store.feeder.take_changed()
        # It is down for a while.
        table.down = SourceUnreachable("The network is gone.")
        put(table, "newer")
        table.down = None
        await_(lambda: "newer" in names(store))


def test_a_list_that_a_backend_does_not_keep_is_made_up_for(often: None, tmp_path: Path) -> None:
    """Half of the sessions, those of the backend, would be missing without a word."""
    table = TableInMemory()
    put(table, "ours", arrival=1)
    with opened(table, tmp_path) as store:
        store.prepare("ours", lambda: False)
        table.headless.add("its")
        put(table, "its")
        assert store.relisting.pause is None
        put(table, "ours", number=1)
        await_(lambda: names(store) == {"ours", "its"})
        # What the list of heads says meanwhile takes nothing back.
        store.list_sessions()
        assert names(store) == {"ours", "its"}


def test_a_table_of_our_own_is_not_read_for_it(often: None, tmp_path: Path) -> None:
    """Its list is whole: reading all of it would be money for nothing."""
    table = TableInMemory()
    put(table, "ours", arrival=1)
    with opened(table, tmp_path) as store:
        store.prepare("ours", lambda: False)
        await_(lambda: not store.feeder.fed.filling)
        assert store.relisting.pause is None
        assert not table.scans
