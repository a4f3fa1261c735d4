"""The list of sessions: every one that can be opened, with its times."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.instants import format_instant
from core.events.store import SQLiteEventStore
from core.events.store.base import SessionSummary
from tests.core.events.logs import INDEX, LAX_TABLE, TABLE, execute, make_log, row

session_ids = st.sampled_from(["", "a", "A", "a b", "é", "session_1", "😀", "a\x00"])
raw_instants = st.sampled_from(
    [
        "2026-01-05T00:00:00",
        "2026-01-05T00:00:00.5",
        "2026-01-04T23:59:59.999999",
        "2026-01-06T00:00:00.000001",
        "soon",
        "",
        "9 o'clock",
    ]
)


def times(found: list[SessionSummary]) -> list[tuple[str, str, str]]:
    return [(s.session_id, format_instant(s.first), format_instant(s.last)) for s in found]


@given(st.lists(st.tuples(session_ids, raw_instants, st.none() | st.sampled_from("xy"))))
def test_the_list_at_once_is_the_list_that_is_counted(
    events: list[tuple[str, str, str | None]],
) -> None:
    """With the index only the ends of each session are looked at."""
    rows = [
        row(f"{n}", session_id=name, occurred_at=raw, actor_id=actor)
        for n, (name, raw, actor) in enumerate(events)
    ]
    with tempfile.TemporaryDirectory() as folder:
        with_index = make_log(Path(folder) / "a.db", rows, statements=[TABLE, INDEX])
        without = make_log(Path(folder) / "b.db", rows, statements=[TABLE])
        with SQLiteEventStore(with_index) as one, SQLiteEventStore(without) as other:
            counted = one.sessions(counts=True)
            assert other.sessions(counts=True) == counted
            assert times(one.sessions()) == times(counted)
            assert times(one.sessions(actors=False)) == times(counted)
            assert [s.actor_id for s in one.sessions()] == [s.actor_id for s in counted]
            for each in counted:
                replayed = list(one.replay(each.session_id))
                assert len(replayed) == each.count
                assert replayed[0].actor_id == each.actor_id
                assert each.first <= each.last


def test_offsets_at_either_end_are_read_as_instants_and_not_as_text(tmp_path: Path) -> None:
    rows = [
        row("a", occurred_at="2026-01-05T10:00:00+09:00"),
        row("b", occurred_at="2026-01-05T02:00:00"),
        row("c", occurred_at="2026-01-05T09:00:00-0800"),
    ]
    with SQLiteEventStore(make_log(tmp_path / "events.db", rows)) as store:
        expected = [("s", "2026-01-05T01:00:00Z", "2026-01-05T17:00:00Z")]
        assert times(store.sessions()) == expected
        assert times(store.sessions(counts=True)) == expected


def test_a_session_without_a_readable_event_is_told_of_as_problems(tmp_path: Path) -> None:
    path = make_log(
        tmp_path / "events.db", [row("a", occurred_at="soon"), row("b", session_id="t")]
    )
    with SQLiteEventStore(path) as store:
        assert [s.session_id for s in store.sessions()] == ["t"]
        assert [p.session_id for p in store.problems()] == ["s"]


def test_sessions_that_are_no_text_are_told_of_as_problems(tmp_path: Path) -> None:
    rows = [row(f"{n}", session_id=name) for n, name in enumerate([None, 7, 1.5, b"s", "s", b""])]
    path = make_log(tmp_path / "events.db", rows, statements=[LAX_TABLE, INDEX])
    with SQLiteEventStore(path) as store:
        assert [s.session_id for s in store.sessions()] == ["s"]
        assert [s.session_id for s in store.sessions(counts=True)] == ["s"]
        assert {p.row for p in store.problems()} == {1, 2, 3, 4, 6}
    execute(path, "DROP INDEX idx_session_occurred")
    with SQLiteEventStore(path) as store:
        assert [s.session_id for s in store.sessions()] == ["s"]


@pytest.mark.parametrize("statements", [[TABLE, INDEX], [TABLE]])
def test_every_session_of_many_is_in_the_list(tmp_path: Path, statements: list[str]) -> None:
    rows = [row(f"{n}", n, session_id=f"session_{n % 700:04}") for n in range(1_400)]
    path = make_log(tmp_path / "events.db", rows, statements=statements)
    with SQLiteEventStore(path) as store:
        found = store.sessions()
        assert [s.session_id for s in found] == [f"session_{n:04}" for n in reversed(range(700))]
        assert {s.last - s.first for s in found} == {700_000_000}
        assert {s.count for s in store.sessions(counts=True)} == {2}
