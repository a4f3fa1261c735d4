"""How long late events were late: else one cannot tell a slow network from a lost day."""

from __future__ import annotations

from pathlib import Path

from core.events.store.sqlite import SQLiteEventStore
from core.replay.arrival import ArrivalOrder
from core.replay.lateness import UNKNOWN, delays
from core.replay.loader import load
from tests.builders import viewed
from tests.builders_files import row_of, write_log


def test_the_witness_is_when_rows_were_stored(tmp_path: Path) -> None:
    rows = [
        row_of(viewed("a", seconds=seconds), created_at=created)
        for seconds, created in (
            (0, "2026-11-12 09:00:00"),
            (5, "2026-11-12 09:00:05"),
            (9, "2026-11-12 09:00:09"),
            (4, "2026-11-12 09:00:17"),  # 12 s after the event of second 5
            (20, "2026-11-12 09:00:20"),
            (8, "2026-11-12 09:00:01"),  # a clock that went back
            (7, "long ago"),
            (19.5, "2026-11-12 09:00:20"),  # within the second
        )
    ]
    path = write_log(tmp_path / "my.db", rows)
    with SQLiteEventStore(path) as store:
        order = ArrivalOrder(load(store, "s"))
        assert order.log.times[order.late].tolist() == sorted(order.log.times[order.late].tolist())
        assert delays(store, order).tolist() == [12_000_000, UNKNOWN, UNKNOWN, 0]


def test_where_nothing_is_late_nothing_is_read(tmp_path: Path) -> None:
    path = write_log(tmp_path / "my.db", [viewed("a", seconds=n) for n in range(3)])
    with SQLiteEventStore(path) as store:
        assert delays(store, ArrivalOrder(load(store, "s"))).tolist() == []
