"""Reading in pages: every row comes once, whatever is stored, and no page is long."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.errors import SourceChanged
from core.events.instants import UNREADABLE, parse_instants
from core.events.store import SQLiteEventStore
from tests.core.events.logs import INDEX, LAX_TABLE, TABLE, execute, make_log, row

MANY = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
INSERT INTO events (event_id, event_type, session_id, occurred_at, payload)
SELECT 'e' || n, 'UserViewed', {session}, {instant}, '{{}}' FROM numbers
"""
SECOND = "strftime('%Y-%m-%dT%H:%M:%S', '2026-01-05', n || ' seconds')"

stored_instants = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.floats(allow_nan=False),
    st.binary(max_size=3),
    st.sampled_from(
        [
            "2026-01-05T00:00:00",
            "2026-01-05T00:00:00.5",
            "2026-01-05T00:00:00Z",
            "2026-01-05T00:00:00+02:00",
            "soon, maybe",
            "",
        ]
    ),
)


def many(path: Path, count: int, *, instant: str = SECOND, session: str = "'s'") -> Path:
    """A log of `count` rows whose columns are SQL expressions of `n`, from 1 on."""
    insert = MANY.format(count=count, instant=instant, session=session)
    return make_log(path, statements=[LAX_TABLE, INDEX, insert])


def instants_of(store: SQLiteEventStore, session_id: str = "s") -> dict[int, int]:
    """Instant by key of every row of a session; each row must come once."""
    pages = list(store.instant_pages(session_id))
    pairs = [
        pair
        for page in pages
        for pair in zip(page.rowids.tolist(), page.instants.tolist(), strict=True)
    ]
    for page in pages:
        unreadable = np.flatnonzero(page.instants == UNREADABLE).tolist()
        assert [place for place, _ in page.bad] == unreadable
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


@given(
    raws=st.lists(stored_instants, max_size=40),
    table=st.sampled_from([LAX_TABLE, TABLE.replace("occurred_at TEXT NOT NULL", "occurred_at")]),
    indexed=st.booleans(),
)
def test_every_row_comes_whatever_is_stored_as_its_date(
    raws: list[Any], table: str, indexed: bool
) -> None:
    rows = [row(f"{n}", occurred_at=raw) for n, raw in enumerate(raws)]
    with tempfile.TemporaryDirectory() as folder:
        path = make_log(Path(folder) / "e.db", rows, statements=[table, INDEX][: 1 + indexed])
        with SQLiteEventStore(path) as store:
            expected = dict(enumerate(parse_instants(raws)[0].tolist(), 1))
            assert instants_of(store) == expected
            assert store.session_counts(["s"])["s"] == sum(1 for _ in store.replay("s"))
            told = {each.row for each in store.problems("s")}
            assert told >= {key for key, instant in expected.items() if instant == UNREADABLE}


@pytest.mark.parametrize(
    "instant",
    [
        SECOND,
        "'2026-01-05T00:00:00'",
        "NULL",
        "x'00'",
        "CAST(x'ff' AS TEXT)",
        "strftime('%Y-%m-%dT%H:%M:%S', '2026-01-05', (n / 700) || ' seconds')",
        "CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN n WHEN 2 THEN x'0102' WHEN 3 THEN 'a,b'"
        " ELSE '2026-01-05T00:00:00' END",
    ],
)
def test_no_row_is_lost_at_the_end_of_a_page(tmp_path: Path, instant: str) -> None:
    """Of many events of one instant, or of none, each comes once."""
    path = many(tmp_path / "events.db", 20_000, instant=instant)
    with SQLiteEventStore(path) as store:
        assert sorted(instants_of(store)) == list(range(1, 20_001))


def steps_to_read(path: Path) -> int:
    """How many thousand steps SQLite takes for the instants of a session of 60,000 events."""
    taken = 0

    def count() -> bool:
        nonlocal taken
        taken += 1
        return False

    with SQLiteEventStore(path) as store:
        store._opened.connection.set_progress_handler(count, 1_000)
        assert len(instants_of(store)) == 60_000
    return taken


def test_equal_instants_cost_no_more_than_others(tmp_path: Path) -> None:
    """Going through all of them again for each page would take hours for a large log."""
    usual = steps_to_read(many(tmp_path / "usual.db", 60_000))
    equal = many(tmp_path / "equal.db", 60_000, instant="'2026-01-05T00:00:00'")
    assert steps_to_read(equal) < 2 * usual
    # A log may have been analysed when it was empty, or by someone who means no good.
    execute(equal, "ANALYZE", "UPDATE sqlite_stat1 SET stat = '1 1 1'")
    assert steps_to_read(equal) < 2 * usual


def test_instants_come_in_their_order_from_the_index(tmp_path: Path) -> None:
    path = many(
        tmp_path / "events.db",
        5_000,
        instant="strftime('%Y-%m-%dT%H:%M:%S', '2026-01-05', (n * 7919 % 5000) || ' seconds')",
    )
    with SQLiteEventStore(path) as store:
        instants = np.concatenate([page.instants for page in store.instant_pages("s")])
    assert np.all(np.diff(instants) > 0)


@given(st.sets(st.integers(1, 400), max_size=60), st.integers(1, 400))
def test_the_rows_that_were_asked_for_come_in_their_order(wanted: set[int], dense: int) -> None:
    """In dense parts whole ranges are read, in sparse ones keys are looked up."""
    rowids = np.array(sorted(wanted | set(range(dense, dense + 50))), dtype=np.int64)
    with SQLiteEventStore(shared_log()) as store:
        rows = [each for page in store.row_pages("s", rowids) for each in page]
    expected = [key for key in rowids.tolist() if key <= 400]
    assert [each[0] for each in rows] == expected
    assert all(each[1:] == ("UserViewed", None, None, None, "{}", None) for each in rows)


_shared: list[tempfile.TemporaryDirectory[str]] = []


def shared_log() -> Path:
    """Four hundred rows, made once."""
    if not _shared:
        _shared.append(tempfile.TemporaryDirectory())
        many(Path(_shared[0].name) / "events.db", 400)
    return Path(_shared[0].name) / "events.db"


def test_rows_of_other_sessions_in_between_are_left_out(tmp_path: Path) -> None:
    path = many(tmp_path / "events.db", 3_000, session="iif(n % 3 = 0, 't', 's')")
    with SQLiteEventStore(path) as store:
        for session_id, count in (("s", 2_000), ("t", 1_000)):
            rowids = np.array(sorted(instants_of(store, session_id)), dtype=np.int64)
            rows = [each[0] for page in store.row_pages(session_id, rowids) for each in page]
            assert rows == rowids.tolist()
            assert len(rows) == count


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event_id", None),
        ("event_id", b"e"),
        ("event_type", b"UserViewed"),
        ("event_type", None),
        ("payload", b"{}"),
        ("payload", None),
        ("actor_id", b"7"),
        ("object_ref_id", b"c"),
        ("object_ref_type", ""),
        ("object_ref_type", None),
        ("trace_id", b"t"),
        ("idempotency_key", b"7"),
        ("version", 2),
        ("version", "x"),
    ],
)
@pytest.mark.parametrize("table", [TABLE.replace("NOT NULL", ""), LAX_TABLE])
def test_rows_that_are_not_stored_as_usual_are_marked(
    tmp_path: Path, table: str, column: str, value: object
) -> None:
    """The columns would otherwise take them for what they are not."""
    usual = row("b", object_ref_type="concept", object_ref_id="c", version=1)
    rows = [row("a", version=1), usual, {**usual, "event_id": "c", column: value}]
    path = make_log(tmp_path / "events.db", rows, statements=[table, INDEX])
    for wanted in ([1, 2, 3], [1, 3], [3]):
        assert marks(path, wanted) == {key: key == 3 for key in wanted}


@pytest.mark.parametrize(
    ("column", "value"), [("payload", 7), ("actor_id", 1.5), ("event_type", 0), ("trace_id", 7)]
)
def test_numbers_in_columns_that_take_anything_are_marked(
    tmp_path: Path, column: str, value: object
) -> None:
    rows = [row("a", version=1), row("b", version=1, **{column: value})]
    path = make_log(tmp_path / "events.db", rows, statements=[LAX_TABLE, INDEX])
    assert marks(path, [1, 2]) == {1: False, 2: True}


def marks(path: Path, rowids: list[int]) -> dict[int, bool]:
    """Which rows are said to be odd."""
    with SQLiteEventStore(path) as store:
        pages = store.row_pages("s", np.array(rowids))
        return {each[0]: bool(each[-1]) for page in pages for each in page}


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
@pytest.mark.parametrize("indexed", [True, False])
def test_text_that_is_not_valid_hides_no_other_row(
    tmp_path: Path, encoding: str, indexed: bool
) -> None:
    broken = {"UTF-8": b"ab\xff\xfecd", "UTF-16le": b"a\x00\x00\xd8", "UTF-16be": b"\x00a\xd8\x00"}
    path = make_log(
        tmp_path / "events.db",
        [row(f"{n}", n) for n in range(100)],
        statements=[f"PRAGMA encoding = '{encoding}'", TABLE, INDEX][: 2 + indexed],
    )
    text = f"CAST(x'{broken[encoding].hex()}' AS TEXT)"
    execute(
        path,
        f"UPDATE events SET payload = {text} WHERE rowid = 10",
        f"UPDATE events SET actor_id = {text} WHERE rowid IN (20, 21)",
        f"UPDATE events SET occurred_at = {text} WHERE rowid IN (30, 31)",
        f"UPDATE events SET session_id = {text} WHERE rowid = 40",
        f"UPDATE events SET event_type = {text} WHERE rowid = 100",
    )
    with SQLiteEventStore(path) as store:
        assert [s.session_id for s in store.sessions()] == ["s"]
        assert [s.count for s in store.sessions(counts=True)] == [97]
        events = list(store.replay("s"))
        rowids = np.arange(1, 101)
        odd = [each[0] for page in store.row_pages("s", rowids) for each in page if each[-1]]
        problems = list(store.problems())
        told = {each.row for each in problems}
        assert {each.row for each in store.problems("s")} == told - {40}
    assert len(events) == 97
    assert odd == [10, 20, 21, 100]
    assert told == {10, 20, 21, 30, 31, 40, 100}
    reasons = [each.reason for each in problems if each.row == 20]
    assert reasons == ["actor_id is not valid text: unreadable bytes are shown as \ufffd"]


def test_a_single_row_of_broken_text_is_read(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a")])
    execute(path, "UPDATE events SET actor_id = CAST(x'ff' AS TEXT)")
    execute(path, "UPDATE events SET event_id = CAST(x'fe' AS TEXT)")
    with SQLiteEventStore(path) as store:
        (event,) = store.replay("s")
        assert (event.actor_id, event.event_id) == ("\ufffd", "\ufffd")


def test_a_column_that_is_called_like_another_table_s_is_no_trouble(tmp_path: Path) -> None:
    """Keys are handed over as a table with columns of its own."""
    path = make_log(tmp_path / "events.db", [row("a")])
    execute(path, "ALTER TABLE events ADD COLUMN value", "ALTER TABLE events ADD COLUMN c")
    with SQLiteEventStore(path) as store:
        assert len(store.rows([1])) == 1


@pytest.mark.parametrize(
    "index",
    [
        "CREATE INDEX other ON events(session_id, occurred_at DESC)",
        "CREATE INDEX other ON events(session_id COLLATE NOCASE, occurred_at)",
        "CREATE INDEX other ON events(session_id, occurred_at) WHERE version = 1",
        "CREATE INDEX other ON events(session_id, occurred_at, event_id)",
        'CREATE INDEX "odd "" name" ON events(session_id, occurred_at)',
    ],
)
def test_any_index_or_none_gives_the_same_sessions(tmp_path: Path, index: str) -> None:
    rows = [row(f"{n}", n, session_id=f"{'S' if n % 2 else 's'}{n % 3}") for n in range(60)]
    path = make_log(tmp_path / "events.db", rows, statements=[TABLE, index])
    plain = make_log(tmp_path / "plain.db", rows)
    with SQLiteEventStore(path) as store, SQLiteEventStore(plain) as expected:
        assert store.sessions(counts=True) == expected.sessions(counts=True)
        for each in expected.sessions():
            assert list(store.replay(each.session_id)) == list(expected.replay(each.session_id))


def test_rows_that_vanish_between_pages_are_a_fault_and_not_an_end(tmp_path: Path) -> None:
    """A shorter log would otherwise be shown as if it were all."""
    path = many(tmp_path / "events.db", 10_000)
    with SQLiteEventStore(path) as store:
        pages = store.instant_pages("s")
        next(pages)
        execute(path, "DELETE FROM events WHERE rowid < 9000")
        with pytest.raises(SourceChanged):
            list(pages)


def test_a_date_of_a_gigabyte_is_no_reason_to_stop(tmp_path: Path) -> None:
    path = make_log(tmp_path / "events.db", [row("a")])
    with apsw.Connection(str(path)) as connection:
        connection.execute("UPDATE events SET occurred_at = printf('%.*c', 1000000, '2')")
    with SQLiteEventStore(path) as store:
        (problem,) = store.problems("s")
        assert len(problem.raw) == 200
        assert len(problem.reason) < 300
