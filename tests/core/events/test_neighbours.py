"""Beside a program that writes: it is never held up, and what it writes is seen."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from core.events.store import SQLiteEventStore
from tests.core.events.logs import INDEX, TABLE, another_program, heard, make_log

ROWS = 200_000
FILL = f"""
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ROWS})
INSERT INTO events (event_id, event_type, session_id, occurred_at, payload)
SELECT 'e' || n, 'UserViewed', iif(n % 10, 's', 't' || n),
       strftime('%Y-%m-%dT%H:%M:%S', '2026-01-05', n || ' seconds'), printf('%.*c', 150, 'x')
FROM numbers
"""
# What the disk takes to write is not what a reader holds up.
WRITE = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA synchronous = OFF")
print("ready", flush=True)
longest = 0
for number in range(150):
    started = time.perf_counter()
    connection.execute(
        "INSERT INTO events (event_id, event_type, session_id, occurred_at)"
        " VALUES (?, 'UserViewed', 's', '2026-01-05T00:00:00')", (f"{sys.argv[2]}-{number}",))
    longest = max(longest, time.perf_counter() - started)
    time.sleep(0.002)
print(longest, flush=True)
"""


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / "events.db"
    return make_log(path, statements=[TABLE, INDEX, FILL])


def read_everything(store: SQLiteEventStore) -> None:
    """What opening a large session asks of the store, and more."""
    rowids = np.sort(np.concatenate([page.rowids for page in store.instant_pages("s")]))
    for _ in store.row_pages("s", rowids):
        pass
    for _ in store.row_pages("s", rowids[::7]):
        pass
    store.sessions()
    store.list_events("s", limit=2_000)


def test_a_writer_in_delete_mode_is_never_held_up(big: Path) -> None:
    """The backend gives up after five seconds, and loses the event without a word."""
    longest = []
    for attempt in range(10):  # the machine may be busy with something else
        with SQLiteEventStore(big) as store, another_program(WRITE, big, attempt) as writer:
            assert heard(writer) == "ready"
            while writer.poll() is None:
                read_everything(store)
            longest.append(float(heard(writer)))
        if longest[-1] < 0.2:
            return
    pytest.fail(f"a writer was held up for {longest} seconds")


def test_two_threads_read_at_once_and_neither_waits_for_the_other_to_end(big: Path) -> None:
    """Rows on screen are wanted while the session is still loading."""
    with SQLiteEventStore(big) as store:
        pages = store.instant_pages("s")
        next(pages)
        seen: list[int] = []
        thread = threading.Thread(target=lambda: seen.extend(r.rowid for r in store.rows([1, 2])))
        thread.start()
        thread.join()
        assert seen == [1, 2]
        rest = sum(len(page.rowids) for page in pages)
        assert rest > 100_000


def test_threads_that_read_all_the_time_get_their_turns(big: Path) -> None:
    with SQLiteEventStore(big) as store:
        loading = threading.Event()
        done: list[int] = []

        def load() -> None:
            for page in store.instant_pages("s"):
                loading.set()
                done.append(len(page.rowids))

        thread = threading.Thread(target=load)
        thread.start()
        loading.wait()
        shown = [len(store.rows([n, n + 1, n + 2])) for n in range(1, 100)]
        thread.join()
        assert shown == [3] * 99
        assert sum(done) >= ROWS * 9 // 10
