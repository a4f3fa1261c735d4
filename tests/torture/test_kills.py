"""A program that appends is killed at any moment: what it was acknowledged is there, and whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from core.events.store import SQLiteEventStore
from tests.builders_files import write_log
from tests.torture.conftest import Figure, amount
from tests.torture.victims import Victims, victims

KILLS = amount(3, 250)
A_FILE = 50
"""Kills of one file, before another is begun: what is killed should also be recovered from."""
WITHIN = 0.1
OPENED_WITHIN = 2.0

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@pytest.fixture(scope="module")
def killing() -> Iterator[Victims]:
    with victims(seed=8) as made:
        yield made


def new_log(folder: Path, number: int, journal: str) -> Path:
    path = write_log(folder / f"{number}.db", [])
    with closing(apsw.Connection(str(path))) as connection:
        assert connection.execute(f"PRAGMA journal_mode = {journal}").get == journal
    return path


def opened(path: Path, session: str, folder: Path, *, writable: bool) -> tuple[list[int], float]:
    """The numbers of a session's events in their order, and how long opening and reading took."""
    start = time.perf_counter()
    with SQLiteEventStore(path, writable=writable, cache=folder / "cache") as store:
        events = [each.payload["n"] for each in store.replay(session)]
        took = time.perf_counter() - start
        # That reads the whole file, with the sessions of all kills before.
        assert list(store.problems()) == []
    return events, took


@pytest.mark.parametrize("batch", [1, 50])
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_nothing_that_was_acknowledged_is_lost_and_no_batch_is_half_there(
    killing: Victims, tmp_path: Path, journal: str, batch: int, figure: Figure
) -> None:
    """A server that is killed would take with it what its users were told is kept."""
    acknowledged = stored = hot = 0
    slowest = 0.0
    path = tmp_path
    for kill in range(KILLS):
        if kill % A_FILE == 0:
            path = new_log(tmp_path, kill, journal)
        session = f"session-{kill}"
        killed = killing.kill_during(
            "append",
            # Of two, one in the midst of opening, and one in the midst of appending.
            within=WITHIN,
            after=kill % 2,
            path=path,
            session=session,
            batch=batch,
        )
        hot += path.with_name(f"{path.name}-journal").exists()
        # As the window opens it: read-only, from a recovered copy where that has to be.
        events, took = opened(path, session, tmp_path, writable=False)
        slowest = max(slowest, took)
        assert opened(path, session, tmp_path, writable=True)[0] == events
        assert events == list(range(len(events)))
        assert len(events) >= killed.acknowledged
        assert len(events) % batch == 0
        acknowledged += killed.acknowledged
        stored += len(events)
        if kill % A_FILE == A_FILE - 1 or kill == KILLS - 1:
            with closing(apsw.Connection(str(path))) as connection:
                assert connection.execute("PRAGMA integrity_check").get == "ok"
    assert acknowledged
    what = f"{journal}, {'single' if batch == 1 else f'batches of {batch}'}"
    figure(f"{what}: kills", KILLS)
    figure(f"{what}: events acknowledged, of them lost", f"{acknowledged}, 0")
    figure(f"{what}: stored, but not acknowledged any more", stored - acknowledged)
    figure(f"{what}: half batches", 0)
    figure(f"{what}: kills that left a journal to roll back", hot)
    figure(f"{what}: slowest opening and reading (promised: {OPENED_WITHIN} s)", f"{slowest:.3f} s")
