"""Counts of many sessions at once are those of each alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events.store import SQLiteEventStore, counting
from tests.core.events.logs import INDEX, LAX_TABLE, make_log, row
from tests.core.events.test_pages import many

_at = "2026-01-05T00:00:00"
_stored = st.sampled_from(
    [
        *(_at, f"{_at}.000001", f"{_at}Z", f"{_at}+02:00", f"{_at},{_at}"),
        *("soon", "", 3, None, _at.encode(), b""),
    ]
)


@given(instants=st.lists(st.tuples(st.sampled_from("abc"), _stored), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_counts_are_of_the_events_that_can_be_read(
    tmp_path: Path, instants: list[tuple[str, Any]]
) -> None:
    """The list would say of a session that it has other events than one sees when it is opened."""
    rows = [row(f"{n}", session_id=s, occurred_at=at) for n, (s, at) in enumerate(instants)]
    path = tmp_path / "events.db"
    path.unlink(missing_ok=True)
    make_log(path, rows, statements=[LAX_TABLE, INDEX])
    with pytest.MonkeyPatch.context() as patch, SQLiteEventStore(path) as store:
        patch.setattr(counting, "_MOST", 4)
        patch.setattr(counting, "_AT_ONCE", 2)
        counts = store.session_counts(["b", "nobody", "a", "\ud800", "c"])
        assert counts == {name: sum(1 for _ in store.replay(name)) for name in counts}
    assert list(counts) == ["b", "nobody", "a", "\ud800", "c"]


def test_short_sessions_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts of ten thousand sessions would take five times as long to come."""

    def never(*_: object) -> None:
        raise AssertionError("a short session was counted by itself")

    with SQLiteEventStore(many(tmp_path / "e.db", 900, session="'s' || (n % 30)")) as store:
        monkeypatch.setattr(SQLiteEventStore, "activity", never)
        names = [f"s{n}" for n in range(30)]
        assert store.session_counts(names) == dict.fromkeys(names, 30)


def test_what_was_counted_is_let_go(tmp_path: Path) -> None:
    """Whoever opens a large file would miss sixteen megabytes for as long as it is open."""

    def kept(store: SQLiteEventStore) -> int:
        with store._lane.turn() as connection:
            return connection.status(apsw.SQLITE_DBSTATUS_CACHE_USED)[0]

    with SQLiteEventStore(many(tmp_path / "e.db", 9_000, session="'s' || (n % 30)")) as store:
        names = [f"s{n}" for n in range(30)]
        before = store.session_counts(names)
        held = kept(store)
        store.forget_pages()
        assert kept(store) < held / 4
        assert store.session_counts(names) == before
