from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.events.errors import (
    EventRejected,
    NotAnEventLog,
    ReadOnlyStore,
    SourceNotFound,
    StoreClosed,
)
from core.events.schema import new_event
from core.events.store import EventStore, SQLiteEventStore
from tests.builders_files import write_long_log
from tests.core.events.logs import (
    GOLDEN,
    TABLE,
    add,
    execute,
    make_log,
    row,
    state,
    stored,
    untouched,
)
from tests.core.events.store_contract import StoreContract, event


class TestSQLiteStore(StoreContract):
    @contextmanager
    def make_store(self) -> Iterator[EventStore]:
        with (
            tempfile.TemporaryDirectory() as folder,
            SQLiteEventStore(Path(folder) / "events.db", writable=True, create=True) as store,
        ):
            yield store


class TestSQLiteStoreOfTheBackend(StoreContract):
    """The same, appending to a file as the backend makes it."""

    @contextmanager
    def make_store(self) -> Iterator[EventStore]:
        with tempfile.TemporaryDirectory() as folder:
            path = make_log(Path(folder) / "events.db")
            with SQLiteEventStore(path, writable=True) as store:
                yield store


def test_a_file_that_we_make_can_be_used_by_the_backend(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append(event())
    schema = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"

    def without_spaces(file: Path) -> list[tuple[object, ...]]:
        return [(kind, name, " ".join(sql.split())) for kind, name, sql in stored(file, schema)]

    golden = shutil.copy(GOLDEN, tmp_path / "golden.db")
    assert without_spaces(path) == without_spaces(golden)
    assert stored(path, "PRAGMA journal_mode") == [("wal",)]
    assert stored(path, "PRAGMA user_version") == [(0,)]


def test_a_file_that_we_make_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append(event())
        modes = {each.name: oct(each.stat().st_mode & 0o777) for each in tmp_path.iterdir()}
    assert set(modes.values()) == {"0o600"}, modes


def test_events_are_written_as_the_backend_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:
        store.append_many([event(0, payload={"name": "Zürich"}), event(0.5)])
    assert stored(path, "SELECT occurred_at, payload, idempotency_key FROM events") == [
        ("2026-01-05T12:00:00", '{"name": "Z\\u00fcrich"}', None),
        ("2026-01-05T12:00:00.500000", "{}", None),
    ]
    ((created,),) = stored(path, "SELECT created_at FROM events LIMIT 1")
    assert len(created) == 19


def test_a_file_keeps_the_journal_mode_that_it_has(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db")
    with SQLiteEventStore(path, writable=True) as store:
        store.append(event())
    assert stored(path, "PRAGMA journal_mode") == [("delete",)]


def test_a_store_to_read_does_not_write(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a")])
    with untouched(path), SQLiteEventStore(path) as store, pytest.raises(ReadOnlyStore):
        store.append(event())


def test_nothing_is_made_unless_asked_for(tmp_path: Path) -> None:
    for writable in (False, True):
        with pytest.raises(SourceNotFound):
            SQLiteEventStore(tmp_path / "events.db", writable=writable)
    with pytest.raises(SourceNotFound, match="folder"):
        SQLiteEventStore(tmp_path / "no" / "events.db", writable=True, create=True)
    with pytest.raises(ValueError, match="writable"):
        SQLiteEventStore(tmp_path / "events.db", create=True)
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_database_is_not_made_a_log(tmp_path: Path) -> None:
    path = make_log(tmp_path / "other.db", statements=["CREATE TABLE notes (text)"])
    before = state(path)
    with pytest.raises(NotAnEventLog):
        SQLiteEventStore(path, writable=True, create=True)
    assert state(path) == before


def test_a_table_that_does_not_hold_keys_unique_is_not_appended_to(tmp_path: Path) -> None:
    """The same event would be stored again and again."""
    path = make_log(
        tmp_path / "events.db", statements=[TABLE.replace("UNIQUE", "").replace("PRIMARY KEY", "")]
    )
    with pytest.raises(NotAnEventLog, match="event_id and idempotency_key"):
        SQLiteEventStore(path, writable=True)
    SQLiteEventStore(path).close()


def test_opening_a_log_that_is_there_with_create_keeps_its_events(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    for _ in range(3):
        with SQLiteEventStore(path, writable=True, create=True) as store:
            store.append(event())
    assert stored(path, "SELECT count(*) FROM events") == [(3,)]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SQLiteEventStore(make_log(tmp_path / "events.db"))
    store.close()
    store.close()
    with pytest.raises(StoreClosed):
        store.sessions()


def test_an_event_of_an_unreadable_twin_is_not_said_to_be_stored(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a", occurred_at="soon")])
    twin = event().model_copy(update={"event_id": "a"})
    with SQLiteEventStore(path, writable=True) as store, pytest.raises(EventRejected):
        store.append(twin)


def test_writers_in_several_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with SQLiteEventStore(path, writable=True, create=True) as store:

        def write(name: str) -> None:
            for second in range(20):
                store.append(event(second, session_id=name))

        threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {s.session_id: s.count for s in store.sessions(counts=True)} == dict.fromkeys(
            "abcd", 20
        )


def test_two_stores_append_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with (
        SQLiteEventStore(path, writable=True, create=True) as one,
        SQLiteEventStore(path, writable=True, create=True) as two,
    ):
        first = one.append(event(idempotency_key="k"))
        assert two.append(event(idempotency_key="k")).event == first.event
        two.append(event(1))
        assert len(one.list_events("s")) == 2


def test_rows_on_screen_come_in_the_order_asked_for(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row(str(n), n) for n in range(50)])
    with SQLiteEventStore(path) as store:
        assert [each.rowid for each in store.rows([7, 3, 999, 50, 3])] == [7, 3, 50, 3]
        assert list(store.envelopes([7, 3])) == [7, 3]
        assert store.envelopes([7])[7].event_id == "6"
        assert store.rows([]) == []


@pytest.mark.parametrize("table", [TABLE, TABLE.replace(" PRIMARY KEY", "")])
def test_an_event_is_found_by_the_id_that_is_shown(tmp_path: Path, table: str) -> None:
    rows = [row("a"), row(None), row("row:1"), row("row:9")]
    path = make_log(tmp_path / "events.db", rows, statements=[table])
    with SQLiteEventStore(path) as store:
        for event in store.replay("s"):
            assert store.get(event.event_id) == event
        for unknown in ("", "b", "row:3", "row:", "row:x", "row:" + "9" * 5_000):
            assert store.get(unknown) is None


def test_a_log_is_made_in_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    path.touch()
    with SQLiteEventStore(path, writable=True, create=True) as store:
        assert not store.append(event()).existed


def test_what_arrived_is_told_by_key(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a"), row("b", session_id="t")])
    with SQLiteEventStore(path) as store:
        newest = store.last_rowid()
        assert store.arrivals("s", newest) == []
        add(path, row("c", session_id="t"), row("d"), row("e"))
        assert store.arrivals("s", newest) == [4, 5]
        assert store.arrivals("s", 0) == [1, 4, 5]
        assert store.last_rowid() == 5


def test_activity_is_counted_in_equal_parts_of_the_time(tmp_path: Path) -> None:
    rows = [row(f"{n}", n) for n in (0, 1, 2, 50, 99, 100)]
    path = make_log(tmp_path / "events.db", [*rows, row("bad", occurred_at="soon")])
    with SQLiteEventStore(path) as store:
        assert store.activity("s", 4) == [3, 0, 1, 2]
        assert store.activity("nobody", 2) == [0, 0]
        assert store.session_counts(["s", "nobody"]) == {"s": 6, "nobody": 0}


def test_an_activity_of_one_instant_is_in_its_first_part(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a"), row("b")])
    with SQLiteEventStore(path) as store:
        assert store.activity("s", 3) == [2, 0, 0]


def test_the_golden_log_is_read_whole_and_left_as_it_is() -> None:
    with untouched(GOLDEN), SQLiteEventStore(GOLDEN) as store:
        sessions = store.sessions(counts=True)
        assert len(sessions) == 18
        assert sum(s.count or 0 for s in sessions) == 1164
        assert sum(1 for s in sessions for _ in store.replay(s.session_id)) == 1164
        assert list(store.problems()) == []
        assert store.notice is None


def test_extra_columns_tables_and_triggers_are_no_harm(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a")])
    execute(
        path,
        "ALTER TABLE events ADD COLUMN extra",
        "CREATE TABLE notes (text)",
        "CREATE TRIGGER noted AFTER INSERT ON events BEGIN INSERT INTO notes VALUES (1); END",
    )
    with SQLiteEventStore(path, writable=True) as store:
        answers = store.append_many([event(), event().model_copy(update={"event_id": "a"})])
        assert [answer.existed for answer in answers] == [False, True]
        assert len(list(store.replay("s"))) == 2


def test_a_stores_own_appends_are_not_a_change_by_others(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db")
    with SQLiteEventStore(path, writable=True) as store:
        store.append(new_event("UserViewed", "s"))
        assert store.changed() == "same"


def test_a_search_for_problems_pauses_where_it_finds_none(tmp_path: Path) -> None:
    """Who stops the check of a large and sound log would wait for its last row."""
    with SQLiteEventStore(write_long_log(tmp_path / "events.db", 20_000)) as store:
        pages = list(store.problem_pages())
    assert len(pages) > 1
    assert not any(pages)


def test_which_file_was_opened_is_known_when_the_path_names_another(tmp_path: Path) -> None:
    """What opens the file a second time would read another one, and mix the two."""
    path = make_log(tmp_path / "events.db", [row("first")])
    with SQLiteEventStore(path) as store:
        before = store.identity()
        make_log(tmp_path / "other.db", [row("second")]).replace(path)
        assert store.opened_as == before != store.identity()


def test_a_summary_is_what_the_list_says(tmp_path: Path) -> None:
    """A session that grew is told in the list as a reload would tell it."""
    with SQLiteEventStore(tmp_path / "events.db", writable=True, create=True) as store:
        assert store.summary("s") is None
        store.append_many([event(5, actor_id="bob"), event(7)])
        assert [store.summary("s")] == store.sessions(counts=True)
        store.append(event(1, actor_id="ada"))
        assert [store.summary("s")] == store.sessions(counts=True)
